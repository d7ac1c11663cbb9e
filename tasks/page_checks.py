"""Is a page good in a browser: quiet, within its window, readable by day and night, and open to those who hear it?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import rich_click as click

from tasks.chromium import Tab

WIDE, NARROW, PAPER = 1280, 400, 718  # pixels; A4 at 96 to the inch, without its margins
_HEIGHT = 1000
_LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text of any size
_LEAST_CONTRAST_OF_SHAPES = 3.0  # 1.4.11
_QUESTIONS = Path(__file__).with_name("page_checks.js")


def expect(fulfilled: object, what: str) -> None:
    """Raise ClickException when *what* is not so."""
    if not fulfilled:
        raise click.ClickException(f"it is not true that {what}")


def opened(tab: Tab, page: Path) -> None:
    """Open *page* from the disk, at its widest, and see that it asks nobody and that nothing is complained about."""
    address = page.resolve().as_uri()
    tab.requests.clear()
    tab.resize(WIDE, _HEIGHT)
    tab.light()
    tab.open(address)
    tab.wait_for(f"location.href === '{address}' && document.readyState === 'complete'")
    expect(tab.requests == [address], f"nothing but the page is asked for: {tab.requests}")
    expect(not tab.complaints, f"the browser has nothing to complain about: {tab.complaints}")
    tab.value(_QUESTIONS.read_text("utf-8"))


def check_page(tab: Tab, page: Path) -> str:
    """Check what has to be true of every page; return what was measured, or raise ClickException."""
    opened(tab, page)
    _check_build(asked(tab, "build()"))
    for width in (WIDE, NARROW):
        tab.resize(width, _HEIGHT)
        outside = asked(tab, "outside()")
        expect(not outside, f"{page.name} stays within {width} pixels: {outside}")
    tab.resize(PAPER, _HEIGHT)
    tab.light(on_paper=True)
    expect(not (outside := asked(tab, "outside()")), f"{page.name} stays within its paper: {outside}")
    contrasts = [_least_contrast(tab, page, dark=dark) for dark in (False, True)]
    tab.resize(WIDE, _HEIGHT)
    return f"contrast of text at least {contrasts[0]:.1f} by day and {contrasts[1]:.1f} by night"


def _check_build(built: dict[str, Any]) -> None:
    expect(built["lang"] == "en" and built["title"], "the page has a language and a title")
    expect(built["mains"] == 1, "there is one main part")
    levels = built["levels"]
    expect(levels.count(1) == 1 and levels[0] == 1, "there is one heading of all, and it comes first")
    expect(all(after <= before + 1 for before, after in pairwise(levels)), f"headings follow each other: {levels}")
    for what, found in built["wrong"].items():
        expect(not found, f"nothing is among {what}: {found}")


def _least_contrast(tab: Tab, page: Path, *, dark: bool) -> float:
    tab.light(dark=dark)
    found = asked(tab, "contrasts()")
    for kind, least in (("texts", _LEAST_CONTRAST), ("shapes", _LEAST_CONTRAST_OF_SHAPES)):
        faint = [f"{what} ({ratio:.2f})" for ratio, what in found[kind] if ratio < least]
        expect(not faint, f"nothing on {page.name} is faint, dark={dark}: {faint[:5]}")
    return float(min(ratio for ratio, _ in found["texts"]))


def asked(tab: Tab, question: str) -> Any:
    """Return what the open page answers to *question*, one of those in the file of questions."""
    found = tab.value(question)
    expect(found is not None, f"the page answers {question}")
    return found
