"""Does the emulator take the queries that Zoho documents, and refuse what is none?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.coql_parser import parsed
from source_zoho.emulator.crm.coql_syntax import Both, Condition, Item, Order, Selected, conditions
from source_zoho.emulator.crm.refusals import CrmRefusedError
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.coql_caller import asked, found, told
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids

NEUTRAL = "id is not null"


@pytest.fixture(scope="module")
def zoho() -> Emulator:
    """One emulator for all questions: what a test adds disturbs no other."""
    emulator = Emulator(seed=7, now=NOON)
    emulator.clock.freeze()
    return emulator


@pytest.fixture(scope="module")
def crm(zoho: Emulator) -> CrmCaller:
    return CrmCaller(zoho)


def test_every_clause_is_understood() -> None:
    query = parsed(
        "SELECT Stage as 'The stage', SUM(Amount) From !Deals#77"
        " Where (Stage like 'C%' or Amount not between 1 and 2.5)"
        " group by Stage ORDER BY Stage DESC, SUM(Amount) asc limit 10 offset 20"
    )

    assert query.select == (Selected(Item("Stage"), "The stage"), Selected(Item("Amount", "SUM")))
    assert (query.module, query.view) == ("Deals", "77")
    likes = Condition("Stage", "like", ("C%",))
    assert query.where == Both("or", likes, Condition("Amount", "not between", ("1", "2.5")))
    assert query.group_by == ("Stage",)
    assert query.order_by == (Order(Item("Stage"), True), Order(Item("Amount", "SUM")))
    assert (query.limit, query.offset) == (10, 20)


@pytest.mark.parametrize(
    ("written", "limit", "offset"),
    [
        ("", None, 0),
        ("limit 5", 5, 0),
        ("limit 20, 5", 5, 20),
        ("limit 5 offset 20", 5, 20),
        ("offset 20", None, 20),
    ],
)
def test_limit_and_offset_come_in_several_forms(written: str, limit: int | None, offset: int) -> None:
    query = parsed(f"select id from Leads where {NEUTRAL} {written}")

    assert (query.limit, query.offset) == (limit, offset)


@pytest.mark.parametrize(
    "where",
    [
        "A = 1 and B = 2",
        "(A = 1 and B = 2)",
        "(A = 1 and B = 2) and C = 3",
        "A = 1 and (B = 2 or C = 3)",
        "((A = 1 and B = 2) and (C = 3 or D = 4))",
        "(((A = 1)) and ((A between 1 and 2) and B between 3 and 4))",
    ],
)
def test_conditions_stand_in_pairs(where: str) -> None:
    assert len(conditions(parsed(f"select id from Leads where {where}").where)) > 1


@pytest.mark.parametrize("where", ["A = 1 and B = 2 and C = 3", "((A = 1 and B = 2 or C = 3) and D = 4)"])
def test_a_third_condition_without_brackets_is_a_syntax_error(crm: CrmCaller, where: str) -> None:
    code, details = told(crm, f"select id from Leads where {where}")

    assert code == "SYNTAX_ERROR"
    assert details["near"].startswith(("and C", "or C"))


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        ("select id from Leads", "where"),
        ("select id from Leads order by id", "where"),
        ("select id from Leads limit 5", "where"),
        ("select id where id is not null", "from"),
        ("select id", "from"),
    ],
)
def test_a_missing_clause_is_named(crm: CrmCaller, query: str, clause: str) -> None:
    assert told(crm, query) == ("SYNTAX_ERROR", {"clause": clause})


@pytest.mark.parametrize(
    ("query", "near", "line", "column"),
    [
        ("update Leads set Last_Name = 'x'", "update Leads set", 1, 1),
        ("", "", 1, 1),
        ("select from Leads where id is not null", "from Leads", 1, 8),
        ("select *\nfrom Leads where id is not null", "*\nfrom", 1, 8),
        ("select id\nfrom Leads where id ~ 5", "~ 5", 2, 21),
        ("select id\n  from Leads where (id is not null", "", 2, 35),
        ("select id from Leads where id is not null)", ")", 1, 42),
        ("select id from Leads where Last_Name = 'O''Brien'", "'Brien'", 1, 43),
        ("select id from Leads where Last_Name = 'open", "'open", 1, 40),
        ("select id from Leads where Last_Name =", "", 1, 39),
        ("select id from Leads where id in", "", 1, 33),
        ("select id from Leads where id in ()", ")", 1, 35),
        ("select id from Leads where Last_Name = null", "null", 1, 40),
        ("select count(id) from Leads where id is not null", "count(id)", 1, 8),
        ("select External from Leads where id is not null", "External", 1, 8),
        ("select id from Order where id is not null", "Order where", 1, 16),
        ("select id from Leads where id is not null limit -5", "-5", 1, 49),
        ("select id from Leads where id is not null limit 5 limit 6", "limit 6", 1, 51),
        ("select id from Leads where id is not null offset 5 limit 6", "limit 6", 1, 52),
        ("select id from Leads where id is not null order id", "id", 1, 49),
        ("select id from Leads where not (id is null)", "not", 1, 28),
        ("select id from Leads where Created_Time > 2025-01-01T00:00:00+00:00", "2025-01", 1, 43),
    ],
)
def test_a_text_that_is_no_query_is_refused_where_it_stops_being_one(
    crm: CrmCaller, query: str, near: str, line: int, column: int
) -> None:
    code, details = told(crm, query)

    assert code == "SYNTAX_ERROR"
    assert details["near"].startswith(near)
    assert (details["line"], details["column"]) == (line, column)


def test_brackets_without_end_are_refused_too(crm: CrmCaller) -> None:
    assert told(crm, f"select id from Leads where {'(' * 5_000}id is not null") == ("SYNTAX_ERROR", {})


def test_a_reserved_word_is_a_column_once_it_is_quoted(zoho: Emulator, crm: CrmCaller) -> None:
    row = zoho.crm.rows("Odd_Shapes")[1]

    (first,) = found(crm, f"select 'select', \"Name\" from Odd_Shapes where id = '{row['id']}'")
    assert first == {name: row[name] for name in ("select", "Name", "id")}


def test_keywords_are_written_in_any_case_and_spaces_do_not_matter(crm: CrmCaller) -> None:
    assert found(crm, "Select\tid\n FROM Leads\n\nwhere id IS NOT null LIMIT\n2")


def test_a_quote_inside_a_text_follows_a_backslash(zoho: Emulator, crm: CrmCaller) -> None:
    one = zoho.crm.add("Leads", Last_Name="O'Br\\ien", Company='"Big" & Co')

    assert ids(found(crm, r"select id from Leads where Last_Name = 'O\'Br\\ien'")) == [one]
    assert ids(found(crm, r'select id from Leads where Company = "\"Big\" & Co"')) == [one]


def test_a_single_word_may_go_without_quotes(crm: CrmCaller) -> None:
    rows = found(crm, "select Lead_Source from Leads where Lead_Source = Advertisement limit 3")

    assert {row["Lead_Source"] for row in rows} == {"Advertisement"}


@pytest.mark.parametrize(
    "query", ["select id from !Leads where id is not null", "select !Leads.id from Leads where id is not null"]
)
def test_an_exclamation_mark_tells_a_module_from_a_field(crm: CrmCaller, query: str) -> None:
    assert asked(crm, query).status == 200


def test_the_exclamation_mark_of_another_module_is_no_column(crm: CrmCaller) -> None:
    name = "!Deals.id"

    assert told(crm, f"select {name} from Leads where {NEUTRAL}") == ("INVALID_QUERY", {"column_name": name})


def test_a_refusal_is_not_kept_for_the_next_query() -> None:
    for _ in range(2):
        with pytest.raises(CrmRefusedError, match="SYNTAX_ERROR"):
            parsed("select")
