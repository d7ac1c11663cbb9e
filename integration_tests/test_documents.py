"""Do whole documents and children come complete, once each, and for one call a document?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus
from jsonschema import Draft7Validator

from integration_tests.builders import (
    ROOT,
    UNHURRIED,
    Run,
    a_few_of_each,
    archetype_of,
    costs_a_call_for_each_document,
    cursor_field_of,
    forget_earlier_syncs,
    identities,
    is_whole_document,
    key_of,
    parent_of,
    read,
    resource_of,
    stream_names,
)
from integration_tests.truth import Asked, Log, all_asked, difference, expected, log_of
from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import resources

OPTIONAL = [name for name in stream_names() if costs_a_call_for_each_document(name)]
DOCUMENTS = [name for name in OPTIONAL if is_whole_document(name)]
CHILDREN = [name for name in OPTIONAL if name not in DOCUMENTS]
ITEMS, ITEMS_IN_A_CALL = "books_item_details", 100
# Few documents; children of the first parent on more than one page, where they come in pages.
SIZES = {**a_few_of_each(3), "items": 230, "billing_subscriptions": 6, "billing_credit_notes": 6}
# What is asked for only because another stream has to know an id in it.
ALSO_ASKED_FOR = {
    "billing_credit_note_details": "billing_refunds",
    "billing_subscription_details": "billing_unbilled_charges",
}


@dataclass(frozen=True)
class FullSync:
    """A sync of all documents and children, and the Zoho that it read."""

    zoho: Emulator
    run: Run
    log: Log

    def asked(self, stream: str) -> list[Asked]:
        """Return what is asked for on behalf of *stream* in all organizations."""
        return [each for where in self.zoho.organization_ids for each in all_asked(self.zoho, stream, where)]


@pytest.fixture(scope="module")
def full_sync() -> Iterator[FullSync]:
    with Emulator(sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        run = read(zoho, *OPTIONAL, document_details="changed")
        yield FullSync(zoho, run, log_of(zoho))
    forget_earlier_syncs()


every_optional_stream = pytest.mark.parametrize("stream", OPTIONAL)


@every_optional_stream
def test_every_record_of_every_organization_comes_exactly_once(full_sync: FullSync, stream: str) -> None:
    there = [row for each in full_sync.zoho.organization_ids for row in expected(full_sync.zoho, stream, each)]
    received = identities(full_sync.run.records(stream), key_of(stream))

    assert {row["organization_id"] for row in there} == set(full_sync.zoho.organization_ids), "proves too little"
    assert received == identities(there, key_of(stream))
    assert max(received.values()) == 1, "the primary key does not tell records apart"


@every_optional_stream
def test_a_record_says_what_zoho_says(full_sync: FullSync, stream: str) -> None:
    key = key_of(stream)
    received = {tuple(str(row.get(name) or "") for name in key): row for row in full_sync.run.records(stream)}

    for organization_id in full_sync.zoho.organization_ids:
        for row in expected(full_sync.zoho, stream, organization_id)[:20]:
            assert not difference(row, received[tuple(str(row.get(name) or "") for name in key)])


@every_optional_stream
def test_a_record_is_what_its_schema_promises(full_sync: FullSync, stream: str) -> None:
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / f"{stream}.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema)

    problems = [
        f"{each.json_path}: {each.message}"
        for row in full_sync.run.records(stream)[:20]
        for each in validator.iter_errors(row)
    ]

    assert not problems


@every_optional_stream
def test_every_stream_ends_complete(full_sync: FullSync, stream: str) -> None:
    assert full_sync.run.status(stream) is AirbyteStreamStatus.COMPLETE


@pytest.mark.parametrize("stream", [name for name in CHILDREN if cursor_field_of(name) == "parent_last_modified_time"])
def test_a_child_says_when_its_parent_changed(full_sync: FullSync, stream: str) -> None:
    field = cursor_field_of(parent_of(stream))
    parents = resource_of(parent_of(stream))
    for organization_id in full_sync.zoho.organization_ids:
        times = {row.get(field) or None for row in full_sync.zoho.rows(parents, organization_id)}
        told = {row.get("parent_last_modified_time") for row in full_sync.run.records(stream, organization_id)}

        assert told
        assert told <= times


# ── what it costs ──


@pytest.mark.parametrize("stream", [name for name in DOCUMENTS if name != ITEMS])
def test_a_document_costs_one_call(full_sync: FullSync, stream: str) -> None:
    times = 1 + (stream in ALSO_ASKED_FOR)

    assert {len(each.calls(full_sync.log)) for each in full_sync.asked(stream)} == {times}


@pytest.mark.parametrize("stream", [name for name in CHILDREN if name != "books_opening_balance_transactions"])
def test_children_cost_one_call_for_each_parent_and_page(full_sync: FullSync, stream: str) -> None:
    paginated = resources()[resource_of(stream)].paginated
    for each in full_sync.asked(stream):
        pages = ceil(max(len(each.rows), 1) / 200) if paginated else 1
        answered = len(each.calls(full_sync.log))
        assert answered == pages if each.rows else answered <= 1, each.path


def test_a_hundred_items_cost_one_call(full_sync: FullSync) -> None:
    calls = Counter(
        where for (where, path), called in full_sync.log.items() for _ in called if path.endswith("/itemdetails")
    )

    assert archetype_of(ITEMS).endswith("bulk_details")
    assert calls == {each: ceil(230 / ITEMS_IN_A_CALL) for each in full_sync.zoho.organization_ids}


def test_nothing_is_called_but_lists_of_parents_documents_and_children(full_sync: FullSync) -> None:
    wanted = {each.path for name in OPTIONAL for each in full_sync.asked(name)}
    parents = {each.path for name in OPTIONAL for each in full_sync.asked(parent_of(name))}

    called = {call.path for call in full_sync.zoho.calls.log if call.organization_id}
    modules = "/books/v3/settings/modules"
    assert called <= wanted | parents | {modules}


def test_the_list_of_the_parents_is_read_once_for_each_stream_that_follows_it(full_sync: FullSync) -> None:
    for parent in {parent_of(name) for name in OPTIONAL} - {"books_custom_module_records"}:
        followers = [name for name in OPTIONAL if parent_of(name) == parent]
        for each in full_sync.asked(parent):
            fewest = 2 if len(each.rows) > 200 else 1
            assert len(each.calls(full_sync.log)) == fewest * len(followers), each.path
