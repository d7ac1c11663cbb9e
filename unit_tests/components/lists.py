"""How does a test read a list through the retriever without a socket?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import requests
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.decoders import JsonDecoder
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.declarative.requesters.paginators.strategies.page_increment import PageIncrement
from airbyte_cdk.sources.declarative.requesters.request_option import RequestOption, RequestOptionType
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.types import Record, StreamSlice

from source_zoho.components.records import AddPartitionFields, KeyExtractor, SchemaNormalizer
from source_zoho.components.retriever import ListRetriever
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient
from unit_tests.components.answers import an_answer
from unit_tests.paging.list_model import ListModel, RefusedError

SLICE = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})


@dataclass
class Lists:
    """Stands in for the requester: answers from a model of the list, after the answers that a test has laid ready."""

    model: ListModel = field(default_factory=ListModel)
    ready: list[requests.Response | None] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    seconds_per_call: int = 1
    says_date: bool = True
    breaks_at_call: int = 0
    unknown_paths: set[str] = field(default_factory=set)

    def send_request(
        self,
        stream_slice: StreamSlice | None = None,
        path: str | None = None,
        request_params: Mapping[str, Any] | None = None,
        request_headers: Mapping[str, str] | None = None,
    ) -> requests.Response | None:
        self.paths.append(str(path))
        self.asked.append(dict(request_params or {}))
        self.headers.append(dict(request_headers or {}))
        self.model.now += self.seconds_per_call
        if len(self.asked) == self.breaks_at_call:
            raise traced(Transient("Zoho has trouble of its own."))
        if path in self.unknown_paths:
            raise traced(ConfigProblem("This organization does not have this part."), 5)
        return self.ready.pop(0) if self.ready else self._of_the_model()

    def _of_the_model(self) -> requests.Response:
        parameters = {name: str(value) for name, value in self.asked[-1].items()}
        url = f"https://www.zohoapis.com/books/v3/rows?organization_id=7&{urlencode(parameters)}"
        date = {"Date": format_datetime(datetime.fromtimestamp(self.model.now, UTC), usegmt=True)}
        try:
            body = {"code": 0, **self.model.get(parameters)}
        except RefusedError as refusal:
            return an_answer({"code": 2, "message": str(refusal)}, status=400, url=url)
        return an_answer(body, url=url, headers=date if self.says_date else {})


def a_retriever(lists: Lists, **settings: Any) -> ListRetriever:
    """Return a retriever of the list "rows" that asks *lists*; *settings* are columns of its row in the manifest."""
    wanted: dict[str, Any] = {
        "name": "books_rows",
        "primary_key": ["organization_id", "id"],
        "method": "scan",
        "stable_sort": "created_time",
        "cursor_field": "last_modified_time",
        "config": {},
        "record_selector": a_selector(),
        **settings,
    }
    return ListRetriever(
        requester=lists,  # type: ignore[arg-type]
        paginator=a_paginator(),
        parameters={},
        **wanted,
    )


def a_selector(records: Sequence[str] = ("rows",)) -> RecordSelector:
    return RecordSelector(
        extractor=KeyExtractor(list(records)),
        name="books_rows",
        config={},
        parameters={},
        schema_normalization=SchemaNormalizer(),
        transformations=[AddPartitionFields()],
    )


def a_paginator() -> DefaultPaginator:
    def option(name: str) -> RequestOption:
        return RequestOption(field_name=name, inject_into=RequestOptionType.request_parameter, parameters={})

    return DefaultPaginator(
        pagination_strategy=PageIncrement(
            config={}, page_size=200, start_from_page=1, inject_on_first_request=True, parameters={}
        ),
        config={},
        url_base="",
        parameters={},
        decoder=JsonDecoder(parameters={}),
        page_size_option=option("per_page"),
        page_token_option=option("page"),
    )


@dataclass
class Retrieved:
    """What a retriever yielded."""

    records: list[dict[str, Any]] = field(default_factory=list)
    messages: list[AirbyteMessage] = field(default_factory=list)
    error: Exception | None = None

    @property
    def checkpoints(self) -> list[dict[str, Any]]:
        """The positions that were reported, as the source would find them."""
        blobs = [
            message.state.stream.stream_state for message in self.messages if message.state and message.state.stream
        ]
        return [next(iter(vars(blob).values())) for blob in blobs if blob]


def retrieve(lists: Lists, where: StreamSlice = SLICE, **settings: Any) -> Retrieved:
    """Read the list of *where* to its end, or to the error that ended it."""
    return retrieve_with(a_retriever(lists, **settings), where)


def retrieve_with(retriever: Retriever, where: StreamSlice = SLICE) -> Retrieved:
    got = Retrieved()
    try:
        for each in retriever.read_records({"properties": {}}, where):
            if isinstance(each, Record):
                got.records.append(dict(each.data))
            elif isinstance(each, AirbyteMessage):
                got.messages.append(each)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
        got.error = error
    return got
