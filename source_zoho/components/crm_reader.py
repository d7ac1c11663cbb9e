"""How are the records of one CRM module read, whole and once, from the first to the last?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_errors import CHAIN_IS_BROKEN, CHAIN_IS_FULL, NOTHING_THERE, QUESTION_IS_REFUSED
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_rich_text import RichText
from source_zoho.components.lists import zoho_time
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.emitted import Emitted
from source_zoho.crm.groups import MOST_FIELDS, field_groups
from source_zoho.crm.walk import CHANGED_AT, Answer, Ask, Method, StuckError, TooLongError, Trouble, Walk
from source_zoho.crm.weave import Row, Weave
from source_zoho.errors import Transient, Unexpected

PAGE_SIZE = 200
# Zoho documents 100 ids a call, and elsewhere a text of at most 1,024 characters, which 50 ids of 19 digits keep to.
_IDS_IN_A_CALL = 50
_FEWEST_FIELDS = 5
_WORDS_FOR_THE_ORDER = frozenset({"sort_by", "sort_order", "if-modified-since", "if_modified_since"})
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class ModuleFacts:
    """
    What is known about a module: the API names of the *fields* that its lists hold, those of *rich_text* among them,
    and *changed_at*, the field that says when a record changed (empty: there is none). *history* is for records that
    are never edited.
    """

    stream: str
    api_name: str
    fields: Sequence[str]
    rich_text: Sequence[str] = ()
    changed_at: str = CHANGED_AT
    history: bool = False

    @property
    def methods(self) -> tuple[Method, ...]:
        """Return the ways in which the module may be walked through, the best first."""
        if not self.changed_at:
            return Method.BY_ID, Method.PLAIN
        if self.history:
            return Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN
        return Method.BY_CHANGE, Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN

    @property
    def query(self) -> dict[str, str]:
        """Return what every question says: leads that were converted are hidden unless they are asked for."""
        return {"converted": "both"} if self.api_name == "Leads" else {}


@dataclass(frozen=True)
class Batch:
    """Records that are whole; *reached* is when everything older has been handed out, None while that is not known."""

    rows: list[Row]
    reached: datetime | None = None


@dataclass
class ModuleReader:
    """
    Reads a module in groups of at most fifty fields, as ``source_zoho.crm.walk`` and ``weave`` describe.

    ``began_at`` is when Zoho gave its first answer.
    """

    facts: ModuleFacts
    requester: CrmRequester
    rounds_between_checkpoints: int = 25
    began_at: datetime | None = None

    def __post_init__(self) -> None:
        self._refused: dict[str, str] = {}
        self._fields_in_a_call = MOST_FIELDS
        self._groups = self._grouped()
        self._rich_text = RichText(self.facts.stream, self.facts.api_name, list(self.facts.rich_text), self.requester)

    def batches(self, since: datetime | None = None) -> Iterator[Batch]:
        """
        Yield the records that changed at or after *since* (None: all), each once.

        Raises AirbyteTracedException when they cannot be read to the end.
        """
        walk = self._walk(since, Emitted())
        told = 0
        while True:
            rounds = 0
            while walk.ask:
                try:
                    rows = self._round(walk)
                except AirbyteTracedException:
                    yield from self._kept(walk)
                    raise
                self.began_at = self.began_at or walk.began_at
                rounds += 1
                if rounds % self.rounds_between_checkpoints == 0:
                    yield Batch(self._rich_text.complete([*rows, *self._mend(walk)]), self._reached(walk))
                else:
                    yield Batch(self._rich_text.complete(rows))
                told = self._tell(walk, told)
            yield Batch(self._rich_text.complete(self._mend(walk)), self._reached(walk))
            if len(self._groups) == walk.groups:
                return
            walk, told = self._walk(since, walk.emitted), 0

    def gaps(self) -> list[str]:
        """Return sentences about what could not be read although the rest could."""
        return [*self._refused.values(), *([self._rich_text.gap] if self._rich_text.gap else [])]

    # ── questions ──

    def _walk(self, since: datetime | None, emitted: Emitted) -> Walk:
        facts = self.facts
        return Walk(len(self._groups), since, facts.methods, facts.changed_at or CHANGED_AT, emitted)

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

    def _answers(self, ask: Ask) -> tuple[list[Answer], datetime]:
        answers: list[Answer] = []
        read_at: datetime | None = None
        for group in range(len(self._groups)):
            token = ask.tokens[group] if ask.tokens else None
            if ask.tokens and token is None:
                answers.append(Answer())
                continue
            response = self._ask(self._groups[group], _parameters(ask, token), _headers(ask))
            read_at = read_at or asked_at(response)
            answers.append(self._answer(response))
            if ask.only_of_the_leader or (not answers[0].rows and not answers[0].more and not ask.tokens):
                break  # what has not changed has not changed in any group
        if read_at is None:
            raise traced(Transient(f"{self.facts.stream}: Zoho's list ended unexpectedly. Run again later."))
        return answers, read_at

    def _ask(
        self, group: Sequence[str], parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> requests.Response:
        asked = {"fields": ",".join(group), **self.facts.query, **parameters}
        facts, told = self.facts, dict(headers)
        return answer_with(
            "data", self.requester, facts.stream, path=facts.api_name, request_params=asked, request_headers=told
        )

    def _answer(self, response: requests.Response) -> Answer:
        body = body_of(response) or {}
        info = body.get("info")
        told: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
        token = told.get("next_page_token")
        more = told.get("more_records")
        return Answer(_rows_of(body), bool(token) if more is None else bool(more), str(token) if token else None)

    # ── trouble ──

    def _overcome(self, failure: ZohoFailure, walk: Walk) -> None:
        """Find another question after a *failure*. Raises it, or what came of it, when there is none."""
        if failure.code in QUESTION_IS_REFUSED and self._leaves_out(failure):
            return
        if failure.code == "LIMIT_EXCEEDED" and self._asks_for_fewer_fields(walk):
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

    def _leaves_out(self, failure: ZohoFailure) -> bool:
        """Ask without a field that Zoho refuses, and remember to say so: it must not take the module along."""
        # Zoho may name the parameter beside the field.
        named = {str(value) for value in failure.details.values()} - self._refused.keys()
        name = next((each for each in self.facts.fields if each in named), "")
        if not name:
            return False
        self._refused[name] = (
            f"Zoho refuses the field {name} ({failure.code}), so it is missing. Let the profile of the user see it, or "
            "leave it out of the fields that are synced"
        )
        self._groups = [tuple(each for each in group if each != name) or ("id",) for group in self._groups]
        return True

    def _asks_for_fewer_fields(self, walk: Walk) -> bool:
        """Begin again with half as many fields in a call; what was handed out is not handed out again."""
        while self._fields_in_a_call // 2 >= _FEWEST_FIELDS:
            self._fields_in_a_call //= 2
            self._groups = self._grouped()
            if len(self._groups) > walk.groups:
                walk.ask = None
                return True
        return False

    def _grouped(self) -> list[tuple[str, ...]]:
        names = [name for name in self.facts.fields if name not in self._refused]
        always = (self.facts.changed_at,) if self.facts.changed_at else ()
        return field_groups(names, self._fields_in_a_call, always)

    def _stuck(self, stuck: StuckError) -> ZohoFailure:
        if isinstance(stuck, TooLongError):
            return traced(
                Unexpected(f"{self.facts.stream}: {stuck}, so the rest of it cannot be read. Please report it.")
            )
        return traced(Transient(f"{self.facts.stream}: {stuck}. What was read is kept; run again later."))

    def _tell(self, walk: Walk, told: int) -> int:
        for remark in walk.remarks[told:]:
            _log.warning("%s: %s Nothing is lost; it may cost more calls.", self.facts.stream, remark)
        return len(walk.remarks)

    # ── records that changed between two answers ──

    def _mend(self, walk: Walk) -> list[Row]:
        """Return the torn records, read again whole."""
        ids = [each for each in walk.weave.pop_torn() if each not in walk.emitted]
        rows: list[Row] = []
        for start in range(0, len(ids), _IDS_IN_A_CALL):
            rows.extend(self._by_ids(ids[start : start + _IDS_IN_A_CALL]))
        return [row for row in rows if walk.is_news(row)]

    def _by_ids(self, ids: Sequence[str]) -> list[Row]:
        weave = Weave(len(self._groups), self.facts.changed_at)
        answers: list[Sequence[Row]] = []
        read_at: datetime | None = None
        for group in self._groups:
            response = self._ask(group, {"ids": ",".join(ids)}, {})
            read_at = read_at or asked_at(response)
            answers.append(self._answer(response).rows)
        rows = weave.take(answers, read_at)
        weave.give_up_waiting()
        return [*rows, *(row for torn in weave.pop_torn() for row in self._alone(torn))]

    def _alone(self, record_id: str) -> list[Row]:
        """Return a record by its own call, which gives all fields at once; nothing when it is gone."""
        try:
            response = self.requester.send_request(path=f"{self.facts.api_name}/{record_id}")
        except ZohoFailure as failure:
            if failure.code in NOTHING_THERE or failure.parameter == "id":
                return []
            raise
        wanted = {"id", *self.facts.fields} - self._refused.keys()
        rows = _rows_of(body_of(response) or {}) if response is not None else []
        return [{name: value for name, value in row.items() if name in wanted} for row in rows]

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


def asked_at(response: requests.Response) -> datetime:
    """Return the time on Zoho's clock when it was asked: nothing in *response* was looked at before."""
    return zoho_time(response) - response.elapsed


def since_text(moment: datetime) -> str:
    """Return *moment* as Zoho wants it in If-Modified-Since: ISO 8601, whole seconds, with an offset."""
    return moment.replace(microsecond=0).isoformat()


def _rows_of(body: Mapping[str, Any]) -> list[Row]:
    rows = body.get("data")
    return [row for row in rows if isinstance(row, dict) and row.get("id")] if isinstance(rows, list) else []
