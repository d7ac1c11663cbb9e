"""Are rows put in order, grouped and added up as Zoho documents it?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.coql_caller import asked, found, told
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids

NEUTRAL = "where id is not null"


def test_counting_everything_is_one_row(zoho: Emulator, crm: CrmCaller) -> None:
    count = zoho.crm.count("Leads")

    assert found(crm, f"select COUNT(id) from Leads {NEUTRAL}") == [{"COUNT(id)": count}]
    assert found(crm, f"select COUNT(id) as 'How many' from Leads {NEUTRAL}") == [{"How many": count}]


def test_counting_goes_by_conditions(zoho: Emulator, crm: CrmCaller) -> None:
    rows, known = zoho.crm.rows("Leads"), zoho.crm.ids("Leads")
    named = sum(row["Lead_Source"] == "Trade Show" for row in rows)

    assert found(crm, "select COUNT(id) from Leads where Lead_Source = 'Trade Show'") == [{"COUNT(id)": named}]
    assert found(crm, f"select COUNT(id) from Leads where id > '{known[9]}'") == [{"COUNT(id)": len(known) - 10}]


def test_counting_a_column_counts_its_values(zoho: Emulator, crm: CrmCaller) -> None:
    known = [row["Account_Name"] for row in zoho.crm.rows("Deals") if row["Account_Name"]]

    assert found(crm, f"select COUNT(Account_Name) from Deals {NEUTRAL}") == [{"COUNT(Account_Name)": len(known)}]


@pytest.mark.parametrize("condition", ["id < '5'", "Stage = 'Nowhere'"])
def test_counting_nothing_is_zero_or_no_answer(zoho: Emulator, crm: CrmCaller, condition: str) -> None:
    query = f"select COUNT(id) from Deals where {condition}"

    assert found(crm, query) == [{"COUNT(id)": 0}]
    zoho.crm.behave("Deals", coql_empty_count="204")
    assert asked(crm, query).status == 204


def test_sums_and_averages_and_ends(zoho: Emulator, crm: CrmCaller) -> None:
    known = [row["Amount"] for row in zoho.crm.rows("Deals") if row["Amount"] is not None]
    (row,) = found(crm, f"select SUM(Amount), AVG(Amount), MIN(Amount), MAX(Amount) as Most from Deals {NEUTRAL}")

    assert row["SUM(Amount)"] == pytest.approx(sum(known))
    assert row["AVG(Amount)"] == pytest.approx(sum(known) / len(known))
    assert (row["MIN(Amount)"], row["Most"]) == (min(known), max(known))


def test_ends_of_times_are_shown_as_they_are_written(zoho: Emulator, crm: CrmCaller) -> None:
    times = [row["Modified_Time"] for row in zoho.crm.rows("Deals")]
    days = [row["Closing_Date"] for row in zoho.crm.rows("Deals")]
    (row,) = found(crm, f"select MAX(Modified_Time), MIN(Closing_Date) from Deals {NEUTRAL}")

    assert row == {"MAX(Modified_Time)": max(times, key=datetime.fromisoformat), "MIN(Closing_Date)": min(days)}


def test_groups_have_no_id_and_nothing_is_a_group_too(zoho: Emulator, crm: CrmCaller) -> None:
    counts = Counter(row["Lead_Source"] for row in zoho.crm.rows("Leads"))
    rows = found(crm, f"select COUNT(id), Lead_Source from Leads {NEUTRAL} group by Lead_Source")

    assert {row["Lead_Source"]: row["COUNT(id)"] for row in rows} == counts
    assert None in counts
    assert {tuple(row) for row in rows} == {("COUNT(id)", "Lead_Source")}


def test_groups_can_be_put_in_order_and_cut(zoho: Emulator, crm: CrmCaller) -> None:
    counts = Counter(row["Owner"]["id"] for row in zoho.crm.rows("Leads"))
    query = f"select Owner, COUNT(id) as Many from Leads {NEUTRAL} group by Owner order by Many desc, Owner"

    wanted = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = found(crm, f"{query} limit 3 offset 1")
    assert [(row["Owner"]["id"], row["Many"]) for row in rows] == wanted[1:4]
    assert asked(crm, f"{query} offset 999").status == 204


def test_groups_of_two_columns_without_an_aggregate_are_their_combinations(zoho: Emulator, crm: CrmCaller) -> None:
    pairs = {(row["Stage"], row["Pipeline"]) for row in zoho.crm.rows("Deals")}
    rows = found(crm, f"select Stage, Pipeline from Deals {NEUTRAL} group by Stage, Pipeline order by Stage, Pipeline")

    assert [(row["Stage"], row["Pipeline"]) for row in rows] == sorted(pairs)


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        ("select Stage, COUNT(id) from Deals where id is not null", "group by"),
        ("select Stage, Amount from Deals where id is not null group by Stage", "group by"),
        ("select COUNT(id) from Deals where id is not null group by Description", "group by"),
        ("select COUNT(id) from Deals where id is not null order by Stage", "order by"),
        ("select id from Deals where id is not null order by SUM(Amount)", "order by"),
        ("select id from Deals where id is not null order by Description", "order by"),
        ("select id from Deals where id is not null order by Tag", "order by"),
    ],
)
def test_a_column_without_a_place_in_a_clause_is_refused(crm: CrmCaller, query: str, clause: str) -> None:
    code, details = told(crm, query)

    assert (code, details["clause"]) == ("INVALID_QUERY", clause)


@pytest.mark.parametrize("aggregate", ["SUM(Stage)", "AVG(Closing_Date)", "MAX(Owner)", "COUNT(Deal_Name)"])
def test_an_aggregate_that_the_type_does_not_have_is_refused(crm: CrmCaller, aggregate: str) -> None:
    code, details = told(crm, f"select {aggregate} from Deals {NEUTRAL}")

    assert (code, details["column"]) == ("INVALID_DATA", aggregate)
    assert details["reason"]


# ── order ──


def test_an_order_goes_by_its_columns_one_after_the_other(zoho: Emulator, crm: CrmCaller) -> None:
    rows = zoho.crm.rows("Deals")
    wanted = sorted(rows, key=lambda row: row["Closing_Date"], reverse=True)
    wanted.sort(key=lambda row: row["Stage"])

    query = f"select id from Deals {NEUTRAL} order by Stage asc, Closing_Date desc limit 2000"
    assert ids(found(crm, query)) == ids(wanted)


def test_what_has_no_value_comes_first_and_last_when_it_is_turned_round(zoho: Emulator, crm: CrmCaller) -> None:
    empty = [row["id"] for row in zoho.crm.rows("Deals") if row["Amount"] is None]

    rows = found(crm, f"select id from Deals {NEUTRAL} order by Amount limit 2000")
    assert ids(rows)[: len(empty)] == empty
    turned = found(crm, f"select id from Deals {NEUTRAL} order by Amount desc limit 2000")
    assert ids(turned)[-len(empty) :] == empty


@pytest.mark.parametrize("order", ["Modified_Time", "Modified_Time asc, id asc", "Modified_Time desc, id desc"])
@pytest.mark.parametrize(
    "where", ["id is not null", "Modified_Time >= '2024-06-01T00:00:00+00:00'", "Stage = 'Closed Won'"]
)
def test_the_order_of_modification_is_kept(zoho: Emulator, crm: CrmCaller, order: str, where: str) -> None:
    kept = set(ids(found(crm, f"select id from Deals where {where} limit 2000")))
    known = [row for row in zoho.crm.rows("Deals") if row["id"] in kept]
    known.sort(key=lambda row: (datetime.fromisoformat(row["Modified_Time"]), int(row["id"])), reverse="desc" in order)

    rows = found(crm, f"select id from Deals where {where} order by {order} limit 7 offset 3")
    assert ids(rows) == ids(known)[3:10]


def test_an_order_of_modification_within_ids_is_right_too(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.rows("Deals")[100:]
    known.sort(key=lambda row: datetime.fromisoformat(row["Modified_Time"]))

    rows = found(
        crm, f"select id from Deals where id >= '{zoho.crm.ids('Deals')[100]}' order by Modified_Time limit 2000"
    )
    assert ids(rows) == ids(known)


def test_the_newest_come_first_when_ids_go_down(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Deals")

    rows = found(crm, f"select id from Deals where id < '{known[50]}' order by id desc limit 5 offset 2")
    assert ids(rows) == [known[47], known[46], known[45], known[44], known[43]]
