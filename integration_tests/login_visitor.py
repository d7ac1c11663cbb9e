"""
Who sits at the browser of a sign-in? A program that reads the pages and clicks, as a person would.

As a script it is a browser: `BROWSER="python integration_tests/login_visitor.py %s"`.
"""

from __future__ import annotations

import html
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests

_TIMEOUT_SECONDS = 60
Change = Callable[[dict[str, str]], dict[str, str]]


@dataclass
class Visitor:
    """
    Opens an address, follows where it leads, and clicks on *decision* where it is asked.

    *on_the_way* may change what the browser takes back from the consent page, as somebody between could. What the
    visitor saw stays in *pages*, and the addresses in *addresses*.
    """

    decision: str = "accept"
    on_the_way: Change | None = None
    pages: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    callbacks: list[str] = field(default_factory=list)
    _at_it: threading.Lock = field(default_factory=threading.Lock)

    def open(self, url: str) -> bool:
        """Go through a sign-in that begins at *url*; a browser always could be opened."""
        with self._at_it:
            self._go_through(url)
        return True

    def finish(self) -> None:
        """Return when no sign-in is under way, as its last page may have left the command and not be here yet."""
        with self._at_it:
            return

    def _go_through(self, url: str) -> None:
        page = self._follow(requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False), url)
        while found := re.search(r'name="ticket" value="([^"]+)"', page):
            action = re.search(r'<form method="post" action="([^"]+)"', page)
            assert action
            target = urljoin(self.addresses[-1], html.unescape(action[1]))
            form = {"ticket": found[1], "decision": self.decision}
            answer = requests.post(target, data=form, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
            page = self._follow(answer, target)

    @property
    def last_page(self) -> str:
        """Return the words of the page where the visitor ended."""
        return html.unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", self.pages[-1]))

    def _follow(self, answer: requests.Response, url: str) -> str:
        while location := answer.headers.get("Location"):
            url = self._taken_back(urljoin(url, location))
            answer = requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
        self.addresses.append(url)
        self.pages.append(answer.text)
        return answer.text

    def _taken_back(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.path != "/callback":
            return url
        if self.on_the_way:
            told = self.on_the_way(dict(parse_qsl(parts.query)))
            url = parts._replace(query=urlencode(told)).geturl()
        self.callbacks.append(url)
        return url


if __name__ == "__main__":
    Visitor().open(sys.argv[1])
