"""Are the fields of all modules told from what discovery knows, as Zoho says it and as a dictionary?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from source_zoho.components import crm_metadata
from source_zoho.components.crm_fields import FieldsRetriever
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import CONFIG, Crm, a_crm_selector, composite, refusal
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.metadata import field_row, module_row


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    crm_metadata.forget()
    tokens._stores.clear()


def an_organization() -> Crm:
    crm = Crm().on("settings/modules", {"modules": [module_row("Leads"), module_row("Deals")]})
    return crm.on(
        "__composite_requests", composite(lambda name: {"fields": [field_row("Stage", "picklist", odd=name)]})
    )


def read(crm: Crm, **settings: Any) -> Retrieved:
    retriever = FieldsRetriever(
        one=crm,  # type: ignore[arg-type]
        five=crm,  # type: ignore[arg-type]
        record_selector=a_crm_selector("fields"),
        config=CONFIG,
        parameters={},
        **settings,
    )
    return retrieve_with(retriever)


def test_fields_are_told_as_zoho_describes_them_with_their_module() -> None:
    got = read(an_organization())

    assert got.records == [{**field_row("Stage", "picklist", odd=name), "module": name} for name in ("Leads", "Deals")]


def test_the_dictionary_has_an_entry_for_each_field_of_each_module() -> None:
    got = read(an_organization(), dictionary=True)

    assert [(each["module"], each["api_name"], each["data_type"]) for each in got.records] == [
        ("Leads", "Stage", "picklist"),
        ("Deals", "Stage", "picklist"),
    ]


def test_both_streams_cost_no_more_than_discovery() -> None:
    crm = an_organization()

    read(crm)
    read(crm, dictionary=True)

    assert crm.counted == {"settings/modules": 1, "__composite_requests": 1}


def test_without_the_list_of_modules_the_stream_says_why() -> None:
    got = read(Crm().on("settings/modules", refusal("OAUTH_SCOPE_MISMATCH")))

    assert not got.records
    assert "OAUTH_SCOPE_MISMATCH" in str(got.error)
