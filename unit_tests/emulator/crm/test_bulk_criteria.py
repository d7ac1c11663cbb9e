"""Do the criteria of a bulk job let through the right records?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.bulk_caller import BulkCaller, condition, group, still_emulator

Row = dict[str, Any]
Wanted = Callable[[Row], bool]
EMPTY = "${EMPTY}"
MOMENT = "2024-06-01T00:00:00+00:00"


@pytest.fixture
def bulk(zoho: Emulator) -> BulkCaller:
    return BulkCaller(zoho)


@pytest.fixture(scope="module")
def untouched() -> BulkCaller:
    """One emulator for all tests that change nothing."""
    return BulkCaller(still_emulator())


@pytest.fixture(scope="module")
def shapes(untouched: BulkCaller) -> list[Row]:
    return untouched.zoho.crm.rows("Odd_Shapes")


def instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def matches(bulk: BulkCaller, module: str, criteria: Row, wanted: Wanted, rows: list[Row] | None = None) -> int:
    """Return how many records the criteria let through, once they are the right ones."""
    # Ten downloads a minute are allowed.
    bulk.zoho.clock.advance(6)
    found = sorted(row["Id"] for row in bulk.exported(module, fields=["id"], criteria=criteria))
    assert found == [row["id"] for row in rows or bulk.zoho.crm.rows(module) if wanted(row)]
    return len(found)


@pytest.mark.parametrize(
    ("criteria", "wanted"),
    [
        (condition("Choice", "equal", "Red"), lambda row: row["Choice"] == "Red"),
        (condition("Choice", "not_equal", "Red"), lambda row: row["Choice"] not in ("Red", None)),
        (condition("Choice", "equal", EMPTY), lambda row: row["Choice"] is None),
        (condition("Choice", "not_equal", EMPTY), lambda row: row["Choice"] is not None),
        (condition("Choice", "in", ["Red", "青"]), lambda row: row["Choice"] in ("Red", "青")),
        (condition("Choice", "not_in", ["Red"]), lambda row: row["Choice"] not in ("Red", None)),
        (condition("Name", "contains", "Bolt"), lambda row: "Bolt" in row["Name"]),
        (condition("Name", "not_contains", "Bolt"), lambda row: "Bolt" not in row["Name"]),
        (condition("Name", "starts_with", "B"), lambda row: row["Name"].startswith("B")),
        (condition("Name", "ends_with", "7"), lambda row: row["Name"].endswith("7")),
        (condition("Choices", "equal", "East"), lambda row: "East" in (row["Choices"] or ())),
        (
            condition("Choices", "not_equal", "East"),
            lambda row: row["Choices"] is not None and "East" not in row["Choices"],
        ),
        (condition("Whole_Number", "less_than", 5_000), lambda row: (row["Whole_Number"] or 10**6) < 5_000),
        (condition("Fraction", "greater_equal", "5000.5"), lambda row: (row["Fraction"] or 0) >= 5_000.5),
        (condition("Big_Number", "greater_than", "5" * 12), lambda row: int(row["Big_Number"] or 0) > int("5" * 12)),
        (condition("Rollup_As_Text", "less_equal", 5_000), lambda row: float(row["Rollup_As_Text"] or 10**6) <= 5_000),
        (condition("Formula_Broken", "greater_than", 1), lambda row: isinstance(row["Formula_Broken"], float)),
        (condition("Flag", "equal", True), lambda row: row["Flag"] is True),
        (condition("Flag", "equal", "false"), lambda row: row["Flag"] is False),
        (condition("Day", "greater_than", "2025-01-01"), lambda row: (row["Day"] or "") > "2025-01-01"),
        (
            condition("Day", "between", ["2024-01-01", "2024-12-31"]),
            lambda row: "2024-01-01" <= (row["Day"] or "") <= "2024-12-31",
        ),
        (
            condition("Day", "not_between", ["2024-01-01", "2024-12-31"]),
            lambda row: row["Day"] is not None and not "2024-01-01" <= row["Day"] <= "2024-12-31",
        ),
        (
            condition("Moment", "less_equal", MOMENT),
            lambda row: row["Moment"] is not None and instant(row["Moment"]) <= instant(MOMENT),
        ),
        (condition("Modified_Time", "less_than", MOMENT), lambda row: instant(row["Modified_Time"]) < instant(MOMENT)),
        (condition("Created_Time", "less_than", MOMENT), lambda row: instant(row["Created_Time"]) < instant(MOMENT)),
        (
            group(
                "and",
                condition("Modified_Time", "greater_equal", MOMENT),
                group("or", condition("Flag", "equal", True), condition("Choice", "equal", "Red")),
                condition("Account", "not_equal", EMPTY),
            ),
            lambda row: (
                instant(row["Modified_Time"]) >= instant(MOMENT)
                and (row["Flag"] or row["Choice"] == "Red")
                and row["Account"] is not None
            ),
        ),
        (
            {"api_name": "Choice", "comparator": "equal", "value": "Red", "type": "value"},
            lambda row: row["Choice"] == "Red",
        ),
    ],
)
def test_the_right_records_come(untouched: BulkCaller, shapes: list[Row], criteria: Row, wanted: Wanted) -> None:
    assert 0 < matches(untouched, "Odd_Shapes", criteria, wanted, shapes) < len(shapes)


def test_lookups_go_by_id(zoho: Emulator, bulk: BulkCaller) -> None:
    account = next(row["Account_Name"]["id"] for row in zoho.crm.rows("Deals") if row["Account_Name"])
    owner = zoho.crm.rows("Deals")[0]["Owner"]["id"]

    criteria = condition("Account_Name", "in", [account])
    assert matches(bulk, "Deals", criteria, lambda row: (row["Account_Name"] or {}).get("id") == account)
    assert matches(bulk, "Deals", condition("Owner", "equal", owner), lambda row: row["Owner"]["id"] == owner)


def test_criteria_reach_through_lookups(zoho: Emulator, bulk: BulkCaller) -> None:
    accounts = {row["id"]: row["Phone"] for row in zoho.crm.rows("Accounts")}
    phone = next(
        phone for row in zoho.crm.rows("Deals") if (phone := accounts.get((row["Account_Name"] or {}).get("id")))
    )

    criteria = condition("Account_Name.Phone", "equal", phone)
    assert matches(bulk, "Deals", criteria, lambda row: accounts.get((row["Account_Name"] or {}).get("id")) == phone)
    email = zoho.crm.rows("Deals")[0]["Owner"]["email"]
    criteria = condition("Owner.email", "starts_with", email)
    assert matches(bulk, "Deals", criteria, lambda row: row["Owner"]["email"] == email)


def test_ids_compare_as_numbers(zoho: Emulator, bulk: BulkCaller) -> None:
    middle = zoho.crm.ids("Leads")[100]

    assert matches(bulk, "Leads", condition("id", "greater_than", middle), lambda row: row["id"] > middle)


def test_converted_leads_can_be_told(zoho: Emulator, bulk: BulkCaller) -> None:
    assert matches(bulk, "Leads", condition("$converted", "equal", True), lambda row: row["Converted__s"])


def test_an_edit_and_a_second(zoho: Emulator, bulk: BulkCaller) -> None:
    record_id = zoho.crm.ids("Deals")[5]
    zoho.crm.edit("Deals", record_id, Next_Step="call")
    now = "2026-03-04T12:00:00Z"

    for comparator, expected in (("greater_equal", 1), ("greater_than", 0), ("equal", 1)):
        assert len(bulk.exported("Deals", criteria=condition("Modified_Time", comparator, now))) == expected
