"""
How does a task look at a page as a real browser shows it?

It drives Debian's Chromium, headless, over the pipe of its remote debugging (`--remote-debugging-pipe`): messages of
JSON, each ended by a zero byte, on two file descriptors. So it needs no port and no package.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rich_click as click

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.05


@dataclass
class Tab:
    """A tab of the browser: what it shows, what it asked the network for, and what it complained about."""

    _to_browser: int
    _from_browser: int
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _session: str = ""
    _number: int = 0
    _unread: bytes = b""

    def attach(self) -> None:
        """Open an empty tab and listen to it."""
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable", {})

    def open(self, url: str) -> None:
        """Go to *url*."""
        self._call("Page.navigate", {"url": url})

    def value(self, expression: str) -> Any:
        """Return what the JavaScript *expression* is in the page."""
        answer = self._call("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until *expression* is true in the page. Raises ClickException when it never is."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self.value(expression):
            if time.monotonic() > until:
                raise click.ClickException(f"the browser waited for {expression} at {self.value('location.href')}")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def photograph(self, path: Path, *, dark: bool = False) -> None:
        """Write a picture of the page to *path*."""
        self.light(dark=dark)
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", {"format": "png"})["data"]))

    def light(self, *, dark: bool = False, on_paper: bool = False) -> None:
        """Show the page by day or by night, or as it is printed."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._call("Emulation.setEmulatedMedia", {"features": scheme, "media": "print" if on_paper else ""})

    def resize(self, width: int, height: int) -> None:
        """Give the page so many pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", size)

    def printed(self) -> bytes:
        """Return the page as a PDF, on A4, as somebody prints it who changes nothing."""
        paper = {"paperWidth": 8.27, "paperHeight": 11.69}
        return base64.b64decode(self._call("Page.printToPDF", paper)["data"])

    def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        number, session = self._number, {"sessionId": self._session} if self._session else {}
        message = {"id": number, "method": method, "params": parameters, **session}
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == number:
                if "error" in heard:
                    raise click.ClickException(f"Chromium does not take {method}: {heard['error'].get('message')}")
                return dict(heard["result"])
            self._note(heard)

    def _note(self, heard: dict[str, Any]) -> None:
        told = heard.get("params", {})
        if heard.get("method") == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        if heard.get("method") == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        if heard.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(told["exceptionDetails"]["text"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from_browser], [], [], _PATIENCE_SECONDS)
            piece = os.read(self._from_browser, 1 << 16) if ready else b""
            if not piece:
                raise click.ClickException("Chromium does not answer.")
            self._unread += piece
        message, _, self._unread = self._unread.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        return heard


@contextmanager
def a_tab() -> Iterator[Tab]:
    """Start a browser that knows nobody, yield a tab of it, and end it. Raises ClickException when there is none."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise click.ClickException("there is no Chromium here; on Debian: apt-get install chromium")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # The pipe is on the descriptors 3 and 4, which a shell puts in their place.
    script = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out} 2>/dev/null'
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(  # noqa: S603 - a browser that was looked up, with flags of ours
            ["/bin/bash", "-c", script, "browser", program, *_flags(profile)], pass_fds=(theirs_in, theirs_out)
        )
        try:
            os.close(theirs_in)
            os.close(theirs_out)
            tab = Tab(ours_out, ours_in)
            tab.attach()
            yield tab
        finally:
            browser.terminate()
            browser.wait()
            os.close(ours_out)
            os.close(ours_in)


def _flags(profile: str) -> list[str]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own sandbox does not work for root
    quiet = ["--no-first-run", "--disable-gpu", "--disable-extensions", "--disable-background-networking"]
    return ["--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}", *quiet, *sandbox]
