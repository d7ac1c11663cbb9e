"""How does a test read a module to its end, disturb it on the way, and break off?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from source_zoho.crm.walk import CHANGED_AT, Answer, Ask, Method, StuckError, Walk
from source_zoho.crm.weave import Row
from source_zoho.crm.weave import moment as instant_of
from unit_tests.crm.module_model import ModuleModel, TroubleError, moment

Disturb = Callable[[int], object]
ALL_METHODS = (Method.BY_CHANGE, Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN)
OF_HISTORY = ALL_METHODS[1:]  # for records that nobody edits
WITHOUT_TIMES = ALL_METHODS[2:]  # for records that do not say when they changed


@dataclass
class Habits:
    """How the reader goes about it, and how fast the clock runs meanwhile."""

    rounds_between_checkpoints: int = 25
    seconds_for_a_question: float = 1.0
    clock_shows_fractions: bool = False
    gives_up_at_question: float = inf
    methods: Sequence[Method] = ALL_METHODS


@dataclass
class Reading:
    """What came out of one walk, and what it took; ``state`` is what the last checkpoint said."""

    walk: Walk
    model: ModuleModel
    before_question: Disturb
    habits: Habits
    rows: list[Row] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    questions: int = 0
    deletions_asked: int = 0
    state: datetime | None = None
    broken_off: bool = False
    stuck: str = ""

    @property
    def ids(self) -> list[str]:
        """The ids of the rows, in the order in which they came out."""
        return [row["id"] for row in self.rows]

    @property
    def next_since(self) -> datetime | None:
        """From when the next sync reads on; None when that is where this one began."""
        if self.broken_off or self.stuck or not self.walk.began_at:
            return self.state
        changes = [changed for row in self.rows if (changed := instant_of(row[CHANGED_AT]))]
        return min(max(changes), self.walk.began_at) if changes else self.state

    def to_the_end(self, most_rounds: int) -> Reading:
        """Read until there is no question left, or the reader gives up, or the walk is stuck."""
        try:
            while self.walk.ask or self.walk.wants_deletions_since:
                self._tell_deletions()
                if self.walk.ask is None:
                    continue
                self._round(self.walk.ask)
                assert len(self.asks) <= most_rounds, f"no end after {most_rounds} rounds: {self.walk.remarks}"
                if len(self.asks) % self.habits.rounds_between_checkpoints == 0:
                    self._checkpoint()
            self._checkpoint()
        except StuckError as stuck:
            self.stuck = str(stuck)
        except _GaveUpError:
            self.broken_off = True
        return self

    def _round(self, ask: Ask) -> None:
        self.asks.append(ask)
        if self.walk.method not in self.methods:
            self.methods.append(self.walk.method)
        try:
            answers, read_at = self._answers(ask)
        except TroubleError as refusal:
            self.walk.meet(refusal.trouble)
            return
        self.rows += self.walk.take(answers, read_at)

    def _tell_deletions(self) -> None:
        since = self.walk.wants_deletions_since
        if since:
            self._let_time_pass()
            self.deletions_asked += 1
            gone = {str(number) for number, at in self.model.deleted.items() if int(at) >= since.timestamp()}
            self.walk.hear_of_deletions(gone)

    def _answers(self, ask: Ask) -> tuple[Sequence[Answer], datetime]:
        answers: list[Answer] = []
        read_at: datetime | None = None
        for group in range(self.walk.groups):
            if ask.tokens and ask.tokens[group] is None:
                answers.append(Answer())
                continue
            self._let_time_pass()
            answers.append(self.model.answer(ask, group))
            read_at = read_at or self._clock()
            nothing_changed = not answers[0].rows and not answers[0].more and not ask.tokens
            if ask.only_of_the_leader or nothing_changed:
                break
        assert read_at is not None
        return answers, read_at

    def _checkpoint(self) -> None:
        for record_id in self.walk.weave.pop_torn():
            self._let_time_pass()
            row = self.model.whole(record_id)
            if row and self.walk.is_news(row):
                self.rows.append(row)
        if self.walk.reached and self.walk.began_at:
            self.state = min(self.walk.reached, self.walk.began_at)

    def _let_time_pass(self) -> None:
        self.questions += 1
        if self.questions >= self.habits.gives_up_at_question:
            raise _GaveUpError
        self.model.now += self.habits.seconds_for_a_question
        self.before_question(self.questions)

    def _clock(self) -> datetime:
        return moment(self.model.now if self.habits.clock_shows_fractions else int(self.model.now))


class _GaveUpError(Exception):
    """Somebody pulled the plug."""


def read(
    model: ModuleModel,
    since: datetime | None = None,
    *,
    before_question: Disturb = lambda question: None,
    habits: Habits | None = None,
    most_rounds: int = 500,
) -> Reading:
    """Read *model* from *since* on; *before_question* is told the number of each question, from 1."""
    habits = habits or Habits()
    walk = Walk(model.groups, since, habits.methods)
    return Reading(walk, model, before_question, habits).to_the_end(most_rounds)
