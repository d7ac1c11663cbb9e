"""Does a check tell what can be read, and fail only for what was asked for by name?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checks import STREAMS_OF_CHECK, Checks
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient
from unit_tests.crm.metadata import module_row

ZYLKER = [{"organization_id": "17", "name": "Zylker", "is_org_active": True}]
LOG = logging.getLogger("airbyte")


@dataclass
class ARecord:
    data: dict[str, Any]


@dataclass
class AStream:
    """A stream, and the partition of itself, with *rows*, or with the failure that its reading ends with."""

    name: str
    rows: list[dict[str, Any]] | AirbyteTracedException
    asked: int = 0

    def generate_partitions(self) -> Iterator[AStream]:
        yield self

    def read(self) -> Iterator[ARecord]:
        self.asked += 1
        if isinstance(self.rows, AirbyteTracedException):
            raise self.rows
        yield from map(ARecord, self.rows)


def refused(name: str, code: int | None = None) -> AirbyteTracedException:
    return traced(ConfigProblem(f"{name} refuses."), code)


def an_account(**told: Any) -> dict[str, AStream]:
    """Return the streams of the check, each with what is *told* of its rows."""
    usual: dict[str, Any] = {
        "books_organizations": ZYLKER,
        "billing_organizations": ZYLKER,
        "crm_modules": [module_row("Leads"), module_row("Deals"), module_row("Notes")],
        "crm_organization": [{"company_name": "Zylker Ltd"}],
    }
    return {name: AStream(name, rows) for name, rows in {**usual, **told}.items()}


def check(account: dict[str, AStream], **config: Any) -> None:
    Checks(config, account.values(), LOG).run()  # type: ignore[arg-type]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.fixture(autouse=True)
def everything_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")


def test_it_knows_which_streams_it_asks() -> None:
    assert set(an_account()) == STREAMS_OF_CHECK


def test_every_product_says_what_there_is_to_read(caplog: pytest.LogCaptureFixture) -> None:
    check(an_account())

    assert said(caplog) == [
        "Signed in; organizations of Books to read: 17.",
        "Signed in; organizations of Billing to read: 17.",
        "Signed in; CRM of Zylker Ltd has 2 modules that can be read.",
    ]


@pytest.mark.parametrize("product", ["books", "billing", "crm"])
def test_a_product_that_is_switched_off_is_not_asked(product: str) -> None:
    others = [each for each in ("books", "billing", "crm") if each != product]
    account = an_account()

    check(account, products=others)

    assert {stream.name.partition("_")[0] for stream in account.values() if stream.asked} == set(others)


# ── CRM ──


def test_modules_that_the_profile_hides_are_named(caplog: pytest.LogCaptureFixture) -> None:
    modules = [module_row("Leads"), module_row("Vendors", viewable=False), module_row("Cases", viewable=False)]
    modules += [module_row("Home"), module_row("Tab", generated_type="web")]

    check(an_account(crm_modules=modules), products=["crm"])

    assert said(caplog) == [
        "Signed in; CRM of Zylker Ltd has 1 modules that can be read.",
        "Modules of CRM that the profile of this user does not see: Cases, Vendors.",
    ]


@pytest.mark.parametrize("modules", [[], [module_row("Vendors", viewable=False)], [module_row("Notes")]])
def test_a_user_who_sees_no_module_is_told_so(modules: list[dict[str, Any]]) -> None:
    with pytest.raises(AirbyteTracedException, match="sees no module of CRM") as caught:
        check(an_account(crm_modules=modules), products=["crm"])

    assert caught.value.failure_type is FailureType.config_error


@pytest.mark.parametrize("organization", [[], [{"company_name": None}], [{}]])
def test_an_organization_without_a_name_is_counted_all_the_same(
    organization: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    check(an_account(crm_organization=organization), products=["crm"])

    assert said(caplog) == ["Signed in; CRM has 2 modules that can be read."]


def test_a_name_that_may_not_be_told_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    check(an_account(crm_organization=refused("The organization")), products=["crm"])

    assert said(caplog) == [
        "CRM does not tell its organization: The organization refuses.",
        "Signed in; CRM has 2 modules that can be read.",
    ]


# ── products that cannot be read ──


@pytest.mark.parametrize(
    ("stream", "name"), [("books_organizations", "Books"), ("billing_organizations", "Billing"), ("crm_modules", "CRM")]
)
def test_a_product_that_nobody_asked_for_by_name_is_left_out_with_a_warning(
    stream: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    check(an_account(**{stream: refused(name)}))

    assert f"{name} cannot be read and is left out: {name} refuses." in said(caplog)
    assert len(said(caplog)) == 3


def test_a_product_that_was_asked_for_by_name_fails_the_check() -> None:
    with pytest.raises(AirbyteTracedException, match=r"CRM refuses\."):
        check(an_account(crm_modules=refused("CRM")), products=["books", "crm"])


def test_when_nothing_can_be_read_the_first_reason_is_told() -> None:
    nothing = {name: refused(name) for name in ("books_organizations", "billing_organizations", "crm_modules")}

    with pytest.raises(AirbyteTracedException, match=r"books_organizations refuses\."):
        check(an_account(**nothing))


def test_passing_trouble_with_what_was_asked_for_by_name_fails_the_check() -> None:
    with pytest.raises(AirbyteTracedException, match="asleep") as caught:
        check(an_account(crm_modules=traced(Transient("Zoho is asleep."))), products=["crm"])

    assert caught.value.failure_type is FailureType.transient_error


# ── organizations ──


def test_a_wrong_choice_of_organizations_is_answered_with_the_right_ones() -> None:
    with pytest.raises(AirbyteTracedException, match=r"expected one or more of: 17 \(Zylker\)"):
        check(an_account(), products=["books"], organization_ids=["99"])


def test_billing_without_a_list_of_its_own_is_read_unchecked(caplog: pytest.LogCaptureFixture) -> None:
    check(an_account(billing_organizations=refused("Billing", 5)), products=["billing"])

    assert said(caplog) == ["Billing does not list its organizations here; those that Books lists are read, unchecked."]
