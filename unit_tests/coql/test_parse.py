"""Is a query taken apart as its user meant it, and is one that is none told why and where?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.coql.parse import UserQuery, parse
from source_zoho.coql.place import QueryProblem, in_words, offset_of, pointed_at

EVERYTHING = """select Deal_Name as title, 'What_Id->Accounts.Account_Name', COUNT(id)
from Deals#55 where (Stage = 'from, where' and id in ('1', '2'))
GROUP BY Deal_Name, Owner.email order by title desc, Owner.email limit 20 offset 40;"""


def of(clause: str, query: UserQuery) -> str:
    span = getattr(query, clause)
    return str(span.of(query.text)) if span else ""


# ── clauses ──


def test_every_clause_is_found_in_the_users_words() -> None:
    query = parse(EVERYTHING)

    assert (query.module, query.module_name) == ("Deals#55", "Deals")
    assert of("where", query) == "(Stage = 'from, where' and id in ('1', '2'))"
    assert of("group_by", query) == "Deal_Name, Owner.email"
    assert query.grouped == ("Deal_Name", "Owner.email")
    assert of("order_by", query) == "title desc, Owner.email"
    assert query.ordered == ("title desc", "Owner.email")
    assert (query.limit, query.offset) == (20, 40)


@pytest.mark.parametrize(
    ("text", "limit", "offset"),
    [("limit 5", 5, 0), ("limit 400, 200", 200, 400), ("offset 7", None, 7), ("LIMIT 1 OFFSET 2", 1, 2), ("", None, 0)],
)
def test_limit_and_offset_may_be_written_in_several_ways(text: str, limit: int | None, offset: int) -> None:
    query = parse(f"select A from Leads where A = 1 {text}")

    assert (query.limit, query.offset) == (limit, offset)


def test_words_in_quotes_and_in_brackets_begin_no_clause() -> None:
    query = parse("select A from Leads where (id in (select Who_Id from Tasks where B = ' limit 3') and C = 'x')")

    assert query.module == "Leads"
    assert of("where", query).startswith("(id in (select")
    assert query.limit is None


def test_a_quote_within_a_text_does_not_end_it() -> None:
    query = parse(r"select A from Leads where A = 'O\'Brien from Rome' order by A")

    assert of("where", query) == r"A = 'O\'Brien from Rome'"


def test_a_query_may_stand_on_several_lines() -> None:
    assert parse("SELECT\n  A,\n\tB\nFROM Leads\r\nWHERE A is not null").names == ["A", "B"]


@pytest.mark.parametrize(
    ("where", "is_bracketed"),
    [("A = 1", False), ("(A = 1)", True), ("(A = 1) or (B = 2)", False), ("((A = 1) or (B = 2))", True)],
)
def test_it_is_known_whether_one_pair_of_brackets_holds_all_conditions(where: str, is_bracketed: bool) -> None:
    assert parse(f"select A from Leads where {where}").is_bracketed is is_bracketed


# ── columns ──


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Last_Name", "Last_Name"),
        ("Account_Name.Account_Name", "Account_Name.Account_Name"),
        ("'What_Id->Accounts.Account_Name'", "What_Id->Accounts.Account_Name"),
        ("'Order'", "Order"),
        ("Last_Name as surname", "surname"),
        ("Last_Name surname", "surname"),
        ("'What_Id->Accounts.id' AS 'about'", "about"),
        ("COUNT(id)", "COUNT(id)"),
        ("COUNT( id )", "COUNT(id)"),
        ("SUM(Amount) as total", "total"),
        ("MAX('Order')", "MAX(Order)"),
        ("!Leads.Owner.role.id", "!Leads.Owner.role.id"),
    ],
)
def test_a_column_has_the_name_under_which_zoho_gives_it(written: str, name: str) -> None:
    assert parse(f"select {written}, Other from Leads where id is not null").names == [name, "Other"]


@pytest.mark.parametrize(
    ("written", "field", "is_aggregate"),
    [("A", "A", False), ("'Order' as o", "Order", False), ("SUM(A)", "", True), ("LENGTH(A)", "", False)],
)
def test_it_is_known_which_columns_are_fields_and_which_sum_up(written: str, field: str, is_aggregate: bool) -> None:
    (column,) = parse(f"select {written} from Leads where id is not null").columns

    assert (column.field, column.is_aggregate) == (field, is_aggregate)


@pytest.mark.parametrize(
    ("text", "is_grouped"),
    [
        ("select A from Leads where id is not null", False),
        ("select MAX(A) from Leads where id is not null", True),
        ("select A from Leads where id is not null group by A", True),
    ],
)
def test_it_is_known_whether_a_row_stands_for_several_records(text: str, is_grouped: bool) -> None:
    assert parse(text).is_grouped is is_grouped


# ── what is no query ──


@pytest.mark.parametrize(
    ("text", "why", "where"),
    [
        ("", "begins with select", "line 1, column 1"),
        ("delete from Leads", "begins with select", "line 1, column 1"),
        ("select A", "no from", "line 1, column 9"),
        ("select from Leads", "nothing follows select", "line 1, column 8"),
        ("select A from", "nothing follows from", "line 1, column 14"),
        ("select * from Leads", "COQL has no *", "line 1, column 8"),
        ("select A,, B from Leads", "missing before the comma", "line 1, column 10"),
        ("select A, from Leads", "missing after the comma", "line 1, column 10"),
        ("select A\nfrom Leads where (A = 1", "bracket is not closed", "line 2, column 18"),
        ("select A from Leads where A = 1)", "closed that was not opened", "line 1, column 32"),
        ("select A from Leads\n where A = 'x", "quote ' is not closed", "line 2, column 12"),
        ("select A from Leads where A = 1 where B = 2", "where stands there twice", "line 1, column 33"),
        ("select A from Leads order by A where B = 2", "where comes too late", "line 1, column 32"),
        ("select A from Leads where A = 1 limit many", "followed by a whole number", "line 1, column 39"),
        ("select A from Leads where A = 1 limit 1, 2, 3", "one number", "line 1, column 39"),
        ("select A from 5", "API name of a module", "line 1, column 15"),
    ],
)
def test_what_is_no_query_is_told_why_and_where(text: str, why: str, where: str) -> None:
    with pytest.raises(QueryProblem, match=why.replace("*", r"\*")) as problem:
        parse(text)

    assert problem.value.offset is not None
    assert in_words(text, problem.value.offset) == where


@given(st.text(alphabet="select from wherid,()'\"\\.*;#\n19", max_size=60))
def test_whatever_is_written_it_is_a_query_or_a_problem_with_a_place(text: str) -> None:
    offset = the_place_of_a_problem(text)

    assert 0 <= offset <= len(text)
    assert pointed_at(text, offset).endswith("^")


def the_place_of_a_problem(text: str) -> int:
    try:
        parse(text)
    except QueryProblem as problem:
        return -1 if problem.offset is None else problem.offset
    return 0


# ── places ──


def test_a_long_line_is_shown_around_the_place() -> None:
    text = f"select {'A, ' * 100}!! from Leads"

    line, caret = pointed_at(text, text.index("!!")).split("\n")

    assert len(line) <= 102
    assert line[caret.index("^")] == "!"


@pytest.mark.parametrize(
    ("line", "column", "offset"), [(1, 1, 0), (2, 3, 5), (1, 4, 3), (3, 1, None), (0, 1, None), (1, 9, None)]
)
def test_lines_and_columns_are_counted_from_one(line: int, column: int, offset: int | None) -> None:
    assert offset_of("ab\ncdef", line, column) == offset
