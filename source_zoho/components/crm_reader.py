"""How are the records of one CRM module read, whole and once, from the first to the last?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.crm_errors import CHAIN_IS_BROKEN, CHAIN_IS_FULL, QUESTION_IS_REFUSED
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_gone import Gone
from source_zoho.components.crm_questions import Questions, answer_in, asked_at, since_text
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_rich_text import RichText
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.emitted import Emitted
from source_zoho.crm.walk import CHANGED_AT, Answer, Ask, StuckError, TooLongError, Trouble, Walk
from source_zoho.crm.weave import Row
from source_zoho.errors import Transient, Unexpected

__all__ = ["PAGE_SIZE", "Batch", "ModuleFacts", "ModuleReader", "asked_at", "since_text"]

PAGE_SIZE = 200
_WORDS_FOR_THE_ORDER = frozenset({"sort_by", "sort_order", "if-modified-since", "if_modified_since"})
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Batch:
    """
    Records that are whole; *reached* is when everything older has been handed out, None while that is not known.

    Where records come in the order of ids, *after* may say up to which id all have been handed out.
    """

    rows: list[Row]
    reached: datetime | None = None
    after: str = ""


@dataclass
class ModuleReader:
    """
    Reads a module in groups of at most fifty fields, as ``source_zoho.crm.walk`` and ``weave`` describe.

    ``began_at`` is when Zoho gave its first answer, and ``gone`` tells what was deleted. The records of
    ``emitted`` were handed out in another way, and are not handed out again.
    """

    facts: ModuleFacts
    requester: CrmRequester
    rounds_between_checkpoints: int = 25
    began_at: datetime | None = None
    emitted: Emitted = field(default_factory=Emitted)

    def __post_init__(self) -> None:
        self.gone = Gone(self.requester, self.facts.stream, self.facts.api_name)
        self._questions = Questions(self.facts, self.requester)
        self._more_is_promised = False
        self._rich_text = RichText(self.facts.stream, self.facts.api_name, list(self.facts.rich_text), self.requester)

    def batches(self, since: datetime | None = None) -> Iterator[Batch]:
        """
        Yield the records that changed at or after *since* (None: all), each once.

        Raises AirbyteTracedException when they cannot be read to the end.
        """
        walk = self._walk(since)
        told = 0
        while True:
            rounds = 0
            while walk.ask or walk.wants_deletions_since:
                try:
                    self._tell_deletions(walk)
                    rows = self._round(walk)
                except AirbyteTracedException:
                    yield from self._kept(walk)
                    raise
                self.began_at = self.began_at or walk.began_at
                rounds += 1
                if rounds % self.rounds_between_checkpoints == 0:
                    yield Batch(self._whole([*rows, *self._mend(walk)]), self._reached(walk))
                else:
                    yield Batch(self._whole(rows))
                told = self._tell(walk, told)
            yield Batch(self._whole(self._mend(walk)), self._reached(walk))
            if self.groups == walk.groups:
                return
            walk, told = self._walk(since), 0

    def by_ids(self, ids: Sequence[str], names: Sequence[str] | None = None) -> list[Row]:
        """
        Return the rows of *ids*, with the fields *names* (None: all) and the time of change; texts in them are whole.

        Records that are gone have none. Raises AirbyteTracedException when Zoho does not give the rows.
        """
        return self._rich_text.complete(self._questions.by_ids(ids, names))

    def gaps(self) -> list[str]:
        """Return sentences about what could not be read although the rest could."""
        return [*self._questions.gaps, *([self._rich_text.gap] if self._rich_text.gap else [])]

    @property
    def groups(self) -> int:
        """The number of calls that one page of records takes."""
        return len(self._questions.groups)

    # ── questions ──

    def _walk(self, since: datetime | None) -> Walk:
        facts = self.facts
        return Walk(self.groups, since, facts.methods, facts.changed_at or CHANGED_AT, self.emitted)

    def _round(self, walk: Walk) -> list[Row]:
        """Put the question of *walk* for every group, and return the records that are news."""
        if walk.ask is None:
            return []
        try:
            answers, read_at = self._answers(walk.ask)
        except ZohoFailure as failure:
            self._overcome(failure, walk)
            return []
        try:
            return walk.take(answers, read_at)
        except StuckError as stuck:
            raise self._stuck(stuck) from None

    def _tell_deletions(self, walk: Walk) -> None:
        if walk.wants_deletions_since:
            walk.hear_of_deletions(self.gone.since(walk.wants_deletions_since))

    def _answers(self, ask: Ask) -> tuple[list[Answer], datetime]:
        answers: list[Answer] = []
        read_at: datetime | None = None
        for place, group in enumerate(self._questions.groups):
            token = ask.tokens[place] if ask.tokens else None
            if ask.tokens and token is None:
                answers.append(Answer())
                continue
            promised = self._more_is_promised and (token is not None or not answers)
            response = self._questions.ask(group, _parameters(ask, token), _headers(ask), promised=promised)
            read_at = read_at or asked_at(response)
            answers.append(answer_in(response))
            if ask.only_of_the_leader or (not answers[0].rows and not answers[0].more and not ask.tokens):
                break  # what has not changed has not changed in any group
        if read_at is None:
            raise traced(Transient(f"{self.facts.stream}: Zoho's list ended unexpectedly. Run again later."))
        self._more_is_promised = any(answer.more for answer in answers)
        return answers, read_at

    # ── trouble ──

    def _overcome(self, failure: ZohoFailure, walk: Walk) -> None:
        """Find another question after a *failure*. Raises it, or what came of it, when there is none."""
        if self._questions.leaves_out(failure):
            return
        if self._questions.takes_fewer_fields(failure, groups=walk.groups):
            walk.ask = None  # begin again; what was handed out is not handed out again
            return
        trouble = self._trouble(failure, walk)
        if trouble is None:
            raise failure
        try:
            walk.meet(trouble)
        except StuckError as stuck:
            raise (failure if trouble is Trouble.NOT_TAKEN else self._stuck(stuck)) from None

    def _trouble(self, failure: ZohoFailure, walk: Walk) -> Trouble | None:
        if failure.code in CHAIN_IS_BROKEN:
            return Trouble.CHAIN_BROKEN
        if failure.code in CHAIN_IS_FULL:
            return Trouble.CHAIN_FULL
        if failure.code not in QUESTION_IS_REFUSED:
            return None
        # How Zoho names a header that it refuses is not documented; then it may name nothing that we know.
        may_be_the_header = not failure.parameter and walk.ask is not None and walk.ask.since is not None
        return Trouble.NOT_TAKEN if may_be_the_header or failure.parameter.lower() in _WORDS_FOR_THE_ORDER else None

    def _stuck(self, stuck: StuckError) -> ZohoFailure:
        if isinstance(stuck, TooLongError):
            sentence = f"{self.facts.stream}: {stuck}, so the rest of it cannot be read. Please report it."
            return traced(Unexpected(sentence), "PAGINATION_LIMIT_EXCEEDED")
        return traced(Transient(f"{self.facts.stream}: {stuck}. What was read is kept; run again later."))

    def _tell(self, walk: Walk, told: int) -> int:
        for remark in walk.remarks[told:]:
            _log.warning("%s: %s Nothing is lost; it may cost more calls.", self.facts.stream, remark)
        for doubt in walk.doubts:
            _log.warning("%s: %s.", self.facts.stream, doubt)
        walk.doubts.clear()
        return len(walk.remarks)

    # ── records that changed between two answers ──

    def _mend(self, walk: Walk) -> list[Row]:
        """Return the torn records, read again whole."""
        ids = [each for each in walk.weave.pop_torn() if each not in walk.emitted]
        return [row for row in self._questions.by_ids(ids) if walk.is_news(row)]

    def _whole(self, rows: list[Row]) -> list[Row]:
        """Return the records of *rows*."""
        return [self.facts.from_lists(row) for row in self._rich_text.complete(rows)]

    def _kept(self, walk: Walk) -> Iterator[Batch]:
        """Yield how far a *walk* came that breaks off, unless older records are still to be read again."""
        if not walk.weave.torn:
            yield Batch([], self._reached(walk))

    def _reached(self, walk: Walk) -> datetime | None:
        """Return up to when every change has been handed out; what changed after the first answer is for later."""
        if walk.reached is None or self.began_at is None:
            return None
        return min(walk.reached, self.began_at)


def _parameters(ask: Ask, token: str | None) -> dict[str, str]:
    parameters = {"per_page": str(PAGE_SIZE)}
    if ask.sort_by:
        parameters |= {"sort_by": ask.sort_by, "sort_order": "desc" if ask.descending else "asc"}
    return {**parameters, "page_token": token} if token else parameters


def _headers(ask: Ask) -> dict[str, str]:
    return {"If-Modified-Since": since_text(ask.since)} if ask.since else {}
