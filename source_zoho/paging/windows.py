"""
Which page comes next, when pages are numbered and rows may vanish while we read?

A deletion moves every later row one place up, so the row that stood first on the next page slips onto the page
already read and would be lost without a trace. Pages that overlap by at least one row show it: a page must begin with
a row that was read before. Zoho counts pages in steps of ``per_page``, so an overlapping page is had by asking for
slightly smaller pages: after rows 0 to 199 comes page 2 of 199 rows, 199 to 397. Lists of one page pay nothing for
it, and long ones about one call in ten; see "What a page costs" in the docs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

PAGE_SIZE = 200  # the most that Books and Billing give: https://www.zoho.com/books/api/v3/pagination/
_SMALLEST_USEFUL_PAGE = 100
_PAGES_REMEMBERED = 3
_STEPS_BACK = 20  # a list without a stable order would send us back for ever
_IDLE_PAGES = 3  # one page without a new row may be a hiccup


@dataclass(frozen=True)
class Page:
    """A numbered page: ``number`` counts from 1, in steps of ``size`` rows."""

    number: int = 1
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """The place of the page's first row in the list, from 0."""
        return (self.number - 1) * self.size


@dataclass
class Windows:
    """
    A walk through numbered pages that notices when rows have moved; ``page`` is the one to ask for now.

    ``stalled`` tells that Zoho promises more rows again and again, and gives none that are new.
    """

    page: Page = field(default_factory=Page)
    done: bool = False
    stalled: bool = False
    _read: deque[frozenset[Hashable]] = field(default_factory=lambda: deque(maxlen=_PAGES_REMEMBERED))
    _seen: deque[frozenset[Hashable]] = field(default_factory=lambda: deque(maxlen=_PAGES_REMEMBERED))
    _idle_pages: int = 0
    _steps_back: int = 0
    _overlapping: bool = True

    def steps_back_from_a_gap(self, ids: Sequence[Hashable], has_more: bool, size_seen: int | None) -> bool:
        """Return whether rows have slipped past between the page before and this one, and if so ask for them."""
        if not self._keeps_to_our_size(ids, has_more, size_seen) or self._continues(ids):
            return False
        self._steps_back += 1
        self.page = overlapping_page(self.page.offset - PAGE_SIZE)
        return True

    def advance(self, ids: Sequence[Hashable], has_more: bool, size_seen: int | None) -> None:
        """
        Move on from the current page.

        *ids* tell its rows apart, *has_more* tells whether Zoho has rows behind it, and *size_seen* is the page size
        that Zoho says it used (None when it does not say).
        """
        if self.steps_back_from_a_gap(ids, has_more, size_seen):
            return
        self._look_for_news(ids, has_more)
        if not self._keeps_to_our_size(ids, has_more, size_seen):
            self._go_on_in_plain_steps(has_more)
        elif has_more:
            self._read.append(frozenset(ids))
            self.page = overlapping_page(self.page.offset + len(ids))
        else:
            self.done = True

    def _keeps_to_our_size(self, ids: Sequence[Hashable], has_more: bool, size_seen: int | None) -> bool:
        full = len(ids) == self.page.size or not has_more
        return self._overlapping and full and size_seen in (None, self.page.size)

    def _continues(self, ids: Sequence[Hashable]) -> bool:
        if self.page.offset == 0 or self._steps_back >= _STEPS_BACK:
            return True
        return bool(ids) and any(ids[0] in page for page in self._read)

    def _look_for_news(self, ids: Sequence[Hashable], has_more: bool) -> None:
        """Count the pages in a row that promised more and had nothing that the pages before had not."""
        here = frozenset(ids)
        self._idle_pages = 0 if here.difference(*self._seen) else self._idle_pages + 1
        self._seen.append(here)
        self.stalled = has_more and self._idle_pages >= _IDLE_PAGES

    def _go_on_in_plain_steps(self, has_more: bool) -> None:
        """Count pages one by one: this server has a page size of its own, so places cannot be computed."""
        number = self.page.number + 1 if self.page.size == PAGE_SIZE else 1
        self.done = self.page.size == PAGE_SIZE and not has_more
        self.page, self._overlapping = Page(number), False


def overlapping_page(covered: int) -> Page:
    """Return the page that reaches furthest among those that show row number ``covered - 1`` once more."""
    if covered <= 0:
        return Page()
    last = covered - 1
    pages = (Page(last // size + 1, size) for size in range(PAGE_SIZE, _SMALLEST_USEFUL_PAGE - 1, -1))
    return max(pages, key=lambda page: page.offset + page.size)
