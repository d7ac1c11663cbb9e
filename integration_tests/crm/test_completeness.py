"""
Does a full sync of CRM bring every record of every module exactly once, whole, and every list of the organization?

Layouts, related lists, custom views, tags and fields are asked of every module whose flags say that it can be read:
also of one whose records or fields Zoho then refuses, which only the answer tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run, forget_earlier_syncs
from integration_tests.crm.builders import (
    FIXED,
    PER_RECORD,
    as_promised,
    by_id,
    calls_of,
    expected,
    key_of,
    keyed,
    read,
    rows_of_crm,
    standard_streams,
    stream_of_module,
)
from integration_tests.golden_files import problems
from integration_tests.webhooks.told import a_store_with_events
from source_zoho.emulator import Emulator

MODULES = Emulator().crm.readable()
# Of these Zoho's flags say that they can be read, but not its answers; the last is read although its flags speak
# against it, since Zoho documents a call for it.
REFUSED, SCORES = ("Empty_Shell", "Locked_Vault"), "Entity_Scores__s"
# Rows that say of which module they are; the others of the organization are compared whole.
OF_MODULES = {
    "crm_custom_views": "parent_module",
    "crm_fields": "module",
    "crm_layouts": "module",
    "crm_related_lists": "parent_module",
    "crm_tags": "module",
}
WITH_TESTS_OF_THEIR_OWN = {
    *("crm_deleted_records", "crm_field_dictionary", "crm_notifications"),
    *(*FIXED.values(), *PER_RECORD),
}
LISTS = [name for name in rows_of_crm() if name not in {*OF_MODULES, *WITH_TESTS_OF_THEIR_OWN}]
# Zoho's rows have no key that would tell them apart; the connector makes one of what they hold.
KEYS_OF_OURS = {
    "crm_data_sharing": ("module_api_name", "module", "api_name"),
    "crm_user_group_sources": ("source_id", "source", "id"),
}
# By it, who sends notifications is told from who pretends to; nobody else should know it.
LEFT_OUT = {"crm_notification_channels": {"token"}}


@dataclass(frozen=True)
class FullSync:
    """A sync of everything, and the Zoho that it read."""

    zoho: Emulator
    run: Run

    def settings(self, stream: str) -> list[dict[str, object]]:
        """Return what Zoho has for a list of the organization, as records."""
        rows = [as_promised(row, stream) for row in self.zoho.crm.settings(stream.removeprefix("crm_"))]
        if stream in KEYS_OF_OURS:
            name, *place = KEYS_OF_OURS[stream]
            rows = [{**row, name: row[place[0]][place[1]]} for row in rows]
        return [{name: row[name] for name in row.keys() - LEFT_OUT.get(stream, set())} for row in rows]


@pytest.fixture(scope="module")
def full_sync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullSync]:
    told = a_store_with_events(tmp_path_factory.mktemp("events"), [])
    with Emulator() as zoho:
        yield FullSync(zoho, read(zoho, *standard_streams(), webhook_store_url=told))
    forget_earlier_syncs()


# ── modules ──


@pytest.mark.parametrize("module", [*MODULES, *FIXED, SCORES])
def test_every_record_of_a_module_comes_once_as_zoho_has_it(full_sync: FullSync, module: str) -> None:
    stream = stream_of_module(module)
    there = expected(full_sync.zoho, module, stream)

    assert there, "proves too little"
    assert by_id(full_sync.run.records(stream)) == there


def test_every_module_that_can_be_read_is_a_stream_and_no_other() -> None:
    modules = {name for name in standard_streams() if name not in rows_of_crm()}

    assert modules == {stream_of_module(module) for module in [*MODULES, SCORES]}


def test_what_lists_leave_out_comes_as_the_records_of_other_modules(full_sync: FullSync) -> None:
    for module, stream in (
        ("Odd_Shapes_Rows", "crm_odd_shapes_rows"),
        ("Odd_Shapes_X_Products", "crm_odd_shapes_x_products"),
    ):
        assert len(full_sync.run.records(stream)) == full_sync.zoho.crm.count(module) > 0

    assert not {"Rows_Inside", "Related_Products"} & full_sync.run.records("crm_odd_shapes")[0].keys()


def test_converted_leads_come_too(full_sync: FullSync) -> None:
    converted = Counter(row["Converted__s"] for row in full_sync.run.records("crm_leads"))

    assert converted == Counter(row["Converted__s"] for row in full_sync.zoho.crm.rows("Leads"))
    assert converted[True] > 0, "proves too little"


def test_rich_text_comes_whole(full_sync: FullSync) -> None:
    texts = [row["Rich_Text_2"] for row in full_sync.run.records("crm_odd_shapes") if "Rich_Text_2" in row]

    assert sorted(texts) == sorted(filter(None, (row["Rich_Text_2"] for row in full_sync.zoho.crm.rows("Odd_Shapes"))))
    assert max(map(len, texts)) > 500, "proves too little"


# ── what belongs to the organization ──


@pytest.mark.parametrize("stream", LISTS)
def test_every_row_of_a_list_of_the_organization_comes_once_as_zoho_has_it(full_sync: FullSync, stream: str) -> None:
    there = keyed(full_sync.settings(stream), stream)

    assert there, "proves too little"
    assert keyed(full_sync.run.records(stream), stream) == there


@pytest.mark.parametrize("stream", OF_MODULES)
def test_every_row_that_belongs_to_a_module_comes_once_as_zoho_has_it(full_sync: FullSync, stream: str) -> None:
    field = OF_MODULES[stream]
    received = full_sync.run.records(stream)
    of_others = {row[field] for row in received} - set(MODULES)

    there = keyed(full_sync.settings(stream), stream)
    assert there, "proves too little"
    assert keyed([row for row in received if row[field] not in of_others], stream) == there
    assert of_others <= {*REFUSED, SCORES}


def test_the_dictionary_explains_every_field_of_every_module(full_sync: FullSync) -> None:
    zoho, entries = full_sync.zoho, keyed(full_sync.run.records("crm_field_dictionary"), "crm_field_dictionary")

    assert entries.keys() == {
        (module, str(row["api_name"])) for module in [*MODULES, SCORES] for row in zoho.crm.fields(module)
    }
    for module in MODULES:
        for row in zoho.crm.fields(module):
            entry = entries[module, row["api_name"]]
            assert (entry["label"], entry["data_type"]) == (row["field_label"], row["data_type"])
            offered = [value["actual_value"] for value in row["pick_list_values"]]
            assert [value["actual_value"] for value in entry["pick_list_values"]] == offered


def test_the_dictionary_tells_where_the_rows_of_a_field_are_that_lists_leave_out(full_sync: FullSync) -> None:
    entries = keyed(full_sync.run.records("crm_field_dictionary"), "crm_field_dictionary")

    for field, module in (("Rows_Inside", "Odd_Shapes_Rows"), ("Related_Products", "Odd_Shapes_X_Products")):
        entry = entries["Odd_Shapes", field]
        assert (entry["listed"], entry["read_from"]) == (False, module)


# ── the sync as a whole ──


@pytest.mark.parametrize("stream", [name for name in standard_streams() if name not in PER_RECORD])
def test_records_are_what_the_discovered_schema_promises(full_sync: FullSync, stream: str) -> None:
    schema, received = standard_streams()[stream].json_schema, full_sync.run.records(stream)

    assert received, "proves too little"
    assert not problems(schema, received)
    assert {name for row in received for name in row} <= schema["properties"].keys(), "a column without a type"


def test_every_stream_ends_complete(full_sync: FullSync) -> None:
    ended = {name: full_sync.run.status(name) for name in standard_streams()}

    assert ended == dict.fromkeys(standard_streams(), AirbyteStreamStatus.COMPLETE)


def test_every_stream_of_the_catalog_has_a_key_that_tells_records_apart(full_sync: FullSync) -> None:
    for stream in standard_streams():
        assert key_of(stream)
        assert len(keyed(full_sync.run.records(stream), stream)) == len(full_sync.run.records(stream))


def test_nothing_is_asked_twice_that_need_not_be(full_sync: FullSync) -> None:
    zoho = full_sync.zoho

    assert zoho.calls.tokens == 1
    # Once for itself, once to learn which modules there are; the organization for its limits and its id, too.
    assert max(calls_of(zoho, "settings/modules"), calls_of(zoho, "org")) <= 2
    # The fields of up to five modules in a call; alone only those that this call has not told.
    flagged = len(MODULES) + len(REFUSED) + 1
    assert calls_of(zoho, "__composite_requests") == -(-flagged // 5)
    assert calls_of(zoho, "settings/fields") <= len(REFUSED)
    for path in ("settings/layouts", "settings/related_lists", "settings/tags"):
        assert calls_of(zoho, path) <= flagged + 1


def test_nothing_is_refused_but_what_zohos_flags_do_not_tell(full_sync: FullSync) -> None:
    refused = {call.path for call in full_sync.zoho.calls.log if call.status >= 400}

    assert refused <= {"/crm/v8/settings/fields"}


def test_a_catalog_of_some_streams_asks_about_no_others(zoho: Emulator) -> None:
    read(zoho, "crm_vendors", "crm_roles")

    called = Counter(call.path.removeprefix("/crm/v8/") for call in zoho.calls.log)
    assert called.pop("/oauth/v2/token") == 1
    assert called == {"org": 1, "settings/modules": 1, "settings/fields": 1, "settings/roles": 1, "Vendors": 1}
