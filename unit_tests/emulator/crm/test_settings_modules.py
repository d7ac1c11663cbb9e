"""Do layouts, views, tags, related lists and pipelines belong to their modules?"""

from __future__ import annotations

import pytest

from unit_tests.emulator.crm.settings_caller import Asker


@pytest.fixture
def asker() -> Asker:
    return Asker()


def test_a_layout_has_every_field_of_its_module_in_a_section(asker: Asker) -> None:
    (layout,) = asker.json("/settings/layouts", module="Contacts")["layouts"]
    fields = [field["api_name"] for section in layout["sections"] for field in section["fields"]]

    assert fields == [field["api_name"] for field in asker.world.fields("Contacts")]


def test_the_layout_that_records_name_is_there(asker: Asker) -> None:
    layouts = asker.json("/settings/layouts", module="Leads")["layouts"]
    told = asker.settings.layout("Leads")

    assert (told["id"], told["name"]) == (layouts[0]["id"], layouts[0]["name"])
    assert asker.json(f"/settings/layouts/{told['id']}", module="Leads")["layouts"] == layouts[:1]


def test_views_of_one_module_take_two_pages_and_name_the_default(asker: Asker) -> None:
    first, second = (asker.json("/settings/custom_views", module="Leads", page=page) for page in (1, 2))

    assert [len(first["custom_views"]), len(second["custom_views"])] == [200, 30]
    assert first["info"]["default"] == first["custom_views"][0]["id"] == second["info"]["default"]
    assert set(first["info"]["translation"]) == {
        "public_views",
        "other_users_views",
        "shared_with_me",
        "created_by_me",
    }


def test_a_view_names_its_module_and_a_related_list_that_of_its_rows(asker: Asker) -> None:
    view = asker.json("/settings/custom_views", module="Deals")["custom_views"][0]
    related = asker.json("/settings/related_lists", module="Deals")["related_lists"][0]

    assert view["module"]["api_name"] == "Deals"
    assert related["href"] == "{ENTITYID}/Notes"
    assert related["module"] is None or related["module"]["api_name"] == "Notes"


def test_related_lists_can_be_those_of_a_layout(asker: Asker) -> None:
    layout = asker.settings.layout("Deals")["id"]

    assert asker.json("/settings/related_lists", module="Deals", layout_id=layout)["related_lists"]
    assert asker.refusal("/settings/related_lists", module="Deals", layout_id="12").code == "INVALID_DATA"


def test_tags_count_themselves_and_many_modules_have_none(asker: Asker) -> None:
    body = asker.json("/settings/tags", module="Leads")

    assert body["info"] == {"count": 4, "allowed_count": 100}
    assert asker.status("/settings/tags", module="Tasks") == 204


@pytest.mark.parametrize("name", ["layouts", "custom_views", "tags", "related_lists"])
@pytest.mark.parametrize("module", ["Leads_X_Users", "Quoted_Items"])
def test_rows_that_are_seen_elsewhere_have_no_settings(asker: Asker, name: str, module: str) -> None:
    assert asker.status(f"/settings/{name}", module=module) == 204


def test_custom_modules_have_them(asker: Asker) -> None:
    assert asker.json("/settings/layouts", module="Vehicles")["layouts"]


@pytest.mark.parametrize(("name", "detail"), [("layouts", "param"), ("custom_views", "param_name")])
@pytest.mark.parametrize("module", ["Nonsense", "Home"])
def test_a_module_that_is_none_is_refused(asker: Asker, name: str, detail: str, module: str) -> None:
    refusal = asker.refusal(f"/settings/{name}", module=module)

    assert (refusal.status, refusal.code, refusal.details) == (400, "INVALID_MODULE", {detail: "module"})


def test_two_of_three_layouts_of_deals_have_pipelines(asker: Asker) -> None:
    layouts = [row["id"] for row in asker.settings.rows("layouts", modules=["Deals"])]
    statuses = [asker.status("/settings/pipeline", layout_id=one) for one in layouts]
    rows = asker.settings.rows("pipelines")

    assert statuses == [200, 200, 204]
    assert [row["layout_id"] for row in rows] == [layouts[0]] * 2 + [layouts[1]] * 2
    assert [stage["actual_value"] for stage in rows[0]["maps"]][-2:] == ["Closed Won", "Closed Lost"]


def test_a_layout_of_another_module_has_no_pipeline(asker: Asker) -> None:
    assert asker.status("/settings/pipeline", layout_id=asker.settings.layout("Leads")["id"]) == 204


def test_sizes_can_be_told_for_single_modules(asker: Asker) -> None:
    asker.settings.behave("custom_views", sizes={"Tasks": 401})

    assert len(asker.settings.rows("custom_views", modules=["Tasks"])) == 401
    assert len(asker.settings.rows("custom_views", modules=["Deals"])) == 3
