"""
Has a chain of tokens passed records by, because people worked on others that it had read?

Whether a ``page_token`` remembers a place or counts records is not documented. If it counts, each record that is edited
away or deleted in front of the place moves the next one out of sight. So who has followed tokens asks afterwards what
was edited since the chain began, and what was deleted; where a record of the chain is among these, the chain is read
once more, with a fresh question, until nobody has worked on what was read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from source_zoho.crm.emitted import Emitted
from source_zoho.crm.order import change_of
from source_zoho.crm.question import Answer, Ask
from source_zoho.crm.weave import Row

_A_SECOND = timedelta(seconds=1)
_MOST_LOOKS = 3  # at a whole chain, each of which people disturbed
_MOST_BREAKS = 5
_PAGES_BETWEEN = 25  # what is not sure yet is no place to take a read up from


@dataclass
class Chain:
    """
    What was read by one question from *since* on and its tokens, *until* the change from which another chain went on
    (None: to the end), and which records it *passed*.

    It began at *began_at*, and read some records *late*: these had changed even later.
    """

    since: datetime | None
    began_at: datetime
    until: datetime | None = None
    pages: int = 0
    passed: Emitted = field(default_factory=Emitted)
    late: dict[str, datetime] = field(default_factory=dict)
    is_disturbed: bool = False

    def add(self, rows: Sequence[Row], changed_at: str) -> None:
        """Note a page."""
        self.pages += 1
        for row in rows:
            changed = change_of(row, changed_at)
            self.is_disturbed = self.is_disturbed or (changed is not None and self.has_lost(row, changed))
            self.passed.add(row["id"])
            # A second edit within the same second does not show; behind it are records that the next sync reads again.
            if changed and changed >= self.began_at:
                self.late[row["id"]] = changed

    def has_lost(self, row: Row, changed: datetime) -> bool:
        """Tell whether *row* was edited away from where it was passed."""
        return changed >= self.began_at and row["id"] in self.passed and self.late.get(row["id"]) != changed


@dataclass
class Review:
    """
    Remembers the chains of several pages, and asks what has become of them; *in_order* says that lists come in the
    order of change.

    ``ask`` is its next question, and ``deletions_since`` is from when on it wants to hear of deletions. It is open as
    long as it has either. ``looks`` counts how often chains were read once more, and ``unsettled`` tells that people
    were faster.
    """

    changed_at: str
    in_order: bool = True
    ask: Ask | None = None
    deletions_since: datetime | None = None
    looks: int = 0
    unsettled: bool = False
    _chains: list[Chain] = field(default_factory=list)
    _current: Chain | None = None
    _look: Chain | None = None
    _to_look_at: list[Chain] = field(default_factory=list)
    _breaks: int = 0
    _pages: int = 0

    @property
    def has_doubts(self) -> bool:
        """Tell whether something that was read is not sure."""
        return bool(self._chains)

    @property
    def is_due(self) -> bool:
        """Tell whether it is time to find out."""
        return self.has_doubts and self._pages >= _PAGES_BETWEEN

    @property
    def is_open(self) -> bool:
        """Tell whether it has a question, or waits for the deletions."""
        return self.ask is not None or self.deletions_since is not None

    @property
    def is_looking(self) -> bool:
        """Tell whether the answers to its question are records, and not signs of what was edited."""
        return self._look is not None

    @property
    def is_within_a_chain(self) -> bool:
        """Tell whether its question goes on from an answer."""
        return self.ask is not None and self.ask.tokens is not None

    # ── what the walk reads ──

    def note(self, ask: Ask, rows: Sequence[Row], read_at: datetime) -> None:
        """Note a page of *rows* that the walk was given for *ask*."""
        if ask.tokens is None or self._current is None:
            self._current = Chain(ask.since, read_at.replace(microsecond=0))
        self._current.add(rows, self.changed_at)
        self._pages += 1 if self._chains else 0

    def leave(self, until: datetime | None) -> None:
        """Note that the walk has left its chain, and goes on from the change *until*; None: it is at the end."""
        chain, self._current = self._current, None
        if chain and chain.pages > 1:
            chain.until = until
            self._chains.append(chain)

    # ── what has become of it ──

    def begin(self) -> None:
        """Ask what was edited since the first of the chains began."""
        began_at = min(chain.began_at for chain in self._chains)
        # "Since" may mean "after".
        self.ask = Ask(self.changed_at, since=began_at - _A_SECOND, only_of_the_leader=True)
        self._look, self._pages = None, 0

    def begin_anew(self) -> None:
        """Put the first question again, for its chain of tokens was broken, or is full; not without end."""
        self._breaks += 1
        if self._breaks > _MOST_BREAKS:
            self._give_up()
        elif self._look is None:
            self.begin()
        else:
            self._look_at(self._look)

    def take(self, answers: Sequence[Answer], read_at: datetime) -> None:
        """Learn from the *answers* to ``ask``."""
        if self._look is None:
            self._note_edits(answers[0])
        else:
            self._look_on(self._look, answers, read_at)

    def hear_of_deletions(self, deleted: Collection[str]) -> None:
        """Learn which records were *deleted*, and look at the chains again that have lost some."""
        self.deletions_since = None
        for chain in self._chains:
            chain.is_disturbed = chain.is_disturbed or any(each in chain.passed for each in deleted)
        self._chains = [chain for chain in self._chains if chain.is_disturbed]
        if self._chains and self.looks >= _MOST_LOOKS:
            self._give_up()
            return
        self.looks = self.looks + 1 if self._chains else 0
        self._to_look_at = list(self._chains)
        self._look_at_the_next()

    def _note_edits(self, leader: Answer) -> None:
        last: datetime | None = None
        for row in leader.rows:
            last = change_of(row, self.changed_at) or last
            for chain in self._chains:
                chain.is_disturbed = chain.is_disturbed or (last is not None and chain.has_lost(row, last))
        self._go_on(leader, last)

    def _go_on(self, leader: Answer, last: datetime | None) -> None:
        """Ask for the edits behind *last*, or for the deletions when there are none."""
        asked = self.ask
        if asked is None or not leader.more:
            self._ask_for_deletions()
        elif self.in_order and last and asked.since and last - _A_SECOND > asked.since:
            self.ask = Ask(self.changed_at, since=last - _A_SECOND, only_of_the_leader=True)
        elif leader.token and asked.tokens != (leader.token,):
            self.ask = Ask(self.changed_at, since=asked.since, tokens=(leader.token,), only_of_the_leader=True)
        else:
            self._ask_for_deletions()

    def _ask_for_deletions(self) -> None:
        self.ask = None
        self.deletions_since = min((chain.began_at for chain in self._chains), default=None)

    # ── looking again ──

    def _look_at_the_next(self) -> None:
        """Look at the next chain that was disturbed; when all were, ask what was edited meanwhile."""
        if self._to_look_at:
            self._look_at(self._to_look_at.pop(0))
        elif self._chains:
            self.begin()
        else:
            self.ask, self._look, self.looks, self._breaks = None, None, 0, 0

    def _give_up(self) -> None:
        self.unsettled = True
        self._chains, self._to_look_at = [], []
        self._look_at_the_next()

    def _look_at(self, chain: Chain) -> None:
        self._look, self._current = chain, None
        self.ask = Ask(self.changed_at, since=chain.since)

    def _look_on(self, looked_at: Chain, answers: Sequence[Answer], read_at: datetime) -> None:
        if self.ask is None:
            return
        if self._current is None:
            self._current = Chain(looked_at.since, read_at.replace(microsecond=0), looked_at.until)
        self._current.add(answers[0].rows, self.changed_at)
        if self._is_behind(looked_at.until, answers):
            self._have_looked(looked_at, self._current)
        else:
            self.ask = self.ask.followed(answers)

    def _is_behind(self, until: datetime | None, answers: Sequence[Answer]) -> bool:
        """Tell whether every group has come to where the next chain began, or to its end."""
        last = [change_of(answer.rows[-1], self.changed_at) for answer in answers if answer.rows and answer.more]
        return all(each is not None and until is not None and each >= until for each in last)

    def _have_looked(self, looked_at: Chain, chain: Chain) -> None:
        self._current = None
        self._chains.remove(looked_at)
        if chain.pages > 1:
            self._chains.append(chain)
        self._look_at_the_next()
