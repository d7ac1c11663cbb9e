"""Is the whole result asked for, page by page, without changing what the user means?"""

from __future__ import annotations

import pytest

from source_zoho.coql.parse import parse
from source_zoho.coql.rewrite import Ask, Reading

SINCE = "Modified_Time >= '2026-01-31T00:00:00+00:00'"
LEADS = "select Last_Name from Leads where Last_Name is not null"


def a_reading(text: str = LEADS, cursor_field: str = "") -> Reading:
    return Reading(parse(text), cursor_field)


def script(text: str, ask: Ask, cursor_field: str = "") -> str:
    return a_reading(text, cursor_field).script(ask).text


# ── by id, or by places ──


@pytest.mark.parametrize(
    ("text", "by_id"),
    [
        (LEADS, True),
        (f"{LEADS} order by Last_Name desc", True),
        (f"{LEADS} limit 5000", True),
        (f"{LEADS} order by id limit 5000", True),
        (f"{LEADS} order by ID ASC limit 5000", True),
        (f"{LEADS} order by id desc limit 5000", False),
        (f"{LEADS} order by Last_Name limit 5000", False),
        (f"{LEADS} limit 10 offset 10", False),
        ("select COUNT(id) from Leads where id is not null", False),
        ("select City from Leads where id is not null group by City", False),
        ("select Owner.id as id from Leads where id is not null", False),
    ],
)
def test_rows_that_are_records_are_read_by_id_and_others_by_their_places(text: str, by_id: bool) -> None:
    assert a_reading(text).by_id is by_id


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        (LEADS, ["id"]),
        ("select id as lead, City from Leads where id is not null", ["lead"]),
        ("select City as c, COUNT(id) from Leads where id is not null group by City", ["c"]),
        ("select c, COUNT(id) from Leads where id is not null group by c, State", []),
        ("select COUNT(id) from Leads where id is not null", []),
    ],
)
def test_it_is_known_what_tells_one_row_from_another(text: str, identity: list[str]) -> None:
    assert a_reading(text).identity == identity


def test_an_order_that_is_left_out_is_told() -> None:
    assert a_reading(f"{LEADS} order by Last_Name").remarks != []
    assert a_reading(f"{LEADS} order by id").remarks == []
    assert a_reading(f"{LEADS} order by Last_Name limit 7").remarks == []


# ── pages by id ──


def test_the_first_page_by_id_keeps_the_condition_as_it_is() -> None:
    assert script(LEADS, Ask(200)) == (
        "select Last_Name, id from Leads where Last_Name is not null order by id asc limit 200"
    )


def test_a_later_page_by_id_begins_behind_the_last_id() -> None:
    assert script(LEADS, Ask(2000, after="77")) == (
        "select Last_Name, id from Leads where ((Last_Name is not null) and id > '77') order by id asc limit 2000"
    )


def test_conditions_stand_in_pairs_whatever_the_user_wrote() -> None:
    text = "select id from Leads where A = 1 or B = 2"

    assert script(text, Ask(9, after="7", conditions=(SINCE,))) == (
        f"select id from Leads where (((A = 1 or B = 2) and {SINCE}) and id > '7') order by id asc limit 9"
    )


def test_brackets_are_not_doubled() -> None:
    assert "where ((A = 1 or B = 2) and id > '7')" in script("select id from Leads where (A = 1 or B = 2)", Ask(9, "7"))


def test_an_id_that_is_there_under_another_name_is_not_selected_twice() -> None:
    assert script("select id as lead from Leads where A = 1", Ask(9)).startswith("select id as lead from")


def test_a_cursor_that_is_not_selected_is_added() -> None:
    assert script(LEADS, Ask(9), "Modified_Time").startswith("select Last_Name, id, Modified_Time from")
    assert script(LEADS, Ask(9), "Order").startswith("select Last_Name, id, 'Order' from")


def test_a_cursor_with_an_alias_is_asked_for_by_its_field() -> None:
    cursor = a_reading("select Modified_Time as changed from Leads where A = 1", "changed").cursor

    assert cursor is not None
    assert cursor.expression == "Modified_Time"


@pytest.mark.parametrize(
    ("ask", "where"),
    [(Ask(9), "where id is not null order"), (Ask(9, "7"), "where id > '7' order"),
     (Ask(9, "7", conditions=(SINCE,)), f"where ({SINCE} and id > '7') order")],
)  # fmt: skip
def test_a_view_without_a_condition_is_given_one(ask: Ask, where: str) -> None:
    assert where in script("select id from Leads#55", ask)


# ── pages by places ──


def test_groups_come_in_the_order_of_their_columns_so_that_pages_do_not_overlap() -> None:
    text = "select City, COUNT(id) from Leads where A = 1 group by City, State"

    assert script(text, Ask(2000, offset=200)) == (
        "select City, COUNT(id) from Leads where A = 1 group by City, State order by City asc, State asc "
        "limit 2000 offset 200"
    )


def test_the_users_order_is_kept_and_settled_by_what_it_leaves_open() -> None:
    text = "select City as c, COUNT(id) from Leads where A = 1 group by City, State order by c desc"

    assert "order by c desc, State asc limit" in script(text, Ask(200))


def test_the_first_of_an_order_are_settled_by_id_when_they_take_several_pages() -> None:
    text = f"{LEADS} order by Last_Name desc limit 5000"

    assert "order by Last_Name desc, id asc limit 200" in script(text, Ask(200))
    assert "offset 200" in script(text, Ask(2000, offset=200))


def test_the_first_of_an_order_that_fit_into_a_page_are_asked_for_as_the_user_wrote() -> None:
    text = f"{LEADS} order by Last_Name desc limit 10"

    assert script(text, Ask(10)).endswith("where Last_Name is not null order by Last_Name desc limit 10")


def test_a_single_row_needs_no_order() -> None:
    text = "select COUNT(id) from Leads where id is not null"

    assert script(text, Ask(200)) == f"{text} limit 200"


# ── places ──


def test_a_place_in_our_text_is_found_in_the_users() -> None:
    text = "select Last_Name\nfrom Leads\nwhere Nonsense = 1"
    asked = a_reading(text).script(Ask(200, after="7"))

    column = asked.text.index("Nonsense") + 1

    assert asked.users_offset(1, column) == text.index("Nonsense")
    assert asked.users_offset(1, asked.text.index("id >") + 1) is None
    assert asked.users_offset(9, 1) is None


def test_a_place_in_a_clause_of_several_lines_is_found() -> None:
    text = "select First_Name,\n  Nonsense\nfrom Leads where A = 1"
    asked = a_reading(text).script(Ask(200))

    assert asked.users_offset(2, 3) == text.index("Nonsense")
