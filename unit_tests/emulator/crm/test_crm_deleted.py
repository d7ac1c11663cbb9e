"""Does a deleted record go through the recycle bin as Zoho documents it?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal

DAY = 86_400


@pytest.fixture
def fresh(zoho: Emulator) -> Emulator:
    """Let there be a module from which nothing was deleted yet."""
    zoho.crm.add_module("Fresh", fields=20, rows=19)
    return zoho


def test_a_deleted_record_lies_in_the_bin(fresh: Emulator, crm: CrmCaller) -> None:
    gone = fresh.crm.ids("Fresh")[3]
    name = fresh.crm.record("Fresh", gone)["Name"]
    fresh.crm.delete("Fresh", gone)

    body = crm.json("/Fresh/deleted")
    (row,) = body["data"]
    assert body["info"] == {"per_page": 200, "count": 1, "page": 1, "more_records": False}
    assert (row["id"], row["display_name"], row["type"], row["created_by"]) == (gone, name, "recycle", None)
    assert row["deleted_time"] == "2026-03-04T17:30:00+05:30"
    assert set(row["deleted_by"]) == {"id", "name"}
    assert gone not in ids(crm.everything("/Fresh", fields="id"))
    assert crm.get(f"/Fresh/{gone}").status == 204
    assert fresh.crm.deleted("Fresh") == [{"module": "Fresh", **row}]


def test_what_is_permanently_gone_has_no_name(fresh: Emulator, crm: CrmCaller) -> None:
    first, second = fresh.crm.ids("Fresh")[:2]
    fresh.crm.delete("Fresh", first, permanent=True)
    fresh.crm.delete("Fresh", second)
    fresh.crm.purge("Fresh", second)

    rows = crm.rows("/Fresh/deleted", type="permanent")
    assert sorted(ids(rows)) == sorted([first, second])
    assert all(row["display_name"] is None and row["deleted_by"] is None for row in rows)
    assert crm.get("/Fresh/deleted", type="recycle").status == 204


def test_the_bin_forgets_by_the_clock(fresh: Emulator) -> None:
    fresh.crm.delete("Fresh", fresh.crm.ids("Fresh")[0])
    states = []
    for days in (59, 1, 119, 1):
        fresh.clock.advance(days * DAY)
        states.append([row["type"] for row in fresh.crm.deleted("Fresh")])

    assert states == [["recycle"], ["permanent"], ["permanent"], []]


def test_a_restored_record_comes_back(fresh: Emulator, crm: CrmCaller) -> None:
    first, second = fresh.crm.ids("Fresh")[:2]
    before = fresh.crm.record("Fresh", second)
    for record_id in (first, second):
        fresh.crm.delete("Fresh", record_id)
    fresh.clock.advance(600)
    fresh.crm.restore("Fresh", first)
    fresh.crm.restore("Fresh", second, moves=False)

    assert fresh.crm.count("Fresh") == 19
    assert ids(crm.rows("/Fresh", "2026-03-04T12:00:00Z", fields="id")) == [first]
    assert fresh.crm.record("Fresh", second) == before
    assert crm.get("/Fresh/deleted").status == 204


def test_only_what_lies_in_the_bin_can_be_restored(fresh: Emulator) -> None:
    gone = fresh.crm.ids("Fresh")[0]
    fresh.crm.delete("Fresh", gone, permanent=True)

    with pytest.raises(KeyError, match="the recycle bin of Fresh has no"):
        fresh.crm.restore("Fresh", gone)
    with pytest.raises(KeyError, match="there never was a record '5'"):
        fresh.crm.purge("Fresh", "5")


def test_every_module_that_keeps_track_begins_with_some(zoho: Emulator) -> None:
    assert [row["type"] for row in zoho.crm.deleted("Leads")] == ["recycle", "recycle", "permanent", "permanent"]
    assert not {row["id"] for row in zoho.crm.deleted("Leads")} & set(zoho.crm.ids("Leads"))


def test_the_list_has_pages_types_and_if_modified_since(zoho: Emulator, crm: CrmCaller) -> None:
    everything = crm.rows("/Leads/deleted")
    first = crm.json("/Leads/deleted", per_page=3)

    assert first["info"]["more_records"] is True
    assert first["data"] + crm.rows("/Leads/deleted", per_page=3, page=2) == everything
    assert crm.rows("/Leads/deleted", since=everything[1]["deleted_time"]) == everything[:2]
    assert crm.get("/Leads/deleted", since="2026-03-04T12:00:00Z").status == 304
    assert crm.get("/Leads/deleted", page=9).status == 204


def test_what_the_list_refuses(crm: CrmCaller) -> None:
    assert refusal(crm.get("/Leads/deleted", type="some"))[:2] == (400, "PATTERN_NOT_MATCHED")
    assert refusal(crm.get("/Leads/deleted", fields="id"))[2] == {"param_name": "fields"}
    assert refusal(crm.get("/Leads/deleted", page_token="x"))[2] == {"param_name": "page_token"}
    assert refusal(crm.get("/Leads/deleted", per_page=300))[1] == "INVALID_DATA"


@pytest.mark.parametrize(
    "module", ["Notes", "Attachments", "Boat_Crew", "Odd_Shapes_X_Users", "DealHistory", "Quoted_Items"]
)
def test_modules_that_keep_no_track_refuse(crm: CrmCaller, module: str) -> None:
    assert refusal(crm.get(f"/{module}/deleted"))[:2] == (400, "NOT_SUPPORTED")


def test_a_call_costs_two_credits(zoho: Emulator, crm: CrmCaller) -> None:
    crm.get("/Leads/deleted")

    assert zoho.crm.credits_by_path == {"/crm/v8/Leads/deleted": 2}


def test_the_recycle_bin_of_all_modules_has_what_lies_in_theirs(fresh: Emulator, crm: CrmCaller) -> None:
    gone = fresh.crm.ids("Fresh")[3]
    fresh.crm.delete("Fresh", gone)

    assert gone in ids(crm.json("/settings/recycle_bin")["recycle_bin"])
