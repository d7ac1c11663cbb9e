"""How does the document behind a row stand in for the row itself?"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import body_of, code_of, message_of
from source_zoho.components.custom_fields import HASH, LIST, PREFIX
from source_zoho.components.errors import is_gone
from source_zoho.components.lists import ListFacts, Page, is_no_such_address, say_when_changed, zoho_time
from source_zoho.components.records import ENVELOPE
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import Transient, ZohoError
from source_zoho.paging import instants
from source_zoho.paging.walk import Row

_ORGANIZATION = "organization_id"
# Any object may have these, and means something else by them: the name of a plan is not that of its subscription.
_MEAN_THEIR_OBJECT = frozenset(
    {"created_time", "description", HASH, LIST, "last_modified_time", "name", "status", "tags", "type", "updated_time"}
)
# A row of a list says customer_name and plan_name, its document has a customer and a plan.
_CALLED = "_name"
_CALLED_IN_THE_OBJECT = ("name", "display_name")
_log = logging.getLogger("airbyte")


class NoDocuments(ZohoError):
    """The documents of a list cannot take the place of its rows."""


class ListDocuments:
    """The documents of a list, each in the shape of a row: with the fields of *schema*, wherever it has them."""

    def __init__(self, facts: ListFacts, id_field: str, schema: Mapping[str, Any], requester: ZohoRequester) -> None:
        self._facts = facts
        self._id_field = id_field
        self._wanted = frozenset(schema["properties"])
        self._requester = replace(requester, documents=True, parameters={})
        self._has_told_what_is_missing = False

    def ask_for(self, where: StreamSlice, record_id: str, place: str) -> Page:
        """
        Return the document as a page of one row, or of none if it does not exist any more.

        Raises NoDocuments when Zoho does not give one that can stand in for a row, and AirbyteTracedException when
        it gives nothing now, or nothing to this user.
        """
        try:
            path = f"{self._facts.path}/{quote(record_id, safe='')}"
            response = self._requester.send_request(stream_slice=where, path=path)
        except ZohoFailure as failure:
            if is_no_such_address(failure) or failure.failure_type is FailureType.system_error:
                raise NoDocuments(f"Zoho does not give its records one by one ({failure.message})") from None
            raise
        if response is None:
            raise traced(Transient(f"{place}: Zoho gave no answer about a record. Run again later."))
        if is_gone(response):
            return Page([], zoho_time(response))
        if code_of(response) != 0:
            raise NoDocuments(f"Zoho does not give its records one by one ({message_of(response)})")
        return Page([self._row(body_of(response) or {}, record_id, place)], zoho_time(response))

    def _row(self, body: Mapping[str, Any], record_id: str, place: str) -> Row:
        document = document_in(body, self._id_field)
        if document is None:
            raise NoDocuments("Zoho answered about a record without the record")
        say_when_changed(document, self._facts)
        if instants.parse(document.get(self._facts.changed_at)) is None:
            raise NoDocuments("its records, asked for one by one, do not say when they changed")
        row = {self._id_field: record_id, **as_row(document, self._wanted)}
        self._tell_what_is_missing(row, place)
        return row

    def _tell_what_is_missing(self, row: Row, place: str) -> None:
        missing = sorted(self._wanted - row.keys() - {_ORGANIZATION, HASH, LIST})
        if missing and not self._has_told_what_is_missing:
            self._has_told_what_is_missing = True
            _log.info(
                "%s: what is asked for by its id comes without these fields, until the list is read in full: %s.",
                place,
                ", ".join(missing),
            )


def document_in(body: Mapping[str, Any], id_field: str) -> Row | None:
    """Return the one object in the *body* of an answer, or what stands in it without a wrapper; None for neither."""
    content = {name: value for name, value in body.items() if name not in ENVELOPE}
    if content.get(id_field) not in (None, ""):
        return content
    values = (each[0] if isinstance(each, list) and len(each) == 1 else each for each in content.values())
    objects = [each for each in values if isinstance(each, dict)]
    with_id = [each for each in objects if each.get(id_field) not in (None, "")]
    found = with_id or objects
    return dict(found[0]) if len(found) == 1 else None


def as_row(document: Row, wanted: Collection[str]) -> Row:
    """
    Return *document* with the fields that are *wanted* and those of the user, and no others.

    What it does not say itself is taken from the one object inside it that does.
    """
    row = {name: value for name, value in document.items() if name in wanted or name == LIST or name.startswith(PREFIX)}
    objects = {name: value for name, value in document.items() if isinstance(value, dict)}
    for name in sorted(set(wanted) - row.keys() - _MEAN_THEIR_OBJECT - {_ORGANIZATION}):
        found = [each[name] for each in objects.values() if name in each] or list(_called(name, objects))
        if len(found) == 1:
            row[name] = found[0]
    return row


def _called(name: str, objects: Mapping[str, Mapping[str, Any]]) -> Iterator[Any]:
    """Yield what the object is called that *name* is the name of."""
    of = objects.get(name.removesuffix(_CALLED)) if name.endswith(_CALLED) else None
    yield from ([of[each] for each in _CALLED_IN_THE_OBJECT if each in of][:1] if of else [])
