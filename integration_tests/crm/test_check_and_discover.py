"""What does the user learn of a CRM before it is read: can it be, how much is there, and what is left out and why?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from airbyte_cdk.models import Status, SyncMode
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.builders import discovered, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import calls_of, crm_calls, crm_config, standard_streams, stream_of_module
from integration_tests.rows import only
from source_zoho.emulator import Emulator
from source_zoho.source import SourceZoho

MODULES_BY_FLAGS = 37  # 34 that can be read, two that Zoho refuses when asked for their fields, and the scores
BOOKS_ONLY = {"ZohoBooks.fullaccess.READ", "ZohoBooks.settings.READ"}


@dataclass(frozen=True)
class Checked:
    """What a check came to, and what it said."""

    status: Status
    message: str
    log: list[str]


def check(config: dict[str, Any], caplog: pytest.LogCaptureFixture) -> Checked:
    forget_earlier_syncs()
    caplog.clear()
    with only():
        result = SourceZoho(config=config).check(logging.getLogger("airbyte"), config)
    return Checked(result.status, result.message or "", [record.getMessage() for record in caplog.records])


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "airbyte")


# ── check ──


def test_check_says_whose_crm_it_is_and_how_many_modules_can_be_read(
    zoho: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    checked = check(crm_config(zoho), caplog)

    (organization,) = zoho.crm.settings("organization")
    assert checked.status is Status.SUCCEEDED
    assert f"Signed in; CRM of {organization['company_name']} has {MODULES_BY_FLAGS} modules that can be read." in (
        checked.log
    )
    assert crm_calls(zoho) == {"settings/modules": 1, "org": 2}, "once for its name, once for its limits"


def test_check_names_the_modules_that_the_profile_hides(zoho: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    for module in ("Leads", "Deals"):
        zoho.crm.set_module(module, viewable=False)

    checked = check(crm_config(zoho), caplog)

    assert "Modules of CRM that the profile of this user does not see: Deals, Leads." in checked.log
    assert any(f"has {MODULES_BY_FLAGS - 2} modules" in line for line in checked.log)


def test_check_tells_each_product(zoho: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    checked = check(crm_config(zoho, products=None), caplog)

    assert checked.status is Status.SUCCEEDED
    for product in ("organizations of Books to read", "organizations of Billing to read", "CRM of "):
        assert any(product in line for line in checked.log)


def test_a_crm_that_the_token_does_not_cover_fails_the_check_where_it_was_asked_for(
    a_zoho: StartZoho, caplog: pytest.LogCaptureFixture
) -> None:
    checked = check(a_zoho(scopes=BOOKS_ONLY).config(products=["books", "crm"]), caplog)

    assert checked.status is Status.FAILED
    assert checked.message.startswith(
        "crm_modules: The refresh_token lacks the scope ZohoCRM.settings.modules.READ; make a new one with it"
    )


def test_it_is_named_and_left_out_where_it_was_not(a_zoho: StartZoho, caplog: pytest.LogCaptureFixture) -> None:
    checked = check(crm_config(a_zoho(scopes=BOOKS_ONLY), products=None), caplog)

    assert checked.status is Status.SUCCEEDED
    (said,) = [line for line in checked.log if line.startswith("CRM cannot be read and is left out")]
    assert "lacks the scope ZohoCRM.settings.modules.READ" in said


def test_a_token_for_crm_alone_is_enough(a_zoho: StartZoho, caplog: pytest.LogCaptureFixture) -> None:
    zoho = a_zoho(scopes={"ZohoCRM.modules.READ", "ZohoCRM.settings.READ", "ZohoCRM.org.READ"})

    checked = check(crm_config(zoho, products=None), caplog)

    assert checked.status is Status.SUCCEEDED
    assert len([line for line in checked.log if "cannot be read and is left out" in line]) == 2


def test_without_the_scope_for_the_organization_it_has_no_name(
    a_zoho: StartZoho, caplog: pytest.LogCaptureFixture
) -> None:
    zoho = a_zoho(scopes={"ZohoCRM.modules.READ", "ZohoCRM.settings.READ"})

    checked = check(crm_config(zoho), caplog)

    assert checked.status is Status.SUCCEEDED
    assert any(line.startswith("CRM does not tell its organization") for line in checked.log)
    assert f"Signed in; CRM has {MODULES_BY_FLAGS} modules that can be read." in checked.log


@pytest.mark.parametrize("kind", ["NO_PERMISSION:api_access", "INVALID_HOST", "TOO_MANY_REQUESTS:credits"])
def test_trouble_that_concerns_all_of_crm_fails_the_check(
    zoho: Emulator, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    zoho.faults.add(kind, path="/crm/v8/settings/modules", times=100)

    checked = check(crm_config(zoho), caplog)

    assert checked.status is Status.FAILED
    assert "Zoho CRM" in checked.message


def test_a_user_who_sees_no_module_fails_the_check(zoho: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    for module in zoho.crm.modules():
        zoho.crm.set_module(module, status="scheduled_for_deletion")

    checked = check(crm_config(zoho), caplog)

    assert checked.status is Status.FAILED
    assert checked.message.startswith("The user of this refresh_token sees no module of CRM")


@pytest.mark.parametrize("environment", ["production", "sandbox", "developer"])
def test_every_environment_of_crm_can_be_chosen(
    zoho: Emulator, caplog: pytest.LogCaptureFixture, environment: str
) -> None:
    assert check(crm_config(zoho, crm_environment=environment), caplog).status is Status.SUCCEEDED


def test_another_environment_is_answered_with_those_that_there_are(
    zoho: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    checked = check(crm_config(zoho, crm_environment="test"), caplog)

    assert checked.status is Status.FAILED
    assert checked.message == "crm_environment is 'test'; expected one of: production, sandbox, developer."


# ── discover ──


def test_discovery_costs_a_call_for_the_modules_and_one_for_the_fields_of_five(zoho: Emulator) -> None:
    discovered(crm_config(zoho))

    calls = crm_calls(zoho)
    alone = calls.pop("settings/fields")
    assert calls == {"settings/modules": 1, "__composite_requests": -(-MODULES_BY_FLAGS // 5)}
    assert 1 <= alone <= 2, "of the modules whose fields Zoho did not tell along with others"
    assert zoho.crm.credits_used == sum(calls.values()) + alone


def test_each_module_that_cannot_be_read_is_named_once_with_its_reason(
    zoho: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    found = discovered(crm_config(zoho))

    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    unread = set(zoho.crm.modules()) - set(zoho.crm.readable()) - {"Notes", "Attachments", "Entity_Scores__s"}
    assert unread - {"Locked_Vault", "Empty_Shell"}
    for module in unread - {"Locked_Vault", "Empty_Shell"}:
        named = [line for line in said if module in line.replace(",", " ").replace(":", " ").split()]
        assert len(named) == 1, module
    (locked,) = [line for line in said if "crm_locked_vault" in line]
    assert "NO_PERMISSION" in locked
    (empty,) = [line for line in said if "crm_empty_shell" in line]
    assert "Zoho describes no fields of it" in empty
    assert not {"crm_locked_vault", "crm_empty_shell"} & found.keys()


def test_custom_linking_and_subform_modules_are_streams() -> None:
    made = {"crm_custom_module1", "crm_boat_crew", "crm_odd_shapes_x_products", "crm_odd_shapes_rows"}

    assert made <= standard_streams().keys()


def test_the_cursor_is_the_time_of_change_where_there_is_one(zoho: Emulator) -> None:
    for module in zoho.crm.readable():
        stream = standard_streams()[stream_of_module(module)]
        has_one = "Modified_Time" in zoho.crm.listed_fields(module)
        assert stream.default_cursor_field == (["Modified_Time"] if has_one else None), module
        assert (SyncMode.incremental in stream.supported_sync_modes) is has_one
        assert stream.source_defined_primary_key == [["id"]]


def test_without_composite_calls_the_fields_are_asked_for_one_by_one(zoho: Emulator) -> None:
    zoho.crm.behave(composite=False)

    found = discovered(crm_config(zoho))

    assert found.keys() == standard_streams().keys()
    assert calls_of(zoho, "settings/fields") == MODULES_BY_FLAGS


def test_without_their_scope_too(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoCRM.modules.READ", "ZohoCRM.settings.READ", "ZohoCRM.org.READ"})

    assert discovered(crm_config(zoho)).keys() == standard_streams().keys()


def test_a_module_whose_fields_are_refused_among_others_takes_none_of_them_along(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", fields_refusal="NO_PERMISSION")

    assert standard_streams().keys() - discovered(crm_config(zoho)).keys() == {"crm_leads"}


def test_a_crm_out_of_reach_leaves_the_streams_of_books(a_zoho: StartZoho, caplog: pytest.LogCaptureFixture) -> None:
    with only("books_bills", "crm_leads"):
        found = discovered(crm_config(a_zoho(scopes=BOOKS_ONLY), products=None))

    assert "books_bills" in found
    assert "crm_leads" not in found
    (said,) = [line.getMessage() for line in caplog.records if "The modules of CRM cannot be read" in line.getMessage()]
    assert "lacks the scope ZohoCRM.settings.modules.READ" in said


def test_where_crm_was_asked_for_by_name_discovery_says_what_is_missing(a_zoho: StartZoho) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        discovered(crm_config(a_zoho(scopes=BOOKS_ONLY)))

    assert "lacks the scope ZohoCRM.settings.modules.READ" in str(raised.value.message)


def test_a_catalog_of_books_calls_no_crm(zoho: Emulator) -> None:
    with only("books_bills", "crm_leads"):
        found = discovered(zoho.config(products=["books", "billing"]))

    assert "books_bills" in found
    assert crm_calls(zoho) == {}
