"""Is an organization allowed what its edition has, and never more where the edition is not clear?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from source_zoho.crm.editions import Allowance, allowance
from unit_tests.crm.metadata import ANYTHING


def organization(paid_type: Any, users: Any = 10, **said: Any) -> dict[str, Any]:
    licence = {"paid": True, "paid_type": paid_type, "users_license_purchased": users, "trial_type": None, **said}
    return {"company_name": "Acme", "license_details": licence}


@pytest.mark.parametrize(
    ("paid_type", "expected"),
    [
        ("free", Allowance("free", 5_000, 5)),
        ("standard", Allowance("standard", 52_500, 10)),
        ("Starter", Allowance("standard", 52_500, 10)),
        ("professional", Allowance("professional", 55_000, 15)),
        ("ENTERPRISE", Allowance("enterprise", 60_000, 20)),
        ("zohoone", Allowance("enterprise", 60_000, 20)),
        ("Zoho One", Allowance("enterprise", 60_000, 20)),
        ("ultimate", Allowance("ultimate", 70_000, 25)),
        ("crmplus", Allowance("ultimate", 70_000, 25)),
        ("Zoho CRM Plus", Allowance("ultimate", 70_000, 25)),
        ("crmplus_enterprise", Allowance("ultimate", 70_000, 25)),
    ],
)
def test_an_edition_is_known_however_it_is_spelt(paid_type: str, expected: Allowance) -> None:
    assert allowance(organization(paid_type)) == expected


@pytest.mark.parametrize(
    ("paid_type", "users", "credits"),
    [
        ("standard", 1_000, 100_000),
        ("professional", 100_000, 3_000_000),
        ("enterprise", 100_000, 5_000_000),
        ("ultimate", 100_000, 200_050_000),
        ("free", 3, 5_000),
    ],
)
def test_credits_grow_with_the_users_up_to_the_cap(paid_type: str, users: int, credits: int) -> None:  # noqa: A002
    assert allowance(organization(paid_type, users)).credits == credits


@pytest.mark.parametrize("users", [None, "many", -4, {}, True])
def test_users_that_are_not_told_add_no_credits(users: Any) -> None:
    assert allowance(organization("enterprise", users)).credits == 50_000


def test_users_may_come_as_text() -> None:
    assert allowance(organization("enterprise", "10")).credits == 60_000


@pytest.mark.parametrize("paid_type", ["galaxy", "", None, 7, ["enterprise"]])
def test_an_unknown_edition_has_the_fewest_calls_at_once_and_no_known_credits(paid_type: Any) -> None:
    assert allowance(organization(paid_type)) == Allowance("unknown", None, 5)


def test_a_trial_counts_as_the_edition_on_trial() -> None:
    assert allowance(organization("free", paid=False, trial_type="enterprise")).edition == "enterprise"


def test_a_trial_of_more_does_not_change_what_is_paid_for() -> None:
    assert allowance(organization("standard", paid=True, trial_type="ultimate")).edition == "standard"


@pytest.mark.parametrize(("edition", "special"), [("free", 5), ("standard", 10), ("ultimate", 10)])
def test_queries_and_ordered_lists_have_a_limit_of_their_own(edition: str, special: int) -> None:
    assert allowance(organization(edition)).special_calls == special


@given(ANYTHING)
def test_an_odd_row_allows_little_but_something(odd: Any) -> None:
    assert allowance(odd).concurrent_calls == 5
    assert allowance({"license_details": odd}).concurrent_calls >= 5
