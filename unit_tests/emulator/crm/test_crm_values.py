"""Do generated records have values of every type, in the shapes that Zoho documents?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.values import ERROR_TEXT

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
REFERENCE = {"id", "name"}


@pytest.fixture(scope="module")
def shapes() -> dict[str, list[Any]]:
    """Return the values of each field of the module that has everything."""
    rows = Emulator(seed=7).crm.rows("Odd_Shapes")
    return {name: [row[name] for row in rows] for name in rows[0]}


def kinds(values: list[Any]) -> set[type]:
    return {type(value) for value in values if value is not None}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("Name", str),
        ("Small_Text", str),
        ("Mail", str),
        ("Telephone", str),
        ("Site", str),
        ("Choice", str),
        ("Choices", list),
        ("Record_Image", str),
        ("Serial", str),
        ("Big_Number", str),
        ("Whole_Number", int),
        ("Fraction", float),
        ("Money", float),
        ("Share", float),
        ("Flag", bool),
        ("Tag", list),
        ("Account", dict),
        ("Referee", dict),
        ("Layout", dict),
        ("Anything", dict),
        ("Files", list),
        ("Pictures", list),
        ("Formula_Boolean", bool),
        ("Formula_Currency", float),
        ("Formula_Double", float),
        ("Formula_Integer", int),
        ("Formula_Text", str),
        ("Rollup_Integer", int),
        ("Rollup_Currency", float),
        ("Rollup_As_Text", str),
        ("Consent", dict),
        ("Repeats", dict),
        ("Alarm", dict),
        ("Reminder", str),
        ("Reminders", list),
        ("Opening_Hours", dict),
        ("Line_Tax", list),
        ("Taxes", list),
        ("Territories", list),
        ("About_Module", dict),
        ("Gadget", dict),
        ("Assistant", dict),
        ("Guests", list),
        ("Distance", dict),
        ("Long_Thing", int),
        ("Number_As_Text", str),
    ],
)
def test_every_type_has_its_shape(shapes: dict[str, list[Any]], field: str, kind: type) -> None:
    assert kinds(shapes[field]) == {kind}


def test_fields_are_empty_now_and_then(shapes: dict[str, list[Any]]) -> None:
    assert None in shapes["Mail"]
    assert None in shapes["Account"]
    assert None not in shapes["Name"] + shapes["Flag"] + shapes["Tag"]
    assert set(shapes["Never_Filled"]) == {None}


def test_instants_carry_the_offset_of_the_organization(shapes: dict[str, list[Any]]) -> None:
    for field in ("Created_Time", "Modified_Time", "Moment", "Formula_Datetime"):
        assert all(STAMP.fullmatch(value) for value in shapes[field] if value)
    for field in ("Day", "Formula_Date"):
        assert all(DAY.fullmatch(value) for value in shapes[field] if value)


def test_a_formula_may_say_why_it_failed(shapes: dict[str, list[Any]]) -> None:
    assert kinds(shapes["Formula_Broken"]) == {float, str}
    assert ERROR_TEXT in shapes["Formula_Broken"]


def test_old_records_have_retired_values(shapes: dict[str, list[Any]]) -> None:
    assert "Mauve" in shapes["Choice"]
    assert any("Upwards" in value for value in shapes["Choices"] if value)


def test_references_name_records_and_people_that_exist() -> None:
    zoho = Emulator(seed=7)
    rows = [row for row in zoho.crm.rows("Odd_Shapes") if row["Account"] and row["Referee"] and row["Anything"]]
    accounts = {row["id"]: row["Account_Name"] for row in zoho.crm.rows("Accounts")}
    users = {row["id"] for row in zoho.crm.settings("users")}
    gone = {row["id"] for row in zoho.crm.deleted("Accounts")}

    assert all(set(row["Account"]) == REFERENCE for row in rows)
    assert all(
        accounts[row["Account"]["id"]] == row["Account"]["name"] for row in rows if row["Account"]["id"] not in gone
    )
    assert {row["Referee"]["id"] for row in rows} | {row["Owner"]["id"] for row in rows} <= users
    assert {row["Anything"]["module"]["api_name"] for row in rows} == {"Leads", "Contacts", "Deals"}


def test_some_rich_text_is_longer_than_lists_show(shapes: dict[str, list[Any]]) -> None:
    lengths = [len(text) for text in shapes["Rich_Text"] if text]

    assert min(lengths) < 500 < max(lengths) < 50_000


def test_records_are_spread_over_two_years(zoho: Emulator) -> None:
    stamps = sorted(row["Modified_Time"] for row in zoho.crm.rows("Deals"))

    assert stamps[0][:4] == "2023"
    assert stamps[-1][:4] == "2025"


def test_children_name_their_parents(zoho: Emulator) -> None:
    parents = set(zoho.crm.ids("CustomModule1")) | {row["id"] for row in zoho.crm.deleted("CustomModule1")}

    assert {row["Parent_Id"]["id"] for row in zoho.crm.rows("Boat_Crew")} <= parents
