"""
What does the user read when Zoho CRM refuses or has trouble in the middle of a module, and do the others go on?

Each trouble meets the fourth call for leads, when their first page has been handed out.
"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho, Waits
from integration_tests.crm.builders import ROOT_PATH, attempt, by_id, calls_of, expected, read, the_kinds
from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.codes import CODES

LEADS, VENDORS, ROLES = "crm_leads", "crm_vendors", "crm_roles"
PATH = f"{ROOT_PATH}/Leads"
A_PAGE, WITHOUT_TROUBLE = 200, 5  # 2 pages of 2 groups, and a look at the order
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
CONFIG, TIME, OURS = FailureType.config_error, FailureType.transient_error, FailureType.system_error


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho whose leads take two pages."""
    return a_zoho(sizes={"Leads": 230})


def assert_leads_are_whole(run: Run, zoho: Emulator) -> None:
    assert run.status(LEADS) is COMPLETE
    assert by_id(run.records(LEADS)) == expected(zoho, "Leads", LEADS)


# ── trouble that passes: the user reads nothing of it ──


@pytest.mark.parametrize(
    "kind",
    [
        *("INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "REQUEST_TIMEOUT"),
        *("TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS:concurrency"),
        *("502", "503", "504", "html", "html_200", "not_json", "empty", "reset", "truncated"),
    ],
)
def test_trouble_that_passes_costs_time_and_no_record(zoho: Emulator, waits: Waits, kind: str) -> None:
    zoho.faults.add(kind, path=PATH, after=3, times=2)

    assert_leads_are_whole(read(zoho, LEADS), zoho)

    assert calls_of(zoho, "Leads") <= WITHOUT_TROUBLE + 2
    assert 4 <= waits.total_seconds <= 60


@pytest.mark.parametrize("kind", ["INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE", "expire_token"])
def test_a_token_that_dies_is_replaced_once(zoho: Emulator, kind: str) -> None:
    zoho.faults.add(kind, path=PATH, after=3)

    assert_leads_are_whole(read(zoho, LEADS), zoho)

    assert zoho.calls.tokens == 2


def test_a_slow_zoho_is_waited_for(zoho: Emulator) -> None:
    zoho.faults.add("slow", path=PATH, times=4, seconds=90)

    assert_leads_are_whole(read(zoho, LEADS), zoho)


def test_a_page_without_its_records_is_asked_for_again_and_no_empty_page(zoho: Emulator) -> None:
    zoho.faults.add("no_list_key", path=PATH, after=3)

    assert_leads_are_whole(read(zoho, LEADS), zoho)


@pytest.mark.parametrize("kind", ["EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"])
@pytest.mark.parametrize("after", [1, 3, 4, 5])
def test_a_chain_that_breaks_begins_again_once_without_doubles(
    a_zoho: StartZoho, kind: str, after: int, waits: Waits
) -> None:
    zoho = a_zoho()
    zoho.crm.add_module("Import", fields=60, rows=700, same_second=True)
    zoho.faults.add(kind, path=f"{ROOT_PATH}/Import", after=after)

    run = read(zoho, "crm_import")

    assert by_id(run.records("crm_import")).keys() == set(zoho.crm.ids("Import"))
    assert calls_of(zoho, "Import") <= 2 * 2 * 4 + 2
    assert waits.total_seconds == 0


def test_a_token_that_expires_while_others_read_is_no_trouble(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module("Import", fields=60, rows=700, same_second=True)
    zoho.on_call(5, lambda zoho: zoho.clock.advance(seconds=25 * 3600), path=f"{ROOT_PATH}/Import")

    run = read(zoho, "crm_import")

    assert by_id(run.records("crm_import")).keys() == set(zoho.crm.ids("Import"))


@pytest.mark.parametrize("kind", ["PAGINATION_LIMIT_EXCEEDED", "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "LIMIT_EXCEEDED"])
def test_a_limit_that_is_met_once_is_gone_around(zoho: Emulator, kind: str) -> None:
    zoho.faults.add(kind, path=PATH, after=3)

    assert_leads_are_whole(read(zoho, LEADS), zoho)


# ── trouble that stays: its stream ends with a sentence, the others go on ──

OFF = "This organization does not have this part of CRM: its edition lacks it, or the feature is off. Leave the stream"
NOT_GIVEN = (
    "Zoho's API does not give this: the module was removed or hidden from the user, the edition lacks it, or it has no "
    "such list. Run discover again, or leave the stream out"
)
OWN_TROUBLE = "Zoho has trouble of its own; gave up after 7 tries, run again later"
NOT_JSON = "The answer was not JSON (a proxy's page, or half an answer); gave up after 7 tries, run again later"
BROKEN = "The connection to Zoho broke"
NEITHER_TOKEN = (
    "Zoho accepts neither the access token nor a new one; make a new refresh_token with the scope ZohoCRM.modules.READ"
)
NOT_UNDERSTOOD = "Zoho does not understand the request; please report it"
NO_MORE = (
    "no way is left to read the rest of it. Zoho lists no more than 100,000 records of this module from either end."
)
AGAIN_AND_AGAIN = "Zoho ends the list at the same place again and again."
SENTENCES = {
    "INTERNAL_ERROR": (TIME, OWN_TROUBLE),
    "INTERNAL_SERVER_ERROR": (TIME, OWN_TROUBLE),
    "SERVICE_UNAVAILABLE": (TIME, OWN_TROUBLE),
    "REQUEST_TIMEOUT": (TIME, OWN_TROUBLE),
    "502": (TIME, OWN_TROUBLE),
    "503": (TIME, OWN_TROUBLE),
    "504": (TIME, OWN_TROUBLE),
    "html": (TIME, OWN_TROUBLE),
    "html_200": (TIME, NOT_JSON),
    "not_json": (TIME, NOT_JSON),
    "empty": (TIME, NOT_JSON),
    "reset": (TIME, BROKEN),
    "truncated": (TIME, BROKEN),
    "no_list_key": (TIME, "Zoho's answer has no 'data', where its rows should be, asked for it 3 times."),
    "TOO_MANY_REQUESTS:concurrency": (TIME, "Too many calls to this organization are under way, those of other"),
    "INVALID_TOKEN": (CONFIG, NEITHER_TOKEN),
    "INVALID_OAUTHTOKEN": (CONFIG, NEITHER_TOKEN),
    "AUTHENTICATION_FAILURE": (CONFIG, NEITHER_TOKEN),
    "OAUTH_SCOPE_MISMATCH": (CONFIG, "The refresh_token lacks the scope ZohoCRM.modules.READ; make a new one with it"),
    "NO_PERMISSION": (CONFIG, "The user of the refresh_token may not see this; let an administrator grant the perm"),
    "AUTHORIZATION_FAILED": (CONFIG, "The user of the refresh_token is not allowed to read this, as only some prof"),
    "INVALID_MODULE": (CONFIG, NOT_GIVEN),
    "API_NOT_SUPPORTED": (CONFIG, NOT_GIVEN),
    "NOT_SUPPORTED": (CONFIG, NOT_GIVEN),
    "FEATURE_NOT_ENABLED": (CONFIG, OFF),
    "FEATURE_NOT_SUPPORTED": (CONFIG, OFF),
    "CURRENCIES_NOT_ENABLED": (CONFIG, OFF),
    "TERRITORY_NOT_ENABLED": (CONFIG, OFF),
    "INVALID_URL_PATTERN": (CONFIG, "There is no such address in this organization's API: its edition lacks it, or"),
    "LIMIT_EXCEEDED": (OURS, "Zoho does not give as much at a time as was asked for; please report it"),
    "DISCRETE_PAGINATION_LIMIT_EXCEEDED": (OURS, NO_MORE),
    "PAGINATION_LIMIT_EXCEEDED": (OURS, NO_MORE),
    "EXPIRED_VALUE": (TIME, AGAIN_AND_AGAIN),
    "TOKEN_BOUND_DATA_MISMATCH": (TIME, AGAIN_AND_AGAIN),
    "REQUIRED_PARAM_MISSING": (OURS, NOT_UNDERSTOOD),
    "MANDATORY_NOT_FOUND": (OURS, NOT_UNDERSTOOD),
    "AMBIGUITY_DURING_PROCESSING": (OURS, NOT_UNDERSTOOD),
    "PATTERN_NOT_MATCHED": (OURS, NOT_UNDERSTOOD),
    "SYNTAX_ERROR": (OURS, NOT_UNDERSTOOD),
    "INVALID_QUERY": (OURS, NOT_UNDERSTOOD),
    "DUPLICATE_DATA": (OURS, NOT_UNDERSTOOD),
    "DUPLICATE_ALIAS": (OURS, NOT_UNDERSTOOD),
    "INVALID_ALIAS": (OURS, NOT_UNDERSTOOD),
    "UNABLE_TO_PARSE_DATA_TYPE": (OURS, NOT_UNDERSTOOD),
    "INVALID_REQUEST_METHOD": (OURS, NOT_UNDERSTOOD),
    "INVALID_REQUEST": (OURS, NOT_UNDERSTOOD),
    "INVALID_DATA": (OURS, "Zoho does not know a field, an id or a value that was asked for; please report it"),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_trouble_that_stays_ends_its_module_with_a_sentence_and_no_other(zoho: Emulator, kind: str) -> None:
    who, sentence = SENTENCES[kind]
    zoho.crm.behave("Leads", coql=False, bulk=False)
    zoho.faults.add(kind, path=PATH, after=3, times=1000)

    run = attempt(zoho, LEADS, VENDORS, ROLES)

    assert [run.status(each) for each in (LEADS, VENDORS, ROLES)] == [INCOMPLETE, COMPLETE, COMPLETE]
    assert len(by_id(run.records(LEADS))) == A_PAGE, "what was there before"
    assert len(run.records(VENDORS)) == zoho.crm.count("Vendors")
    assert run.errors[0].startswith(f"{LEADS}: {sentence}")
    assert the_kinds(run) == {who}
    assert calls_of(zoho, "Leads") <= 3 + 7
    assert zoho.calls.tokens <= 2
    assert run.errors[-1] == (
        "1 of 3 streams could not be read completely: crm_leads. The others are complete. "
        "The reason of each is told above, with its name."
    )


# What Zoho answers to those who make and renew channels, of which unit_tests/webhooks/test_channels.py tells.
OF_CHANNELS = {"NOT_SUBSCRIBED", "DEPENDENT_FIELD_MISSING", "EXPECTED_FIELD_MISSING"}


def test_every_code_that_zoho_may_answer_has_its_sentence_here() -> None:
    assert CODES.keys() - SENTENCES.keys() == {*ENDS_THE_PRODUCT, *OF_CHANNELS, "TOO_MANY_REQUESTS"}


# ── trouble that ends the product: nobody asks CRM again in this run ──

ENDS_THE_PRODUCT = {
    "TOO_MANY_REQUESTS:credits": (TIME, "Stopped calling Zoho CRM: the API credits of this organization are used up"),
    "NO_PERMISSION:api_access": (
        CONFIG,
        "Zoho CRM: The user of the refresh_token has a profile without API access, so nothing of CRM can be read",
    ),
    "INVALID_HOST": (CONFIG, "Zoho CRM: Zoho wants to be called at another address; check data_center"),
}


@pytest.mark.parametrize("kind", ENDS_THE_PRODUCT)
def test_trouble_that_concerns_all_of_crm_is_met_once_and_ends_all_streams(zoho: Emulator, kind: str) -> None:
    who, sentence = ENDS_THE_PRODUCT[kind]
    zoho.faults.add(kind, path=f"{ROOT_PATH}/org", times=1000)

    run = attempt(zoho, LEADS, VENDORS, ROLES, "crm_taxes")

    assert {run.status(each) for each in (LEADS, VENDORS, ROLES, "crm_taxes")} == {INCOMPLETE}
    assert run.counts() == {}
    assert {error.startswith(sentence) for error in run.errors[:-1]} == {True}
    assert the_kinds(run) == {who}
    assert calls_of(zoho, "org") == 1
    assert calls_of(zoho, "Leads") == calls_of(zoho, "Vendors") == 0


@pytest.mark.parametrize("kind", ENDS_THE_PRODUCT)
def test_the_end_of_crm_is_not_the_end_of_books(zoho: Emulator, kind: str) -> None:
    zoho.faults.add(kind, path=f"{ROOT_PATH}/org", times=1000)

    run = attempt(zoho, LEADS, "books_taxes", products=["books", "crm"])

    assert run.status(LEADS) is INCOMPLETE
    assert run.status("books_taxes") is COMPLETE
    assert run.counts()["books_taxes"] > 0


def test_refusals_are_understood_in_whichever_frame_they_come(zoho: Emulator) -> None:
    zoho.crm.behave(errors_in_data=True)
    zoho.faults.add("NO_PERMISSION", path=PATH, after=3, times=1000)

    run = attempt(zoho, LEADS)

    assert run.errors[0].startswith("crm_leads: The user of the refresh_token may not see this")


def test_too_many_requests_that_say_nothing_and_do_not_pass_end_the_day(zoho: Emulator, waits: Waits) -> None:
    zoho.faults.add("TOO_MANY_REQUESTS", path=PATH, after=3, times=1000)

    run = attempt(zoho, LEADS)

    assert run.errors[0].startswith(
        "Stopped calling Zoho CRM: Zoho takes no more calls now, and waiting did not help: its API credits seem to be "
        "used up"
    )
    assert the_kinds(run) == {TIME}
    assert waits.total_seconds < 120
