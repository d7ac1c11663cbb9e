"""Do users, territories and groups tell the same story from both sides?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from unit_tests.emulator.crm.settings_caller import NOON, Asker, AWorld


@pytest.fixture
def asker() -> Asker:
    return Asker()


def of_type(asker: Asker, kind: str) -> list[dict[str, Any]]:
    _, body = asker.ask("/users", type=kind)
    return list(body["users"]) if body else []


def modified(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["Modified_Time"])


# ── kinds of users ──


def test_there_are_as_many_active_users_as_licences(asker: Asker) -> None:
    assert len(of_type(asker, "ActiveUsers")) == 10
    assert len(Asker(AWorld(users=40)).settings.rows("users")) == 40 + 6 + 3


def test_all_users_does_not_mean_the_deleted_ones(asker: Asker) -> None:
    everyone, deleted = of_type(asker, "AllUsers"), of_type(asker, "DeletedUsers")

    assert {row["status"] for row in everyone} == {"active", "disabled"}
    assert {row["status"] for row in deleted} == {"deleted"}
    assert asker.settings.rows("users") == everyone + deleted
    assert asker.json("/users")["users"] == everyone


def test_all_users_may_mean_the_deleted_ones_too(asker: Asker) -> None:
    asker.settings.behave("users", deleted_in_all=True)

    assert of_type(asker, "AllUsers") == asker.settings.rows("users")


@pytest.mark.parametrize(
    ("kind", "others"),
    [
        ("ActiveUsers", "DeactiveUsers"),
        ("ConfirmedUsers", "NotConfirmedUsers"),
        ("ActiveConfirmedUsers", "NotConfirmedUsers"),
        ("DeveloperUsers", "ActiveLiteUser"),
        ("DeletedUsers", "AllUsers"),
    ],
)
def test_kinds_that_exclude_each_other_share_nobody(asker: Asker, kind: str, others: str) -> None:
    one, other = ({row["id"] for row in of_type(asker, name)} for name in (kind, others))

    assert one
    assert other
    assert not one & other


def test_administrators_are_confirmed_and_the_first_of_them_is_calling(asker: Asker) -> None:
    admins = of_type(asker, "ActiveConfirmedAdmins")

    assert {row["profile"]["name"] for row in admins} == {"Administrator"}
    assert of_type(asker, "CurrentUser") == admins[:1]
    assert len(of_type(asker, "AdminUsers")) >= len(admins)


def test_an_unknown_kind_is_refused(asker: Asker) -> None:
    assert asker.refusal("/users", type="EveryUser").code == "PATTERN_NOT_MATCHED"


def test_users_go_by_ids_and_by_licence(asker: Asker) -> None:
    wanted = [row["id"] for row in asker.settings.rows("users")][2:4]
    found = asker.json("/users", ids=",".join(wanted))["users"]
    developers = asker.json("/users", type__s="Sandbox Developer User")["users"]

    assert [row["id"] for row in found] == wanted
    assert all(row["sandboxDeveloper"] for row in developers)


def test_a_user_is_found_by_id_deleted_or_not(asker: Asker) -> None:
    gone = asker.settings.rows("users")[-1]

    assert asker.json(f"/users/{gone['id']}")["users"] == [gone]


def test_what_rows_say_about_a_user_is_true(asker: Asker) -> None:
    by_id = {row["id"]: row for row in asker.settings.rows("users")}

    assert asker.settings.user_count == len(by_id)
    for number in range(50):
        told = asker.settings.user(number)
        assert (told["name"], told["email"]) == (by_id[told["id"]]["full_name"], by_id[told["id"]]["email"])
    assert all(row["created_by"]["id"] in by_id for row in asker.settings.rows("workflow_rules"))


# ── pages ──


def test_more_than_two_hundred_users_come_in_pages(asker: Asker) -> None:
    asker.settings.behave("users", size=450)
    pages = [asker.json("/users", page=page) for page in (1, 2, 3)]

    assert [len(page["users"]) for page in pages] == [200, 200, 50]
    assert [page["info"]["more_records"] for page in pages] == [True, True, False]
    assert pages[2]["info"] == {"per_page": 200, "count": 50, "page": 3, "more_records": False}
    assert asker.status("/users", page=4) == 204
    assert len(asker.settings.rows("users")) == 453


@pytest.mark.parametrize(("name", "value"), [("page", "0"), ("page", "x"), ("per_page", "201"), ("per_page", "-1")])
def test_page_numbers_that_make_no_sense_are_refused(asker: Asker, name: str, value: str) -> None:
    refusal = asker.refusal("/users", **{name: value})

    assert (refusal.status, refusal.code, refusal.details["param_name"]) == (400, "INVALID_DATA", name)


# ── If-Modified-Since ──


def test_only_users_changed_since_are_answered_the_very_second_included(asker: Asker) -> None:
    dated = [row for row in asker.settings.rows("users") if row["Modified_Time"] and row["status"] != "deleted"]
    newest = max(dated, key=modified)

    assert asker.json("/users", since=newest["Modified_Time"])["users"] == [newest]


def test_nothing_changed_is_304_or_as_told_204(asker: Asker) -> None:
    assert asker.status("/users", since=NOON.isoformat()) == 304

    asker.settings.behave("users", not_modified="204")
    assert asker.status("/users", since=NOON.isoformat()) == 204


def test_an_edit_moves_the_time_of_modification_to_now(asker: Asker) -> None:
    first = asker.settings.rows("users")[0]
    asker.settings.edit("users", first["id"], city="Gdańsk")

    (row,) = asker.json("/users", since=NOON.isoformat())["users"]
    assert row == {**first, "city": "Gdańsk", "Modified_Time": NOON.isoformat()}
    assert asker.settings.rows("users")[0] == row


def test_a_user_who_never_changed_does_not_pass(asker: Asker) -> None:
    undated = [row for row in asker.settings.rows("users") if row["Modified_Time"] is None]
    since_ever = asker.json("/users", since="2000-01-01T00:00:00+00:00")["users"]

    assert [row["confirm"] for row in undated] == [False]
    assert undated[0] not in since_ever


def test_the_header_can_be_exclusive_ignored_or_refused(asker: Asker) -> None:
    first = asker.settings.rows("users")[0]["id"]
    asker.settings.edit("users", first, city="Leeds")

    asker.settings.behave("users", if_modified_since="exclusive")
    assert asker.status("/users", since=NOON.isoformat()) == 304
    asker.settings.behave("users", if_modified_since="ignored")
    assert len(asker.json("/users", since=NOON.isoformat())["users"]) == 13
    asker.settings.behave("users", if_modified_since="refused")
    assert asker.refusal("/users", since=NOON.isoformat()).code == "NOT_SUPPORTED"


@pytest.mark.parametrize("text", ["2026-03-04", "yesterday", "2026-03-04T12:00:00", "Wed, 04 Mar 2026 12:00:00 GMT"])
def test_the_header_wants_an_offset(asker: Asker, text: str) -> None:
    assert asker.refusal("/users", since=text).code == "INVALID_DATA"


def test_other_lists_do_not_look_at_the_header(asker: Asker) -> None:
    assert asker.json("/settings/roles", since="2999-01-01T00:00:00+00:00")["roles"]


# ── territories ──


def test_a_territory_and_its_users_agree(asker: Asker) -> None:
    users, territories = asker.settings.rows("users"), asker.settings.rows("territories")
    from_users, from_territories = set(), set()
    for user in users:
        _, body = asker.ask(f"/users/{user['id']}/territories")
        from_users |= {(user["id"], row["id"]) for row in (body or {"territories": []})["territories"]}
    for territory in territories:
        _, body = asker.ask(f"/settings/territories/{territory['id']}/users")
        from_territories |= {(row["id"], territory["id"]) for row in (body or {"users": []})["users"]}

    assert from_users == from_territories
    assert from_users == {(row["user_id"], row["id"]) for row in asker.settings.rows("user_territories")}
    assert from_users == {(row["id"], row["territory_id"]) for row in asker.settings.rows("territory_users")}


def test_territories_of_a_user_are_written_with_capitals(asker: Asker) -> None:
    row = asker.settings.rows("user_territories")[0]

    assert set(row) == {"id", "Name", "Manager", "Reporting_To", "user_id"}


def test_two_thousand_territories_fit_into_a_page(asker: Asker) -> None:
    asker.settings.behave("territories", size=2001)

    assert len(asker.json("/settings/territories", per_page=2000)["territories"]) == 2000
    assert len(asker.json("/settings/territories")["territories"]) == 200
    assert asker.refusal("/settings/territories", per_page=2001).details["param_name"] == "per_page"


def test_roles_and_territories_report_to_one_above_them(asker: Asker) -> None:
    for name in ("roles", "territories"):
        rows = asker.settings.rows(name)
        known = {row["id"]: row["name"] for row in rows}
        assert rows[0]["reporting_to"] is None
        assert all(known[row["reporting_to"]["id"]] == row["reporting_to"]["name"] for row in rows[1:])


# ── groups ──


def test_a_group_and_its_users_agree(asker: Asker) -> None:
    from_users = {(row["user_id"], row["id"]) for row in asker.settings.rows("user_associated_groups")}
    sources = asker.settings.rows("user_group_sources")
    from_groups = {(row["source"]["id"], row["user_group_id"]) for row in sources if row["type"] == "users"}

    assert from_users
    assert from_users == from_groups
    assert {row["type"] for row in sources} == {"users", "roles", "territories"}


def test_sources_of_a_group_go_by_type(asker: Asker) -> None:
    group = asker.settings.rows("user_groups")[0]["id"]
    rows = asker.json(f"/settings/user_groups/{group}/sources", type="roles")["sources"]

    assert [(row["type"], row["subordinates"], row["sub_territories"]) for row in rows] == [("roles", True, None)]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/users/5540230000000000000/territories", 1),
        ("/users/me/actions/associated_groups", 1),
        ("/settings/territories/1/users", 2),
        ("/settings/user_groups/1/sources", 2),
    ],
)
def test_somebody_who_is_not_there_is_refused(asker: Asker, path: str, place: int) -> None:
    refusal = asker.refusal(path)

    assert (refusal.status, refusal.code, refusal.details) == (400, "INVALID_DATA", {"resource_path_index": place})
    assert refusal.message == "the id given seems to be invalid"
