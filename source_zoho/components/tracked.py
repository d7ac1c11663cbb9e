"""How is a list asked what a check for deletions wants to know?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import code_of, message_of
from source_zoho.components.counts import Counted, ask_for_count
from source_zoho.components.errors import ZohoErrorHandler, is_gone
from source_zoho.components.lists import ListFacts, ListReader, zoho_time
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.traced import traced
from source_zoho.errors import Transient, Unexpected


@dataclass(frozen=True)
class Found:
    """What Zoho says of one record: whether it is gone, by which words, and when."""

    gone: bool
    words: str
    at: datetime


@dataclass(frozen=True)
class Columns:
    """The columns of a list's row in the manifest, and whether its list can be asked for what changed."""

    name: str
    path: str
    records: list[str]
    id_field: str
    query: Mapping[str, str]
    stable_sort: str
    scope: str
    tells_changes: bool

    @classmethod
    def of(cls, row: Mapping[str, Any], *, tells_changes: bool) -> Columns:
        """Return the columns of *row*, whose key is the organization and one id."""
        (id_field,) = (name for name in row["primary_key"] if name != "organization_id")
        return cls(
            name=row["name"],
            path=row["path"],
            records=row["records"],
            id_field=id_field,
            query=row["query"],
            stable_sort=row["stable_sort"],
            scope=row["scope"],
            tells_changes=tells_changes,
        )

    def facts(self, method: str) -> ListFacts:
        """Return what a reader wants to know to walk the list by *method*."""
        return ListFacts(
            name=self.name,
            records=self.records,
            primary_key=["organization_id", self.id_field],
            path=self.path,
            query=self.query,
            method=method,
            stable_sort=self.stable_sort,
        )


class TrackedList:
    """A list whose deletions are looked for. One reads it for all organizations, which may be read at the same time."""

    def __init__(self, columns: Columns, requester: ZohoRequester, paginator: DefaultPaginator) -> None:
        self.columns = columns
        self.counts = columns.tells_changes  # else a count is of no use: what is new could not be told
        self._requester = _named(requester, columns)
        self._documents = _named(requester, columns, documents=True)
        self._paginator = paginator
        self._everything = ListReader(columns.facts("scan"), self._requester, paginator)
        self._changes = ListReader(columns.facts("filter"), self._requester, paginator)

    def count(self, where: StreamSlice) -> Counted:
        """Ask how many rows there are. A list that does not say is not asked again in this process."""
        counted = ask_for_count(self._requester, self._paginator, self._everything.facts, where)
        self.counts = self.counts and counted.by not in {"refused", "ignored"}
        return counted if counted.by == "count" else replace(counted, count=None)

    def changed(self, where: StreamSlice, since: datetime) -> set[str]:
        """Return the ids of the rows that changed at or after *since*."""
        return self._ids(self._changes, where, since)[0]

    def everything(self, where: StreamSlice) -> tuple[set[str], datetime]:
        """Return the ids of all rows, and when reading them began."""
        return self._ids(self._everything, where, None)

    def ask_for(self, where: StreamSlice, record_id: str) -> Found:
        """Ask for the document itself. Raises AirbyteTracedException unless Zoho gives it, or says that it is gone."""
        path = f"{self.columns.path}/{quote(record_id, safe='')}"
        response = self._documents.send_request(stream_slice=where, path=path)
        place = self._everything.place(where)
        if response is None:
            raise traced(Transient(f"{place}: Zoho gave no answer about a record. Run again later."))
        if is_gone(response):
            return Found(True, f"HTTP {response.status_code}, code {code_of(response)}", zoho_time(response))
        if code_of(response) == 0:
            return Found(False, "", zoho_time(response))
        raise traced(
            Unexpected(
                f"{place}: Zoho did not say whether a record that its list shows no more exists "
                f"({message_of(response)}). Please report this, and take {self.columns.name} out of track_deletions."
            )
        )

    def _ids(self, reader: ListReader, where: StreamSlice, since: datetime | None) -> tuple[set[str], datetime]:
        found: set[str] = set()
        began: datetime | None = None
        for page in reader.pages(where, since):
            began = began or page.read_at
            found.update(
                str(row[name]) for row in page.rows if row.get(name := self.columns.id_field) not in (None, "")
            )
        return found, began or datetime.now(UTC)


def deletion(
    where: StreamSlice, stream: str, record_id: str, last_seen: datetime | None, found: Found
) -> dict[str, Any]:
    """Return the record that says that *record_id* of *stream* was deleted; None for what nobody saw before."""
    return {
        "organization_id": where.partition["organization_id"],
        "stream": stream,
        "record_id": record_id,
        "last_seen_at": _text(last_seen) if last_seen else None,
        "missed_at": _text(found.at),
        "confirmed_by": found.words,
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _named(requester: ZohoRequester, columns: Columns, *, documents: bool = False) -> ZohoRequester:
    """Return a requester like *requester* that calls the list by its name, and knows the scope that it wants."""
    handler = requester.error_handler
    if not isinstance(handler, ZohoErrorHandler):
        raise TypeError(f"{columns.name}: looking for deletions wants a ZohoErrorHandler")
    named = replace(
        handler,
        name=f"{handler.name} ({columns.name})",
        scope=columns.scope,
        # Zoho documents 1001 and 1002 for a record that does not exist. A 404 in its own words with another code says
        # the same of a record that its list has just left out; code 5, an address unknown to Zoho, does not.
        nothing_there=[404] if documents else [],
        parameters={},
    )
    return replace(requester, name=named.name, error_handler=named, documents=documents, parameters={})
