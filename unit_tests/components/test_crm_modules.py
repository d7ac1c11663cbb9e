"""Do modules become rows for the template, schemas and partitions, and does trouble with CRM stay CRM's own?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import crm_metadata
from source_zoho.components.crm_metadata import why_not
from source_zoho.components.crm_modules import ModuleRouter, ModuleSchemaLoader, ModulesRetriever
from source_zoho.components.traced import ZohoFailure
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import CONFIG, Crm, composite, refusal, trouble
from unit_tests.crm.metadata import field_row, module_row

MODULES = "settings/modules"
FIELDS = {
    "Leads": [field_row("Last_Name"), field_row("Modified_Time", "datetime")],
    "DealHistory": [field_row("Stage"), field_row("Created_Time", "datetime")],
    "Lines": [field_row("Quantity", "double")],
}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    crm_metadata.forget()
    tokens._stores.clear()


def an_organization() -> Crm:
    types = {"Leads": "default", "DealHistory": "field_tracker", "Lines": "subform"}
    rows = [module_row(name, generated_type=types[name]) for name in FIELDS]
    crm = Crm().on(MODULES, {"modules": [*rows, module_row("Notes"), module_row("Hidden", viewable=False)]})
    return crm.on("__composite_requests", composite(lambda name: {"fields": FIELDS[name]}))


def rows(crm: Crm, cursor_field: str = "Modified_Time", only: tuple[str, ...] = (), **config: Any) -> list[Any]:
    retriever = ModulesRetriever(
        one=crm,  # type: ignore[arg-type]
        five=crm,  # type: ignore[arg-type]
        config={**CONFIG, **config},
        parameters={},
        cursor_field=cursor_field,
        only=list(only),
    )
    return list(retriever.read_records({}))


# ── rows for the template ──


@pytest.mark.parametrize(
    ("cursor_field", "stream"),
    [("Modified_Time", "crm_leads"), ("Created_Time", "crm_deal_history"), ("", "crm_lines")],
)
def test_a_module_is_given_to_the_template_of_its_cursor(cursor_field: str, stream: str) -> None:
    assert rows(an_organization(), cursor_field) == [{"stream": stream}]


def test_the_templates_share_one_discovery() -> None:
    crm = an_organization()

    for cursor_field in ("Modified_Time", "Created_Time", ""):
        rows(crm, cursor_field)

    assert crm.counted == {MODULES: 1, "__composite_requests": 1}


def test_only_the_wanted_streams_are_asked_about() -> None:
    crm = an_organization().on("settings/fields", {"fields": FIELDS["Leads"]})

    assert rows(crm, only=("crm_leads", "crm_gone")) == [{"stream": "crm_leads"}]
    assert [call.params for call in crm.calls if call.path == "settings/fields"] == [{"module": "Leads"}]


def test_crm_that_is_switched_off_costs_nothing() -> None:
    crm = Crm()

    assert rows(crm, products=["books", "billing"]) == []
    assert not crm.calls


# ── trouble ──


def test_a_product_that_was_not_asked_for_by_name_is_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    crm = Crm().on(MODULES, refusal("OAUTH_SCOPE_MISMATCH"))

    for _ in range(3):
        assert rows(crm, products=None) == []

    assert len(crm.calls) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "The modules of CRM cannot be read and are left out: Zoho said OAUTH_SCOPE_MISMATCH."
    ]


def test_a_product_that_was_asked_for_by_name_fails() -> None:
    with pytest.raises(AirbyteTracedException, match="OAUTH_SCOPE_MISMATCH"):
        rows(Crm().on(MODULES, refusal("OAUTH_SCOPE_MISMATCH")))


def test_passing_trouble_is_no_reason_to_offer_a_catalog_without_crm() -> None:
    with pytest.raises(AirbyteTracedException, match="trouble"):
        rows(Crm().on(MODULES, trouble()), products=None)


@pytest.mark.parametrize("failure", [refusal("OAUTH_SCOPE_MISMATCH"), trouble()])
def test_a_sync_reads_what_else_it_can_and_remembers_why_the_modules_are_missing(failure: ZohoFailure) -> None:
    assert rows(Crm().on(MODULES, failure), only=("crm_leads",)) == []
    assert why_not(CONFIG, "crm_leads") is failure


# ── schemas ──


def test_a_schema_is_made_of_the_fields() -> None:
    crm = an_organization()
    rows(crm)
    loader = ModuleSchemaLoader(one=crm, config=CONFIG, parameters={}, name="crm_leads")  # type: ignore[arg-type]

    schema = loader.get_json_schema()

    assert list(schema["properties"]) == ["id", "Last_Name", "Modified_Time"]
    assert schema["properties"]["Modified_Time"]["format"] == "date-time"
    assert len(crm.calls) == 2


# ── partitions ──


def partitions(crm: Crm, **settings: Any) -> list[dict[str, Any]]:
    router = ModuleRouter(requester=crm, config=CONFIG, parameters={}, **settings)  # type: ignore[arg-type]
    return [dict(each.partition) for each in router.stream_slices()]


def test_there_is_a_partition_for_each_module_that_can_be_read() -> None:
    assert partitions(an_organization()) == [{"module": name} for name in FIELDS]


def test_the_field_that_names_the_module_may_have_another_name() -> None:
    assert partitions(an_organization(), partition_field="parent_module")[0] == {"parent_module": "Leads"}


def test_deletions_have_a_partition_for_each_module_that_tells_them() -> None:
    assert partitions(an_organization(), deleted=True) == [{"module": "Leads"}]


def test_partitions_cost_the_list_of_modules_and_no_fields() -> None:
    crm = an_organization()

    partitions(crm)
    partitions(crm, deleted=True)

    assert crm.paths == [MODULES]


def test_without_the_list_there_are_no_partitions_but_a_reason() -> None:
    with pytest.raises(AirbyteTracedException, match="NO_PERMISSION"):
        partitions(Crm().on(MODULES, refusal("NO_PERMISSION")))


def test_a_router_adds_nothing_to_requests_and_keeps_no_state() -> None:
    router = ModuleRouter(requester=Crm(), config=CONFIG, parameters={})  # type: ignore[arg-type]

    assert router.get_request_params() == {}
    assert router.get_stream_state() is None
