"""Is a refusal called by what it means for its reader?"""

from __future__ import annotations

import pytest

from source_zoho.availability import (
    EDITION,
    EMPTY,
    FAILED,
    LATER,
    OFF,
    OK,
    PERMISSION,
    SCOPE,
    STATES,
    Finding,
    closed,
    missing_scopes,
    remedy,
    settled,
    state_of,
)

INVOICES = "ZohoBooks.invoices.READ"


def a_finding(stream: str, state: str, scope: str = INVOICES) -> Finding:
    return Finding(stream.partition("_")[0], stream, "7", state, scope)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (57, SCOPE),
        ("57", SCOPE),
        ("OAUTH_SCOPE_MISMATCH", SCOPE),
        ("NO_PERMISSION", PERMISSION),
        (5, EDITION),
        ("TERRITORY_NOT_ENABLED", EDITION),
        (None, FAILED),
        (99999, FAILED),
    ],
)
def test_zohos_code_decides(code: int | str | None, state: str) -> None:
    assert state_of(code, passes=False) == state


def test_what_no_code_explains_passes_if_time_mends_it() -> None:
    assert state_of(None, passes=True) == LATER
    assert state_of("INTERNAL_ERROR", passes=True) == LATER


def test_a_scope_by_which_something_was_read_is_granted_so_the_user_may_not_see_the_rest() -> None:
    refused = a_finding("books_retainer_invoices", SCOPE)

    assert settled([a_finding("books_invoices", OK), refused])[1].state == PERMISSION
    assert settled([a_finding("books_invoices", EMPTY), refused])[1].state == PERMISSION
    assert settled([a_finding("books_invoices", SCOPE), refused])[1].state == SCOPE
    assert settled([a_finding("books_bills", OK, "ZohoBooks.bills.READ"), refused])[1].state == SCOPE


def test_crm_has_a_word_of_its_own_for_scopes_and_is_believed() -> None:
    modules = "ZohoCRM.modules.READ"

    found = settled([a_finding("crm_leads", OK, modules), a_finding("crm_notes", SCOPE, modules)])

    assert found[1].state == SCOPE


def test_a_scope_that_is_known_to_be_granted_is_not_missing() -> None:
    assert settled([a_finding("books_invoices", SCOPE)], granted=[INVOICES])[0].state == PERMISSION


def refusals(*scopes: str, state: str = SCOPE, code: str = "57") -> list[Finding]:
    return [Finding("billing", f"billing_{scope}", "7", state, scope, code=code) for scope in scopes]


def test_an_organization_that_refuses_everything_is_closed_and_tells_nothing_about_scopes() -> None:
    found = settled(refusals("settings", "plans", "addons"), granted=["settings"])

    assert {each.state for each in found} == {PERMISSION}
    assert [each.place for each in closed(found)] == [("billing", "7")]
    assert closed(refusals("settings", "plans", "addons", state=EDITION, code="6024"))


@pytest.mark.parametrize(
    "found",
    [
        refusals("settings", "plans", "addons"),  # none is known to be granted
        [*refusals("plans", "addons", state=PERMISSION), *refusals("coupons", state=PERMISSION, code="6041")],
        [*refusals("plans", "addons", "coupons", state=PERMISSION), a_finding("billing_taxes", OK)],
        refusals("plans", "addons", state=PERMISSION),  # too few to tell
        refusals("plans", "addons", "coupons", state=LATER),
    ],
)
def test_an_organization_is_not_called_closed_without_need(found: list[Finding]) -> None:
    assert not closed(found)


@pytest.mark.parametrize(
    ("finding", "brief"),
    [
        (a_finding("books_invoices", SCOPE), "lacks ZohoBooks.invoices.READ"),
        (Finding("books", "books_x", "7", EDITION, code="5"), "code 5"),
        (Finding("crm", "crm_x", "", PERMISSION, code="NO_PERMISSION"), "NO_PERMISSION"),
        (Finding("books", "books_x", "", OFF, why="document_details is none; a call."), "document_details is none"),
        (Finding("books", "books_x", "7", OK, why="as books_bills"), "as books_bills"),
        (Finding("books", "books_x", "7", LATER, why="a long sentence"), ""),
    ],
)
def test_a_table_has_the_reason_in_a_few_words(finding: Finding, brief: str) -> None:
    assert finding.brief == brief


def test_missing_scopes_are_told_once() -> None:
    found = [a_finding("books_invoices", SCOPE), a_finding("books_x", SCOPE), a_finding("books_y", SCOPE, "")]

    assert missing_scopes(found) == [INVOICES]


def test_every_state_that_keeps_records_away_has_a_remedy_and_no_other() -> None:
    assert {state for state in STATES if remedy(state)} == {SCOPE, PERMISSION, EDITION, LATER, FAILED}
    assert all(a_finding("books_x", state).can_be_read == (state in {OK, EMPTY, OFF}) for state in STATES)
