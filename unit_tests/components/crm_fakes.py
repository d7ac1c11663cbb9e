"""How does a test play Zoho CRM for a component, and see what it was asked?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.records import KeyExtractor, SchemaNormalizer
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.walk import CHANGED_AT, Ask, Trouble
from source_zoho.errors import ConfigProblem, Transient, Unexpected
from unit_tests.components.crm_answers import a_crm_answer
from unit_tests.crm.module_model import NOON, Entry, ModuleModel, TroubleError, stamp

CONFIG = {
    "data_center": "eu",
    "client_id": "1000.A",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
    "products": ["crm"],
}
ORGANIZATION = StreamSlice(partition={"organization_id": "20071234567"}, cursor_slice={})


@dataclass(frozen=True)
class Call:
    """What a component asked for."""

    path: str
    params: dict[str, Any]
    headers: dict[str, str]
    body: Any = None

    @property
    def fields(self) -> list[str]:
        """The fields that were asked for."""
        return str(self.params.get("fields", "")).split(",")

    @property
    def ids(self) -> list[str]:
        """The ids that were asked for."""
        return str(self.params.get("ids", "")).split(",") if "ids" in self.params else []


ANYWHERE = "*"

# A body, None for "no content", a status without a body, a refusal, or whatever the call shall be answered with.
Answer = Mapping[str, Any] | None | int | ZohoFailure | Callable[[Call], Any]


@dataclass
class Crm:
    """
    Stands in for the requester: answers from what a test has laid ready for a path, and keeps what it was asked.

    The last answer of a path is given again. Zoho's clock moves by ``seconds_per_call``.
    """

    ready: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    now: float = NOON
    seconds_per_call: float = 1.0
    gives_up: bool = False
    before_call: Callable[[int], object] = lambda number: None
    config: Mapping[str, Any] = field(default_factory=lambda: CONFIG)

    def on(self, path: str, *answers: Answer) -> Crm:
        """Lay *answers* ready for calls to *path*."""
        self.ready[path] = list(answers)
        return self

    @property
    def paths(self) -> list[str]:
        """Return where the calls went, in their order."""
        return [call.path for call in self.calls]

    @property
    def counted(self) -> Counter[str]:
        """Return how many calls went where."""
        return Counter(self.paths)

    def send_request(
        self,
        stream_slice: StreamSlice | None = None,
        path: str = "",
        request_params: Mapping[str, Any] | None = None,
        request_headers: Mapping[str, str] | None = None,
        request_body_json: Any = None,
    ) -> requests.Response | None:
        """Answer as CrmRequester does: every refusal is raised."""
        call = Call(path, dict(request_params or {}), dict(request_headers or {}), request_body_json)
        self.calls.append(call)
        self.now += self.seconds_per_call
        self.before_call(len(self.calls))
        if self.gives_up:
            return None
        answers = self.ready.get(path) or self.ready.get(ANYWHERE)
        assert answers is not None, f"nothing is laid ready for {path}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return self._response(answer(call) if callable(answer) else answer)

    def _response(self, answer: Any) -> requests.Response:
        if isinstance(answer, ZohoFailure):
            raise answer
        if isinstance(answer, requests.Response):
            return answer
        date = {"Date": format_datetime(datetime.fromtimestamp(int(self.now), UTC), usegmt=True)}
        if answer is None or isinstance(answer, int):
            return a_crm_answer(status=answer or 204, headers=date)
        return a_crm_answer(orjson.loads(orjson.dumps(answer)), headers=date)


def refusal(code: str, **details: Any) -> ZohoFailure:
    """Return what the requester raises when Zoho refuses with *code*, of the kind that the manifest's table says."""
    kind = ConfigProblem if code in _THE_USERS else Unexpected
    return traced(kind(f"Zoho said {code}."), code, details)


_THE_USERS = {
    *("NO_PERMISSION", "OAUTH_SCOPE_MISMATCH", "INVALID_MODULE", "API_NOT_SUPPORTED", "NOT_SUPPORTED"),
    *("FEATURE_NOT_ENABLED", "TERRITORY_NOT_ENABLED", "AUTHORIZATION_FAILED", "INVALID_URL_PATTERN"),
}


def trouble(sentence: str = "Zoho has trouble of its own.") -> ZohoFailure:
    """Return what the requester raises when Zoho did not answer however often it was asked."""
    return traced(Transient(sentence))


def the_end_of_the_day() -> ZohoFailure:
    """Return what the requester raises when no more calls are to be made in this run."""
    failure = traced(Transient("The API credits are used up."), "TOO_MANY_REQUESTS")
    failure.ends_the_product = True
    return failure


def composite(inner: Callable[[str], Mapping[str, Any] | None]) -> Callable[[Call], dict[str, Any]]:
    """Return how a composite call is answered, when *inner* answers for the fields of a module."""

    def answer(call: Call) -> dict[str, Any]:
        asked = [each["params"]["module"] for each in call.body["__composite_requests"]]
        return {"__composite_requests": [_inner_answer(inner(module)) for module in asked]}

    return answer


def _inner_answer(body: Mapping[str, Any] | None) -> dict[str, Any]:
    response = {"status_code": 200 if body else 204, "headers": {}, "body": body}
    return {"status": "success", "code": "SUCCESS", "details": {"response": response}}


def a_crm_selector(place: str = "data", name: str = "crm_rows") -> RecordSelector:
    """Return a selector of rows that stand under *place*."""
    return RecordSelector(
        extractor=KeyExtractor([place]),
        name=name,
        config={},
        parameters={},
        schema_normalization=SchemaNormalizer(),
        transformations=[],
    )


def since(instant: float, **partition: Any) -> StreamSlice:
    """Return the slice of a sync that goes on from *instant*."""
    return StreamSlice(
        partition=partition or dict(ORGANIZATION.partition), cursor_slice={"start_time": str(int(instant))}
    )


def a_page(rows: Sequence[Mapping[str, Any]], *, key: str = "data", **info: Any) -> dict[str, Any]:
    """Return the body of a page of *rows*; *info* is what it says of itself."""
    return {key: list(rows), "info": {"count": len(rows), "more_records": False, **info}}


_REFUSALS = {
    Trouble.CHAIN_BROKEN: refusal("EXPIRED_VALUE", param_name="page_token"),
    Trouble.CHAIN_FULL: refusal("PAGINATION_LIMIT_EXCEEDED", limit=100_000),
    Trouble.NOT_TAKEN: refusal("NOT_SUPPORTED", param_name="sort_by"),
}


@dataclass
class Records:
    """
    Plays the records of the module Leads after the model of a module, whose pages are small.

    A field says its name and the version of its record, so that a mixture of versions shows. ``most_fields`` and
    ``refused`` are what Zoho takes in a call.
    """

    model: ModuleModel
    most_fields: int = 50
    refused: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)

    def crm(self) -> Crm:
        """Return who answers from these records."""
        played = Crm(now=self.model.now).on("Leads", self.listed).on(ANYWHERE, self.single)
        played.before_call = lambda _: setattr(self.model, "now", played.now)
        return played

    def listed(self, call: Call) -> Any:
        """Answer a call for a page of records, or for some by their ids."""
        refused = [name for name in call.fields if name in self.refused]
        if refused:
            return refusal("INVALID_DATA", api_name=refused[0])
        if len(call.fields) > self.most_fields:
            return refusal("LIMIT_EXCEEDED", limit=self.most_fields, param_name="fields")
        return self._by_ids(call) if call.ids else self._page(call)

    def single(self, call: Call) -> Any:
        """Answer a call for one record, with more than anybody asked for."""
        _, _, record_id = call.path.partition("/")
        if record_id == "deleted":
            return a_page([{"id": str(each)} for each in self.model.deleted])
        entry = self.model.entries.get(int(record_id))
        return {"data": [{**self._row(entry, FIELDS), "Lines": []}]} if entry else refusal("INVALID_DATA", param="id")

    def _by_ids(self, call: Call) -> Any:
        entries = [self.model.entries[int(each)] for each in call.ids if int(each) in self.model.entries]
        return a_page([self._row(entry, call.fields) for entry in entries]) if entries else None

    def _page(self, call: Call) -> Any:
        token, header = call.params.get("page_token"), call.headers.get("If-Modified-Since")
        ask = Ask(
            call.params.get("sort_by", ""),
            call.params.get("sort_order") == "desc",
            datetime.fromisoformat(header) if header else None,
            (token,) if token else None,
        )
        try:
            answer = self.model.answer(ask, 0)
        except TroubleError as error:
            return _REFUSALS[error.trouble]
        entries = [self.model.entries[int(row["id"])] for row in answer.rows]
        rows = [self._row(entry, call.fields) for entry in entries]
        return a_page(rows, more_records=answer.more, next_page_token=answer.token) if rows else 304 if header else None

    def _row(self, entry: Entry, fields: Sequence[str]) -> dict[str, Any]:
        told = {name: self.texts.get(name, f"{name} {entry.version}") for name in fields}
        return {**told, "id": str(entry.number), CHANGED_AT: stamp(entry.second, entry.number)}


FIELDS = [CHANGED_AT, *(f"Field_{number}" for number in range(120))]
