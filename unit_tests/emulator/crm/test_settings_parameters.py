"""Which scopes, single rows and parameters does a list of settings know?"""

from __future__ import annotations

import pytest

from source_zoho.emulator.crm.settings_table import table
from unit_tests.emulator.crm.settings_caller import Asker


@pytest.fixture
def asker() -> Asker:
    return Asker()


# ── scopes ──


@pytest.mark.parametrize(
    ("path", "scopes"),
    [
        ("/users", ("ZohoCRM.users.READ",)),
        ("/settings/territories/5/users", ("ZohoCRM.settings.territories.READ", "ZohoCRM.users.READ")),
        ("/Leads/9001/__timeline", ("ZohoCRM.modules.leads.READ",)),
        ("/Vehicles/1/__timeline", ("ZohoCRM.modules.custom.READ",)),
        ("/Deals/7001/actions/share", ("ZohoCRM.share.deals.READ",)),
        ("/Contacts/roles", ("ZohoCRM.modules.contacts.READ",)),
        ("/Leads/9001/Emails", ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.emails.READ")),
    ],
)
def test_each_path_names_the_scopes_that_it_needs(asker: Asker, path: str, scopes: tuple[str, ...]) -> None:
    found = asker.settings.find(path)

    assert found is not None
    assert found.scopes == scopes
    assert found.credits == 1


# ── single rows ──


@pytest.mark.parametrize(
    ("name", "more"),
    [("profiles", {"permissions_details", "sections"}), ("email_templates", {"content"}), ("roles", set())],
)
def test_a_single_row_has_what_the_list_leaves_out(asker: Asker, name: str, more: set[str]) -> None:
    resource, row = table()[name], asker.settings.rows(name)[1]
    body = asker.json(f"{resource.path}/{row['id']}")

    (single,) = body[resource.key]
    assert {key: single[key] for key in row} == row
    assert more <= set(single) - set(row)


def test_variables_also_go_by_their_names(asker: Asker) -> None:
    (row,) = asker.json("/settings/variables/discount_rate")["variables"]

    assert row["type"] == "percent"


def test_a_row_that_is_not_there_is_204_and_an_id_that_is_none_is_refused(asker: Asker) -> None:
    assert asker.status("/settings/roles/5540230000000000000") == 204
    assert asker.refusal("/settings/roles/boss").details == {"resource_path_index": 2}


# ── parameters that filter ──


def test_module_keeps_the_rows_about_a_module(asker: Asker) -> None:
    rows = asker.json("/settings/automation/assignment_rules", module="Contacts")["assignment_rules"]

    assert [row["module"]["api_name"] for row in rows] == ["Contacts"]


def test_a_scoring_rule_is_found_by_its_layout_and_state(asker: Asker) -> None:
    rule = asker.settings.rows("scoring_rules")[0]
    found = asker.json("/settings/automation/scoring_rules", layout_id=rule["layout"]["id"])["scoring_rules"]

    assert rule in found
    active = asker.ask("/settings/automation/scoring_rules", active="true")[1]
    assert active is None or all(row["active"] for row in active["scoring_rules"])


def test_variables_go_by_group_and_holidays_by_type(asker: Asker) -> None:
    groups = {
        row["variable_group"]["api_name"] for row in asker.json("/settings/variables", group="General")["variables"]
    }
    types = {row["type"] for row in asker.json("/settings/holidays", type="shift_holiday")["holidays"]}

    assert groups == {"General"}
    assert types == {"shift_holiday"}


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/settings/holidays", {"type": "feast"}, "PATTERN_NOT_MATCHED"),
        ("/settings/holidays", {"year": "this"}, "INVALID_DATA"),
        ("/settings/automation/scoring_rules", {"active": "yes"}, "INVALID_DATA"),
        ("/settings/automation/assignment_rules", {"module": "Nonsense"}, "INVALID_MODULE"),
        ("/settings/email_templates", {"module": "Home"}, "INVALID_MODULE"),
        ("/settings/territories", {"ids": "1,x"}, "INVALID_DATA"),
        ("/settings/pipeline", {"layout_id": "77"}, "INVALID_DATA"),
        ("/__apis", {"filters": "{"}, "UNABLE_TO_PARSE_DATA_TYPE"),
        ("/__apis", {"filters": "[]"}, "UNABLE_TO_PARSE_DATA_TYPE"),
        ("/__apis", {"filters": '{"field": {"api_name": "path"}}'}, "MANDATORY_NOT_FOUND"),
        ("/__apis", {"filters": '{"field": {"api_name": "path"}, "comparator": "~", "value": 1}'}, "INVALID_DATA"),
        ("/__apis", {"filters": '{"group_operator": "xor", "group": []}'}, "INVALID_DATA"),
    ],
)
def test_values_that_make_no_sense_are_refused(asker: Asker, path: str, query: dict[str, str], code: str) -> None:
    assert asker.refusal(path, **query).code == code


def test_no_more_than_a_hundred_ids_fit_into_a_call(asker: Asker) -> None:
    refusal = asker.refusal("/users", ids=",".join(str(number) for number in range(101)))

    assert (refusal.code, refusal.details["limit"]) == ("LIMIT_EXCEEDED", 100)


def test_filters_can_be_grouped(asker: Asker) -> None:
    def on(path: str) -> str:
        return f'{{"field": {{"api_name": "path"}}, "comparator": "equal", "value": "/crm/v8/{path}"}}'

    either = f'{{"group_operator": "OR", "group": [{on("users")}, {on("org")}]}}'
    both = f'{{"group_operator": "AND", "group": [{on("users")}, {on("org")}]}}'

    assert [row["path"] for row in asker.json("/__apis", filters=either)["__apis"]] == ["/crm/v8/org", "/crm/v8/users"]
    assert asker.status("/__apis", filters=both) == 204


def test_what_a_path_names_may_be_percent_encoded(asker: Asker) -> None:
    assert asker.refusal("/settings/roles/b%C3%BCro%2Fnord").details == {"resource_path_index": 2}
    assert asker.json("/settings/variables/discount%5Frate")["variables"]
