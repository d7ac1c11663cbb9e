"""Can a test make a list of settings refuse, be empty or be long, as an organization would?"""

from __future__ import annotations

import pytest

from source_zoho.emulator.crm.settings import Settings
from unit_tests.emulator.crm.settings_caller import Asker, AWorld


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("NO_PERMISSION", 403),
        ("AUTHORIZATION_FAILED", 400),
        ("OAUTH_SCOPE_MISMATCH", 401),
        ("INVALID_URL_PATTERN", 404),
    ],
)
def test_a_list_can_be_refused(asker: Asker, code: str, status: int) -> None:
    asker.settings.behave("users", refusal=code)
    refusal = asker.refusal("/users")

    assert (refusal.status, refusal.code) == (status, code)
    assert asker.settings.rows("users") == []
    assert asker.json("/settings/roles")


def test_a_refusal_can_be_taken_back(asker: Asker) -> None:
    asker.settings.behave("users", refusal="NO_PERMISSION")
    asker.settings.behave("users", refusal=None)

    assert asker.json("/users")


def test_a_feature_that_is_off_is_off_for_all_its_lists(asker: Asker) -> None:
    user, territory = asker.settings.rows("users")[0]["id"], asker.settings.rows("territories")[0]["id"]
    asker.settings.behave("territories", refusal="TERRITORY_NOT_ENABLED")

    for path in ("/settings/territories", f"/users/{user}/territories", f"/settings/territories/{territory}/users"):
        assert asker.refusal(path).code == "TERRITORY_NOT_ENABLED"
    assert asker.settings.rows("user_territories") == []


def test_a_missing_permission_is_that_of_one_list(asker: Asker) -> None:
    asker.settings.behave("currencies", refusal="NO_PERMISSION")

    assert asker.refusal("/org/currencies").code == "NO_PERMISSION"
    assert asker.json("/org/currencies/actions/available_currencies")


@pytest.mark.parametrize(
    ("edition", "refused"),
    [
        ("free", {"territories", "currencies", "available_currencies", "inventory_templates", "wizards", "portals"}),
        ("professional", {"territories", "wizards", "portals"}),
        ("enterprise", set()),
        ("ultimate", set()),
    ],
)
def test_smaller_editions_lack_features(edition: str, refused: set[str]) -> None:
    asker = Asker(AWorld(edition=edition))
    paths = {
        "territories": "/settings/territories",
        "currencies": "/org/currencies",
        "available_currencies": "/org/currencies/actions/available_currencies",
        "inventory_templates": "/settings/inventory_templates",
        "wizards": "/settings/wizards",
        "portals": "/settings/portals",
    }

    for name in refused:
        assert asker.refusal(paths[name]).code in (
            "FEATURE_NOT_ENABLED",
            "FEATURE_NOT_SUPPORTED",
            "TERRITORY_NOT_ENABLED",
        )
    for name in set(paths) - refused:
        assert asker.json(paths[name])


@pytest.mark.parametrize("name", ["roles", "workflow_rules", "features", "notification_channels"])
def test_a_list_can_have_as_many_rows_as_a_test_wants(asker: Asker, name: str) -> None:
    asker.settings.behave(name, size=301)

    assert len(asker.settings.rows(name)) == 301


def test_unknown_switches_and_codes_are_named(asker: Asker) -> None:
    with pytest.raises(ValueError, match=r"no switch refusals; there are .*refusal"):
        asker.settings.behave("users", refusals="NO_PERMISSION")
    with pytest.raises(ValueError, match="NOPE is no code of the CRM"):
        asker.settings.behave("users", refusal="NOPE")
    with pytest.raises(ValueError, match=r"no list of settings called user; there are .*users"):
        asker.settings.behave("user", empty=True)


def test_rows_that_hang_under_others_are_not_edited(asker: Asker) -> None:
    with pytest.raises(ValueError, match="hang under others"):
        asker.settings.edit("tags", "1", name="x")
    with pytest.raises(KeyError):
        asker.settings.edit("roles", "1", name="x")


def test_edits_move_the_time_that_a_row_has(asker: Asker) -> None:
    rule, role, price = (asker.settings.rows(name)[0] for name in ("workflow_rules", "roles", "available_currencies"))
    asker.settings.edit("workflow_rules", rule["id"], name="Neu")
    asker.settings.edit("roles", role["id"], name="Neu")
    asker.settings.edit("available_currencies", price["iso_code"], symbol="US$")

    assert asker.settings.rows("workflow_rules")[0]["modified_time"] == "2026-03-04T12:00:00+00:00"
    assert asker.settings.rows("roles")[0]["modified_time__s"] == "2026-03-04T12:00:00+00:00"
    assert asker.settings.rows("available_currencies")[0] == {**price, "symbol": "US$"}


def test_every_list_has_a_name() -> None:
    assert {"users", "layouts", "recycle_bin", "timelines"} <= Settings.names
    assert "modules" not in Settings.names
