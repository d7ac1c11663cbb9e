"""Do edits, additions and conversions show in the answers, exactly once and in their place?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids

NOON = "2026-03-04T17:30:00+05:30"


def test_an_edit_moves_the_time_of_modification(zoho: Emulator, crm: CrmCaller) -> None:
    edited = zoho.crm.ids("Contacts")[5]
    zoho.crm.edit("Contacts", edited, Email="new@example.com", Phone=None)

    (row,) = crm.rows("/Contacts", fields="Email,Phone,Modified_Time", ids=edited)
    assert row == {"Email": "new@example.com", "Phone": None, "Modified_Time": NOON, "id": edited}
    assert zoho.crm.record("Contacts", edited)["Email"] == "new@example.com"
    assert ids(crm.rows("/Contacts", fields="id", sort_by="Modified_Time", per_page=1)) == [edited]


def test_an_edit_may_be_dated(zoho: Emulator) -> None:
    edited = zoho.crm.ids("Contacts")[5]
    zoho.crm.edit("Contacts", edited, Modified_Time="2026-01-01T00:00:00+00:00")

    assert zoho.crm.record("Contacts", edited)["Modified_Time"] == "2026-01-01T05:30:00+05:30"


def test_a_recalculated_field_does_not_move_it(zoho: Emulator, crm: CrmCaller) -> None:
    deal = zoho.crm.ids("Deals")[5]
    before = zoho.crm.record("Deals", deal)
    zoho.crm.recalculate("Deals", deal, Days_Open=99.5)

    assert zoho.crm.record("Deals", deal) == {**before, "Days_Open": 99.5}
    assert crm.get("/Deals", "2026-03-04T12:00:00Z", fields="id").status == 304


def test_an_added_record_is_the_newest(zoho: Emulator, crm: CrmCaller) -> None:
    added = zoho.crm.add("Leads", Last_Name="Quispe")

    (row,) = crm.rows("/Leads", fields="Last_Name,Created_Time,Company", per_page=1)
    assert (row["id"], row["Last_Name"], row["Created_Time"]) == (added, "Quispe", NOON)
    assert row["Company"]
    assert zoho.crm.ids("Leads")[-1] == added


def test_a_converted_lead_leaves_the_plain_list(zoho: Emulator, crm: CrmCaller) -> None:
    lead = ids(crm.rows("/Leads", fields="id", per_page=1))[0]
    zoho.crm.convert(lead)

    assert lead not in ids(crm.everything("/Leads", fields="id"))
    assert lead in ids(crm.everything("/Leads", fields="id", converted="true"))
    assert zoho.crm.record("Leads", lead)["Converted__s"] is True
    assert zoho.crm.record("Leads", lead)["Modified_Time"] == NOON


def test_a_new_stage_leaves_a_row_in_the_history(zoho: Emulator) -> None:
    deal = zoho.crm.ids("Deals")[5]
    before = zoho.crm.count("DealHistory")
    zoho.crm.edit("Deals", deal, Stage="Closed Won")

    newest = zoho.crm.rows("DealHistory")[-1]
    assert zoho.crm.count("DealHistory") == before + 1
    assert (newest["Stage"], newest["Parent_Id"]["id"], newest["Modified_Time"]) == ("Closed Won", deal, NOON)


def test_a_history_cannot_be_edited(zoho: Emulator) -> None:
    with pytest.raises(ValueError, match="is a history"):
        zoho.crm.edit("DealHistory", zoho.crm.ids("DealHistory")[0], Stage="X")


def test_what_does_not_exist_is_a_mistake_of_the_test(zoho: Emulator) -> None:
    with pytest.raises(KeyError, match="no record '17' in Leads"):
        zoho.crm.edit("Leads", "17", Email="x")
    with pytest.raises(ValueError, match="Leads has no Colour"):
        zoho.crm.edit("Leads", zoho.crm.ids("Leads")[0], Colour="x")
    with pytest.raises(KeyError, match="no module 'Nothing'"):
        zoho.crm.rows("Nothing")
    with pytest.raises(ValueError, match="there is no switch 'colour'"):
        zoho.crm.behave("Leads", colour="red")
    with pytest.raises(ValueError, match="token_style is 'magic'"):
        zoho.crm.behave("Leads", token_style="magic")


def test_changes_can_be_planned_between_two_pages(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Deals")
    zoho.on_call(2, lambda emulator: emulator.crm.delete("Deals", known[0]), path="/crm/v8/Deals")

    found = ids(crm.everything("/Deals", fields="id", per_page=100))
    assert found == known[:0:-1]


def test_a_module_of_a_quarter_million_records_answers_from_both_ends(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Huge", fields=120, rows=250_000)
    fields = ",".join(zoho.crm.listed_fields("Huge")[:50])

    newest = crm.json("/Huge", fields=fields)
    oldest = crm.rows("/Huge", fields=fields, sort_order="asc")
    zoho.crm.edit("Huge", oldest[0]["id"], Field_10="edited")
    last = crm.rows("/Huge", fields="Field_10", sort_by="Modified_Time", per_page=1)
    assert len(newest["data"]) == len(oldest) == 200
    assert int(newest["data"][0]["id"]) > int(oldest[-1]["id"])
    assert last == [{"Field_10": "edited", "id": oldest[0]["id"]}]


def test_a_described_lookup_may_lead_to_several_modules(zoho: Emulator) -> None:
    several = {"modules": [{"api_name": "Leads"}, {"api_name": "Deals"}]}
    described = {"api_name": "Anything", "data_type": "multi_module_lookup", "multi_module_lookup": several}
    zoho.crm.add_module("Linked", fields=[described], rows=30)

    found = [row["Anything"] for row in zoho.crm.rows("Linked")]

    assert {each["module"]["api_name"] for each in found if each} == {"Leads", "Deals"}


def test_the_same_seed_makes_the_same_records() -> None:
    first, second, other = Emulator(seed=3), Emulator(seed=3), Emulator(seed=4)

    assert first.crm.rows("Leads") == second.crm.rows("Leads")
    assert first.crm.rows("Leads") != other.crm.rows("Leads")


def test_sizes_are_for_modules_too() -> None:
    zoho = Emulator(sizes={"Leads": 7, "invoices": 3})

    assert zoho.crm.count("Leads") == 7
    with pytest.raises(ValueError, match="no resource is called Nonsense"):
        Emulator(sizes={"Nonsense": 7})
