"""Does every list of settings answer in Zoho's shape, and refuse what its documents do not have?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator.crm.settings_table import Resource, table
from unit_tests.emulator.crm.settings_caller import Asker, AWorld

GONE = {
    "id": "9009",
    "type": "recycle",
    "display_name": "Ünit",
    "deleted_time": "2026-02-01T00:00:00+00:00",
    "deleted_by": {"name": "Ada Okafor", "id": "1"},
}
FLAT = sorted(name for name, resource in table().items() if not resource.parent)
BY_MODULE = sorted(name for name, resource in table().items() if resource.parent == "module")
PLAIN_LISTS = sorted(name for name in FLAT if table()[name].shape == "list")


@pytest.fixture
def asker() -> Asker:
    return Asker(AWorld(gone={"Leads": [dict(GONE)]}))


def rows_in(resource: Resource, body: dict[str, Any]) -> list[dict[str, Any]]:
    held: Any = body[resource.key]
    if resource.shape == "taxes":
        held = held["taxes"]
    return [held] if resource.shape == "object" else list(held)


def whole(asker: Asker, name: str) -> list[dict[str, Any]]:
    """Read all pages of a flat list."""
    resource, found, page = table()[name], [], 0
    while True:
        page += 1
        query = {"page": page} if resource.paging == "page" else {}
        body = asker.json(resource.path, **query)
        found += rows_in(resource, body)
        if not body.get("info", {}).get("more_records"):
            return found


# ── every list ──


@pytest.mark.parametrize("name", sorted(set(FLAT) - {"users"}))
def test_a_flat_list_answers_with_the_rows_that_the_controls_tell(asker: Asker, name: str) -> None:
    by_key = sorted(str(row) for row in asker.settings.rows(name))

    assert sorted(str(row) for row in whole(asker, name)) == by_key
    assert by_key


@pytest.mark.parametrize("name", FLAT)
def test_primary_keys_are_unique_and_never_empty(asker: Asker, name: str) -> None:
    rows, parts = asker.settings.rows(name), table()[name].id.split(".")
    keys = [row[parts[0]] if len(parts) == 1 else row[parts[0]][parts[1]] for row in rows]

    assert len(set(keys)) == len(keys)
    assert all(keys)


@pytest.mark.parametrize("name", BY_MODULE)
def test_a_list_of_a_module_answers_with_the_rows_that_the_controls_tell(asker: Asker, name: str) -> None:
    resource = table()[name]
    told = asker.settings.rows(name, modules=["Leads"])
    body = asker.json(resource.path, module="Leads")

    assert [row["id"] for row in body[resource.key]] == [row["id"] for row in told][:200]
    assert {row[resource.parent_key or "module"] for row in told} == {"Leads"}


@pytest.mark.parametrize("name", FLAT)
def test_an_empty_list_is_204(asker: Asker, name: str) -> None:
    asker.settings.behave(name, empty=True)

    assert asker.status(table()[name].path) == 204
    assert asker.settings.rows(name) == []


@pytest.mark.parametrize("name", FLAT)
def test_unknown_parameters_are_refused(asker: Asker, name: str) -> None:
    refusal = asker.refusal(table()[name].path, pageSize=50)

    assert (refusal.status, refusal.code, refusal.details) == (400, "INVALID_DATA", {"param_name": "pageSize"})
    assert refusal.body["status"] == "error"


@pytest.mark.parametrize("name", sorted(name for name in FLAT if table()[name].paging == "none"))
def test_lists_that_come_whole_have_no_page(asker: Asker, name: str) -> None:
    assert asker.refusal(table()[name].path, page=1).details == {"param_name": "page"}


@pytest.mark.parametrize(
    ("path", "name", "detail"),
    [
        ("/settings/layouts", "module", "param"),
        ("/settings/tags", "module", "param"),
        ("/settings/related_lists", "module", "param_name"),
        ("/settings/custom_views", "module", "param_name"),
        ("/settings/pipeline", "layout_id", "param_name"),
        ("/Deals/7001/Contact_Roles", "fields", "param_name"),
    ],
)
def test_mandatory_parameters_are_demanded(asker: Asker, path: str, name: str, detail: str) -> None:
    refusal = asker.refusal(path)

    assert (refusal.status, refusal.code, refusal.details) == (400, "REQUIRED_PARAM_MISSING", {detail: name})


def test_what_zoho_documents_and_the_emulator_does_not_do_is_said(asker: Asker) -> None:
    assert asker.refusal("/settings/tags", module="Leads", my_tags="true").status == 501


@pytest.mark.parametrize(
    "path", ["/settings", "/settings/nothing", "/settings/actions/share", "/Leads", "/users/1/2/3", "/org/taxes/1"]
)
def test_paths_of_others_are_left_to_them(asker: Asker, path: str) -> None:
    assert asker.settings.find(path) is None


# ── shapes of their own ──


def test_business_hours_and_fiscal_year_are_objects(asker: Asker) -> None:
    assert asker.json("/settings/business_hours")["business_hours"]["week_starts_on"] == "Monday"
    assert asker.json("/settings/fiscal_year")["fiscal_year"]["start_month"] == "April"


def test_taxes_stand_in_an_object(asker: Asker) -> None:
    body = asker.json("/org/taxes")

    assert set(body["org_taxes"]) == {"taxes", "preference"}
    assert body["org_taxes"]["taxes"] == asker.settings.rows("taxes")


def test_the_organization_tells_its_edition_and_users() -> None:
    (row,) = Asker(AWorld(edition="professional", users=25)).json("/org")["org"]

    assert row["license_details"]["users_license_purchased"] == 25
    assert row["license_details"]["paid_type"] == "professional"
    assert row["license_details"]["paid"] is True


def test_shift_hours_count_themselves(asker: Asker) -> None:
    assert asker.json("/settings/business_hours/shift_hours")["shift_count"]["total_shift"] == 3


def test_lists_without_pages_may_still_have_info(asker: Asker) -> None:
    assert asker.json("/settings/holidays")["info"] == {
        "per_page": 200,
        "count": 9,
        "page": 1,
        "more_records": False,
    }
    assert asker.json("/settings/profiles")["info"] == {"license_limit": 25}
    assert "info" not in asker.json("/settings/roles")


def test_the_price_list_names_scope_and_credits_of_each_call(asker: Asker) -> None:
    rows = {row["path"]: row["operation_types"] for row in asker.json("/__apis")["__apis"]}

    assert rows["/crm/v8/{module}/deleted"] == [
        {"method": "GET", "oauth_scope": "ZohoCRM.modules.{module}.READ", "max_credits": 2, "min_credits": 2}
    ]
    assert rows["/crm/v8/users"][0]["oauth_scope"] == "ZohoCRM.users.READ"
    assert rows["/crm/v8/coql"][0]["method"] == "POST"


# ── the rows ──


def test_the_same_seed_gives_the_same_rows_and_another_gives_others() -> None:
    first, again, other = Asker(seed=3), Asker(seed=3), Asker(seed=4)

    for name in PLAIN_LISTS:
        assert first.settings.rows(name) == again.settings.rows(name)
    assert first.settings.rows("workflow_rules") != other.settings.rows("workflow_rules")


def test_ids_are_texts_of_nineteen_digits(asker: Asker) -> None:
    for name in ("users", "roles", "territories", "workflow_rules"):
        assert all(len(row["id"]) == 19 and row["id"].isdigit() for row in asker.settings.rows(name))


def test_rows_are_awkward_enough(asker: Asker) -> None:
    text = str([asker.settings.rows(name) for name in FLAT])

    assert "営業" in text
    assert "Größe" in text
    assert "None" in text
    assert "[]" in text


def test_some_rows_lack_a_key_that_others_have(asker: Asker) -> None:
    rows = asker.settings.rows("features")

    assert {"parent_feature" in row for row in rows} == {True, False}


def test_what_a_test_does_to_rows_stays_with_it(asker: Asker) -> None:
    asker.settings.rows("profiles")[0]["name"] = "spoiled"
    asker.settings.rows("organization")[0]["license_details"].clear()

    assert asker.settings.rows("profiles")[0]["name"] == "Administrator"
    assert asker.settings.rows("organization")[0]["license_details"]
