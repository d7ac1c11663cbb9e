"""Is a query written as Zoho reads it, and does a text tell how many rows it asks for?"""

from __future__ import annotations

import pytest

from source_zoho.coql.select import NEUTRAL, Query, compare, every, limit_in


def test_a_query_has_a_condition_even_without_one() -> None:
    assert Query("Leads", ["id", "Last_Name"]).text == "select id, Last_Name from Leads where id is not null"


def test_a_query_says_what_is_asked_in_zohos_order() -> None:
    query = Query(
        "Group",
        ["Owner.email", "Order"],
        expressions=["COUNT(id)"],
        conditions=["Amount > 5"],
        order=["id asc", "'Order' desc"],
        limit=200,
        offset=400,
    )

    assert query.text == (
        "select Owner.email, 'Order', COUNT(id) from !Group where Amount > 5 "
        "order by id asc, 'Order' desc limit 200 offset 400"
    )


def test_a_query_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="selects no column"):
        _ = Query("Leads").text


def test_a_name_cannot_bring_more_than_a_name() -> None:
    with pytest.raises(ValueError, match="no API name"):
        _ = Query("Leads", ["id from Contacts where id is not null limit 1"]).text


@pytest.mark.parametrize(
    ("conditions", "written"),
    [
        ([], NEUTRAL),
        (["A"], "A"),
        (["A", "B"], "(A and B)"),
        (["A", "B", "C"], "((A and B) and C)"),
        (["A", "B", "C", "D"], "(((A and B) and C) and D)"),
    ],
)
def test_conditions_are_bracketed_in_pairs(conditions: list[str], written: str) -> None:
    assert every(conditions) == written


def test_a_condition_names_its_column_like_any_other() -> None:
    assert compare("Amount", ">=", "5") == "Amount >= 5"
    assert compare("Order", "=", "'x'") == "'Order' = 'x'"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("select id from Leads where id is not null", 200),
        ("select id from Leads where id is not null limit 2000", 2000),
        ("SELECT id FROM Leads WHERE id IS NOT NULL LIMIT 5 OFFSET 100", 5),
        ("select id from Leads where id is not null limit 400, 1000", 1000),
        ("select id from Leads where Note = 'no limit 2000 here'", 200),
        (r"select id from Leads where Note = 'it\'s limit 2000' limit 3", 3),
        ('select id from Leads where Note = "limit 2000" limit 4', 4),
        ("select id from Leads where id in (select id from Deals where id is not null limit 100) limit 900", 900),
        ("select Credit_limit from Leads where Credit_limit > 5", 200),
    ],
)
def test_a_text_tells_how_many_rows_it_asks_for(text: str, rows: int) -> None:
    assert limit_in(text) == rows
