"""How does a test tell a sync of CRM: which modules of which organization, and what should come of it?"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, AirbyteStream, ConfiguredAirbyteCatalog, FailureType

from integration_tests.builders import Record, Run, configured, discovered, every_stream, forget_earlier_syncs, sync
from integration_tests.crm.canonical_truth import record_of
from source_zoho.emulator import Emulator
from source_zoho.manifest import read_manifest
from source_zoho.manifest import rows as rows_of_manifest
from source_zoho.source import SourceZoho

ROOT_PATH = "/crm/v8"
# What the streams of two modules are called, which have a schema of their own; all others follow from the API name.
FIXED = {"Notes": "crm_notes", "Attachments": "crm_attachments"}
# Read only when the configuration asks for what costs a call for each record.
PER_RECORD = ("crm_deal_contact_roles", "crm_record_emails", "crm_record_shares", "crm_timelines")
# Sizes for an emulator in which every module has records, and none has a second page.
A_FEW_OF_EACH = dict.fromkeys([*Emulator().crm.readable(), *FIXED], 4)
# Sizes with which no stream is empty, and few records have something below them; of 20 some were deleted long ago.
JUST_ENOUGH = {**dict.fromkeys(A_FEW_OF_EACH, 1), "Contacts": 3, "Deals": 3, "Leads": 20}

# ── streams ──


@cache
def standard_streams() -> dict[str, AirbyteStream]:
    """Return all streams of CRM that discover gives for a Zoho as it begins, by name."""
    with Emulator() as zoho:
        found = discovered(crm_config(zoho))
    forget_earlier_syncs()
    return found


@cache
def rows_of_crm() -> dict[str, Mapping[str, Any]]:
    """Return the rows of the manifest for what belongs to the organization, by the name of the stream."""
    named = {str(row["$parameters"]["name"]): row for row in rows_of_manifest(read_manifest())}
    return {name: row for name, row in sorted(named.items()) if name.startswith("crm_")}


def stream_of_module(module: str) -> str:
    """Return the stream of *module*, of a Zoho as it begins."""
    plain = "".join(f"_{each}" if each.isupper() else each for each in module).lower()
    return FIXED.get(module) or "crm_" + "_".join(filter(None, plain.split("_")))


def key_of(stream: str) -> list[str]:
    """Return the primary key that the catalog declares."""
    return [path[0] for path in standard_streams()[stream].source_defined_primary_key or []]


def a_crm_catalog(zoho: Emulator, *names: str) -> ConfiguredAirbyteCatalog:
    """Return a catalog of the streams called *names*; only those of no usual module are asked about."""
    known = standard_streams() | every_stream()
    strangers = [name for name in names if name not in known]
    own = _discovered_only(zoho, strangers) if strangers else {}
    return ConfiguredAirbyteCatalog(streams=[configured((known | own)[name]) for name in names])


def _discovered_only(zoho: Emulator, names: Sequence[str]) -> dict[str, AirbyteStream]:
    config = crm_config(zoho)
    found = SourceZoho(config=config, only=names).discover(logging.getLogger("airbyte"), config).streams
    forget_earlier_syncs()
    zoho.calls.reset()
    zoho.crm.reset_credits()
    return {stream.name: stream for stream in found}


# ── syncs ──


def crm_config(zoho: Emulator, **config: Any) -> dict[str, Any]:
    """
    Return a configuration that points at *zoho* and reads CRM; a setting that is None is left out.

    Modules are read in lists unless a test says otherwise.
    """
    settings = {**zoho.config(products=["crm"]), "crm_transport": "rest", **config}
    return {name: value for name, value in settings.items() if value is not None}


def read(
    zoho: Emulator,
    *names: str,
    state: Sequence[AirbyteStateMessage] | None = None,
    catalog: ConfiguredAirbyteCatalog | None = None,
    **config: Any,
) -> Run:
    """Sync the streams called *names* as a process of its own would, and expect success."""
    run = attempt(zoho, *names, state=state, catalog=catalog, **config)
    assert not run.errors, f"the sync failed: {run.errors}"
    return run


def attempt(
    zoho: Emulator,
    *names: str,
    state: Sequence[AirbyteStateMessage] | None = None,
    catalog: ConfiguredAirbyteCatalog | None = None,
    **config: Any,
) -> Run:
    """Sync as ``read`` does, whatever comes of it; *catalog* in place of names when they were discovered elsewhere."""
    return sync(crm_config(zoho, **config), catalog or a_crm_catalog(zoho, *names), state)


# ── what should come ──


def expected(zoho: Emulator, module: str, stream: str) -> dict[str, Record]:
    """Return the records that *stream* has to bring of *module*, by id."""
    described = zoho.crm.fields(module)
    return {
        str(row["id"]): as_promised(row, stream) if module in FIXED else record_of(row, described)
        for row in zoho.crm.rows(module)
    }


def record_now(zoho: Emulator, module: str, record_id: str) -> Record:
    """Return the record that a read of *module* would bring now."""
    return record_of(zoho.crm.record(module, record_id), zoho.crm.fields(module))


def as_promised(row: Mapping[str, Any], stream: str) -> Record:
    """Return *row* in the types of the schema of *stream*. A field without a value is not there."""
    promised = standard_streams()[stream].json_schema if stream in standard_streams() else {}
    typed: Record = _in_types(filled(row), promised)
    return typed


def filled(row: Mapping[str, Any]) -> Record:
    """Return *row* without the fields that have no value."""
    return {name: value for name, value in row.items() if value is not None}


def _in_types(value: Any, schema: Mapping[str, Any]) -> Any:
    types = schema.get("type", [])
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: _in_types(each, inner.get(name, {})) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_types(each, schema.get("items", {})) for each in value]
    if isinstance(value, str) and {"number", "integer"} & set(types):
        return _number(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and "string" in types and "number" not in types:
        return str(value)
    return value


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def by_id(rows: Iterable[Record]) -> dict[str, Record]:
    """Return *rows* by id; each id has to be there once."""
    received = list(rows)
    found = {str(row["id"]): row for row in received}
    assert len(found) == len(received), f"{len(received) - len(found)} records came twice"
    return found


def keyed(rows: Iterable[Record], stream: str) -> dict[tuple[str, ...], Record]:
    """Return *rows* by the primary key of *stream*; each has to be there once."""
    received, key = list(rows), key_of(stream)
    found = {tuple(str(row[name]) for name in key): row for row in received}
    assert len(found) == len(received), f"{len(received) - len(found)} records of {stream} came twice"
    return found


def the_kinds(run: Run) -> set[FailureType | None]:
    """Return who can help with the failures of *run*."""
    traces = [message.trace for message in run.output.errors]
    return {trace.error.failure_type for trace in traces if trace and trace.error}


def position(run: Run, stream: str) -> int:
    """Return how far *stream* has come, in epoch seconds; CRM has one organization."""
    (only,) = run.cursors(stream).values()
    return only


def position_of_module(run: Run, stream: str, module: str) -> int:
    """Return how far *stream* has come in *module*, in epoch seconds."""
    return next(at for place, at in run.cursors(stream).items() if place.split("/")[-1] == module)


def crm_calls(zoho: Emulator) -> Counter[str]:
    """Return how often each path below the root of CRM was called."""
    called = (call.path for call in zoho.calls.log if call.path.startswith(ROOT_PATH))
    return Counter(path.removeprefix(f"{ROOT_PATH}/") for path in called)


def calls_of(zoho: Emulator, path: str) -> int:
    """Return how often *path* below the root of CRM was called."""
    return zoho.calls.by_path[f"{ROOT_PATH}/{path}"]
