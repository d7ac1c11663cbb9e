"""What becomes of a sync when Zoho ignores or refuses the filter or the order that a list is asked for?"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import pytest

from integration_tests.builders import Run, identities, key_of
from integration_tests.conftest import StartZoho
from integration_tests.rows import read
from source_zoho.emulator import Emulator

Mode = Literal["honour", "ignore", "refuse"]
KEYSET, FILTER, NEWEST_FIRST = "books_bills", "books_expenses", "books_delivery_challans"
SAID = "Nothing is lost; it may cost more calls."
MODES: list[Mode] = ["ignore", "refuse"]
AN_HOUR_SECONDS = 3600
MOST_CALLS = 30  # two syncs of two organizations with three pages each, and every step down met twice in each
# how a list behaves: the filter, the order by change, and whether every other order is treated alike
LISTS: list[tuple[str, Mode, Mode, bool]] = [
    *[(KEYSET, mode, "honour", False) for mode in MODES],
    *[(KEYSET, "honour", mode, False) for mode in MODES],
    *[(KEYSET, mode, mode, True) for mode in MODES],
    *[(FILTER, mode, "honour", False) for mode in MODES],
    *[(FILTER, mode, mode, True) for mode in MODES],
    *[(NEWEST_FIRST, "honour", mode, False) for mode in MODES],
    *[(NEWEST_FIRST, "honour", mode, True) for mode in MODES],
]


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho in which these lists take three pages in each organization."""
    return a_zoho(sizes={stream.removeprefix("books_"): 450 for stream in (KEYSET, FILTER, NEWEST_FIRST)})


def there(zoho: Emulator, stream: str) -> Counter[tuple[str, ...]]:
    """Return every version of a record that exists now."""
    rows = [
        {**row, "organization_id": each}
        for each in zoho.organization_ids
        for row in zoho.rows(stream.removeprefix("books_"), each)
    ]
    return identities(rows, [*key_of(stream), "last_modified_time"])


def brought(run: Run, stream: str) -> Counter[tuple[str, ...]]:
    return identities(run.records(stream), [*key_of(stream), "last_modified_time"])


def change_some(zoho: Emulator, stream: str) -> set[tuple[str, ...]]:
    """Edit the first, a middle and the last record of each organization and add one; return the new versions."""
    resource, before = stream.removeprefix("books_"), there(zoho, stream)
    for organization_id in zoho.organization_ids:
        rows = zoho.rows(resource, organization_id)
        for row in (rows[0], rows[225], rows[-1]):
            zoho.edit(resource, organization_id, str(row[key_of(stream)[-1]]), reference_number="changed")
        zoho.add(resource, organization_id, **_links(rows[0]))
    return set(there(zoho, stream)) - set(before)


def _links(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("customer_id", "vendor_id") if row.get(name)}


def remarks(run: Run, stream: str) -> list[str]:
    return [line for line in run.log if line.startswith(f"{stream} of organization ") and line.endswith(SAID)]


@pytest.mark.parametrize(("stream", "filters", "sorts", "all_sorts"), LISTS)
def test_nothing_is_lost_in_the_first_sync_nor_in_the_next_and_each_step_down_is_said_once(
    stream: str, filters: Mode, sorts: Mode, all_sorts: bool, zoho: Emulator
) -> None:
    zoho.behave(stream.removeprefix("books_"), filter=filters, sort=sorts, all_sorts=all_sorts)

    first = read(zoho, stream)
    assert brought(first, stream).keys() == there(zoho, stream).keys()

    zoho.clock.advance(seconds=AN_HOUR_SECONDS)
    changed = change_some(zoho, stream)
    second = read(zoho, stream, state=first.state)
    assert len(changed) == 8
    assert changed <= brought(second, stream).keys()
    sent_again = [row for row in second.records(stream) if row.get("last_modified_time")]
    assert len(sent_again) < 50, "what did not change is not sent again, unless it does not say when it changed"
    assert remarks(first, stream) + remarks(second, stream)
    for sync in (first, second):
        assert max(Counter(remarks(sync, stream)).values(), default=0) <= 1
    assert zoho.calls.total <= MOST_CALLS


def test_a_list_that_honours_what_it_is_asked_gives_no_reason_for_a_remark(zoho: Emulator) -> None:
    run = read(zoho, KEYSET, FILTER, NEWEST_FIRST)

    assert not [line for line in run.log if line.endswith(SAID)]


def test_a_change_made_while_a_distrusted_list_is_read_is_not_lost(zoho: Emulator) -> None:
    zoho.behave("bills", filter="ignore", sort="ignore", all_sorts=True)
    organization_id = zoho.organization_ids[0]
    last = str(zoho.rows("bills", organization_id)[-1]["bill_id"])
    zoho.on_call(3, lambda zoho: zoho.edit("bills", organization_id, last, reference_number="changed"), path="bills")

    first = read(zoho, KEYSET)
    zoho.clock.advance(seconds=60)
    second = read(zoho, KEYSET, state=first.state)

    rows = [row for row in first.records(KEYSET) + second.records(KEYSET) if row["bill_id"] == last]
    assert rows[-1]["reference_number"] == "changed"
