"""Is the record of a module the same to the byte by lists, queries and files, or else said to be unsure?"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.fields import Field, parse
from unit_tests.crm.metadata import field, field_row

CHOICES = [{"actual_value": each, "display_value": each} for each in ("red", "blue")]
CURRENCY = {"formula": {"return_type": "currency"}, "json_type": "double"}

# For each data type what it says of the field, and the same value by lists, by queries and in a file.
SAME: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "text": ({}, "a\n“b”", "a\n“b”", "a\n“b”"),
    "textarea": ({}, "long", "long", "long"),
    "picklist": ({}, "red", "red", "red"),
    "autonumber": ({}, "ODD-1", "ODD-1", "ODD-1"),
    "bigint": ({}, "137810798103", 137810798103, "137810798103"),
    "integer": ({}, 12, 12.0, "12"),
    "double": ({}, 12, 12.0, "12.00"),
    "currency": ({}, 1234.1, 1234.10, "1234.1"),
    "percent": ({}, "5.5", 5.5, "5.5"),
    "boolean": ({}, True, "true", "1"),
    "date": ({}, "2026-01-31", "2026-01-31", "2026-01-31"),
    "datetime": ({}, "2026-01-31T10:00:00+05:30", "2026-01-31T04:30:00Z", "2026-01-31T04:30:00+00:00"),
    "lookup": ({}, {"name": "Acme", "id": "46"}, {"id": "46"}, "46"),
    "ownerlookup": ({}, {"name": "Ada", "id": "46", "email": "ada@example.com"}, {"id": "46"}, "46"),
    "layout": ({}, {"name": "Standard", "id": "46"}, {"id": "46"}, "46"),
    "multiselectpicklist": ({"pick_list_values": CHOICES}, ["red", "blue"], ["red", "blue"], "red;blue"),
    "formula": (CURRENCY, "9109.87", 9109.87, "9109.87"),
}
ODD: dict[str, Any] = {
    "fileupload": [{"id": "46", "File_Name__s": "a.pdf"}],
    "multi_module_lookup": {"id": "46", "name": "Ada", "module": {"api_name": "Leads", "id": "47"}},
    "RRULE": {"RRULE": "FREQ=DAILY"},
    "event_reminder": "0",
    "nearby_distance": {"latitude": 88.72},
}


def of_one(data_type: str, **said: Any) -> Canonical:
    return Canonical([field("Value", data_type, **said)], ["Value"])


def of_file(canonical: Canonical, header: list[str], *lines: list[str]) -> list[Part]:
    read = canonical.csv(header)
    return [read(line) for line in lines]


@pytest.mark.parametrize("data_type", SAME)
def test_each_way_gives_the_same_bytes(data_type: str) -> None:
    said, listed, queried, written = SAME[data_type]
    canonical = of_one(data_type, **said)

    record = canonical.from_rest({"id": "1", "Value": listed})
    (line,) = of_file(canonical, ["Id", "Value"], ["1", written])
    query = canonical.from_coql({"id": "1", "Value": queried})

    assert (query.unsure, line.unsure) == ((), ())
    assert orjson.dumps(record) == orjson.dumps(query.row) == orjson.dumps(line.row)
    assert record["Value"] is not None


@pytest.mark.parametrize("data_type", [*SAME, *ODD])
@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_nothing_is_null_however_it_is_said(data_type: str, empty: Any) -> None:
    canonical = of_one(data_type, **(SAME[data_type][0] if data_type in SAME else {}))
    nothing = {"id": "1", "Value": None}

    assert canonical.from_rest({"id": "1", "Value": empty}) == nothing
    assert canonical.from_coql({"id": "1", "Value": empty}) == Part(nothing)
    assert canonical.from_rest({"id": "1"}) == nothing
    assert canonical.from_coql({"id": "1"}) == Part(nothing)
    if data_type != "boolean":
        assert of_file(canonical, ["Id", "Value"], ["1", ""]) == [Part(nothing)]


@pytest.mark.parametrize("data_type", ODD)
def test_odd_values_come_from_lists_as_they_are_and_from_nowhere_else(data_type: str) -> None:
    canonical = of_one(data_type, **({"json_type": None} if data_type == "nearby_distance" else {}))
    unsure = Part({"id": "1", "Value": None}, ("Value",))

    assert canonical.from_rest({"id": "1", "Value": ODD[data_type]})["Value"] == ODD[data_type]
    assert canonical.from_coql({"id": "1", "Value": ODD[data_type]}) == unsure
    assert of_file(canonical, ["Id", "Value"], ["1", "a.pdf"]) == [unsure]
    assert canonical.odd == ("Value",)


@pytest.mark.parametrize(
    ("data_type", "value"),
    [("integer", "twelve"), ("datetime", "2026-01-31T10:00:00"), ("boolean", "perhaps"), ("lookup", "Acme")],
)
def test_a_list_keeps_what_cannot_be_read_and_others_leave_it_to_the_list(data_type: str, value: str) -> None:
    canonical = of_one(data_type)

    assert canonical.from_rest({"id": "1", "Value": value})["Value"] == value
    assert canonical.from_coql({"id": "1", "Value": value}).unsure == ("Value",)
    assert of_file(canonical, ["Id", "Value"], ["1", value])[0].unsure == ("Value",)
    assert not canonical.odd


def test_zero_and_no_are_values() -> None:
    row = {"id": "1", "Whole": 0, "Number": 0, "Flag": False}
    canonical = Canonical([field("Whole", "integer"), field("Number", "double"), field("Flag", "boolean")], list(row))

    assert orjson.dumps(canonical.from_rest(row)) == b'{"id":"1","Whole":0,"Number":0.0,"Flag":false}'


# ── the record as a whole ──


def some_fields() -> list[Field]:
    return parse([field_row("id", "bigint"), field_row("Name"), field_row("Amount", "currency"), field_row("City")])


def test_fields_stand_in_zohos_order_all_of_them_and_no_others() -> None:
    canonical = Canonical(some_fields(), ["Name", "Amount", "City", "Name", "id"])
    row = {"$approved": True, "City": "Thun", "Stranger": 1, "Amount": 5, "id": 46, "$currency_symbol": "€"}

    assert canonical.names == ("Name", "Amount", "City")
    assert orjson.dumps(canonical.from_rest(row)) == b'{"id":"46","Name":null,"Amount":5.0,"City":"Thun"}'
    assert canonical.from_rest(row) == canonical.from_coql(row).row


def test_a_chosen_field_that_nobody_describes_is_odd() -> None:
    assert Canonical(some_fields(), ["Name", "Stranger"]).odd == ("Stranger",)


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": ""}])
def test_a_row_without_an_id_is_no_record(row: dict[str, Any]) -> None:
    for read in (of_one("text").from_rest, of_one("text").from_coql):
        with pytest.raises(ValueError, match="without an id"):
            read(row)


def test_the_version_is_the_time_of_change() -> None:
    canonical = Canonical([field("Modified_Time", "datetime")], ["Modified_Time"])
    row = canonical.from_rest({"id": "1", "Modified_Time": "2026-01-31T10:00:00+05:30"})

    assert canonical.version_of(row) == "2026-01-31T04:30:00+00:00"
    assert canonical.version_of({"id": "1"}) == canonical.version_of({"id": "1", "Modified_Time": None}) == ""


# ── what an activity is about ──


def activities() -> Canonical:
    return Canonical([field("What_Id", "lookup"), field("Subject")], ["What_Id", "Subject"])


ABOUT = {"id": "1", "What_Id": {"id": "46", "name": "Acme"}, "$se_module": "Accounts", "Subject": "Call"}
RECORD = {"id": "1", "What_Id": {"id": "46"}, "Subject": "Call", "$se_module": "Accounts"}


def test_the_module_of_what_it_is_about_stands_behind_the_fields() -> None:
    assert orjson.dumps(activities().from_rest(ABOUT)) == orjson.dumps(RECORD)
    assert activities().from_coql(ABOUT) == Part(RECORD)
    assert of_file(activities(), ["Id", "What_Id", "$se_module", "Subject"], ["1", "46", "Accounts", "Call"]) == [
        Part(RECORD)
    ]


def test_where_that_module_is_not_told_it_is_unsure() -> None:
    unsure = Part({**RECORD, "$se_module": None}, ("$se_module",))

    assert activities().odd == ("$se_module",)
    assert activities().from_coql({**ABOUT, "$se_module": None}) == unsure
    assert of_file(activities(), ["Id", "What_Id", "Subject"], ["1", "46", "Call"]) == [unsure]


@pytest.mark.parametrize("module", ["Accounts", None])
def test_about_nothing_there_is_no_module_to_tell(module: str | None) -> None:
    row = {**ABOUT, "What_Id": None, "$se_module": module}
    nothing = {**RECORD, "What_Id": None, "$se_module": None}

    assert activities().from_rest(row) == nothing
    assert activities().from_coql(row) == Part(nothing)


def test_what_it_is_about_may_itself_be_unsure() -> None:
    (part,) = of_file(activities(), ["Id", "What_Id", "$se_module", "Subject"], ["1", "Acme", "Accounts", "Call"])

    assert set(part.unsure) == {"What_Id", "$se_module"}
    assert part.row == {**RECORD, "What_Id": None, "$se_module": None}


# ── files ──


@pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("TRUE", "FALSE"), ("1", "0"), ("Yes", "No")])
def test_an_empty_flag_is_unsure_until_the_column_has_written_a_no(yes: str, no: str) -> None:
    parts = of_file(of_one("boolean"), ["Id", "Value"], *(["1", text] for text in ("", yes, "", no, "", yes)))

    assert [part.row["Value"] for part in parts] == [None, True, None, False, None, True]
    assert [bool(part.unsure) for part in parts] == [True, False, True, False, False, False]


def test_each_file_shows_anew_how_it_writes_a_no() -> None:
    canonical = of_one("boolean")
    of_file(canonical, ["Id", "Value"], ["1", "false"])

    assert of_file(canonical, ["Id", "Value"], ["1", ""])[0].unsure == ("Value",)


def test_a_column_that_is_missing_is_unsure_in_every_line() -> None:
    canonical = Canonical(some_fields(), ["Name", "Amount", "City"])

    parts = of_file(canonical, ["City", "id", "Name", "More"], ["Thun", "46", "", "x"], ["", "47", "Ada", ""])

    assert parts == [
        Part({"id": "46", "Name": None, "Amount": None, "City": "Thun"}, ("Amount",)),
        Part({"id": "47", "Name": "Ada", "Amount": None, "City": None}, ("Amount",)),
    ]
    assert [list(part.row) for part in parts] == [["id", "Name", "Amount", "City"]] * 2


@pytest.mark.parametrize("name", ["id", "Id", "ID"])
def test_the_column_of_ids_is_known_by_its_names(name: str) -> None:
    assert of_file(of_one("text"), ["Value", name], ["a", "46"]) == [Part({"id": "46", "Value": "a"})]


def test_a_file_without_ids_is_no_file_of_records() -> None:
    with pytest.raises(ValueError, match="no column with the ids"):
        of_one("text").csv(["Value"])


@pytest.mark.parametrize("line", [["46"], ["46", "a", "b"], ["", "a"], []])
def test_a_line_that_does_not_fit_is_no_record(line: list[str]) -> None:
    with pytest.raises(ValueError, match="values where 2 belong"):
        of_one("text").csv(["Id", "Value"])(line)


def test_choices_that_people_see_otherwise_than_they_are_stored_are_not_sure_in_a_file() -> None:
    renamed = [{"actual_value": "red", "display_value": "Crimson"}, *CHOICES[1:]]
    canonical = of_one("multiselectpicklist", pick_list_values=renamed)

    lines = of_file(canonical, ["Id", "Value"], ["1", "red;blue"], ["2", "Crimson"], ["3", "blue"])

    assert [line.unsure for line in lines] == [("Value",), ("Value",), ()]
    assert canonical.from_rest({"id": "1", "Value": ["red"]})["Value"] == ["red"]
