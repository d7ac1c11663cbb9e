"""Are the modules followed in which people work, and none unless the configuration asks for details?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from source_zoho.components import crm_metadata
from source_zoho.components.crm_children import ModulesOfRecords
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import CONFIG, Crm, composite
from unit_tests.crm.metadata import field_row, module_row


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    crm_metadata.forget()
    tokens._stores.clear()


def an_organization() -> Crm:
    """Return an organization with modules of several kinds, all with a time of change but one."""
    modules = [
        module_row("Leads"),
        module_row("CustomModule1", generated_type="custom"),
        module_row("Lines", generated_type="subform"),
        module_row("Deals_X_Products", generated_type="linking"),
        module_row("DealHistory", generated_type="field_tracker"),
        module_row("Readings", generated_type="custom"),
    ]

    def fields_of(module: str) -> dict[str, Any]:
        times = [] if module == "Readings" else [field_row("Modified_Time", "datetime")]
        return {"fields": [field_row("Name"), *times]}

    crm = Crm().on("settings/modules", {"modules": modules}).on("__composite_requests", composite(fields_of))
    return crm.on("settings/fields", lambda call: fields_of(call.params["module"]))


def slices(crm: Crm, details: str | None = "changed", **settings: Any) -> list[dict[str, Any]]:
    config = {**CONFIG, **({"document_details": details} if details else {})}
    router = ModulesOfRecords(one=crm, five=crm, config=config, parameters={}, **settings)  # type: ignore[arg-type]
    return [dict(each.partition) for each in router.stream_slices()]


@pytest.mark.parametrize("details", [None, "none"])
def test_nobody_is_asked_anything_unless_details_are_wanted(details: str | None) -> None:
    crm = an_organization()

    assert slices(crm, details) == []
    assert crm.calls == []


def test_modules_that_people_work_in_are_followed_where_they_tell_of_changes() -> None:
    assert slices(an_organization()) == [{"module": "Leads"}, {"module": "CustomModule1"}]


def test_a_stream_may_be_of_certain_modules_only() -> None:
    assert slices(an_organization(), modules=["Leads", "Deals"]) == [{"module": "Leads"}]
