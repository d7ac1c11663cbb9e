"""Do conditions keep the rows that they should, and are wrong values refused?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.coql_caller import asked, found, told
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids

Row = dict[str, Any]
LATE = "2024-09-30T18:30:00+00:00"


@pytest.fixture(scope="module")
def zoho() -> Emulator:
    """One emulator for all questions: what a test adds disturbs no other."""
    emulator = Emulator(seed=7, now=NOON)
    emulator.clock.freeze()
    return emulator


@pytest.fixture(scope="module")
def crm(zoho: Emulator) -> CrmCaller:
    return CrmCaller(zoho)


def is_late(text: str | None) -> bool:
    return text is not None and datetime.fromisoformat(text) >= datetime.fromisoformat(LATE)


@pytest.mark.parametrize(
    ("module", "where", "keep"),
    [
        ("Leads", "Last_Name = 'Nowák'", lambda row: row["Last_Name"] == "Nowák"),
        ("Leads", "Lead_Source != 'Trade Show'", lambda row: row["Lead_Source"] not in (None, "Trade Show")),
        ("Leads", "Lead_Source is null", lambda row: row["Lead_Source"] is None),
        (
            "Leads",
            "Lead_Source in ('Trade Show', 'Advertisement')",
            lambda row: row["Lead_Source"] in ("Trade Show", "Advertisement"),
        ),
        ("Leads", "Lead_Source not in ('Trade Show')", lambda row: row["Lead_Source"] not in (None, "Trade Show")),
        ("Leads", "Company like 'B%'", lambda row: row["Company"].startswith("B")),
        ("Leads", "Company like '%9'", lambda row: row["Company"].endswith("9")),
        ("Leads", "Company like '%e%'", lambda row: "e" in row["Company"]),
        ("Leads", "Company not like '%e%'", lambda row: "e" not in row["Company"]),
        ("Leads", "Email_Opt_Out = 'true'", lambda row: row["Email_Opt_Out"]),
        ("Leads", "Email_Opt_Out = 'false'", lambda row: not row["Email_Opt_Out"]),
        ("Leads", "No_of_Employees > 5000", lambda row: (row["No_of_Employees"] or 0) > 5000),
        ("Leads", "No_of_Employees between '10' and '2000'", lambda row: 10 <= (row["No_of_Employees"] or 0) <= 2000),
        ("Leads", "No_of_Employees not between 0 and 5000", lambda row: (row["No_of_Employees"] or 0) > 5000),
        (
            "Leads",
            "Annual_Revenue <= 1000.5",
            lambda row: row["Annual_Revenue"] is not None and row["Annual_Revenue"] <= 1000.5,
        ),
        (
            "Leads",
            "Visitor_Score < '400000000000'",
            lambda row: row["Visitor_Score"] and int(row["Visitor_Score"]) < 4 * 10**11,
        ),
        ("Leads", f"Modified_Time >= '{LATE}'", lambda row: is_late(row["Modified_Time"])),
        ("Leads", "Modified_Time >= '2024-10-01T00:00:00+05:30'", lambda row: is_late(row["Modified_Time"])),
        ("Leads", f"Modified_Time < '{LATE}'", lambda row: not is_late(row["Modified_Time"])),
        ("Leads", f"First_Visited_Time >= '{LATE}'", lambda row: is_late(row["First_Visited_Time"])),
        (
            "Leads",
            f"(Email_Opt_Out = 'true' or Modified_Time >= '{LATE}')",
            lambda row: row["Email_Opt_Out"] or is_late(row["Modified_Time"]),
        ),
        (
            "Leads",
            f"((id is not null and Modified_Time > '{LATE}') and Lead_Source is not null)",
            lambda row: is_late(row["Modified_Time"]) and row["Lead_Source"],
        ),
        ("Deals", "Closing_Date >= '2025-01-31'", lambda row: row["Closing_Date"] >= "2025-01-31"),
        ("Deals", "Days_Open > 500.5", lambda row: (row["Days_Open"] or 0) > 500.5),
        ("Odd_Shapes", "Choices = 'West;East'", lambda row: row["Choices"] and set(row["Choices"]) == {"East", "West"}),
        ("Odd_Shapes", "Choices like '%West%'", lambda row: "West" in (row["Choices"] or [])),
        ("Odd_Shapes", "Tag is null", lambda row: not row["Tag"]),
        ("Odd_Shapes", "Files is not null", lambda row: row["Files"]),
        ("Odd_Shapes", "Rollup_As_Text >= 5000", lambda row: float(row["Rollup_As_Text"] or 0) >= 5000),
        ("Odd_Shapes", "Secret is not null", lambda row: row["Secret"]),
        ("Odd_Shapes", "Formula_Boolean = 'true'", lambda row: row["Formula_Boolean"]),
    ],
)
def test_what_a_condition_keeps(
    zoho: Emulator, crm: CrmCaller, module: str, where: str, keep: Callable[[Row], Any]
) -> None:
    wanted = [row["id"] for row in zoho.crm.rows(module) if keep(row)]

    assert 0 < len(wanted) < zoho.crm.count(module)
    assert ids(found(crm, f"select id from {module} where {where} limit 2000")) == wanted


def test_the_error_of_a_formula_compares_with_nothing(zoho: Emulator, crm: CrmCaller) -> None:
    known = [row["Formula_Broken"] for row in zoho.crm.rows("Odd_Shapes")]
    first = zoho.crm.ids("Odd_Shapes")[0]
    zoho.crm.recalculate("Odd_Shapes", first, Formula_Datetime="#ERROR", Formula_Date="#ERROR", Formula_Text="#ERROR")

    shown = found(crm, "select Formula_Broken from Odd_Shapes where Formula_Broken >= 0 limit 2000")
    assert [row["Formula_Broken"] for row in shown] == [value for value in known if isinstance(value, float)]
    for where in ("Formula_Datetime > '1970-01-01T00:00:00+00:00'", "Formula_Date > '1970-01-01'"):
        assert first not in ids(found(crm, f"select id from Odd_Shapes where {where} limit 2000"))
    assert ids(found(crm, "select id from Odd_Shapes where Formula_Text like '#ERR%'")) == [first]


@pytest.mark.parametrize("operator", [">", ">=", "<", "<=", "=", "!="])
def test_ids_compare_as_numbers(zoho: Emulator, crm: CrmCaller, operator: str) -> None:
    known = zoho.crm.ids("Accounts")
    at = known[20]
    wanted = {">": known[21:], ">=": known[20:], "<": known[:20], "<=": known[:21], "=": [at]}
    others = [one for one in known if one != at]

    assert ids(found(crm, f"select id from Accounts where id {operator} '{at}' limit 2000")) == wanted.get(
        operator, others
    )


def test_an_id_between_two_records_bounds_like_one_that_exists(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Accounts")

    assert ids(found(crm, f"select id from Accounts where id > {int(known[4]) + 1} limit 3")) == known[5:8]
    assert found(crm, "select id from Accounts where (id > '5' and id < '9')") == []
    assert ids(found(crm, "select id from Accounts where id > '5' limit 1")) == known[:1]


def test_references_compare_by_id(zoho: Emulator, crm: CrmCaller) -> None:
    owner = zoho.crm.rows("Accounts")[0]["Owner"]["id"]
    owned = [row["id"] for row in zoho.crm.rows("Accounts") if row["Owner"]["id"] == owner]

    assert ids(found(crm, f"select id from Accounts where Owner = '{owner}' limit 2000")) == owned
    assert len(found(crm, f"select id from Accounts where Owner not in ('{owner}') limit 2000")) == zoho.crm.count(
        "Accounts"
    ) - len(owned)


@pytest.mark.parametrize(
    ("column", "operator"),
    [
        ("Last_Name", ">="),
        ("Last_Name", "between"),
        ("Owner", ">"),
        ("Owner", "like"),
        ("Email_Opt_Out", "!="),
        ("Email_Opt_Out", "is not null"),
        ("Annual_Revenue", "like"),
        ("Created_Time", "like"),
        ("Tag", "="),
    ],
)
def test_an_operator_that_the_type_does_not_have_is_refused(crm: CrmCaller, column: str, operator: str) -> None:
    value = {"between": " '1' and '2'", "is not null": ""}.get(operator, " '1'")
    code, details = told(crm, f"select id from Leads where {column} {operator}{value}")

    assert (code, details["column_name"], details["operator"]) == ("INVALID_QUERY", column, operator)
    assert details["reason"]


@pytest.mark.parametrize("operator", ["=", "like", ">"])
def test_encrypted_text_is_only_there_or_not(crm: CrmCaller, operator: str) -> None:
    assert told(crm, f"select id from Odd_Shapes where Secret {operator} '1'")[1]["operator"] == operator


@pytest.mark.parametrize("pattern", ["%tech", "tech%", "tech", "%"])
def test_not_like_needs_a_percent_sign_at_both_ends(crm: CrmCaller, pattern: str) -> None:
    code, details = told(crm, f"select id from Leads where Company not like '{pattern}'")

    assert (code, details["operator"]) == ("INVALID_QUERY", "not like")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("No_of_Employees", "'adfkahfd'", "integer"),
        ("Annual_Revenue", "'1,000'", "currency"),
        ("id", "'abc'", "bigint"),
        ("Email_Opt_Out", "'True'", "boolean"),
        ("Email_Opt_Out", "1", "boolean"),
        ("Owner", "'Ada'", "ownerlookup"),
        ("Created_Time", "'2025-01-31'", "datetime"),
        ("Created_Time", "'2025-01-31T00:00:00'", "datetime"),
        ("Created_Time", "'2025-01-31T00:00:00Z'", "datetime"),
        ("Created_Time", "'2025-01-31T00:00:00+0530'", "datetime"),
        ("Created_Time", "'2025-01-31T00:00:00.000+05:30'", "datetime"),
        ("Created_Time", "'2025-02-30T00:00:00+05:30'", "datetime"),
    ],
)
def test_a_value_of_another_type_is_refused(crm: CrmCaller, column: str, value: str, expected: str) -> None:
    code, details = told(crm, f"select id from Leads where {column} = {value}")

    assert (code, details) == (
        "INVALID_QUERY",
        {"column_name": column, "operator": "=", "expected_data_type": expected},
    )


@pytest.mark.parametrize("value", ["2025-1-31", "2025-02-30", "2025-01-31T00:00:00+00:00", "tomorrow"])
def test_a_day_is_written_in_one_way(crm: CrmCaller, value: str) -> None:
    assert told(crm, f"select id from Deals where Closing_Date = '{value}'")[1]["expected_data_type"] == "date"


@pytest.mark.parametrize(
    ("module", "column"), [("Leads", "Description"), ("Odd_Shapes", "Territories"), ("Deals", "Territory")]
)
def test_some_columns_cannot_stand_in_a_condition(crm: CrmCaller, module: str, column: str) -> None:
    asked_for = told(crm, f"select id from {module} where {column} is null")

    assert asked_for == ("INVALID_QUERY", {"column_name": column, "clause": "where"})
    assert asked(crm, f"select {column} from {module} where id is not null").status == 200


def test_an_inner_query_gives_the_values(zoho: Emulator, crm: CrmCaller) -> None:
    late = [row for row in zoho.crm.rows("Deals") if row["Stage"] == "Closed Won" and row["Account_Name"]]
    wanted = {row["Account_Name"]["id"] for row in late[:50]} & set(zoho.crm.ids("Accounts"))

    inner = "select Account_Name from Deals where (Stage = 'Closed Won' and Account_Name is not null) limit 50"
    assert set(ids(found(crm, f"select id from Accounts where id in ({inner}) limit 2000"))) == wanted
    others = found(crm, f"select id from Accounts where id not in ({inner}) limit 2000")
    assert len(others) == zoho.crm.count("Accounts") - len(wanted)


def test_an_inner_query_of_one_row_is_a_value(zoho: Emulator, crm: CrmCaller) -> None:
    newest = zoho.crm.ids("Deals")[-1]

    inner = "select MAX(id) from Deals where id is not null"
    assert ids(found(crm, f"select id from Deals where id = ({inner})")) == [newest]
    assert found(crm, "select id from Deals where id = (select id from Leads where Last_Name = 'Nobody')") == []


def test_an_inner_query_of_several_rows_is_no_value(crm: CrmCaller) -> None:
    code, details = told(crm, "select id from Deals where id > (select id from Deals where id is not null limit 2)")

    assert (code, details) == ("INVALID_QUERY", {"sub_query_sequence": 1, "operator": ">"})


def test_an_inner_query_has_one_column(crm: CrmCaller) -> None:
    code, details = told(crm, "select id from Deals where id in (select id, Stage from Deals where id is not null)")

    assert (code, details) == ("INVALID_QUERY", {"sub_query_sequence": 1, "column_name": ["id", "Stage"]})


def test_an_inner_query_has_a_hundred_rows_at_most(crm: CrmCaller) -> None:
    inner = "select Account_Name from Deals where Account_Name is not null"

    assert asked(crm, f"select id from Accounts where id in ({inner} limit 100)").status == 200
    assert told(crm, f"select id from Accounts where id in ({inner})") == (
        "LIMIT_EXCEEDED",
        {"limit": 100, "clause": "sub query"},
    )


def test_an_inner_query_of_an_unknown_module_is_refused(crm: CrmCaller) -> None:
    assert (
        told(crm, "select id from Deals where id in (select id from Nothing where id is not null)")[0]
        == "INVALID_MODULE"
    )
