"""Which values do the columns of a query have, and which columns are there?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.crm.coql_caller import answered, asked, found, told
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal

NEUTRAL = "where id is not null"
NOT_SUPPORTED = {
    "Pictures": "imageupload",
    "Rows_Inside": "subform",
    "Related_Products": "multiselectlookup",
    "Helpers": "multiuserlookup",
    "Whole_Address": "address",
}


def quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def test_the_id_comes_along_unasked(crm: CrmCaller) -> None:
    body = answered(crm, f"select Last_Name from Leads {NEUTRAL} limit 3")

    assert {tuple(row) for row in body["data"]} == {("Last_Name", "id")}
    assert body["info"] == {"count": 3, "more_records": True}
    assert set(body) == {"data", "info"}


def test_without_an_order_rows_come_by_id(zoho: Emulator, crm: CrmCaller) -> None:
    rows = found(crm, f"select id from Leads {NEUTRAL}")

    assert [row["id"] for row in rows] == zoho.crm.ids("Leads")[:200]


def test_nothing_found_is_an_answer_without_a_body(crm: CrmCaller) -> None:
    answer = asked(crm, "select id from Leads where Last_Name = 'Nobody at all'")

    assert (answer.status, answer.body) == (204, b"")


def test_converted_leads_are_there_and_deleted_records_are_not(zoho: Emulator, crm: CrmCaller) -> None:
    first, second = zoho.crm.ids("Leads")[:2]
    zoho.crm.convert(first)
    zoho.crm.delete("Leads", second)

    rows = found(crm, f"select Converted__s from Leads {NEUTRAL} limit 2000")
    assert rows[0] == {"Converted__s": True, "id": first}
    assert second not in [row["id"] for row in rows]


def test_rows_are_those_of_the_moment(zoho: Emulator, crm: CrmCaller) -> None:
    one = zoho.crm.ids("Leads")[5]
    zoho.crm.edit("Leads", one, Email="new@example.com")

    (row,) = found(crm, f"select Email, Modified_Time from Leads where id = '{one}'")
    assert row == {
        "Email": "new@example.com",
        "Modified_Time": zoho.crm.record("Leads", one)["Modified_Time"],
        "id": one,
    }
    (row,) = found(crm, "select id from Leads where Email = 'new@example.com'")
    assert row["id"] == one


def test_references_have_nothing_but_their_id(zoho: Emulator, crm: CrmCaller) -> None:
    names = ["Owner", "Layout", "Account", "Referee", "Consent", "Gadget", "Assistant"]
    rows = found(crm, f"select {quoted(names)} from Odd_Shapes {NEUTRAL} limit 2000")

    for row, known in zip(rows, zoho.crm.rows("Odd_Shapes"), strict=True):
        for name in names:
            assert row[name] == (known[name] and {"id": known[name]["id"]})


def test_a_reference_to_several_modules_says_which(zoho: Emulator, crm: CrmCaller) -> None:
    rows = found(crm, f"select Anything, Anything.module.api_name, Anything.id from Odd_Shapes {NEUTRAL} limit 20")

    for row, known in zip(rows, zoho.crm.rows("Odd_Shapes"), strict=False):
        reference = known["Anything"]
        assert row["Anything"] == (reference and {"module": reference["module"], "id": reference["id"]})
        assert row["Anything.module.api_name"] == (reference and reference["module"]["api_name"])
        assert row["Anything.id"] == (reference and reference["id"])


def test_territories_have_name_and_id(zoho: Emulator, crm: CrmCaller) -> None:
    rows = found(crm, f"select Territories from Odd_Shapes {NEUTRAL} limit 20")

    for row, known in zip(rows, zoho.crm.rows("Odd_Shapes"), strict=False):
        territories = known["Territories"]
        assert row["Territories"] == (territories and [{"name": one["Name"], "id": one["id"]} for one in territories])


def test_all_other_columns_are_what_lists_have(zoho: Emulator, crm: CrmCaller) -> None:
    kinds = {field["api_name"]: field["json_type"] for field in zoho.crm.fields("Odd_Shapes")}
    names = [name for name in zoho.crm.listed_fields("Odd_Shapes") if name not in NOT_SUPPORTED]
    same = [name for name in names if kinds[name] != "jsonobject" and name not in ("Territories", "Files")]

    rows = found(crm, f"select {quoted(names)} from Odd_Shapes {NEUTRAL} limit 2000")
    assert len(rows) == zoho.crm.count("Odd_Shapes")
    for row, known in zip(rows, zoho.crm.rows("Odd_Shapes"), strict=True):
        assert {name: row[name] for name in same} == {name: known[name] for name in same}


@pytest.mark.parametrize(("name", "data_type"), NOT_SUPPORTED.items())
def test_some_types_are_not_supported(crm: CrmCaller, name: str, data_type: str) -> None:
    answer = asked(crm, f"select {name} from Odd_Shapes {NEUTRAL}")

    assert refusal(answer) == (400, "INVALID_QUERY", {"column_name": name, "data_type": data_type})
    assert body_of(answer)["message"] == "data type not supported"


@pytest.mark.parametrize(
    "query",
    [
        "select Nothing from Leads where id is not null",
        "select id from Leads where Nothing = '5'",
        "select id from Leads where id is not null order by Nothing",
        "select COUNT(id) from Leads where id is not null group by Nothing",
    ],
)
def test_an_unknown_column_is_named(crm: CrmCaller, query: str) -> None:
    answer = asked(crm, query)

    assert refusal(answer) == (400, "INVALID_QUERY", {"column_name": "Nothing"})
    assert body_of(answer)["message"] == "column given seems to be invalid"


@pytest.mark.parametrize("switch", ["hidden_fields", "coql_refused_fields"])
def test_a_field_that_a_profile_hides_is_no_column(zoho: Emulator, crm: CrmCaller, switch: str) -> None:
    zoho.crm.behave("Leads", **{switch: ["Fax"]})

    assert told(crm, f"select Fax from Leads {NEUTRAL}") == ("INVALID_QUERY", {"column_name": "Fax"})
    assert told(crm, "select id from Leads where Fax is null") == ("INVALID_QUERY", {"column_name": "Fax"})
    assert found(crm, f"select Phone from Leads {NEUTRAL}")


# ── aliases and doubles ──


def test_an_alias_is_the_key(zoho: Emulator, crm: CrmCaller) -> None:
    deal = zoho.crm.rows("Deals")[0]
    query = (
        f"select Deal_Name as Title, 'Stage' AS 'The stage', Owner 'Who' from Deals {NEUTRAL} order by Title limit 1"
    )

    (row,) = found(crm, query.replace("order by Title", "order by id"))
    assert row == {
        "Title": deal["Deal_Name"],
        "The stage": deal["Stage"],
        "Who": {"id": deal["Owner"]["id"]},
        "id": deal["id"],
    }
    assert found(crm, query)[0]["Title"] == min(row["Deal_Name"] for row in zoho.crm.rows("Deals"))


@pytest.mark.parametrize("alias", ["''", "' '", '""'])
def test_an_empty_alias_is_refused(crm: CrmCaller, alias: str) -> None:
    told_of = told(crm, f"select Stage as {alias} from Deals {NEUTRAL}")

    assert told_of == ("INVALID_ALIAS", {"alias": "", "column_name": "Stage"})


def test_an_alias_means_one_column(crm: CrmCaller) -> None:
    told_of = told(crm, f"select Stage as One, Amount as One from Deals {NEUTRAL}")

    assert told_of == ("DUPLICATE_ALIAS", {"alias": "One", "referred_columns": ["Stage", "Amount"]})


def test_an_alias_cannot_stand_in_a_condition(crm: CrmCaller) -> None:
    assert told(crm, "select Stage as One from Deals where One = 'x'") == ("INVALID_QUERY", {"column_name": "One"})


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("select Stage, Amount, Stage from Deals where id is not null", {"column_name": "Stage"}),
        ("select Stage, 'Stage' as Other from Deals where id is not null", {"column_name": "Stage"}),
        (
            "select SUM(Amount), SUM(Amount) from Deals where id is not null",
            {"column_name": "Amount", "aggregate": "SUM"},
        ),
        ("select id from Deals where id is not null order by id, id", {"column_name": "id"}),
        ("select Stage from Deals where id is not null group by Stage, Stage", {"column_name": "Stage"}),
    ],
)
def test_nothing_is_named_twice(crm: CrmCaller, query: str, details: dict[str, Any]) -> None:
    assert told(crm, query) == ("DUPLICATE_DATA", details)


# ── behind lookups ──


def test_a_dot_leads_to_the_record_behind_a_lookup(zoho: Emulator, crm: CrmCaller) -> None:
    accounts = {row["id"]: row for row in zoho.crm.rows("Accounts")}
    known = zoho.crm.rows("Contacts")
    columns = "Account_Name.Account_Name, Account_Name.id, Account_Name.Parent_Account.Account_Name"

    rows = found(crm, f"select {columns} from Contacts {NEUTRAL} limit 50")
    for row, contact in zip(rows, known, strict=False):
        account = accounts.get((contact["Account_Name"] or {}).get("id"))
        parent = accounts.get(((account or {}).get("Parent_Account") or {}).get("id"))
        assert row["Account_Name.Account_Name"] == (account and account["Account_Name"])
        assert row["Account_Name.id"] == (account and account["id"])
        assert row["Account_Name.Parent_Account.Account_Name"] == (parent and parent["Account_Name"])
    assert any(row["Account_Name.Parent_Account.Account_Name"] for row in rows)


def test_a_joined_column_is_that_of_the_moment_and_null_once_the_record_is_gone(zoho: Emulator, crm: CrmCaller) -> None:
    contact = next(row for row in zoho.crm.rows("Contacts") if row["Account_Name"])
    account = contact["Account_Name"]["id"]
    query = f"select Account_Name.Account_Name from Contacts where id = '{contact['id']}'"

    zoho.crm.edit("Accounts", account, Account_Name="Renamed")
    assert found(crm, query)[0]["Account_Name.Account_Name"] == "Renamed"
    assert contact["id"] in [
        row["id"] for row in found(crm, "select id from Contacts where Account_Name.Account_Name = 'Renamed'")
    ]
    zoho.crm.delete("Accounts", account)
    assert found(crm, query)[0]["Account_Name.Account_Name"] is None


def test_a_lookup_that_reaches_several_modules_is_read_by_module(zoho: Emulator, crm: CrmCaller) -> None:
    stages, accounts = {row["id"]: row["Stage"] for row in zoho.crm.rows("Deals")}, zoho.crm.ids("Accounts")
    known = zoho.crm.rows("Tasks")
    rows = found(crm, f"select 'What_Id->Deals.Stage', 'What_Id->Accounts.id', What_Id from Tasks {NEUTRAL} limit 2000")

    for row, task in zip(rows, known, strict=True):
        reached = task["What_Id"] and task["What_Id"]["id"]
        assert row["What_Id->Deals.Stage"] == stages.get(reached)
        assert row["What_Id->Accounts.id"] == (reached if reached in accounts else None)
    won = found(crm, "select id from Tasks where 'What_Id->Deals.Stage' = 'Closed Won' limit 2000")
    assert (
        [row["id"] for row in won] == [row["id"] for row in rows if row["What_Id->Deals.Stage"] == "Closed Won"] != []
    )


def test_the_owner_has_a_profile_and_a_role(zoho: Emulator, crm: CrmCaller) -> None:
    users = {user["id"]: user for user in zoho.crm.settings("users")}
    rows = found(crm, f"select Owner, Owner.profile.name, Owner.role.id, Owner.last_name from Leads {NEUTRAL} limit 9")

    for row in rows:
        user = users[row["Owner"]["id"]]
        assert row["Owner.profile.name"] == user["profile"]["name"]
        assert (row["Owner.role.id"], row["Owner.last_name"]) == (user["role"]["id"], user["last_name"])


@pytest.mark.parametrize(
    "name",
    [
        "Account_Name.Nothing",
        "Account_Name.Parent_Account.Nothing",
        "Last_Name.Account_Name",
        "Owner.colour",
        "Layout.colour",
        "'Account_Name->Accounts.id'",
        "'Nothing->Accounts.id'",
        "'$se_module'",
    ],
)
def test_a_way_that_leads_nowhere_is_no_column(crm: CrmCaller, name: str) -> None:
    assert told(crm, f"select {name} from Contacts {NEUTRAL}") == ("INVALID_QUERY", {"column_name": name.strip("'")})


def test_the_module_of_what_id_is_a_column_if_a_test_says_so(zoho: Emulator, crm: CrmCaller) -> None:
    query = f"select What_Id, $se_module from Tasks {NEUTRAL} limit 5"

    assert told(crm, query) == ("INVALID_QUERY", {"column_name": "$se_module"})
    zoho.crm.behave("Tasks", coql_se_module=True)
    assert [row["$se_module"] for row in found(crm, query)] == [row["$se_module"] for row in zoho.crm.rows("Tasks")[:5]]


# ── metadata ──


def test_metadata_of_the_columns_comes_along_when_asked_for(zoho: Emulator, crm: CrmCaller) -> None:
    query = f"select Last_Name, Account_Name.Phone, Owner.last_name from Contacts {NEUTRAL} limit 1"
    body = answered(crm, query, include_meta=["fields"])

    phone = next(field for field in zoho.crm.fields("Accounts") if field["api_name"] == "Phone")
    assert set(body["fields"]) == {"Last_Name", "Account_Name.Phone"}
    assert body["fields"]["Account_Name.Phone"] == phone
