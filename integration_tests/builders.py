"""How does a test tell a sync in a few words: which streams, from which state, and what came of it?"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    AirbyteStateType,
    AirbyteStream,
    AirbyteStreamState,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models.scenario import ExpectedOutcome

from source_zoho import credits as crm_credits
from source_zoho import pace
from source_zoho.components import crm_metadata, crm_organization, organizations, selection
from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import resources
from source_zoho.manifest import read_manifest
from source_zoho.manifest import rows as rows_of_manifest
from source_zoho.oauth import tokens
from source_zoho.source import SourceZoho

ROOT = Path(__file__).resolve().parents[1]
UNHURRIED = 100_000  # calls a minute: pace has tests of its own
COMMAND = [sys.executable, "-m", "source_zoho.run"]

Record = dict[str, Any]
State = list[AirbyteStateMessage]


@dataclass(frozen=True)
class Run:
    """What came of a sync."""

    output: EntrypointOutput
    state_before: Sequence[AirbyteStateMessage] = ()

    def records(self, stream: str, organization_id: str | None = None) -> list[Record]:
        """Return the records of *stream*, of all organizations or one, in the order of arrival."""
        found = self._records.get(stream, [])
        return [row for row in found if organization_id in (None, row.get("organization_id"))]

    @cached_property
    def _records(self) -> dict[str, list[Record]]:
        """All records, by stream: looking through a long output for each stream anew takes longer than reading it."""
        found: dict[str, list[Record]] = defaultdict(list)
        for message in self.output.records:
            if message.record:
                found[message.record.stream].append(message.record.data)
        return found

    def counts(self) -> Counter[str]:
        """Return how many records each stream gave."""
        return Counter(message.record.stream for message in self.output.records if message.record)

    @property
    def state(self) -> State:
        """Return the state to give to the next sync: the last of each stream, or what this sync was given."""
        return list(self._states.values())

    @cached_property
    def _states(self) -> dict[str, AirbyteStateMessage]:
        told = [message.state for message in self.output.state_messages if message.state]
        return {stream_of(state): state for state in [*self.state_before, *told]}

    def cursors(self, stream: str) -> dict[str, int]:
        """Return the position of *stream* in each organization, in epoch seconds."""
        return cursors(self.state, stream)

    @property
    def errors(self) -> list[str]:
        """Return what the platform shows of failures: one sentence each."""
        traces = [message.trace for message in self.output.errors]
        return [str(trace.error.message) for trace in traces if trace and trace.error]

    @property
    def log(self) -> list[str]:
        """Return what was logged."""
        return [message.log.message for message in self.output.logs if message.log]

    def status(self, stream: str) -> AirbyteStreamStatus | None:
        """Return how *stream* ended: COMPLETE or INCOMPLETE, None when it never began."""
        return self._statuses.get(stream)

    @cached_property
    def _statuses(self) -> dict[str, AirbyteStreamStatus]:
        told = [message.trace.stream_status for message in self.output.trace_messages if message.trace]
        return {each.stream_descriptor.name: each.status for each in told if each}


# ── streams ──


def stream_names() -> list[str]:
    """Return the names of all streams of Books and Billing, as the manifest has them; those of CRM are in ``crm/``."""
    return sorted(_rows())


@cache
def _rows() -> dict[str, Mapping[str, Any]]:
    named = {str(row["$parameters"]["name"]): row for row in rows_of_manifest(read_manifest())}
    return {name: row for name, row in named.items() if not name.startswith("crm_")}


def archetype_of(stream: str) -> str:
    """Return how *stream* is read: the archetype of its row."""
    return str(_rows()[stream]["$ref"]).removeprefix("#/definitions/")


def parent_of(stream: str) -> str:
    """Return the stream whose rows *stream* follows, one call for each; empty when it follows none."""
    return str(_rows()[stream]["$parameters"].get("parent", {}).get("name", ""))


def parent_key_of(stream: str) -> str:
    """Return the field of the parent by which its children or its document are asked for."""
    return str(_rows()[stream]["$parameters"]["parent_key"])


def called_in(stream: str) -> str:
    """Return what a record of *stream* calls its parent's id where that differs from the parent; else empty."""
    return str(_rows()[stream]["$parameters"].get("called", ""))


def is_whole_document(stream: str) -> bool:
    """Tell whether records of *stream* are whole documents, each a row of its parent's list made complete."""
    return stream.endswith("_details") and bool(parent_of(stream))


def costs_a_call_for_each_document(stream: str) -> bool:
    """Tell whether *stream* is read only when the configuration says ``document_details: changed``."""
    return archetype_of(stream).split("/")[1].startswith(("children", "details", "bulk_details"))


def resource_of(stream: str) -> str:
    """Return what the emulator calls the list behind *stream*; for a whole document, the list that it belongs to."""
    return (parent_of(stream) if is_whole_document(stream) else stream).removeprefix("books_")


def a_few_of_each(most: int) -> dict[str, int]:
    """Return sizes for an emulator whose lists have *most* rows at most; those below a parent stay as they are."""
    lists = [each for each in resources().values() if not each.parent and each.name not in ("custom_modules", "taxes")]
    return {each.name: min(most, each.sizes["small"]) for each in lists if each.entry != "organizations"}


# ── catalogs ──


@cache
def every_stream() -> dict[str, AirbyteStream]:
    """Return all streams of Books and Billing that discover gives, by name; it calls nobody for them."""
    nobody = {"data_center": "us", "client_id": "nobody", "client_secret": "nothing", "refresh_token": "none"}
    return discovered({**nobody, "products": ["books", "billing"]})


def discovered(config: Mapping[str, Any]) -> dict[str, AirbyteStream]:
    """Return the streams that discover gives for *config*, by name."""
    found = SourceZoho(config=config).discover(logging.getLogger("airbyte"), config).streams
    return {stream.name: stream for stream in found}


def incremental_streams() -> list[str]:
    """Return the names of the streams that keep state."""
    return [name for name, stream in every_stream().items() if SyncMode.incremental in stream.supported_sync_modes]


def key_of(stream: str) -> list[str]:
    """Return the primary key that the catalog declares."""
    return [path[0] for path in every_stream()[stream].source_defined_primary_key or []]


def cursor_field_of(stream: str) -> str:
    """Return the cursor field that the catalog declares; empty when the stream keeps no state."""
    return next(iter(every_stream()[stream].default_cursor_field or []), "")


def a_catalog(*names: str) -> ConfiguredAirbyteCatalog:
    """Return a catalog of the streams called *names* (all when none is given), incremental where that is possible."""
    return ConfiguredAirbyteCatalog(streams=[configured(every_stream()[name]) for name in names or every_stream()])


def configured(stream: AirbyteStream) -> ConfiguredAirbyteStream:
    """Return *stream* as a user chooses it: incremental where that is possible."""
    modes = stream.supported_sync_modes
    return ConfiguredAirbyteStream(
        stream=stream,
        sync_mode=SyncMode.incremental if SyncMode.incremental in modes else SyncMode.full_refresh,
        destination_sync_mode=DestinationSyncMode.append_dedup,
    )


# ── state ──


def a_state(stream: str, cursors: Mapping[str, int], cursor_field: str = "last_modified_time") -> State:
    """Return the state of *stream* after a sync that came to these epoch seconds, by organization."""
    entries = [
        {"partition": {"organization_id": each}, "cursor": {cursor_field: str(at)}} for each, at in cursors.items()
    ]
    blob = AirbyteStateBlob({"use_global_cursor": False, "states": entries})
    described = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=stream), stream_state=blob)
    return [AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=described)]


def cursors(state: Iterable[AirbyteStateMessage], stream: str) -> dict[str, int]:
    """Return the position of *stream* in each organization, in epoch seconds."""
    blobs = [each.stream.stream_state for each in state if each.stream and stream_of(each) == stream]
    entries = [entry for blob in blobs if blob for entry in vars(blob).get("states", [])]
    return {_place(entry["partition"]): int(next(iter(entry["cursor"].values()))) for entry in entries}


def _place(partition: Mapping[str, Any]) -> str:
    """Return the organization of *partition*; for a list below it, with what names the parent: "60010/cm_vehicles"."""
    parent = partition.get("parent_slice")
    own = [str(value) for name, value in partition.items() if name != "parent_slice"]
    return "/".join([_place(parent), *own] if parent else own)


def stream_of(state: AirbyteStateMessage) -> str:
    """Return the name of the stream that *state* is about."""
    return state.stream.stream_descriptor.name if state.stream else ""


# ── syncs ──


def read(zoho: Emulator, *names: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    """Sync the streams called *names* (all when none is given) as a process of its own would, and expect success."""
    run = attempt(zoho, *names, state=state, **config)
    assert not run.errors, f"the sync failed: {run.errors}"
    return run


def attempt(zoho: Emulator, *names: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    """Sync as ``read`` does, whatever comes of it."""
    return sync(a_config(zoho, **config), a_catalog(*names), state)


def sync(
    config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, state: Sequence[AirbyteStateMessage] | None = None
) -> Run:
    """Read *catalog* as a process of its own would, whatever comes of it."""
    forget_earlier_syncs()
    before = list(state) if state is not None else None
    source = SourceZoho(catalog=catalog, config=config, state=before)
    output = entrypoint_wrapper.read(source, config, catalog, before, expected_outcome=ExpectedOutcome.ALLOW_ANY)
    return Run(output, tuple(state or ()))


def a_config(zoho: Emulator, **config: Any) -> dict[str, Any]:
    """Return a configuration that points at *zoho* and is in no hurry to slow down."""
    return {**zoho.config(), "calls_per_minute": UNHURRIED, **config}


def forget_earlier_syncs() -> None:
    """Forget what a process keeps between streams (token, organizations, pace ...), for a new sync is a new process."""
    tokens._stores.clear()
    pace._paces.clear()
    crm_credits._quotas.clear()
    organizations._known.clear()
    crm_organization.forget()
    crm_metadata.forget()
    selection.choose([])


# ── syncs by the real command ──


def write_for_the_command(
    folder: Path, zoho: Emulator, *names: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any
) -> list[str]:
    """Write configuration, catalog and state into *folder*, and return the command that reads with them."""
    return write_files(folder, a_config(zoho, **config), a_catalog(*names), state)


def write_files(
    folder: Path,
    config: Mapping[str, Any],
    catalog: ConfiguredAirbyteCatalog,
    state: Sequence[AirbyteStateMessage] | None = None,
) -> list[str]:
    """Write what a read is given into *folder*, and return the command that reads with it."""
    files: dict[str, Any] = {"config": config, "catalog": ConfiguredAirbyteCatalogSerializer.dump(catalog)}
    if state is not None:
        files["state"] = [AirbyteStateMessageSerializer.dump(each) for each in state]
    arguments = ["read"]
    for what, content in files.items():
        (folder / f"{what}.json").write_text(json.dumps(content, default=vars), encoding="utf-8")
        arguments += [f"--{what}", str(folder / f"{what}.json")]
    return [*COMMAND, *arguments]


def environment() -> dict[str, str]:
    """Return an environment in which the command finds this checkout from any folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}


def heard(lines: Iterable[str], state_before: Sequence[AirbyteStateMessage] = ()) -> Run:
    """Return the run that these lines of standard output tell of."""
    return Run(EntrypointOutput(messages=[line for line in lines if line.strip()]), tuple(state_before))


# ── records ──


def identities(rows: Iterable[Mapping[str, Any]], key: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return how often each *key* stands in *rows*."""
    return Counter(tuple(str(row.get(name) or "") for name in key) for row in rows)
