"""
What does the result of a user's query look like?

One question for the first rows of it, once per process, tells whether Zoho takes the query, and of which types its
columns are.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of
from source_zoho.components.connection import tokens
from source_zoho.components.coql_reader import Row, rows_of
from source_zoho.components.coql_refusals import in_the_users_words
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_metadata import Metadata
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.traced import ZohoFailure
from source_zoho.coql.parse import Column, UserQuery
from source_zoho.coql.rewrite import Ask, Script
from source_zoho.coql.shape import ROWS_EVERYWHERE
from source_zoho.coql.wanted import WantedQuery
from source_zoho.crm import types
from source_zoho.crm.fields import Field
from source_zoho.crm.fields import parse as parse_fields
from source_zoho.crm.schema import field_schema
from source_zoho.crm.values import mapping
from source_zoho.oauth.tokens import TokenStore

_META = "include_meta"
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Sample:
    """The first *rows* of a result, what Zoho says about its *fields*, or why it refuses the query."""

    rows: Sequence[Row] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    refusal: ZohoFailure | None = None


def schema_of(wanted: WantedQuery, sample: Sample, metadata: Metadata) -> dict[str, Any]:
    """Return the JSON Schema of the records of *wanted*; columns of which nothing is known may hold anything."""
    known = sample.fields if sample.refusal else {**_fields_of_module(wanted.query, sample, metadata), **sample.fields}
    properties = {name: _column_schema(wanted, name, sample.rows, known) for name in wanted.names}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "description": f"Result of a query of the module {wanted.query.module_name}.",
        "properties": properties,
    }


def _column_schema(wanted: WantedQuery, name: str, rows: Sequence[Row], known: Mapping[str, Field]) -> dict[str, Any]:
    column = wanted.query.column(name) or Column(name, name, is_field=True)
    if column.field == "id":
        return types.nullable("string", description="Identifies the record.")
    if column.expression.casefold().startswith("count("):
        return types.nullable("integer")
    described = known.get(name) or known.get(column.field)
    return field_schema(described) if described else sampled([row.get(name) for row in rows])


def sampled(values: Sequence[Any]) -> dict[str, Any]:
    """Return a schema wide enough for *values* and others like them; an open one when they are of several kinds."""
    kinds = {_KINDS.get(type(value), "") for value in values if value is not None}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind == "object":
        return types.an_object()
    if kind == "array":
        return types.a_list({})
    return types.nullable(kind) if kind else {}


_KINDS = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}


def _fields_of_module(query: UserQuery, sample: Sample, metadata: Metadata) -> Mapping[str, Field]:
    """Return the fields of the module of *query*, when there are plain columns of which Zoho said nothing else."""
    asked = [each for each in query.columns if each.is_field and each.field.isidentifier() and each.field != "id"]
    if all(each.name in sample.fields or each.field in sample.fields for each in asked):
        return {}
    try:
        streams = [stream for stream, module in metadata.streams().items() if module.api_name == query.module_name]
        return {each.api_name: each for stream in streams for each in metadata.of(stream).fields}
    except KeyError:
        return {}
    except AirbyteTracedException as failure:
        if failure.failure_type is not FailureType.config_error:
            raise
        return {}


class Samples:
    """The samples of an organization: each query is asked once; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._known: dict[str, Sample] = {}
        self._told: set[str] = set()

    def of(self, wanted: WantedQuery, requester: CrmRequester) -> Sample:
        """Return the sample of *wanted*. Raises AirbyteTracedException when Zoho does not answer."""
        with self._lock:
            if wanted.stream not in self._known:
                self._known[wanted.stream] = _ask(wanted, requester)
            return self._known[wanted.stream]

    def tell_refusals(self) -> None:
        """Say, once, which queries Zoho refuses."""
        with self._lock:
            news = {name: each.refusal for name, each in self._known.items() if each.refusal and name not in self._told}
            self._told |= news.keys()
        for refusal in news.values():
            _log.warning("A query is offered of whose columns nothing is known. %s", str(refusal.message).rstrip())


def _ask(wanted: WantedQuery, requester: CrmRequester) -> Sample:
    script = wanted.reading.script(Ask(min(ROWS_EVERYWHERE, wanted.reading.most or ROWS_EVERYWHERE)))
    try:
        body = body_of(_first_rows(wanted, script, requester)) or {}
    except ZohoFailure as failure:
        if failure.ends_the_product or failure.failure_type is FailureType.transient_error:
            raise
        return Sample(refusal=in_the_users_words(failure, wanted, script))
    return Sample(rows_of(body), _fields_in(body))


def _first_rows(wanted: WantedQuery, script: Script, requester: CrmRequester) -> requests.Response:
    """Return the first rows with what Zoho says about their fields; without that where Zoho does not tell it."""
    asked = {"select_query": script.text}
    try:
        return answer_with(
            "data", requester, wanted.stream, path="coql", request_body_json={**asked, _META: ["fields"]}
        )
    except ZohoFailure as failure:
        if failure.code != "OAUTH_SCOPE_MISMATCH" and _META not in str(failure.details):
            raise
    return answer_with("data", requester, wanted.stream, path="coql", request_body_json=asked)


def _fields_in(body: Mapping[str, Any]) -> dict[str, Field]:
    """Return what *body* says about its columns, by their names, and by those of their fields."""
    told = {name: parse_fields([mapping(each)]) for name, each in mapping(body.get("fields")).items()}
    return {name: found[0] for name, found in told.items() if found}


_samples: dict[TokenStore, Samples] = {}
_samples_lock = threading.Lock()


def samples_for(config: Mapping[str, Any]) -> Samples:
    """Return the samples of the organization of *config*."""
    with _samples_lock:
        return _samples.setdefault(tokens(config), Samples())


def forget() -> None:
    """Ask Zoho again: the next run may find other queries and fields."""
    with _samples_lock:
        _samples.clear()
