"""Does every wrong query of a configuration get a sentence that helps, and does every right one become a stream?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.coql.wanted import problems, streams, wanted, wanted_as

LEADS = "select Last_Name, Modified_Time as changed from Leads where id is not null"
CITIES = "select City, COUNT(id) as leads from Leads where id is not null group by City"


def a_query(query: str = LEADS, **more: Any) -> dict[str, Any]:
    return {"name": "leads", "query": query, **more}


def the_problem(*queries: Any) -> str:
    (sentence,) = problems(list(queries))
    return sentence


@pytest.mark.parametrize("value", [None, [], [a_query()], [a_query(), a_query(CITIES, name="cities")]])
def test_right_queries_have_no_problem(value: object) -> None:
    assert problems(value) == []


@pytest.mark.parametrize(
    "more",
    [
        {"primary_key": None, "cursor_field": None},
        {"primary_key": [], "cursor_field": ""},
        {"primary_key": ["id"]},
        {"primary_key": ["Last_Name", "changed"], "cursor_field": "changed"},
        {"cursor_field": "Created_Time", "primary_key": ["Created_Time"]},
    ],
)
def test_keys_and_cursors_of_the_result_are_taken(more: dict[str, Any]) -> None:
    assert problems([a_query(**more)]) == []


def test_a_group_may_be_followed_by_a_column_of_the_group() -> None:
    by_day = "select Closing_Date, COUNT(id) from Deals where id is not null group by Closing_Date"

    assert problems([a_query(by_day, cursor_field="Closing_Date", primary_key=["Closing_Date"])]) == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("select", "coql_queries is 'select'; expected a list"),
        ([3], "contains 3; expected an object such as"),
        ([a_query(name="Leads")], "whose name is 'Leads'; expected small letters"),
        ([a_query(name="")], "whose name is ''"),
        ([{"query": LEADS}], "whose name is None"),
        ([a_query(), a_query(CITIES)], "has 2 queries called leads"),
        ([a_query(limit=3)], "leads has limit; expected of each query: name, query, primary_key, cursor_field"),
        ([{"name": "leads"}], "leads has no query; expected a text"),
        ([a_query(" ")], "leads has no query"),
        ([a_query("update Leads")], "cannot be read: a query begins with select, in line 1, column 1.\n  update Leads"),
        ([a_query("select Last_Name from Leads")], "has no where, which Zoho wants; for all records write where id is"),
        ([a_query("select Owner.id as id from Leads where A = 1")], "calls a column id"),
        ([a_query("select A, B as A from Leads where A = 1")], "has A twice"),
        ([a_query(primary_key="id")], "has the primary_key 'id'; expected a list"),
        ([a_query(primary_key=["key"])], "has key in its primary_key; the columns of its query are: Last_Name,"),
        ([a_query(CITIES, primary_key=["id"])], "has id in its primary_key; the columns of its query are: City, leads"),
        ([a_query(cursor_field=3)], "has the cursor_field 3; expected the name of a column"),
        ([a_query(cursor_field="Modified_Time")], "which its query calls changed; write changed"),
        ([a_query(f"{LEADS} limit 3", cursor_field="changed")], "has a cursor_field and a limit"),
        ([a_query(CITIES, cursor_field="Modified_Time")], "which is none of the selected columns of its group by"),
        ([a_query(CITIES, cursor_field="leads")], "which is none of the selected columns of its group by"),
        ([a_query("select LENGTH(A) as l from Leads where A = 1", cursor_field="l")], "which is no field"),
    ],
)
def test_a_wrong_value_is_answered_with_the_right_ones(value: Any, says: str) -> None:
    (sentence,) = problems(value)

    assert says in sentence


def test_the_place_of_a_mistake_is_pointed_at() -> None:
    sentence = the_problem(a_query("select Last_Name\nfrom Leads where (City = 'Bern'"))

    assert sentence.endswith("in line 2, column 18.\n  from Leads where (City = 'Bern'\n                   ^\n")


# ── streams ──


def test_each_query_is_a_stream() -> None:
    config = {"coql_queries": [a_query(), a_query(CITIES, name="cities")]}

    assert streams(config) == {"crm_query_leads", "crm_query_cities"}
    assert wanted_as(config, "crm_query_cities").query.text == CITIES


@pytest.mark.parametrize("config", [{}, {"coql_queries": None}, {"coql_queries": "x"}, {"coql_queries": [{"name": 3}]}])
def test_what_cannot_be_read_is_no_stream(config: dict[str, Any]) -> None:
    assert wanted(config) == []


@pytest.mark.parametrize(
    ("query", "key", "names"),
    [
        (a_query(), ("id",), ["Last_Name", "changed", "id"]),
        (a_query(primary_key=["Last_Name"]), ("Last_Name",), ["Last_Name", "changed"]),
        (a_query("select id as lead from Leads where A = 1"), ("lead",), ["lead"]),
        (a_query(CITIES), (), ["City", "leads"]),
        (a_query(cursor_field="Created_Time"), ("id",), ["Last_Name", "changed", "id", "Created_Time"]),
        (a_query(f"{LEADS} order by City limit 10"), (), ["Last_Name", "changed"]),
    ],
)
def test_a_record_has_the_columns_of_the_query_its_key_and_its_cursor(
    query: dict[str, Any], key: tuple[str, ...], names: list[str]
) -> None:
    (found,) = wanted({"coql_queries": [query]})

    assert (found.primary_key, found.names) == (key, names)
