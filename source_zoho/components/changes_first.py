"""
How does a list that cannot be asked for changes spare itself being read in full?

Where a receiver keeps what Zoho tells by webhooks, the records that events named are asked for by their ids, and the
list is read in full only every so often, or when anything speaks against relying on events
(``source_zoho.webhooks.following``). What a sync has to remember for the next one stands in the notes of its partition:

    {"events": {"scanned_at": 1736942400, "began_at": 1736942401, "sequence": 4711, "store": "3f2a...", "pages": 50}}
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import CLOCKS_MAY_DIFFER_BY, are_heard, notes_of
from source_zoho.components.event_stores import asking_the_store, store_of, warn_once
from source_zoho.components.list_documents import ListDocuments, NoDocuments
from source_zoho.components.lists import ListFacts, ListReader, Page
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.schemas import SchemaFileLoader
from source_zoho.configuration import full_scan_days, lookback_minutes
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.following import (
    ASKED_TOO_SOON,
    Heard,
    News,
    Notes,
    Subject,
    heeded,
    why_in_full,
    why_too_much,
)
from source_zoho.webhooks.store import EventStore

EVENTS = "events"  # in the notes of a partition
_EVENTS_AT_A_TIME = 1000
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Plan:
    """
    What a sync does: ask for ``ids``, or read in full (None), which began at ``began``.

    ``before`` are the notes of the sync before. ``reached`` is up to where events have been heeded when the sync is
    through; None where the next one shall not follow events, and ``keeps_notes`` where this one could not find out.
    """

    before: Notes | None
    began: datetime
    ids: tuple[str, ...] | None = None
    reached: Bookmark | None = None
    keeps_notes: bool = False


class ChangesFirst:
    """
    A list that is read like any other, but for the calls that events spare.

    *stream* is whose notes these are, and *list_name* the stream of the list itself, whose columns *reader* has. Only a
    list *may_follow* whose records have one id, say when they changed, and are read with a cursor by every page.
    """

    def __init__(
        self,
        reader: ListReader,
        requester: ZohoRequester,
        config: Mapping[str, Any],
        *,
        stream: str,
        list_name: str,
        may_follow: bool,
    ) -> None:
        ids = [name for name in reader.facts.primary_key if name != "organization_id"]
        self._may_follow = may_follow and len(ids) == 1 and "{" not in reader.facts.path
        self._reader = reader
        self._requester = requester
        self._config = config
        self._stream = stream
        self._list_name = list_name
        self._subject = Subject((list_name, reader.facts.path, *reader.facts.records), ids[0] if ids else "")
        self._lookback = timedelta(minutes=lookback_minutes(config))
        self._documents: ListDocuments | None = None
        self._has_no_documents = ""
        self._after: dict[str, Notes | None] = {}

    def pages(self, where: StreamSlice, since: datetime | None = None) -> Iterator[Page]:
        """Yield the changes of *where* from *since* on, as ``ListReader.pages`` does."""
        if not self._follows_in(where):
            yield from self._reader.pages(where, since)
            return
        plan = self._plan(where, since)
        self._after[_key(where)] = plan.before
        if plan.ids is not None:
            try:
                yield from self._told(plan.ids, where)
            except NoDocuments as refused:
                self._has_no_documents = str(refused)
                _log.warning("%s: events cannot be followed: %s.", self._reader.place(where), refused)
            else:
                self._after[_key(where)] = _moved(plan)
                return
        yield from self._everything(plan, where, since)

    @property
    def facts(self) -> ListFacts:
        """What is known about the list."""
        return self._reader.facts

    def notes(self, where: StreamSlice, *, through: bool) -> dict[str, Any]:
        """Return what to remember of *where*: as before this sync, until it is *through* with all that it found."""
        kept = self._kept(where, through=through)
        return {EVENTS: kept.note()} if kept else {}

    def has_other_notes(self, where: StreamSlice) -> bool:
        """Tell whether a sync that is through has something else to remember than the one before."""
        return self._kept(where, through=True) != self._kept(where, through=False)

    def overlap_from(self, where: StreamSlice, reached: datetime, *, through: bool) -> datetime:
        """Return from when on the next sync may look, but for its look-back, when this one has *reached* a change."""
        kept = self._kept(where, through=through)
        return min(reached, kept.scanned - CLOCKS_MAY_DIFFER_BY) if kept else reached

    def _kept(self, where: StreamSlice, *, through: bool) -> Notes | None:
        if not self._follows_in(where):
            return None
        return self._after.get(_key(where)) if through else self._before(where)

    def _follows_in(self, where: StreamSlice) -> bool:
        return self._may_follow and "parent_slice" not in where.partition and are_heard()

    def _before(self, where: StreamSlice) -> Notes | None:
        return Notes.of(notes_of(self._stream, where.partition).get(EVENTS))

    def _plan(self, where: StreamSlice, since: datetime | None) -> Plan:
        """Decide what to do. A store in trouble costs calls, and never a sync."""
        before, now = self._before(where), _now()
        plan = Plan(before, now)
        try:
            store = store_of(self._config) if full_scan_days(self._config) else None
            if store is None:
                return plan
            with asking_the_store():
                return self._plan_by(store, plan, where, since)
        except AirbyteTracedException as error:
            warn_once(error)
            return replace(plan, keeps_notes=True)

    def _plan_by(self, store: EventStore, plan: Plan, where: StreamSlice, since: datetime | None) -> Plan:
        product, organization_id = self._requester.product.lower(), _key(where)
        last = store.last_sequence()  # before anything is asked: what comes from here on is for the next sync
        known = any(self._subject.is_meant_by(entity) for entity in store.latest(product, organization_id))
        uptime = store.uptime(plan.before.told_from) if plan.before else ()
        knows_place = plan.before is None or plan.before.reached.is_in(store)
        heard = Heard(plan.began, known, knows_place, store.pruned(product), uptime)
        why = self._has_no_documents or why_in_full(plan.before, heard, timedelta(days=full_scan_days(self._config)))
        if since is None and not why:
            why = "everything is wanted, not only what changed"
        news = News()
        if plan.before and not why:
            news = self._news(store, plan.before, product, organization_id)
            why = why_too_much(plan.before, news)
        if known:
            too_soon = plan.began - max(self._lookback, ASKED_TOO_SOON)
            upto = heeded(store, last, too_soon, product, organization_id)
            plan = replace(plan, reached=Bookmark.at(store, upto))
        return self._said(plan if why else replace(plan, ids=tuple(news.ids)), why, where)

    def _news(self, store: EventStore, before: Notes, product: str, organization_id: str) -> News:
        """Return what events told since the notes were made; no more than it takes to see that it is too much."""
        news, sequence = News(), before.reached.sequence
        while not why_too_much(before, news):
            some = store.read_after(sequence, product, limit=_EVENTS_AT_A_TIME, organization_id=organization_id)
            news.take(some, self._subject)
            if len(some) < _EVENTS_AT_A_TIME:
                break
            sequence = some[-1].sequence
        return news

    def _said(self, plan: Plan, why: str, where: StreamSlice) -> Plan:
        place = self._reader.place(where)
        if plan.ids is None:
            _log.info("%s: the list of %s is read in full: %s.", place, self._list_name, why)
        elif plan.before:
            said = "%s: asks for the %d records that events told of; the list of %s was read in full at %s."
            _log.info(said, place, len(plan.ids), self._list_name, f"{plan.before.began:%Y-%m-%d %H:%M} UTC")
        return plan

    def _told(self, ids: tuple[str, ...], where: StreamSlice) -> Iterator[Page]:
        """Yield the document of each of *ids* that still exists."""
        place, gone = self._reader.place(where), 0
        for record_id in ids:
            page = self._documents_of_list().ask_for(where, record_id, place)
            gone += not page.rows
            yield page
        if gone:
            _log.info("%s: %d of the records that events told of do not exist any more.", place, gone)

    def _everything(self, plan: Plan, where: StreamSlice, since: datetime | None) -> Iterator[Page]:
        """Yield the list's pages, with every change since it was last read in full: events may have been lost."""
        scanned_at, number = plan.began, 0
        for number, page in enumerate(self._reader.pages(where, self._since(plan.before, since)), start=1):
            scanned_at = page.read_at if number == 1 else scanned_at
            yield page
        if plan.reached is not None:
            self._after[_key(where)] = Notes(_seconds(scanned_at), _seconds(plan.began), plan.reached, number)
        elif not plan.keeps_notes:
            self._after[_key(where)] = None

    def _since(self, before: Notes | None, since: datetime | None) -> datetime | None:
        # The cursor goes by whatever came last, and may have passed changes of which no event told.
        return min(since, before.scanned - CLOCKS_MAY_DIFFER_BY - self._lookback) if since and before else since

    def _documents_of_list(self) -> ListDocuments:
        if self._documents is None:
            schema = SchemaFileLoader(name=self._list_name).get_json_schema()
            self._documents = ListDocuments(self._reader.facts, self._subject.id_field, schema, self._requester)
        return self._documents


def _moved(plan: Plan) -> Notes | None:
    """Return the notes after a sync that followed events."""
    if plan.before is None or plan.reached is None:
        return plan.before
    return replace(plan.before, reached=plan.reached)


def _key(where: StreamSlice) -> str:
    return str(where.partition.get("organization_id", ""))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _now() -> datetime:
    return datetime.now(UTC)
