"""How much does a query take, what does it cost, and who may ask it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.coql_caller import answered, asked, found, told
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal

NEUTRAL = "where id is not null"
ALL = f"select id from Leads {NEUTRAL}"


def listed(condition: str, count: int, connector: str = "and") -> str:
    """Connect a condition with itself, in pairs."""
    return condition if count == 1 else f"({listed(condition, count - 1, connector)} {connector} {condition})"


# ── rows ──


def test_a_keyset_walk_meets_every_record_once(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Big", fields=20, rows=4_500)
    last, met, sizes = "0", [], []
    while rows := found(crm, f"select id from Big where id > '{last}' order by id asc limit 2000"):
        met += ids(rows)
        sizes.append(len(rows))
        last = met[-1]
        zoho.crm.edit("Big", met[0], Name="Edited while we read")

    assert (met, sizes) == (zoho.crm.ids("Big"), [2000, 2000, 496])


def test_a_keyset_walk_of_changes_meets_every_change_once(zoho: Emulator, crm: CrmCaller) -> None:
    since = zoho.crm.rows("Deals")[200]["Modified_Time"]
    last, met = "0", []
    while rows := found(
        crm, f"select id from Deals where (Modified_Time >= '{since}' and id > '{last}') order by id limit 50"
    ):
        met += ids(rows)
        last = met[-1]

    changed = found(crm, f"select id from Deals where Modified_Time >= '{since}' limit 2000")
    assert met == ids(changed)
    assert 50 < len(met) < zoho.crm.count("Deals")


def test_offset_walks_too(zoho: Emulator, crm: CrmCaller) -> None:
    first = answered(crm, f"{ALL} limit 100, 150")
    second = answered(crm, f"{ALL} limit 150 offset 250")

    assert ids(first["data"] + second["data"]) == zoho.crm.ids("Leads")[100:]
    assert [body["info"]["more_records"] for body in (first, second)] == [True, False]


def test_rows_behind_the_window_of_offset_are_refused(zoho: Emulator, crm: CrmCaller) -> None:
    assert told(crm, f"{ALL} limit 1 offset 100000") == ("LIMIT_EXCEEDED", {"limit": 100_000, "clause": "offset"})
    zoho.crm.limits(coql_offset_window=100)

    assert len(found(crm, f"{ALL} limit 40 offset 60")) == 40
    assert told(crm, f"{ALL} limit 41 offset 60") == ("LIMIT_EXCEEDED", {"limit": 100, "clause": "offset"})


@pytest.mark.parametrize("most", [2_000, 200])
def test_a_limit_over_what_the_organization_takes_is_refused(zoho: Emulator, crm: CrmCaller, most: int) -> None:
    zoho.crm.behave(coql_rows=most)
    zoho.crm.add_module("Later", fields=20, rows=10)

    for module in ("Leads", "Later"):
        query = f"select id from {module} {NEUTRAL}"
        assert asked(crm, f"{query} limit {most}").status == 200
        assert told(crm, f"{query} limit {most + 1}") == ("LIMIT_EXCEEDED", {"limit": most, "clause": "limit"})


def test_a_limit_may_be_cut_instead(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Leads", coql_rows=50, coql_over_limit="clamp")

    assert answered(crm, f"{ALL} limit 2000")["info"] == {"count": 50, "more_records": True}


@pytest.mark.parametrize("most", [500, 200, 50])
def test_so_many_columns_and_no_more(zoho: Emulator, crm: CrmCaller, most: int) -> None:
    zoho.crm.add_module("Wide", fields=502, rows=3)
    zoho.crm.behave("Wide", coql_columns=most)
    names = zoho.crm.listed_fields("Wide")

    assert len(found(crm, f"select {', '.join(names[:most])} from Wide {NEUTRAL}")[0]) == most
    told_of = told(crm, f"select {', '.join(names[: most + 1])} from Wide {NEUTRAL}")
    assert told_of == ("LIMIT_EXCEEDED", {"limit": most, "clause": "select"})


def test_details_may_leave_open_what_there_was_too_much_of(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Leads", coql_limit_details="bare", coql_columns=1)

    assert told(crm, f"{ALL} limit 2001") == ("LIMIT_EXCEEDED", {"limit": 2_000})
    assert told(crm, f"select id, Fax from Leads {NEUTRAL}") == ("LIMIT_EXCEEDED", {"limit": 1})


ORDERED = "Stage, Type, Amount, Probability, Closing_Date, Next_Step, Lead_Source, Pipeline, Days_Open, Deal_Name"
SIX = "COUNT(id), SUM(Amount), MIN(Amount), MAX(Amount), AVG(Amount), MAX(Probability)"
VALUES = ", ".join(f"'{number}'" for number in range(100))
INNER = "id in (select id from Leads where id is not null limit 1)"


@pytest.mark.parametrize(
    ("query", "limit", "clause"),
    [
        (f"select id from Deals where {listed('id is not null', 26)}", 25, "where"),
        (f"select id from Deals where id in ({VALUES}, '100')", 100, "in"),
        (f"select id from Deals where id not in ({VALUES}, '100')", 100, "not in"),
        (f"select id from Deals where {listed(INNER, 6)}", 5, "where"),
        (f"select id from Deals where id is not null order by {ORDERED}, Created_Time", 10, "order by"),
        (
            "select Stage from Deals where id is not null group by Stage, Type, Pipeline, Lead_Source, Amount",
            4,
            "group by",
        ),
        (f"select {SIX} from Deals where id is not null", 5, "select"),
        ("select Account_Name.Parent_Account.Parent_Account.Phone from Deals where id is not null", 2, "join"),
    ],
)
def test_a_query_is_only_so_long(crm: CrmCaller, query: str, limit: int, clause: str) -> None:
    assert told(crm, query) == ("LIMIT_EXCEEDED", {"limit": limit, "clause": clause})


@pytest.mark.parametrize(
    "query",
    [
        f"select id from Deals where {listed('id is not null', 25)}",
        f"select id from Deals where id not in ({VALUES})",
        f"select id from Leads where {listed(INNER, 5)}",
        f"select id from Deals where id is not null order by {ORDERED}",
        "select Stage from Deals where id is not null group by Stage, Type, Pipeline, Lead_Source",
        f"select {SIX.rpartition(',')[0]} from Deals where id is not null",
    ],
)
def test_a_query_may_be_that_long(crm: CrmCaller, query: str) -> None:
    assert asked(crm, query).status == 200


def linked(count: int) -> list[dict[str, Any]]:
    """Describe so many lookups."""
    return [
        {"api_name": f"L{number}", "data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}}
        for number in range(count)
    ]


def test_so_many_joins_and_no_more(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Linked", fields=linked(16), rows=2)
    columns = [f"L{number}.Phone" for number in range(16)]

    assert asked(crm, f"select {', '.join(columns[:15])} from Linked {NEUTRAL}").status == 200
    select = told(crm, f"select {', '.join(columns)} from Linked {NEUTRAL}")
    assert select == ("LIMIT_EXCEEDED", {"limit": 15, "clause": "join"})
    conditions = [f"{column} is null" for column in columns[:6]]
    five, six = conditions[0], conditions[0]
    for condition in conditions[1:5]:
        five = f"({five} and {condition})"
    six = f"({five} and {conditions[5]})"
    assert asked(crm, f"select id from Linked where {five}").status in (200, 204)
    assert told(crm, f"select id from Linked where {six}") == ("LIMIT_EXCEEDED", {"limit": 5, "clause": "join"})


def formulas(count: int, *, dynamic: bool) -> list[dict[str, Any]]:
    return [
        {"api_name": f"F{number}", "data_type": "formula", "formula": {"return_type": "double", "dynamic": dynamic}}
        for number in range(count)
    ]


@pytest.mark.parametrize(("dynamic", "counted"), [(True, "dynamic"), (False, "all")])
def test_only_five_formulas_are_worked_out_at_once(
    zoho: Emulator, crm: CrmCaller, *, dynamic: bool, counted: str
) -> None:
    zoho.crm.add_module("Formal", fields=formulas(6, dynamic=dynamic), rows=2)
    zoho.crm.behave("Formal", coql_formulas=counted)

    assert asked(crm, f"select F0, F1, F2, F3, F4 from Formal {NEUTRAL}").status == 200
    told_of = told(crm, f"select F0, F1, F2, F3, F4, F5 from Formal {NEUTRAL}")
    assert told_of == ("LIMIT_EXCEEDED", {"limit": 5, "clause": "select"})


def test_other_formulas_do_not_count(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Formal", fields=formulas(6, dynamic=False), rows=2)

    assert asked(crm, f"select F0, F1, F2, F3, F4, F5 from Formal {NEUTRAL}").status == 200


# ── switches ──


def test_keys_without_a_value_may_be_left_out(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Leads", coql_nulls="left_out")
    names = ["id", "Fax", "Lead_Source"]

    rows = found(crm, f"select {', '.join(names)} from Leads {NEUTRAL} limit 2000")
    known = [{name: row[name] for name in names if row[name] is not None} for row in zoho.crm.rows("Leads")]
    assert rows == known


def test_rich_text_comes_whole_or_cut(zoho: Emulator, crm: CrmCaller) -> None:
    query, whole = f"select Rich_Text from Odd_Shapes {NEUTRAL} limit 20", zoho.crm.rows("Odd_Shapes")[:20]

    assert [row["Rich_Text"] for row in found(crm, query)] == [row["Rich_Text"] for row in whole]
    zoho.crm.behave("Odd_Shapes", coql_rich_text="cut")
    assert [row["Rich_Text"] for row in found(crm, query)] == [(row["Rich_Text"] or "")[:500] or None for row in whole]


def test_lookups_may_have_names(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Odd_Shapes", coql_lookup_names=True)
    (row,) = found(crm, f"select Owner, Account, Layout from Odd_Shapes {NEUTRAL} limit 1")

    known = zoho.crm.rows("Odd_Shapes")[0]
    assert row["Owner"] == {"name": known["Owner"]["name"], "id": known["Owner"]["id"]}
    assert (row["Account"], row["Layout"]) == (known["Account"], {"id": known["Layout"]["id"]})


# ── the call ──


@pytest.mark.parametrize(
    ("ending", "price"),
    [
        ("", 1),
        ("limit 200", 1),
        ("limit 201", 2),
        ("limit 1000", 2),
        ("limit 1001", 3),
        ("limit 2000", 3),
        ("limit x", 1),
        ("limit 0, 2000", 3),
        ("limit 2001", 3),
    ],
)
def test_the_limit_is_the_price(zoho: Emulator, crm: CrmCaller, ending: str, price: int) -> None:
    asked(crm, f"{ALL} {ending}")

    assert zoho.crm.credits_used == price
    assert zoho.crm.credits_by_path == {"/crm/v8/coql": price}


def test_a_count_costs_one_credit(zoho: Emulator, crm: CrmCaller) -> None:
    found(crm, f"select COUNT(id) from Leads {NEUTRAL}")

    assert zoho.crm.credits_used == 1


def test_a_query_is_one_of_ten_at_once(zoho: Emulator, crm: CrmCaller) -> None:
    crowded = zoho._front.crm.limits
    crowded.enter(9, is_heavy=True)
    assert asked(crm, ALL).status == 200
    crowded.enter(1, is_heavy=True)

    assert refusal(asked(crm, ALL))[:2] == (429, "TOO_MANY_REQUESTS")


def test_queries_are_remembered(zoho: Emulator, crm: CrmCaller) -> None:
    asked(crm, ALL)
    asked(crm, "no query")

    assert zoho.crm.queries == [ALL, "no query"]


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ([], "UNABLE_TO_PARSE_DATA_TYPE", {"expected_data_type": "jsonobject"}),
        ({}, "MANDATORY_NOT_FOUND", {"api_name": "select_query"}),
        (
            {"select_query": 5},
            "INVALID_DATA",
            {"expected_data_type": "string", "api_name": "select_query", "json_path": "$.select_query"},
        ),
        ({"select_query": ALL, "colour": 1}, "INVALID_DATA", {"api_name": "colour", "json_path": "$.colour"}),
        (
            {"select_query": ALL, "include_meta": "fields"},
            "INVALID_DATA",
            {"expected_data_type": "jsonarray", "api_name": "include_meta", "json_path": "$.include_meta"},
        ),
        (
            {"select_query": ALL, "include_meta": ["modules"]},
            "INVALID_DATA",
            {"supported_values": ["fields"], "api_name": "include_meta", "json_path": "$.include_meta"},
        ),
    ],
)
def test_what_is_wrong_with_a_body(crm: CrmCaller, body: object, code: str, details: dict[str, Any]) -> None:
    assert refusal(crm.post("/coql", body)) == (400, code, details)


def test_a_query_is_posted(crm: CrmCaller) -> None:
    assert refusal(crm.get("/coql"))[1] == "INVALID_REQUEST_METHOD"
    assert refusal(crm.get("/coql", method="POST", fields="id"))[1:] == ("INVALID_DATA", {"param_name": "fields"})


@pytest.mark.parametrize(
    ("scopes", "is_enough"),
    [
        ({"ZohoCRM.coql.READ", "ZohoCRM.modules.READ"}, True),
        ({"ZohoCRM.coql.READ", "ZohoCRM.modules.ALL"}, True),
        ({"ZohoCRM.coql.READ", "ZohoCRM.modules.leads.READ"}, True),
        ({"ZohoCRM.modules.ALL"}, False),
        ({"ZohoCRM.coql.READ"}, False),
        ({"ZohoCRM.coql.READ", "ZohoCRM.modules.deals.READ"}, False),
    ],
)
def test_queries_and_modules_are_two_scopes(scopes: set[str], *, is_enough: bool) -> None:
    crm = CrmCaller(Emulator(now=NOON, scopes=scopes))
    answer = asked(crm, ALL)

    assert answer.status == 200 if is_enough else refusal(answer)[:2] == (401, "OAUTH_SCOPE_MISMATCH")


def test_metadata_is_a_scope_of_its_own() -> None:
    crm = CrmCaller(Emulator(now=NOON, scopes={"ZohoCRM.coql.READ", "ZohoCRM.modules.READ"}))

    assert refusal(asked(crm, ALL, include_meta=["fields"]))[:2] == (401, "OAUTH_SCOPE_MISMATCH")


def test_queries_may_be_out_of_reach_altogether(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave(coql=False)
    assert refusal(asked(crm, ALL))[:2] == (401, "OAUTH_SCOPE_MISMATCH")
    zoho.crm.behave(coql=True)
    zoho.crm.behave("Leads", coql=False)

    assert told(crm, ALL) == ("INVALID_MODULE", {})
    assert asked(crm, f"select id from Deals {NEUTRAL}").status == 200


def test_a_module_that_is_not_there_or_not_to_be_read_is_refused(zoho: Emulator, crm: CrmCaller) -> None:
    assert told(crm, f"select id from Nothing {NEUTRAL}") == ("INVALID_MODULE", {})
    zoho.crm.behave("Leads", refusal="NO_PERMISSION")

    assert refusal(asked(crm, ALL))[:2] == (403, "NO_PERMISSION")


def test_a_view_has_to_be_one_of_the_module_and_is_not_emulated(zoho: Emulator, crm: CrmCaller) -> None:
    views = {view["parent_module"]: view["id"] for view in zoho.crm.settings("custom_views")}

    for view in ("5", views["Deals"]):
        assert told(crm, f"select id from Leads#{view} {NEUTRAL}") == ("INVALID_QUERY", {"cvid": view})
    assert asked(crm, f"select id from Leads#{views['Leads']} {NEUTRAL}").status == 501


def test_a_query_can_go_wrong_like_any_call(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("INTERNAL_ERROR", path="/crm/v8/coql")

    assert refusal(asked(crm, ALL))[:2] == (500, "INTERNAL_ERROR")
    assert asked(crm, ALL).status == 200
