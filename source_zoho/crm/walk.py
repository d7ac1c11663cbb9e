"""
Which question brings the next records of a module, and which of its answers are news?

A module is read in the order of change, oldest first, and after each page the next question begins where that page
ended: ``If-Modified-Since`` the last change seen. An edit moves a record to the end, where it is met again, so that no
record is skipped however many are edited meanwhile. This holds whether a ``page_token`` of Zoho's remembers a place or
counts records, which is not documented, and has neither the end after 100,000 records nor the 24 hours that tokens have
(https://www.zoho.com/crm/developer/docs/api/v8/get-records.html). Tokens are used where many records changed within one
second, as after an import; ``source_zoho.crm.review`` then sees to it that none was passed by.

What is not documented is believed only as far as the answers bear it out, and a module that does not bear it out is
read in a plainer way, from the same point:

    BY_CHANGE     oldest change first, from the change that was seen last
    NEWEST_FIRST  latest change first, until what is older than the last sync (the header is ignored)
    BY_ID         in the order of ids, which edits do not move; beyond 100,000 records from the other end
    PLAIN         in Zoho's own order
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from source_zoho.crm.emitted import Emitted
from source_zoho.crm.order import FirstPage, change_of, latest_come_first
from source_zoho.crm.question import Answer, Ask, Method, StuckError, TooLongError, Trouble
from source_zoho.crm.review import Review
from source_zoho.crm.reviewed import Reviewed
from source_zoho.crm.weave import Row, Weave

__all__ = ["CHANGED_AT", "Answer", "Ask", "Method", "StuckError", "TooLongError", "Trouble", "Walk"]

CHANGED_AT = "Modified_Time"
_NO_OTHER_END = "Zoho lists no more than 100,000 records of this module from either end"
_A_SECOND = timedelta(seconds=1)
_LEAST_NEWS = 0.5  # of a page that begins a new chain
_MOST_BREAKS = 5  # of chains, one after the other, that bring nothing new
_MOST_LOOKS = 10  # at what was edited meanwhile, each shorter than the one before unless people are faster than we are


@dataclass
class Walk(Reviewed):
    """
    The way through one module, from the changes of *since* on (None: everything), read in *groups* of fields.

    ``ask`` is the next question, None at the end. ``reached`` is the instant up to which every change has been handed
    out, or is among the torn records of ``weave``, where the order of the answers vouches for that. ``remarks`` are
    for the user; so are ``doubts``, of what may be lost.

    At the end, or before it, the walk may want to hear what was deleted since ``wants_deletions_since``.
    """

    groups: int = 1
    since: datetime | None = None
    methods: Sequence[Method] = (Method.BY_CHANGE, Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN)
    changed_at: str = CHANGED_AT
    emitted: Emitted = field(default_factory=Emitted)
    remarks: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    reached: datetime | None = None
    began_at: datetime | None = None

    def __post_init__(self) -> None:
        # Times of change are whole seconds: what changed later in the second of *since* has a time before it.
        self.since = self.since.replace(microsecond=0) if self.since else None
        self.method = self.methods[0]
        self.weave = Weave(self.groups, self.changed_at)
        self._margin = timedelta(0)
        self._margin_is_sure = False
        self._rounds = 0
        self._breaks = 0
        self._news_since_trouble = 0
        self._begin()

    # ── what the reader tells ──

    def take(self, answers: Sequence[Answer], read_at: datetime) -> list[Row]:
        """
        Learn from the *answers* to ``ask``, one for each group, and return the records that are whole and news.

        *read_at* must not be later, on Zoho's clock, than the moment in which Zoho looked for the first of them.
        """
        self.began_at = self.began_at or read_at.replace(microsecond=0)
        self._rounds += 1
        if self._review.ask:
            return self._reviewed(answers, read_at)
        if not self._is_of_use(answers[0], read_at):
            return []
        if self.method is Method.BY_CHANGE and self.ask:
            self._review.note(self.ask, answers[0].rows, read_at)
        news = self._news(answers, read_at)
        self._go_on(answers)
        return news

    def _news(self, answers: Sequence[Answer], read_at: datetime) -> list[Row]:
        rows = self.weave.take([answer.rows for answer in answers], read_at, self.emitted)
        news = [row for row in rows if self.is_news(row)]
        self._news_since_trouble += len(news)
        return news

    def is_news(self, row: Row) -> bool:
        """Tell whether *row* is to be handed out, which it is once."""
        if self.since is not None and self._is_older(row, self.since):
            return False
        return self.emitted.add(row["id"])

    def meet(self, trouble: Trouble) -> None:
        """Find another way after a *trouble*. Raises StuckError when there is none."""
        if trouble is Trouble.NOT_TAKEN:
            self._step_down("Zoho does not take the question as it was asked")
        elif self._review.ask:
            self._review.begin_anew()
            self._go_on_with_the_review()
        elif trouble is Trouble.CHAIN_FULL:
            self._leave_a_full_chain()
        else:
            self._mend_the_chain()

    # ── what tokens may have passed by ──

    def _reviewed(self, answers: Sequence[Answer], read_at: datetime) -> list[Row]:
        """Return the records that were passed by, if these *answers* are about records."""
        if self._has_what_was_not_asked_for(answers[0]):
            return []
        is_looking = self._review.is_looking
        news = self._news(answers, read_at) if is_looking else []
        self._review.take(answers, read_at)
        if is_looking and not self._review.is_within_a_chain:
            self.weave.give_up_waiting()
        self._go_on_with_the_review()
        return news

    # ── beginning, and beginning again ──

    def _begin(self) -> None:
        self._last: datetime | None = None  # the change that every group has come to
        self._border: datetime | None = None  # the change at which this chain began
        self._first_page: FirstPage | None = None
        self._order_is_proven = False
        self._looks_at_the_other_end = False
        self._keeps_to_one_chain = False
        self._comes_from_the_other_end = False
        self._ids_rise = True
        self._highest_id = self._last_id = ""
        self._looks = self._rounds_of_this_look = 0
        self._look_began_at: datetime | None = None
        self._look_ends_at = self.since
        self._review = Review(self.changed_at)
        self._came_to, self._ask_after_the_review = self.reached, None
        self.ask: Ask | None = self._first_question()

    def _first_question(self) -> Ask:
        if self.method is Method.BY_CHANGE:
            # "Since" may mean "after": a second earlier, nothing of its own second is missing.
            return Ask(self.changed_at, since=self.since - _A_SECOND if self.since else None)
        if self.method is Method.NEWEST_FIRST:
            # To stop at what is old takes an order that can be trusted, so that the oldest are looked at first.
            return Ask(self.changed_at, descending=self.since is None)
        return Ask("id") if self.method is Method.BY_ID else Ask()

    def _step_down(self, reason: str) -> None:
        rest = list(self.methods)[list(self.methods).index(self.method) + 1 :]
        if self.since is None:
            rest = [method for method in rest if method is not Method.NEWEST_FIRST]  # there is nothing to stop at
        if not rest:
            raise StuckError(reason)
        self.method, self.methods = rest[0], rest
        self.remarks.append(f"{reason}; reading on {self.method.in_words}.")
        self.weave.give_up_waiting()
        self._begin()

    def _mend_the_chain(self) -> None:
        self._breaks = 0 if self._news_since_trouble else self._breaks + 1
        self._news_since_trouble = 0
        if self._breaks > _MOST_BREAKS:
            raise StuckError("Zoho ends the list at the same place again and again")
        if self._may_jump():
            self._jump()
        elif self.ask:
            self._last_id = ""
            self.ask = Ask(self.ask.sort_by, self.ask.descending, self.ask.since)

    def _leave_a_full_chain(self) -> None:
        if self._may_jump():
            self._jump()
        elif self.method is Method.BY_ID and self._ids_rise and not self._comes_from_the_other_end:
            self._comes_from_the_other_end = True
            self.ask = Ask("id", descending=True)
        elif self.method is Method.BY_ID:
            raise TooLongError(_NO_OTHER_END)
        else:
            self._step_down("Zoho lists no more than 100,000 records in this order")

    # ── a new chain where the last one ended ──

    def _may_jump(self) -> bool:
        """Tell whether a new chain that begins at the last change would leave something behind."""
        if self.method is not Method.BY_CHANGE or self._keeps_to_one_chain or self.ask is None or self._last is None:
            return False
        return self.ask.since is None or self._last - self._margin > self.ask.since

    def _is_worth_a_jump(self, leader: Answer, last: datetime) -> bool:
        """
        Tell whether most of the next page would be new.

        A new chain repeats what changed within the second of *last*. Where an import changed a hundred records a
        second, going on by the token costs half as much or less.
        """
        older = sum(self._is_older(row, last) for row in leader.rows)
        return older >= len(leader.rows) * _LEAST_NEWS or (older > 0 and not leader.token)

    def _jump(self) -> None:
        """Ask for what changed since the last change: at first from the other end, to see that there is an order."""
        if self.ask is None or self._last is None:
            return
        if not self._order_is_proven:
            self._looks_at_the_other_end = True
            self.ask = Ask(self.changed_at, descending=True, since=self.ask.since, only_of_the_leader=True)
            return
        self._border = self._last
        self._review.leave(self._last)
        self._come_to(self._last)
        self.weave.give_up_waiting(before=self._last)
        self._review_before(Ask(self.changed_at, since=self._last - self._margin))

    # ── what the answers show ──

    def _is_of_use(self, leader: Answer, read_at: datetime) -> bool:
        """Tell whether the rows of *leader* are to be taken. If not, there is another question."""
        if self.method is Method.BY_CHANGE:
            return self._is_by_change(leader, read_at)
        if self.method is Method.NEWEST_FIRST:
            return self._is_newest_first(leader, read_at)
        if self.method is Method.BY_ID:
            self._note_ids(leader)
        return True

    def _is_by_change(self, leader: Answer, read_at: datetime) -> bool:
        if self._looks_at_the_other_end:
            self._compare_with_the_other_end(leader)
            return False
        if self._has_what_was_not_asked_for(leader):
            return False
        if self._keeps_to_one_chain:
            return True
        if self._is_fresh() and not self._order_is_proven:
            self._first_page = FirstPage(leader.rows, read_at)
        return not self._lacks_its_border(leader) and self._is_in_order(leader)

    def _has_what_was_not_asked_for(self, leader: Answer) -> bool:
        asked = self.ask.since if self.ask else None
        if asked is None or not any(self._is_older(row, asked) for row in leader.rows):
            return False
        self._step_down("Zoho gives records that are older than asked for")
        return True

    def _compare_with_the_other_end(self, leader: Answer) -> None:
        self._looks_at_the_other_end = False
        if any(self._changed(row) is None for row in leader.rows):
            self._step_down("some records do not say when they changed")
        elif self._is_the_other_end(leader):
            self._order_is_proven = True
            self._jump()
        else:
            self._give_up_the_order()

    def _is_the_other_end(self, leader: Answer) -> bool:
        known = self._first_page
        in_order = latest_come_first(leader.rows, self.changed_at)
        return in_order and known is not None and known.is_turned_round_in(leader.rows, self.changed_at)

    def _give_up_the_order(self) -> None:
        reason = "the records do not come in the order of change"
        self.reached = self._came_to = None
        self._review = Review(self.changed_at, in_order=False)
        if self.since is None or self._order_is_proven:
            self._step_down(reason)
            return
        self.remarks.append(f"{reason}; reading on in the order in which they come.")
        self._keeps_to_one_chain = True
        self.ask = self._first_question()

    def _lacks_its_border(self, leader: Answer) -> bool:
        """Ask a second earlier when the records of the border are missing: Zoho may mean "after", not "from"."""
        if self._border is None or not self._is_fresh():
            return False
        is_there = any(self._changed(row) == self._border for row in leader.rows)
        if self._margin and not self._margin_is_sure:
            self._margin_is_sure = is_there  # if not, somebody edited or deleted them
            self._margin = _A_SECOND if is_there else timedelta(0)
            return False
        if is_there or self._margin:
            return False
        self._margin = _A_SECOND
        self.ask = Ask(self.changed_at, since=self._border - self._margin)
        return True

    def _is_in_order(self, leader: Answer) -> bool:
        before = None if self._is_fresh() else self._last
        for row in leader.rows:
            changed = self._changed(row)
            if changed is None:
                self._step_down("some records do not say when they changed")
                return False
            if before and changed < before:
                self._give_up_the_order()
                return False
            before = changed
        return True

    def _is_newest_first(self, leader: Answer, read_at: datetime) -> bool:
        if self.ask and not self.ask.descending:
            if leader.more:
                self._first_page = FirstPage(leader.rows, read_at)
                self.ask = Ask(self.changed_at, descending=True)
            return not leader.more
        if self._is_fresh():
            self._look_began_at, self._rounds_of_this_look = read_at, 0
        self._rounds_of_this_look += 1
        if self.since is None or self._order_is_proven or not leader.more:
            return True
        self._order_is_proven = self._is_the_other_end(leader)
        if not self._order_is_proven:
            self._step_down("the records do not come in the order of change")
        return self._order_is_proven

    def _note_ids(self, leader: Answer) -> None:
        """Remember the highest id, up to which the list has come as long as ids only rise."""
        if self._comes_from_the_other_end:
            if any(_rank(after["id"]) > _rank(before["id"]) for before, after in pairwise(leader.rows)):
                raise TooLongError(_NO_OTHER_END)
            return
        for row in leader.rows:
            self._ids_rise = self._ids_rise and _rank(row["id"]) >= _rank(self._last_id)
            self._last_id = row["id"]
            self._highest_id = max(self._highest_id, row["id"], key=_rank)

    # ── the next question ──

    def _go_on(self, answers: Sequence[Answer]) -> None:
        last = self._last_change(answers)
        if not any(answer.more for answer in answers) or self._has_met_what_is_known(answers[0]):
            self._finish(last)
            return
        self._last = last or self._last
        if last and self._is_worth_a_jump(answers[0], last) and self._may_jump():
            self._jump()
        elif self.ask:
            self.ask = self.ask.followed(answers)

    def _finish(self, last: datetime | None) -> None:
        self.weave.give_up_waiting()
        self._review.leave(None)
        if self.method is Method.BY_CHANGE and not self._keeps_to_one_chain:
            self._come_to(last or self._came_to)
        if self._rounds_of_this_look > 1 and self._looks < _MOST_LOOKS and self._look_began_at:
            # What was edited while we read moved to the front, behind our back.
            self._looks += 1
            self._look_ends_at = self._look_began_at - _A_SECOND
            self.ask = Ask(self.changed_at, descending=True)
        else:
            self._review_before(None)

    def _has_met_what_is_known(self, leader: Answer) -> bool:
        if self.method is Method.NEWEST_FIRST:
            border = self._look_ends_at
            return border is not None and any(self._is_older(row, border) for row in leader.rows)
        known = _rank(self._highest_id)
        return self._comes_from_the_other_end and any(_rank(row["id"]) <= known for row in leader.rows)

    def _last_change(self, answers: Sequence[Answer]) -> datetime | None:
        """Return the last change that every group has come to."""
        last = [self._changed(answer.rows[-1]) for answer in answers if answer.rows]
        return min((each for each in last if each is not None), default=None)

    def _is_fresh(self) -> bool:
        return self.ask is not None and self.ask.tokens is None

    def _is_older(self, row: Row, border: datetime) -> bool:
        changed = self._changed(row)
        return changed is not None and changed < border

    def _changed(self, row: Row) -> datetime | None:
        return change_of(row, self.changed_at)


def _rank(record_id: str) -> tuple[int, str]:
    """Return what orders ids as numbers: they are written as text, without leading zeros."""
    return len(record_id), record_id
