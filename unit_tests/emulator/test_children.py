"""Do child lists hang at their parents, and detail calls at their lists?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from source_zoho.emulator.resources import Resource, books_resources
from unit_tests.emulator.builders import Caller, refusal

CHILDREN = [one for one in books_resources().values() if one.parent and not one.single]
WITH_DETAIL = [one for one in books_resources().values() if one.detail_path and one.name != "organizations"]


def parents_of(caller: Caller, resource: Resource) -> list[str]:
    assert resource.parent
    rows = caller.zoho.rows(resource.parent.resource, caller.organization_id)
    return [str(row[resource.parent.field]) for row in rows]


def read_children(caller: Caller, resource: Resource, parent_id: str) -> list[dict[str, Any]]:
    assert resource.parent
    if resource.parent.place == "query":
        body = caller.json(resource.path, **{resource.parent.field: parent_id})
    else:
        path = resource.path.replace(f"{{{resource.parent.field}}}", parent_id)
        everything = {"filter_by": "Status.All"} if resource.filter_by else {}
        if resource.paginated:
            return caller.everything(path, resource.key, **everything)
        body = caller.json(path, **everything)
    rows: list[dict[str, Any]] = body[resource.key]
    return rows


@pytest.mark.parametrize("resource", CHILDREN, ids=lambda resource: resource.name)
def test_the_children_of_all_parents_are_all_rows(caller: Caller, resource: Resource) -> None:
    found = [row for one in parents_of(caller, resource) for row in read_children(caller, resource, one)]

    held = caller.zoho.rows(resource.name, caller.organization_id)
    assert found
    assert sorted(map(repr, found)) == sorted(map(repr, held))


@pytest.mark.parametrize("resource", CHILDREN, ids=lambda resource: resource.name)
def test_rows_can_be_asked_for_by_parent(caller: Caller, resource: Resource) -> None:
    parent_id = parents_of(caller, resource)[1]

    held = caller.zoho.rows(resource.name, caller.organization_id, parent_id=parent_id)

    assert sorted(map(repr, held)) == sorted(map(repr, read_children(caller, resource, parent_id)))


@pytest.mark.parametrize("resource", CHILDREN, ids=lambda resource: resource.name)
def test_a_parent_that_does_not_exist_is_refused(caller: Caller, resource: Resource) -> None:
    assert resource.parent
    if resource.parent.place == "query":
        answer = caller.get(resource.path, **{resource.parent.field: "4711"})
    else:
        answer = caller.get(resource.path.replace(f"{{{resource.parent.field}}}", "4711"))

    assert answer.status == 404


def test_account_transactions_need_an_account(caller: Caller) -> None:
    assert refusal(caller.get("/chartofaccounts/accounttransactions")) == (400, 4)


def test_account_transactions_answer_at_the_older_path_too(caller: Caller) -> None:
    account = parents_of(caller, books_resources()["account_transactions"])[0]

    new = caller.json("/chartofaccounts/accounttransactions", account_id=account)
    old = caller.json("/chartofaccounts/transactions", account_id=account)

    assert new["transactions"] == old["transactions"]
    assert {row["account_id"] for row in new["transactions"]} == {account}


def test_the_organizations_own_currency_has_no_exchange_rates(caller: Caller) -> None:
    currencies = caller.zoho.rows("currencies", caller.organization_id)
    (own,) = (row for row in currencies if row["is_base_currency"])

    assert caller.json(f"/settings/currencies/{own['currency_id']}/exchangerates")["exchange_rates"] == []


def test_tag_options_come_with_what_the_tag_is(caller: Caller) -> None:
    (tag, *_) = caller.zoho.rows("reporting_tags", caller.organization_id)

    body = caller.json("/reportingtags/options", tag_id=tag["tag_id"])

    assert (body["tag_id"], body["tag_name"]) == (tag["tag_id"], tag["tag_name"])


def test_a_deleted_parent_takes_its_children_along(caller: Caller) -> None:
    (contact, *_) = caller.zoho.rows("contacts", caller.organization_id)
    contact_id = str(contact["contact_id"])
    before = len(caller.zoho.rows("contact_persons", caller.organization_id))

    caller.zoho.delete("contacts", caller.organization_id, contact_id)

    assert refusal(caller.get(f"/contacts/{contact_id}/contactpersons")) == (404, 1002)
    assert len(caller.zoho.rows("contact_persons", caller.organization_id)) < before


def test_children_can_be_added_to_new_parents_and_edited(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    contact_id = zoho.add("contacts", organization_id, contact_name="Neu")
    person_id = zoho.add("contact_persons", organization_id, contact_id=contact_id, first_name="Zoë")

    zoho.edit("contact_persons", organization_id, person_id, last_name="Ángel")

    (person,) = caller.json(f"/contacts/{contact_id}/contactpersons")["contact_persons"]
    assert (person["first_name"], person["last_name"]) == ("Zoë", "Ángel")
    detail = caller.json(f"/contacts/{contact_id}/contactpersons/{person_id}")["contact_person"]
    assert detail["last_name"] == "Ángel"


def test_children_carry_the_name_that_their_parent_has_now(caller: Caller) -> None:
    (project, *_) = caller.zoho.rows("projects", caller.organization_id)
    project_id = str(project["project_id"])

    caller.zoho.edit("projects", caller.organization_id, project_id, project_name="Umbenannt")

    tasks = caller.json(f"/projects/{project_id}/tasks")["tasks"]
    assert {task["project_name"] for task in tasks} == {"Umbenannt"}


def test_an_exchange_rate_has_a_day_of_its_own(caller: Caller) -> None:
    for currency_id in parents_of(caller, books_resources()["exchange_rates"]):
        rows = caller.zoho.rows("exchange_rates", caller.organization_id, parent_id=currency_id)

        assert len({row["effective_date"] for row in rows}) == len(rows)


def test_a_member_of_a_project_is_named_by_project_and_user(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    project_id = str(zoho.rows("projects", organization_id)[0]["project_id"])
    (user, *_) = zoho.rows("project_users", organization_id, parent_id=project_id)

    zoho.edit("project_users", organization_id, f"{project_id}/{user['user_id']}", rate=1.25)

    (after, *_) = caller.json(f"/projects/{project_id}/users")["users"]
    assert after["rate"] == 1.25


@pytest.mark.parametrize("resource", WITH_DETAIL, ids=lambda resource: resource.name)
def test_every_documented_detail_repeats_the_row_and_adds_to_it(caller: Caller, resource: Resource) -> None:
    assert resource.detail_path
    parent_id, rows = "", caller.zoho.rows(resource.name, caller.organization_id)
    if resource.parent:
        parent_id = parents_of(caller, resource)[0]
        rows = caller.zoho.rows(resource.name, caller.organization_id, parent_id=parent_id)
    row = rows[0]
    names = re.findall(r"\{(\w+)\}", resource.detail_path)
    own = str(row["module_api_name"] if resource.name == "custom_modules" else row[resource.id])
    path = resource.detail_path.replace(f"{{{names[-1]}}}", own)
    for name in names[:-1]:
        path = path.replace(f"{{{name}}}", parent_id or str(row[name]))

    body = caller.json(path)
    detail = body.get(resource.detail_key, body)

    assert detail.items() >= {name: value for name, value in row.items() if name not in resource.list_only}.items()
    assert not set(detail) & set(resource.list_only)
    assert set(detail) >= {name for name in resource.detail_fields if not name.startswith("_")} - {"last_modified_time"}
    if resource.name != "custom_modules":
        missing = caller.get(path[: -len(own)] + "4711")
        assert refusal(missing) == (404, 1002)
