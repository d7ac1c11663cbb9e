"""
What does the CRM organization consist of: which modules, with which fields, under which stream names?

Zoho is asked once per process: one call for the modules, and one for the fields of five modules
(https://www.zoho.com/crm/developer/docs/api/v8/composite-requests.html), several calls at a time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of
from source_zoho.components.connection import tokens
from source_zoho.components.crm_bodies import refusal_in
from source_zoho.components.crm_errors import HAS_NO_SUCH_LIST
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.coql.wanted import streams as query_streams
from source_zoho.crm.canonical import Canonical
from source_zoho.crm.fields import Field
from source_zoho.crm.fields import parse as parse_fields
from source_zoho.crm.modules import Listing, Module, is_history
from source_zoho.crm.modules import parse as parse_modules
from source_zoho.crm.names import stream_names
from source_zoho.crm.schema import unknown_types
from source_zoho.crm.tags import TagsOf
from source_zoho.errors import ConfigProblem, Transient
from source_zoho.files import schema_names
from source_zoho.oauth.tokens import TokenStore

Row = Mapping[str, Any]
_MOST_IN_ONE_CALL = 5
_CALLS_AT_A_TIME = 10  # the gate lets through what the edition takes
_CALLS_OF_FIVE_AT_A_TIME = 2  # Zoho counts each as five
_REFUSALS = HAS_NO_SUCH_LIST | {"NO_PERMISSION", "PERMISSION_DENIED"}
_NO_FIELDS = "Zoho describes no fields of it."
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Described:
    """A module that can be read: its stream, and its fields as Zoho describes them (*rows*) and as we read them."""

    module: Module
    stream: str
    rows: Sequence[Row] = ()
    fields: Sequence[Field] = field(default_factory=list)

    @property
    def listed(self) -> list[str]:
        """Return the API names of the fields that lists hold."""
        return [each.api_name for each in self.fields if each.listed and not each.is_id]

    def canonical(self, names: Sequence[str], tags: TagsOf = tuple) -> Canonical:
        """Return what makes records with the fields *names*; *tags* gives the tags of the module."""
        return Canonical(self.fields, names, tags)

    @property
    def cursor_field(self) -> str:
        """
        Return the field that tells what is new: the time of change, or of creation where records are never edited.

        Nothing where neither is there; such a module is read in full.
        """
        names = set(self.listed)
        if "Modified_Time" in names:
            return "Modified_Time"
        return "Created_Time" if "Created_Time" in names and is_history(self.module) else ""


class Metadata:
    """
    Answers from memory what was asked before; safe to use from many threads.

    ``one`` asks for the fields of one module, ``five`` for those of up to five. *taken* are names of streams that no
    module is given.
    """

    def __init__(
        self, one: CrmRequester, five: CrmRequester | None = None, taken: Collection[str] = frozenset()
    ) -> None:
        self.five = five
        self._taken = taken
        self._one = one
        self._takes_five = True
        self._lock = threading.RLock()
        self._listing: Listing | AirbyteTracedException | None = None
        self._described: dict[str, Described] = {}
        self._refused: dict[str, str] = {}
        self._failure: AirbyteTracedException | None = None
        self._told: set[str] = set()

    def listing(self) -> Listing:
        """Return the modules of the organization. Raises AirbyteTracedException when Zoho does not list them."""
        with self._lock:
            if self._listing is None:
                self._listing = self._ask_for_modules()
            if isinstance(self._listing, AirbyteTracedException):
                raise self._listing
            return self._listing

    def streams(self) -> dict[str, Module]:
        """Return the readable modules by the name of their stream, as far as Zoho's flags can tell."""
        modules = self.listing().readable
        names = stream_names(modules, {*schema_names("crm_"), *self._taken})
        return {names[module.api_name]: module for module in modules}

    def described(self, only: Collection[str] = ()) -> list[Described]:
        """
        Return the modules that can be read, with their fields; *only* names streams (none: all of them).

        Those whose fields Zoho does not tell are named once in the log. Raises AirbyteTracedException when Zoho does
        not answer.
        """
        with self._lock:
            wanted = {name: module for name, module in self.streams().items() if not only or name in only}
            known = self._described.keys() | self._refused.keys()
            self._ask_for_fields({name: module for name, module in wanted.items() if name not in known})
            for stream, reason in self._refused.items():
                self._tell(stream, f"{stream} cannot be read and is left out", reason)
            if not only:
                for sentence in self.listing().reasons():
                    self._tell(sentence, "Modules of CRM without a stream", sentence)
            return [self._described[name] for name in wanted if name in self._described]

    def of(self, stream: str) -> Described:
        """Return what is known about the module of *stream*. Raises KeyError when it cannot be read."""
        return next(iter(self.described([stream])), None) or self._described[stream]

    def tags(self, module: str) -> list[Row]:
        """Return the tags of *module*; none when Zoho does not tell them, so that each record has to be asked for."""
        try:
            return _rows(self._answer(self._one, "settings/tags", parameters={"module": module}), "tags")
        except ZohoFailure as failure:
            if _is_not_about_the_module(failure):
                raise
            _log.info("The tags of module %s are not known, so they come record by record. %s", module, failure.message)
            return []

    def leave_out(self, failure: AirbyteTracedException) -> None:
        """Remember that the modules cannot be read at all, and say so once."""
        self._failure = failure
        self._tell("CRM", "The modules of CRM cannot be read and are left out", str(failure.message))

    def why_not(self, stream: str) -> AirbyteTracedException:
        """Return why there is no such *stream*."""
        if self._failure:
            return self._failure
        reason = self._refused.get(stream) or "no module of this organization has this name (any more)"
        sentence = f"{stream} cannot be read: {reason.rstrip('.')}. Run discover again, or leave the stream out."
        return traced(ConfigProblem(sentence))

    def _ask_for_modules(self) -> Listing | AirbyteTracedException:
        try:
            rows = _rows(self._answer(self._one, "settings/modules"), "modules")
        except AirbyteTracedException as error:
            if error.failure_type is not FailureType.config_error:
                raise
            return error
        return parse_modules(rows)

    def _ask_for_fields(self, wanted: Mapping[str, Module]) -> None:
        if not wanted:
            return
        streams = {module.api_name: stream for stream, module in wanted.items()}
        found: dict[str, list[Row]] = {}
        refused: dict[str, str] = {}
        with ThreadPoolExecutor(max_workers=_CALLS_OF_FIVE_AT_A_TIME) as pool:
            for part in pool.map(self._ask_for_five, _parts(list(streams))):
                found.update({name: answer for name, answer in part.items() if not isinstance(answer, str)})
                refused.update({name: answer for name, answer in part.items() if isinstance(answer, str)})
        rest = [name for name in streams if name not in found and name not in refused]
        with ThreadPoolExecutor(max_workers=_CALLS_AT_A_TIME) as pool:
            for name, answer in zip(rest, pool.map(self._ask_for_one, rest), strict=True):
                if isinstance(answer, str):
                    refused[name] = answer
                else:
                    found[name] = answer
        for name, stream in streams.items():
            self._note(wanted[stream], stream, found.get(name) or [], refused.get(name) or _NO_FIELDS)

    def _note(self, module: Module, stream: str, rows: Sequence[Row], reason: str) -> None:
        fields = parse_fields(rows)
        if not fields:
            self._refused[stream] = reason
            return
        self._described[stream] = Described(module, stream, rows, fields)
        for kind, names in unknown_types(fields).items():
            _log.warning(
                "%s: the type %s of %s is not known to this connector; its values are read as they come.",
                stream,
                kind,
                ", ".join(names),
            )

    def _ask_for_five(self, names: Sequence[str]) -> dict[str, list[Row] | str]:
        """
        Return the fields of *names* that one call tells, or why Zoho does not tell them.

        What it does not answer clearly is left out, and asked for by itself.
        """
        if self.five is None or not self._takes_five or len(names) == 1:
            return {}
        inner = [_inner_request(place, name) for place, name in enumerate(names)]
        body = {"rollback_on_fail": False, "concurrent_execution": False, "__composite_requests": inner}
        try:
            answered = self._answer(self.five, "__composite_requests", body)
        except ZohoFailure as failure:
            if _is_not_about_the_module(failure):
                raise
            self._takes_five = False  # the scope of composite requests is optional
            return {}
        answers = _rows(answered, "__composite_requests")
        told = ((name, _inner_fields(each)) for name, each in zip(names, answers, strict=False))
        return {name: answer for name, answer in told if answer}

    def _ask_for_one(self, name: str) -> list[Row] | str:
        """Return the fields of the module *name*, or why Zoho does not tell them."""
        try:
            return _rows(self._answer(self._one, "settings/fields", parameters={"module": name}), "fields")
        except ZohoFailure as failure:
            if _is_not_about_the_module(failure):
                raise
            return str(failure.message)

    def _answer(
        self,
        requester: CrmRequester,
        path: str,
        body: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        response = requester.send_request(path=path, request_params=parameters or {}, request_body_json=body)
        if response is None:
            raise traced(Transient(f"Zoho gave no answer for {path}. Run again later."))
        return body_of(response) or {}

    def _tell(self, key: str, what: str, why: str) -> None:
        if key not in self._told:
            self._told.add(key)
            _log.warning("%s: %s", what, why)


def _is_not_about_the_module(failure: ZohoFailure) -> bool:
    return failure.ends_the_product or failure.failure_type is FailureType.transient_error


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _MOST_IN_ONE_CALL] for start in range(0, len(names), _MOST_IN_ONE_CALL))


def _inner_request(place: int, name: str) -> dict[str, Any]:
    return {
        "sub_request_id": f"fields{place}",
        "method": "GET",
        "uri": "/crm/v8/settings/fields",
        "params": {"module": name},
        "headers": {},
        "body": {},
    }


def _inner_fields(answer: Row) -> list[Row] | str:
    """Return the fields in one answer of a composite call, why there are none, or nothing when it is unclear."""
    details = answer.get("details")
    response = details.get("response") if isinstance(details, Mapping) else None
    body = response.get("body") if isinstance(response, Mapping) else None
    refusal = refusal_in(body or answer)
    if refusal and refusal.code in _REFUSALS:
        return (
            f"Zoho does not tell its fields ({refusal.code}: {refusal.message}). If you want its records, let "
            "an administrator grant the user's profile the right to view it."
        )
    return _rows(body, "fields") if isinstance(body, Mapping) else []


def _rows(body: Mapping[str, Any], key: str) -> list[Row]:
    rows = body.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


_known: dict[TokenStore, Metadata] = {}
_known_lock = threading.Lock()


def metadata_for(config: Mapping[str, Any], one: CrmRequester, five: CrmRequester | None = None) -> Metadata:
    """Return the metadata of the organization of *config*, which this process asks for once."""
    with _known_lock:
        metadata = _known.setdefault(tokens(config), Metadata(one, taken=query_streams(config)))
        metadata.five = metadata.five or five  # whoever asks first may have no such requester
        return metadata


def why_not(config: Mapping[str, Any], stream: str) -> AirbyteTracedException:
    """Return why the organization of *config* has no such *stream*."""
    with _known_lock:
        known = _known.get(tokens(config))
    return known.why_not(stream) if known else traced(Transient(f"{stream}: Zoho was not asked. Run again."))


def forget() -> None:
    """Ask Zoho again: the next run may find other modules and fields."""
    with _known_lock:
        _known.clear()
