"""Does If-Modified-Since keep what Zoho documents?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal

NOON = "2026-03-04T12:00:00+00:00"


def since_of(zoho: Emulator, place: int) -> tuple[str, list[str]]:
    """Return the stamp of the *place*-th record by modification, and which records are not older."""
    rows = sorted(zoho.crm.rows("Deals"), key=lambda row: (row["Modified_Time"], int(row["id"])))
    stamp: str = rows[place]["Modified_Time"]
    return stamp, [row["id"] for row in rows if row["Modified_Time"] >= stamp]


@pytest.mark.parametrize("sort_by", ["id", "Modified_Time", "Created_Time"])
@pytest.mark.parametrize("place", [1, 200, 400])
def test_it_is_inclusive_in_every_order(zoho: Emulator, crm: CrmCaller, sort_by: str, place: int) -> None:
    stamp, expected = since_of(zoho, place)

    found = ids(crm.everything("/Deals", stamp, fields="id", sort_by=sort_by, per_page=37))
    assert sorted(found) == sorted(expected)


def test_it_may_be_exclusive_or_ignored(zoho: Emulator, crm: CrmCaller) -> None:
    stamp, expected = since_of(zoho, 300)
    zoho.crm.behave("Deals", if_modified_since="exclusive")
    exclusive = crm.everything("/Deals", stamp, fields="Modified_Time")
    zoho.crm.behave("Deals", if_modified_since="ignored")
    ignored = crm.everything("/Deals", stamp, fields="id")

    assert 0 < len(exclusive) < len(expected)
    assert min(row["Modified_Time"] for row in exclusive) > stamp
    assert sorted(ids(ignored)) == zoho.crm.ids("Deals")


def test_it_may_be_refused(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Deals", if_modified_since="refused")

    assert refusal(crm.get("/Deals", NOON, fields="id"))[1] == "NOT_SUPPORTED"
    assert crm.get("/Deals", fields="id").status == 200


def test_nothing_new_is_304_without_a_body(zoho: Emulator, crm: CrmCaller) -> None:
    answer = crm.get("/Deals", NOON, fields="id")
    zoho.crm.behave("Deals", not_modified="204")

    assert (answer.status, answer.body) == (304, b"")
    assert crm.get("/Deals", NOON, fields="id").status == 204
    assert zoho.crm.credits_used == 2


def test_an_edit_in_the_same_second_is_found(zoho: Emulator, crm: CrmCaller) -> None:
    edited = zoho.crm.ids("Deals")[7]
    zoho.crm.edit("Deals", edited, Next_Step="Call")

    assert ids(crm.rows("/Deals", NOON, fields="id")) == [edited]


def test_a_fraction_of_a_second_is_rounded_up(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.edit("Deals", zoho.crm.ids("Deals")[7], Next_Step="Call")

    assert crm.get("/Deals", "2026-03-04T12:00:00.500+00:00", fields="id").status == 304
    assert crm.get("/Deals", "2026-03-04T11:59:59.500+00:00", fields="id").status == 200


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 04 Mar 2026 12:00:00 GMT",
        "2026-03-04",
        "2026-03-04T12:00:00",
        "2026-03-04T12:00:00+0000",
        "",
        "2026-13-04T12:00:00Z",
    ],
)
def test_anything_but_iso_8601_with_an_offset_is_refused(crm: CrmCaller, text: str) -> None:
    assert refusal(crm.get("/Deals", text, fields="id"))[:2] == (400, "INVALID_DATA")


def test_a_module_without_that_field_answers_everything(zoho: Emulator, crm: CrmCaller) -> None:
    assert len(crm.rows("/Meter_Readings", NOON, fields="Name")) == zoho.crm.count("Meter_Readings")


def test_all_records_may_share_one_second(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Import", fields=20, rows=500, same_second=True)
    rows = crm.everything("/Import", fields="Modified_Time", sort_by="Modified_Time", sort_order="asc")

    assert len({row["Modified_Time"] for row in rows}) == 1
    assert ids(rows) == zoho.crm.ids("Import")
    assert len(crm.everything("/Import", rows[0]["Modified_Time"], fields="id")) == len(rows)


def test_it_works_together_with_ids(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Deals")[:3]
    zoho.crm.edit("Deals", known[1], Next_Step="Call")

    assert ids(crm.rows("/Deals", NOON, fields="id", ids=",".join(known))) == [known[1]]
