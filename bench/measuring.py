"""What does it take to read some streams three times: everything, nothing new, and what changed?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import rich_click as click
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalogSerializer, Type

from bench.minimum import Minimum, Sync, resource_of
from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import resources
from source_zoho.emulator.world import Size
from source_zoho.manifest import trackable
from source_zoho.source import SourceZoho
from tasks.stream_facts import Kind, Stream

UNHURRIED = 100_000
_CHANGED_ROWS_PER_HUNDRED = 1


@dataclass(frozen=True)
class Class:
    """Streams of one product that are read in one way."""

    product: str
    words: str
    members: Sequence[Stream]

    @property
    def is_about_deletions(self) -> bool:
        """Whether its streams look for what was deleted."""
        return any(stream.retriever == "DeletionsRetriever" for stream in self.members)


@dataclass(frozen=True)
class Measured:
    """What the streams of a class took: calls, the fewest possible, and records, for each sync; or why not."""

    about: Class
    calls: Sequence[int] = ()
    fewest: Sequence[int] = ()
    records: Sequence[int] = ()
    failed: str = ""


def measure(about: Class, known: Sequence[Stream], size: Size, size_for_details: Size) -> Measured:
    """Read the streams of *about* three times, each time from the state of the time before."""
    for_details = any(stream.is_for_details for stream in about.members)
    world = size_for_details if for_details else size
    # Zoho's clock runs ahead between the syncs, and must not run ahead of ours: then there would be nothing to ask for.
    began = datetime.now(UTC) - timedelta(hours=1)
    with Emulator(size=world, calls_per_minute=10**6, calls_per_day=10**9, now=began) as zoho:
        organization_id = zoho.organization_ids[0]
        config = zoho.config(
            organization_ids=[organization_id],
            calls_per_minute=UNHURRIED,
            document_details="changed",
            track_deletions=[name for name in trackable() if name.startswith(about.product)],
        )
        by_name = {stream.name: stream for stream in known}
        changed: dict[str, set[str]] = {}
        state: list[AirbyteStateMessage] = []
        taken: list[tuple[int, int, int]] = []
        for sync in Sync:
            zoho.clock.advance(seconds=600)
            if sync is Sync.CHANGED:
                step = Emulator.delete if about.is_about_deletions else Emulator.edit
                changed = {each: some_of(zoho, organization_id, each, step) for each in _resources_behind(about)}
                zoho.clock.advance(seconds=10)
            zoho.calls.reset()
            try:
                records, state = read(config, about.members, state)
            except click.ClickException as error:
                return Measured(about, failed=f"{sync.value}: {error.message}")
            fewest = Minimum(zoho, organization_id, by_name, changed)
            taken.append((zoho.calls.total, sum(fewest.of(each, sync) for each in about.members), records))
    calls, least, emitted = zip(*taken, strict=True)
    return Measured(about, calls, least, emitted)


def _resources_behind(about: Class) -> list[str]:
    """Return the lists whose changes the streams of *about* follow."""
    behind: dict[str, None] = {}
    for stream in about.members:
        if stream.retriever == "DeletionsRetriever":
            behind |= dict.fromkeys(
                row["name"] for part in ("filtered", "scanned") for row in stream.settings.get(part, [])
            )
        elif stream.is_incremental and stream.kind is not Kind.REPORTS:
            behind[stream.name if stream.retriever == "ListRetriever" else stream.parent] = None
    return list(map(resource_of, behind))


def some_of(zoho: Emulator, organization_id: str, resource: str, step: Callable[..., None]) -> set[str]:
    """Do *step* to one row of *resource* in a hundred, or add as many to a log, and return their ids."""
    rows, key = zoho.rows(resource, organization_id), resources()[resource].id
    wanted = max(math.ceil(len(rows) * _CHANGED_ROWS_PER_HUNDRED / 100), 1)
    if resource == "billing_events":
        return {zoho.add(resource, organization_id) for _ in range(wanted)}
    chosen = {str(row[key]) for row in rows[:: max(len(rows) // wanted, 1)][:wanted]}
    for record_id in chosen:
        step(zoho, resource, organization_id, record_id)
    return chosen


def read(
    config: dict[str, Any], members: Sequence[Stream], state: list[AirbyteStateMessage]
) -> tuple[int, list[AirbyteStateMessage]]:
    """Return how many records *members* gave and the state after. Raises ClickException when one of them fails."""
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [_configured(stream) for stream in members]})
    source = SourceZoho(catalog=catalog, config=config, state=state)
    latest = {_name(each): each for each in state}
    records, failed = 0, ""
    try:
        for message in AirbyteEntrypoint(source).read(source.spec(source.logger), config, catalog, state):
            records += message.type is Type.RECORD
            if message.type is Type.STATE and message.state:
                latest[_name(message.state)] = message.state
            if message.type is Type.TRACE and message.trace and message.trace.error:
                failed = failed or str(message.trace.error.message)
    except Exception as error:
        raise click.ClickException(failed or str(error)) from error
    if failed:
        raise click.ClickException(failed)
    return records, list(latest.values())


def _configured(stream: Stream) -> dict[str, Any]:
    modes = ["full_refresh", "incremental"] if stream.is_incremental else ["full_refresh"]
    declared = {"name": stream.name, "json_schema": {}, "supported_sync_modes": modes}
    return {"stream": declared, "sync_mode": modes[-1], "destination_sync_mode": "append"}


def _name(state: AirbyteStateMessage) -> str:
    return state.stream.stream_descriptor.name if state.stream else ""
