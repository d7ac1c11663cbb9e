"""Is the page in the browser plain, safe, and complete by itself?"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from source_zoho.cli import login_page

PAGES: dict[str, Callable[[], str]] = {
    "signed-in": lambda: login_page.signed_in("Europe (eu)"),
    "not-signed-in": lambda: login_page.refused("Zoho does not know this client ID."),
    "stray": login_page.stray,
    "over": login_page.over,
    "not-here": login_page.not_here,
}


class Outline(HTMLParser):
    """Collects the tags of a page, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("state", list(PAGES))
def test_a_page_says_one_thing_and_what_to_do_next(state: str) -> None:
    page, outline = PAGES[state](), Outline()
    outline.feed(page)

    assert outline.open == []
    assert outline.tags == ["html", "head", *["meta"] * 3, "title", "style", "body", "main", "h1", "p", "p"]
    assert f'<main id="{state}">' in page
    assert page.startswith("<!doctype html>")
    assert "$" not in page, "every place of the template is filled"


@pytest.mark.parametrize("state", list(PAGES))
def test_a_page_needs_no_network_and_runs_nothing(state: str) -> None:
    assert re.findall(r"https?:|src=|href=|url\(|@import|<script|\bon\w+=", PAGES[state]()) == []


def test_what_zoho_said_is_text_and_nothing_else() -> None:
    page = login_page.refused("<script>alert('$title')</script> & more")

    assert "<script>" not in page
    assert "&lt;script&gt;alert(&#x27;$title&#x27;)&lt;/script&gt; &amp; more" in page


def test_browsers_are_told_to_load_keep_and_pass_on_nothing() -> None:
    assert "default-src 'none'" in login_page.HEADERS["Content-Security-Policy"]
    assert login_page.HEADERS["Referrer-Policy"] == "no-referrer"
    assert login_page.HEADERS["Cache-Control"] == "no-store"
