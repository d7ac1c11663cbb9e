"""When does a walk stop to review what its tokens may have passed by, and how far has it surely come by then?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from source_zoho.crm.question import Ask
from source_zoho.crm.review import Review

_RESTLESS = (
    "records were edited or deleted again and again while they were read; if Zoho counts records to find the next "
    "page, some may be missing until the next full refresh"
)


class Reviewed:
    """A walk whose questions are those of its review now and then; it has ``reached`` what that has made sure of."""

    ask: Ask | None
    reached: datetime | None
    doubts: list[str]
    _review: Review
    _came_to: datetime | None
    _ask_after_the_review: Ask | None

    @property
    def wants_deletions_since(self) -> datetime | None:
        """From when on the walk wants to hear which records were deleted, before it goes on."""
        return self._review.deletions_since

    def hear_of_deletions(self, deleted: Collection[str]) -> None:
        """Learn the ids of the records that were *deleted* since then, and go on."""
        self._review.hear_of_deletions(deleted)
        self._go_on_with_the_review()

    def _review_before(self, question: Ask | None) -> None:
        """Make sure of what was read before *question* is put, if it is time to; None: at the end."""
        self.ask = question
        if self._review.is_due or (question is None and self._review.has_doubts):
            self._ask_after_the_review = question
            self._review.begin()
            self._go_on_with_the_review()

    def _go_on_with_the_review(self) -> None:
        self.ask = self._review.ask
        if self._review.is_open:
            return
        if self._review.unsettled:
            self.doubts.append(_RESTLESS)
            self._review.unsettled = False
        self.reached = self._came_to
        self.ask = self._ask_after_the_review

    def _come_to(self, last: datetime | None) -> None:
        """Remember that all was handed out up to *last*, which counts when tokens have passed nothing by."""
        self._came_to = last
        if not self._review.has_doubts:
            self.reached = last
