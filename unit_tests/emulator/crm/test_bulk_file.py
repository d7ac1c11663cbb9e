"""What is written in the file of a bulk job?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.bulk_caller import BulkCaller

Row = dict[str, Any]
REFERENCES = ("Owner", "Layout", "Account", "Referee", "Anything", "Consent", "Gadget", "Assistant")
NAMED = {"Tag": "name", "Territories": "Name", "Taxes": "value", "Files": "File_Name__s", "Pictures": "File_Name__s"}
ONE_KEY = {"Repeats": "RRULE", "Alarm": "ALARM", "About_Module": "api_name"}
AS_JSON = ("Reminders", "Opening_Hours", "Line_Tax", "Guests")
NOT_EXPORTED = {"Distance"}


@pytest.fixture
def bulk(zoho: Emulator) -> BulkCaller:
    return BulkCaller(zoho)


def pairs(bulk: BulkCaller, module: str = "Odd_Shapes", **query: Any) -> list[tuple[Row, dict[str, str]]]:
    """Return every record beside its line in the file."""
    known = {row["id"]: row for row in bulk.zoho.crm.rows(module)}
    return [(known[line["Id"]], line) for line in bulk.exported(module, **query)]


def expected(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in REFERENCES or name in ("Created_By", "Modified_By"):
        return str(value["id"])
    if name in NAMED:
        return ";".join(one[NAMED[name]] for one in value)
    if name in ONE_KEY:
        return str(value[ONE_KEY[name]])
    if name in AS_JSON:
        return orjson.dumps(value).decode()
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(value) if isinstance(value, list) else str(value)


def test_every_type_of_field_has_its_text(zoho: Emulator, bulk: BulkCaller) -> None:
    names = [name for name in zoho.crm.listed_fields("Odd_Shapes") if name not in {"id", *NOT_EXPORTED}]

    compared = pairs(bulk)
    assert len(compared) == zoho.crm.count("Odd_Shapes")
    for row, line in compared:
        assert list(line) == ["Id", *names]
        assert {name: line[name] for name in names} == {name: expected(name, row[name]) for name in names}


def test_rich_text_is_whole(bulk: BulkCaller) -> None:
    assert any(len(line["Rich_Text"]) > 500 for _, line in pairs(bulk, fields=["Rich_Text"]))


def test_columns_come_as_they_are_named_behind_the_id(bulk: BulkCaller) -> None:
    for names in (["Flag", "Name"], ["Flag", "id", "Name", "Flag"], ["Id", "Flag", "Name"]):
        assert list(bulk.exported("Odd_Shapes", fields=names)[0]) == ["Id", "Flag", "Name"]
    assert list(bulk.exported("Odd_Shapes", fields=["id"])[0]) == ["Id"]


def test_a_job_without_rows_still_has_a_header(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.add_module("Bare", fields=[{"api_name": "Colour", "data_type": "text"}])
    job_id = bulk.job("Bare", fields=["Colour"])

    assert bulk.done(job_id)["result"]["count"] == 0
    assert bulk.table(job_id) == [["Id", "Colour"]]


@pytest.mark.parametrize("text", ["a,b", 'say "x"', "two\nlines", "two\r\nlines", " lead", "ümläut 日本", "'", "=1+1"])
def test_any_text_survives(zoho: Emulator, bulk: BulkCaller, text: str) -> None:
    record_id = zoho.crm.ids("Odd_Shapes")[0]
    zoho.crm.edit("Odd_Shapes", record_id, Name=text)

    assert {line["Id"]: line["Name"] for line in bulk.exported("Odd_Shapes", fields=["Name"])}[record_id] == text


def test_names_may_reach_through_a_lookup(zoho: Emulator, bulk: BulkCaller) -> None:
    accounts = {row["id"]: row for row in zoho.crm.rows("Accounts")}
    users = {row["id"]: row for row in zoho.crm.settings("users")}
    renamed = next(row["Account_Name"]["id"] for row in zoho.crm.rows("Deals") if row["Account_Name"])
    zoho.crm.edit("Accounts", renamed, Account_Name="New name")
    accounts[renamed]["Account_Name"] = "New name"
    fields = ["Account_Name", "Account_Name.Account_Name", "Account_Name.id", "Account_Name.Owner", "Owner.last_name"]

    for row, line in pairs(bulk, "Deals", fields=fields):
        account_id = row["Account_Name"]["id"] if row["Account_Name"] else ""
        account = accounts.get(account_id, {"Account_Name": None, "Owner": {"id": ""}})
        assert [line[name] for name in fields[:2]] == [account_id, account["Account_Name"] or ""]
        assert [line[name] for name in fields[2:4]] == [account_id, account["Owner"]["id"]]
        assert line["Owner.last_name"] == (users[row["Owner"]["id"]]["last_name"] or "")


@pytest.mark.parametrize(
    ("style", "yes", "no"),
    [("true/false", "true", "false"), ("1/0", "1", "0"), ("Yes/No", "Yes", "No"), ("true/empty", "true", "")],
)
def test_booleans_may_be_written_in_four_ways(zoho: Emulator, bulk: BulkCaller, style: str, yes: str, no: str) -> None:
    zoho.crm.behave(bulk_booleans=style)

    written = {None: "", True: yes, False: no}
    for row, line in pairs(bulk, fields=["Flag", "Formula_Boolean"]):
        assert (line["Flag"], line["Formula_Boolean"]) == (written[row["Flag"]], written[row["Formula_Boolean"]])


def test_lists_may_be_joined_by_a_comma(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Odd_Shapes", bulk_separator=",")

    for row, line in pairs(bulk, fields=["Choices", "Tag"]):
        assert line["Choices"] == ",".join(row["Choices"] or ())
        assert line["Tag"] == ",".join(one["name"] for one in row["Tag"])


@pytest.mark.parametrize(("style", "suffix"), [("offset", "+05:30"), ("utc", "+00:00"), ("z", "Z")])
def test_instants_may_be_written_in_three_ways(zoho: Emulator, bulk: BulkCaller, style: str, suffix: str) -> None:
    zoho.crm.behave(bulk_datetimes=style)
    names = ["Modified_Time", "Moment", "Formula_Datetime"]

    for row, line in pairs(bulk, fields=names):
        for name in names:
            assert bool(line[name]) is (row[name] is not None)
            assert not line[name] or (line[name].endswith(suffix) and instant(line[name]) == instant(row[name]))


def instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_converted_leads_come_too_unless_a_test_says_no(zoho: Emulator, bulk: BulkCaller) -> None:
    converted = {row["id"]: str(row["Converted__s"]).lower() for row in zoho.crm.rows("Leads")}
    assert {line["Id"]: line["$converted"] for line in bulk.exported("Leads", fields=["$converted"])} == converted

    zoho.crm.behave("Leads", bulk_leads_converted=False)
    assert {line["Id"] for line in bulk.exported("Leads")} == {
        one for one, told in converted.items() if told == "false"
    }


def test_rows_of_a_history_without_a_parent_are_left_out(zoho: Emulator, bulk: BulkCaller) -> None:
    orphan = zoho.crm.add("DealHistory", Parent_Id=None)
    kept = {line["Id"] for line in bulk.exported("DealHistory", fields=["Stage"])}
    assert kept == {*zoho.crm.ids("DealHistory")} - {orphan}

    zoho.crm.behave("DealHistory", bulk_orphans=True)
    assert orphan in {line["Id"] for line in bulk.exported("DealHistory", fields=["Stage"])}


def test_hidden_fields_are_left_out_without_a_word(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Leads", hidden_fields=["Email"])

    assert list(bulk.exported("Leads", fields=["Email", "Phone"])[0]) == ["Id", "Phone"]
    assert "Email" not in bulk.exported("Leads")[0]


def test_a_file_can_be_fetched_twice(zoho: Emulator, bulk: BulkCaller) -> None:
    job_id = bulk.job("Deals")
    bulk.done(job_id)
    first = bulk.table(job_id)
    zoho.crm.edit("Deals", zoho.crm.ids("Deals")[0], Deal_Name="later")

    assert bulk.table(job_id) == first


def test_a_module_with_hundreds_of_thousands_of_records_takes_no_time_to_run(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.add_module("Big", fields=40, rows=250_000)
    job_id = bulk.job("Big")

    assert bulk.done(job_id)["result"]["count"] == 200_000
    answer = bulk.file(job_id)
    assert answer.stream is not None
    assert len(next(iter(answer.stream))) < 2**18
