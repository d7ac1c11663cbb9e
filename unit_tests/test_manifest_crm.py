"""
Do the rows of CRM in ``manifest.yaml`` keep the rules of their table?

CRM has columns of its own: one token sees one organization, lists may be asked for in several ways, and most modules
have no row at all, since Zoho's metadata tell of them. What holds for every product stands in ``test_manifest.py``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from source_zoho.components.crm_metadata import Described
from source_zoho.crm.fields import parse
from source_zoho.crm.modules import FIXED, Module
from source_zoho.emulator.crm.settings_table import table as documented_lists
from unit_tests.manifest_rows import BY_NAME, CRM_ROWS, RESOLVED, WRITTEN, Row, every_row_of_crm, fields_of, schema_of
from unit_tests.rules import every

EVERYWHERE = {"name", "path", "records", "primary_key", "scope"}
COLUMNS = {
    "CrmListRetriever": EVERYWHERE | {"asks_for_pages", "queries"},
    "FieldsRetriever": EVERYWHERE | {"asks_for_pages", "queries"},
    "ModuleRetriever": EVERYWHERE | {"module", "asks_for"},
    "RecordChildrenRetriever": EVERYWHERE | {"queries", "follows", "called", "modules"},
    "DeletedRecordsRetriever": EVERYWHERE,
}
# What is not a list of settings: Zoho's own lists of modules and fields, what is made of them, and records.
NO_SETTINGS = {
    *("crm_modules", "crm_fields", "crm_field_dictionary"),
    *("crm_notes", "crm_attachments", "crm_deleted_records"),
}
TEMPLATES = [each for each in WRITTEN["dynamic_streams"] if "retriever" in each["components_resolver"]]
RESOLVED_TEMPLATES = [each for each in RESOLVED["dynamic_streams"] if "retriever" in each["components_resolver"]]
OF_QUERIES = [each for each in RESOLVED["dynamic_streams"] if each not in RESOLVED_TEMPLATES]
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each["name"])
every_list_of_settings = every([row for row in CRM_ROWS if row.name not in NO_SETTINGS])


# ── rows ──


@every_row_of_crm
def test_a_row_spells_out_every_column_and_no_other(row: Row) -> None:
    wanted = COLUMNS[row.kind]
    missing, unknown = wanted - set(row.columns), set(row.columns) - wanted

    assert not missing, f"{row.name}: say {sorted(missing)} too; a column left out is taken from the child or parent"
    assert not unknown, f"{row.name}: no component reads {sorted(unknown)}; columns are {sorted(wanted)}"


@every_row_of_crm
def test_the_columns_of_a_row_have_the_right_shape(row: Row) -> None:
    columns = row.columns

    assert re.fullmatch(r"crm_[a-z]+(_[a-z]+)*", row.name), "product and plural noun in snake case"
    assert not str(columns["path"]).startswith("/"), "the path goes on from the API's root"
    is_a_list = row.kind in {"CrmListRetriever", "RecordChildrenRetriever"}
    assert bool(columns["path"]) is is_a_list, "only lists are asked for under a path"
    assert len(columns["records"]) == 1, "Zoho documents one place for the rows"
    assert columns["primary_key"], "destinations tell the rows apart by it"
    assert "organization_id" not in columns["primary_key"], "a token sees one organization of CRM"
    assert all(re.fullmatch(r"\w+=[^=]+", query) for query in columns.get("queries", [])), "name=value&name=value"
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)*\.READ", columns["scope"]), "without the product's prefix"


@every_row_of_crm
def test_a_row_uses_the_requester_of_crm_with_its_error_table_and_authenticator(row: Row) -> None:
    requester = _plain(row.retriever.get("requester") or row.retriever["one"])

    assert requester == RESOLVED["definitions"]["crm"]["requester"]


def _plain(requester: dict[str, Any]) -> dict[str, Any]:
    """Return *requester* without what a stream may say of it: its price, who pays it, and whose sentences it speaks."""
    return {name: value for name, value in requester.items() if name not in {"credits", "booked_as", "$parameters"}}


def test_crm_names_no_organization_in_its_calls_and_speaks_of_itself() -> None:
    crm = RESOLVED["definitions"]["crm"]

    assert "organization_in" not in crm["requester"]
    assert crm["requester"]["product"] == crm["errors"]["product"] == "CRM"
    assert crm["errors"]["scopes"] == "ZohoCRM"


@every_row_of_crm
def test_a_row_belongs_to_the_organization_its_modules_or_its_parents(row: Row) -> None:
    router = row.retriever["partition_router"]
    kind = str(router.get("class_name") or router["type"]).rpartition(".")[2]

    assert kind in {"CrmOrganizationRouter", "ModuleRouter", "ModulesOfRecords", "SubstreamPartitionRouter"}
    assert (row.cursor_field is None) or kind != "SubstreamPartitionRouter", "state is kept by organization or module"


@every_row_of_crm
def test_a_row_of_a_module_is_asked_for_by_it_and_says_which_it_was(row: Row) -> None:
    router = row.retriever["partition_router"]
    if not str(router.get("class_name")).endswith("ModuleRouter"):
        return
    field = router.get("partition_field", "module")

    assert field in fields_of(row.name), f"schemas/{row.name}.json lacks {field}"
    assert field in row.columns["primary_key"], "two modules may show the same thing"
    assert router.get("deleted") or field in row.fields_named, f"{row.name}: no query names {{{field}}}"


@every_row_of_crm
def test_a_row_of_a_record_is_asked_for_by_it_and_says_which_it_was_and_when_it_changed(row: Row) -> None:
    if row.kind != "RecordChildrenRetriever":
        return
    assert row.fields_named == {"module", "record_id"}
    assert {"module", row.columns["called"], "parent_modified_time"} <= fields_of(row.name)
    assert row.columns["called"] in row.columns["primary_key"], "two records may show the same thing"
    assert row.is_for_details, "a call for each record is made for those who ask for it"


@every_row_of_crm
def test_a_field_that_names_the_module_or_parent_is_none_of_zohos_own(row: Row) -> None:
    # It is written over whatever the row says under that name.
    router = row.retriever["partition_router"]
    written = [each["partition_field"] for each in row.parents]
    if str(router.get("class_name")).endswith("ModuleRouter"):
        written.append(router.get("partition_field", "module"))
    if row.kind == "RecordChildrenRetriever":
        written += ["module", row.columns["called"]]

    for field in written:
        assert schema_of(row.name)["properties"][field]["type"] == ["null", "string"], f"{row.name}.{field} is Zoho's"


@every_row_of_crm
def test_what_is_incremental_lets_new_partitions_begin_at_the_beginning(row: Row) -> None:
    migrations = [each["class_name"].rpartition(".")[2] for each in row.resolved.get("state_migrations", [])]

    assert migrations == (["KeepHistoryOfNewPartitions"] if row.cursor_field else [])


# ── what Zoho documents ──


@every_list_of_settings
def test_a_list_is_asked_for_where_zoho_has_it_and_its_rows_are_sought_under_the_documented_key(row: Row) -> None:
    known = documented_lists()[row.name.removeprefix("crm_")]
    modules = row.columns.get("modules", [])
    path = row.columns["path"].replace("{module}", modules[0]) if len(modules) == 1 else row.columns["path"]

    assert re.sub(r"\{\w+\}", "{}", path) == re.sub(r"\{\w+\}", "{}", known.path).strip("/")
    assert row.columns["records"][0].split(".")[0] == known.key


@every_list_of_settings
def test_a_list_has_pages_only_where_zoho_documents_them(row: Row) -> None:
    paging = documented_lists()[row.name.removeprefix("crm_")].paging

    if row.kind == "RecordChildrenRetriever":
        assert row.columns["follows"] == {"none": "nothing"}.get(paging, paging)
    else:
        assert row.columns["asks_for_pages"] is (paging != "none")


@every_list_of_settings
def test_a_scope_is_one_that_zoho_documents(row: Row) -> None:
    known = documented_lists()[row.name.removeprefix("crm_")]

    assert f"ZohoCRM.{row.columns['scope']}" in {scope.replace(".{module}", "") for scope in known.scopes}


@every_list_of_settings
def test_a_list_is_asked_for_with_what_zoho_wants_to_know_and_nothing_that_it_does_not_know(row: Row) -> None:
    known = documented_lists()[row.name.removeprefix("crm_")].params
    asked = {part.partition("=")[0] for query in row.columns["queries"] for part in query.split("&")} - {"per_page"}

    assert asked <= known.keys(), f"{row.name}: Zoho documents no {asked - known.keys()}"
    assert {name for name, parameter in known.items() if parameter.mandatory} <= asked


@every_list_of_settings
def test_what_zoho_filters_by_change_is_read_by_that_and_nothing_else(row: Row) -> None:
    if row.kind != "RecordChildrenRetriever":
        assert (row.cursor_field or "") == documented_lists()[row.name.removeprefix("crm_")].since


def test_every_list_of_settings_that_zoho_documents_has_its_row() -> None:
    assert not {f"crm_{name}" for name in documented_lists()} - set(BY_NAME), "give them a row in manifest.yaml"


def test_calls_for_deletions_are_booked_at_their_price() -> None:
    assert BY_NAME["crm_deleted_records"].retriever["requester"]["credits"] == 2


# ── modules ──


def test_modules_with_a_schema_of_their_own_have_a_row_and_ask_for_fields_of_it() -> None:
    rows = {row.columns["module"]: row for row in CRM_ROWS if row.kind == "ModuleRetriever"}

    assert {module: row.name for module, row in rows.items()} == FIXED
    for row in rows.values():
        come_unasked = {name for name in fields_of(row.name) if name == "id" or name.startswith("$")}
        assert set(row.columns["asks_for"]) == fields_of(row.name) - come_unasked, f"{row.name}: asked and described"
        assert row.cursor_field in row.columns["asks_for"]


@every_template
def test_a_template_spells_out_every_column_and_leaves_open_what_the_metadata_tell(template: dict[str, Any]) -> None:
    columns = template["stream_template"]["$parameters"]

    assert set(columns) == EVERYWHERE
    assert columns["name"] == ""
    (mapped,) = WRITTEN["definitions"]["crm"]["modules"]["components_mapping"]
    assert mapped["field_path"] == ["$parameters", "name"]


def test_there_is_a_template_for_every_cursor_that_a_module_may_have() -> None:
    times = parse([{"api_name": name, "data_type": "datetime"} for name in ("Modified_Time", "Created_Time")])
    history = Module("DealHistory", "Deal History", "field_tracker")
    found = {Described(history, "crm_deal_history", (), times[start:]).cursor_field for start in range(3)}

    assert sorted(_cursors("components_resolver")) == sorted(found) == ["", "Created_Time", "Modified_Time"]


def test_a_template_reads_by_the_cursor_whose_modules_it_is_given() -> None:
    assert _cursors("components_resolver") == _cursors("stream_template")
    for each in RESOLVED_TEMPLATES:
        declared = each["stream_template"].get("incremental_sync", {}).get("cursor_field", "")
        assert declared == each["stream_template"]["retriever"]["cursor_field"]


def _cursors(part: str) -> list[str]:
    return [each[part]["retriever"]["cursor_field"] for each in RESOLVED_TEMPLATES]


@every_template
def test_a_template_is_read_by_the_requester_of_crm(template: dict[str, Any]) -> None:
    resolved = next(each for each in RESOLVED["dynamic_streams"] if each["name"] == template["name"])
    asked, requester = resolved["components_resolver"]["retriever"], RESOLVED["definitions"]["crm"]["requester"]

    assert resolved["stream_template"]["retriever"]["requester"] == requester
    assert _plain(asked["one"]) == requester
    assert _plain(asked["five"]) == {**requester, **_COMPOSITE}
    assert asked["one"]["booked_as"] == asked["five"]["booked_as"] == "(modules and fields)", "all streams share them"


# Zoho counts such a call as five, among the scarcer ones: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
_COMPOSITE = {"http_method": "POST", "units": 5, "limited": True}


# ── queries ──


def test_there_is_a_template_for_queries_with_a_cursor_and_one_for_those_without() -> None:
    by_change, in_full = OF_QUERIES

    assert "incremental_sync" in by_change["stream_template"]
    assert "incremental_sync" not in in_full["stream_template"]
    assert [each["components_resolver"]["stream_config"]["configs_pointer"] for each in OF_QUERIES] == [
        ["prepared_queries", "by_change"],
        ["prepared_queries", "in_full"],
    ]


@pytest.mark.parametrize("template", OF_QUERIES, ids=lambda each: each["name"])
def test_what_a_query_says_of_itself_is_written_into_its_template_as_it_is(template: dict[str, Any]) -> None:
    columns = template["stream_template"]["$parameters"]
    mapped = {tuple(each["field_path"]): each for each in template["components_resolver"]["components_mapping"]}

    assert set(columns) == EVERYWHERE
    assert not columns["name"]
    assert not columns["primary_key"], "a key that stands there is not overwritten"
    assert mapped[("$parameters", "name")]["value_type"] == "string", "a text is not to be read as YAML"
    assert template["stream_template"]["retriever"]["requester"]["$parameters"]["scope"] == "coql.READ"
