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


def test_missing_scopes_are_told_once() -> None:
    found = [a_finding("books_invoices", SCOPE), a_finding("books_x", SCOPE), a_finding("books_y", SCOPE, "")]

    assert missing_scopes(found) == [INVOICES]


def test_every_state_that_keeps_records_away_has_a_remedy_and_no_other() -> None:
    assert {state for state in STATES if remedy(state)} == {SCOPE, PERMISSION, EDITION, LATER, FAILED}
    assert all(a_finding("books_x", state).can_be_read == (state in {OK, EMPTY, OFF}) for state in STATES)
