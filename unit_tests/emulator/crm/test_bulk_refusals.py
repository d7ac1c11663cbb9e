"""Does the emulated CRM refuse the bulk jobs that Zoho refuses, in Zoho's codes?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.bulk_caller import BulkCaller, condition, group, still_emulator
from unit_tests.emulator.crm.crm_caller import refusal

Body = dict[str, Any]


@pytest.fixture
def bulk(zoho: Emulator) -> BulkCaller:
    return BulkCaller(zoho)


@pytest.fixture(scope="module")
def untouched() -> BulkCaller:
    """One emulator for all tests that change nothing."""
    return BulkCaller(still_emulator())


def refused(bulk: BulkCaller, module: str = "Odd_Shapes", **query: Any) -> tuple[str, Body]:
    """Return code and details of a job that is refused with 400."""
    status, code, details = refusal(bulk.ask({"module": {"api_name": module}, **query}))
    assert status == 400
    return code, details


# ── the body ──


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "REQUEST_BODY_IS_EMPTY"),
        (b"  ", "REQUEST_BODY_IS_EMPTY"),
        (b"{", "REQUEST_BODY_NOT_READABLE"),
        (b"[]", "REQUEST_BODY_NOT_READABLE"),
        (b"{}", "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": []}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {}}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": "Leads"}}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": {"api_name": "Leads"}, "sort_by": "id"}}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": {"api_name": "Leads"}}, "operation": "read"}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": {"api_name": "Leads"}, "fields": "Email"}}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": {"api_name": "Leads"}}, "callback": "x"}', "REQUEST_BODY_NOT_SUPPORTED"),
        (b'{"query": {"module": {"api_name": "Leads"}, "page": "2"}}', "INVALID_REQUEST"),
        (b'{"query": {"module": {"api_name": "Leads"}, "page": 0}}', "INVALID_REQUEST"),
    ],
)
def test_a_body_of_another_form(untouched: BulkCaller, body: bytes, code: str) -> None:
    assert refusal(untouched.call("POST", "", body))[:2] == (400, code)


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}])
def test_a_body_has_to_say_that_it_is_json(untouched: BulkCaller, headers: dict[str, str]) -> None:
    answer = untouched.call("POST", "", b'{"query": {"module": {"api_name": "Leads"}}}', headers)

    assert refusal(answer)[:2] == (415, "MEDIA_TYPE_NOT_SUPPORTED")


def test_a_page_behind_the_last_one(bulk: BulkCaller) -> None:
    assert bulk.exported("Leads", page=500) == []
    assert refused(bulk, page=501) == ("PAGE_RANGE_EXCEEDED", {"max_limit": 500})


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (
            {"url": "https://example.com", "method": "get"},
            ("INVALID_CALLBACK_METHOD", {"supported_callback_methods": ["post"]}),
        ),
        ({"url": "http://example.com", "method": "post"}, ("INVALID_CALLBACK_URL", {})),
        ({"url": "https:/example.com", "method": "post"}, ("INVALID_CALLBACK_URL", {})),
    ],
)
def test_a_callback_that_is_none(untouched: BulkCaller, callback: Body, expected: Any) -> None:
    answer = untouched.ask({"module": {"api_name": "Leads"}}, callback=callback)

    assert refusal(answer)[1:] == expected


def test_another_type_of_file(bulk: BulkCaller) -> None:
    query = {"module": {"api_name": "Events"}}

    assert bulk.ask(query, file_type="csv").status == 201
    details = {"api_name": "file_type", "supported_values": ["ics", "csv"]}
    assert refusal(bulk.ask(query, file_type="xml"))[1:] == ("INVALID_DATA", details)
    assert bulk.ask(query, file_type="ics").status == 501


def test_views_are_not_emulated(bulk: BulkCaller) -> None:
    assert bulk.ask({"module": {"api_name": "Leads"}, "cvid": None}).status == 201
    assert bulk.ask({"module": {"api_name": "Leads"}, "cvid": "123"}).status == 501


# ── modules ──


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("Nothing", "MODULE_NOT_AVAILABLE"),
        ("File_Upload_1__s", "MODULE_NOT_AVAILABLE"),
        ("Notes", "MODULE_NOT_SUPPORTED"),
        ("Attachments", "MODULE_NOT_SUPPORTED"),
        ("Emails", "MODULE_NOT_SUPPORTED"),
    ],
)
def test_modules_that_are_not_exported(untouched: BulkCaller, module: str, code: str) -> None:
    assert refused(untouched, module) == (code, {"api_name": module})


def test_a_module_may_be_taken_away(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Leads", bulk=False)
    zoho.crm.set_module("Deals", status="scheduled_for_deletion")
    zoho.crm.set_module("Tasks", api_supported=False)

    assert refused(bulk, "Leads") == ("MODULE_NOT_SUPPORTED", {"api_name": "Leads"})
    assert refused(bulk, "Deals") == ("MODULE_NOT_AVAILABLE", {"api_name": "Deals"})
    assert refused(bulk, "Tasks") == ("MODULE_NOT_SUPPORTED", {"api_name": "Tasks"})


def test_no_module_at_all_may_be_exported(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk=False)
    zoho.crm.add_module("Late", fields=10)

    assert refused(bulk, "Late")[0] == "MODULE_NOT_SUPPORTED"


def test_a_module_without_permission(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Leads", refusal="NO_PERMISSION")

    assert refusal(bulk.ask({"module": {"api_name": "Leads"}}))[:2] == (403, "NO_PERMISSION")


# ── fields ──


@pytest.mark.parametrize(
    "name", ["Whole_Address", "Distance", "Rows_Inside", "Related_Products", "Helpers", "Rows_Inside.Remark"]
)
def test_fields_that_are_not_exported(untouched: BulkCaller, name: str) -> None:
    assert refused(untouched, fields=["Name", name]) == (
        "FIELD_NOT_SUPPORTED",
        {"api_name": name, "module": "Odd_Shapes"},
    )


@pytest.mark.parametrize("name", ["Nothing", "Owner.shoe_size", "Account.Nothing", "Name.id", "$converted", "$x"])
def test_fields_that_are_not_there(untouched: BulkCaller, name: str) -> None:
    assert refused(untouched, fields=[name]) == ("FIELD_NOT_AVAILABLE", {"api_name": name, "module": "Odd_Shapes"})


def test_a_test_may_refuse_fields(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Odd_Shapes", bulk_refused_fields=["Flag"], refused_fields=["Share"])

    assert refused(bulk, fields=["Name", "Flag"])[0] == "FIELD_NOT_SUPPORTED"
    assert refused(bulk, fields=["Name", "Share"])[0] == "FIELD_NOT_AVAILABLE"
    assert not {"Flag", "Share"} & set(bulk.exported("Odd_Shapes")[0])


def test_the_module_of_an_activity_is_no_column_unless_a_test_says_so(zoho: Emulator, bulk: BulkCaller) -> None:
    assert refused(bulk, "Tasks", fields=["What_Id", "$se_module"])[0] == "FIELD_NOT_AVAILABLE"

    zoho.crm.behave("Tasks", bulk_se_module=True)
    rows = bulk.exported("Tasks", fields=["$se_module"])
    assert {row["Id"]: row["$se_module"] or None for row in rows} == {
        row["id"]: row["$se_module"] for row in zoho.crm.rows("Tasks")
    }


def test_more_than_200_fields_are_all_fields(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.add_module("Wide", fields=230, rows=3)
    names = [name for name in zoho.crm.listed_fields("Wide") if name != "id"]

    assert len(bulk.exported("Wide", fields=names[:200])[0]) == 201
    assert len(bulk.exported("Wide", fields=names[:201])[0]) == 230


def test_names_may_reach_through_so_many_lookups(zoho: Emulator, bulk: BulkCaller) -> None:
    fields = [
        {"api_name": f"To_{n}", "data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}}
        for n in range(16)
    ]
    zoho.crm.add_module("Web", fields=fields, rows=2)
    names = [f"To_{n}.Phone" for n in range(16)]

    assert bulk.exported("Web", fields=[*names[:15], "To_0.Website"])
    assert refused(bulk, "Web", fields=names) == ("JOIN_LIMIT_EXCEEDED", {"max_limit": 15})


# ── criteria ──

NAME = {"field": {"api_name": "Name"}}
NAMED = condition("Name", "equal", "x")


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        ({}, "INVALID_CRITERIA"),
        ([NAMED], "INVALID_CRITERIA"),
        ({**NAMED, "colour": 1}, "INVALID_CRITERIA"),
        ({**NAME, "value": "x"}, "INVALID_CRITERIA"),
        ({**NAME, "comparator": "equal"}, "INVALID_CRITERIA"),
        ({"field": "Name", "comparator": "equal", "value": "x"}, "INVALID_CRITERIA"),
        (group("and"), "INVALID_CRITERIA"),
        ({"group_operator": "and"}, "INVALID_CRITERIA"),
        ({"group_operator": "and", "group": "x"}, "INVALID_CRITERIA"),
        ({**NAMED, "api_name": "Name"}, "AMBIGUOUS_CRITERIA"),
        ({**NAMED, **group("and", NAMED)}, "AMBIGUOUS_CRITERIA"),
        (group("and", {**NAMED, **group("and", NAMED)}), "AMBIGUOUS_GROUP_IN_CRITERIA"),
        (group("xor", NAMED), "GROUP_OPERATOR_NOT_SUPPORTED"),
        ({"group": [NAMED]}, "GROUP_OPERATOR_NOT_SUPPORTED"),
        ({**NAMED, "type": "merge_field"}, "VALUE_TYPE_NOT_SUPPORTED"),
        (condition("Nothing", "equal", "x"), "FIELD_IN_CRITERIA_NOT_AVAILABLE"),
        (condition("Rows_Inside", "equal", "x"), "FIELD_IN_CRITERIA_NOT_SUPPORTED"),
        (condition("Files", "equal", "x"), "FIELD_IN_CRITERIA_NOT_SUPPORTED"),
        (condition("Tag", "equal", "x"), "FIELD_IN_CRITERIA_NOT_SUPPORTED"),
        (condition("Name", "like", "x%"), "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED"),
        (condition("Name", "greater_than", "x"), "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Whole_Number", "between", [1, 2]), "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Flag", "not_equal", True), "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Owner", "contains", "1"), "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        (
            condition("Secret", "starts_with", "x"),
            "COMPARATOR_AND_ENCRYPTED_VALUE_IN_CRITERIA_NOT_COMPATIBLE",
        ),
        (condition("Name", "in", "x"), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Name", "in", []), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Name", "equal", ["x"]), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Name", "equal", None), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Name", "contains", "${EMPTY}"), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Day", "between", ["2025-01-01"]), "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Whole_Number", "equal", "ten"), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Whole_Number", "equal", True), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Flag", "equal", "maybe"), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Owner", "equal", "Ada"), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Day", "equal", "2025-02-30T00:00:00Z"), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
        (condition("Name", "equal", "x" * 256), "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
    ],
)
def test_criteria_that_are_none(untouched: BulkCaller, criteria: Any, code: str) -> None:
    assert refused(untouched, criteria=criteria)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-01T00:00:00.000+05:30",
        "2025-01-01T00:00:00",
        "2025-01-01 00:00:00+05:30",
        "2025-01-01T00:00:00+0530",
        "2025-13-01T00:00:00+05:30",
        "2025-01-01",
    ],
)
def test_instants_are_iso_8601_with_an_offset_and_without_milliseconds(untouched: BulkCaller, text: str) -> None:
    code, details = refused(untouched, criteria=condition("Modified_Time", "greater_equal", text))

    assert code == "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"
    assert details == {"api_name": "Modified_Time", "value": text}


def test_a_refused_comparator_is_answered_with_the_right_ones(bulk: BulkCaller) -> None:
    _, details = refused(bulk, criteria=condition("Owner", "less_than", "1"))

    expected = {"comparator": "less_than", "api_name": "Owner", "supported": ["equal", "not_equal", "in", "not_in"]}
    assert details == expected


def test_25_conditions_are_enough(bulk: BulkCaller) -> None:
    assert bulk.job("Odd_Shapes", criteria=group("or", *[NAMED] * 25))
    nested = group("or", *[NAMED] * 20, group("and", *[NAMED] * 6))
    assert refused(bulk, criteria=nested) == ("CRITERIA_LIMIT_EXCEEDED", {"max_limit": 25})


def test_20_values_are_enough(bulk: BulkCaller) -> None:
    assert bulk.job("Odd_Shapes", criteria=condition("Name", "in", ["x"] * 20))
    told = refused(bulk, criteria=condition("Name", "in", ["x"] * 21))
    assert told == ("VALUE_LIMIT_EXCEEDED_IN_CRITERIA", {"max_limit": 20})


def test_a_refused_job_costs_what_a_job_costs(zoho: Emulator, bulk: BulkCaller) -> None:
    refused(bulk, fields=["Nothing"])

    assert zoho.crm.credits_used == 50
    assert zoho.crm.jobs == []
