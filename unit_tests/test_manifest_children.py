"""Do the rows of ``manifest.yaml`` that hang on the rows of another list fit them, and say what they cost?"""

from __future__ import annotations

import re
from typing import Any

from source_zoho.components.follow import _WALKS
from unit_tests.manifest_rows import BY_NAME, ROWS, TEXT, WRITTEN, Row, every_row, fields_of, schema_of
from unit_tests.rules import every

COLUMNS = {"name", "path", "records", "primary_key", "scope"}
OF_BOOKS_AND_BILLING = COLUMNS | {"stable_sort", "query"}
OF_CRM = COLUMNS | {"asks_for_pages", "queries"}
OF_THE_CDK = [row for row in ROWS if row.parents]
FOLLOWERS = [row for row in ROWS if row.follows]
DETAILS = [row for row in ROWS if row.is_detail]

every_child_of_the_cdk = every(OF_THE_CDK)
every_follower = every(FOLLOWERS)
every_detail = every(DETAILS)

# What Zoho gives at a price stands in the last sentence of a schema.
GATE = "needs document_details: changed."
PRICE = re.compile(
    r" Price: one call for (each changed [a-z ]+|each [a-z ]+ in every sync|every hundred changed [a-z ]+); "
    rf"{re.escape(GATE)}$"
)
ORGANIZATION = "organization_id"


def parent_of(row: Row) -> Row | None:
    """Return the row whose list *row* walks through; None where the manifest lists the parents itself."""
    return BY_NAME[row.columns["parent"]["name"]] if row.columns["parent"] else None


def columns_of(name: str) -> Any:
    """Return the columns of *name* as they stand in the text, where an alias is the very same thing."""
    return BY_NAME[name].columns


# ── children that the CDK leads to their parents ──


def test_parents_are_referred_to_by_name() -> None:
    references = re.findall(r"stream: (\S+),", TEXT)

    assert references
    assert all(re.fullmatch(r'"#/definitions/(books|crm)_[a-z_]+"', each) for each in references), references


@every_child_of_the_cdk
def test_what_names_the_parent_is_in_the_parents_records(row: Row) -> None:
    for parent in row.parents:
        name = parent["stream"]["$parameters"]["name"]
        wanted = [parent["parent_key"], *(path[0] for path in parent.get("extra_fields", []))]
        missing = [field for field in wanted if field not in fields_of(name)]

        assert not missing, f"{row.name} takes {missing} from {name}, whose records do not have it"


@every_child_of_the_cdk
def test_a_child_asks_about_its_parent_and_tells_which_it_was(row: Row) -> None:
    for parent in row.parents:
        field = parent["partition_field"]

        assert field in row.fields_named, f"{row.name}: neither path nor query names {{{field}}}"
        assert field in fields_of(row.name), f"schemas/{row.name}.json lacks {field}"


@every_child_of_the_cdk
def test_a_parent_keeps_its_own_columns_and_no_state_of_the_child(row: Row) -> None:
    for parent in row.parents:
        inherited = parent["stream"]["$parameters"]
        passed_on = dict(row.retriever["partition_router"].get("$parameters", {}))
        gate = passed_on.pop("for_details", False)

        assert set(inherited) >= (OF_CRM if row.product == "crm" else OF_BOOKS_AND_BILLING)
        assert passed_on == ({} if row.product == "crm" else {"checkpoints": False})
        assert gate is row.is_for_details


@every_child_of_the_cdk
def test_a_parent_in_crm_is_read_whole_for_its_children_so_that_it_sends_no_checkpoint(row: Row) -> None:
    for parent in row.parents:
        if row.product == "crm":
            assert "cursor_field" not in parent["stream"]["retriever"]
            assert "incremental_sync" not in parent["stream"]


# ── children that follow the changes of their parents ──


@every_follower
def test_the_parent_is_the_columns_of_its_row_and_no_copy_of_them(row: Row) -> None:
    parent = row.columns["parent"]
    if not parent:
        assert row.columns["parents"], f"{row.name}: say whose children these are"
        return
    assert parent is columns_of(parent["name"]), f"{row.name}: write an alias, *{parent['name']}"
    assert parent is not row.columns
    assert parent["name"].startswith(f"{row.product}_")


@every_follower
def test_a_parent_is_walked_through_as_its_own_row_is_read(row: Row) -> None:
    parent = parent_of(row)
    if parent is None:
        assert row.columns["walk"] == "whole"
        return
    assert row.columns["walk"] == parent.archetype, f"{row.name}: {parent.name} is read by {parent.archetype}"


@every_follower
def test_a_walk_is_what_the_archetype_of_that_name_does(row: Row) -> None:
    parent = parent_of(row)
    if parent is not None:
        method, sort_documented = _WALKS[row.columns["walk"]]
        assert parent.retriever["method"] == method
        assert parent.retriever.get("sort_documented", True) == sort_documented
        assert parent.retriever.get("asks_for_pages", True) == (row.columns["walk"] != "whole")


def test_no_walk_is_known_that_no_archetype_has() -> None:
    archetypes = {name for product in ("books", "billing") for name in WRITTEN["definitions"][product]}

    assert set(_WALKS) <= archetypes


@every_follower
def test_a_child_looks_for_the_change_where_the_rows_of_its_parent_say_it(row: Row) -> None:
    parent = parent_of(row)
    if parent is None or not row.cursor_field:
        assert not row.retriever.get("cursor_field"), f"{row.name}: what tells the change of its parents?"
        return
    assert parent.cursor_field, f"{row.name}: rows of {parent.name} do not tell their change; follow them in full"
    assert row.retriever.get("parent_changed_at", "last_modified_time") == parent.cursor_field
    assert row.retriever.get("also_changed_at", []) == parent.retriever.get("also_changed_at", [])


@every_follower
def test_the_key_of_a_parent_is_in_its_records_and_names_it_in_the_child(row: Row) -> None:
    key, named = row.columns["parent_key"], row.columns.get("called") or row.columns["parent_key"]
    parent = parent_of(row)

    if parent is None:
        assert all(set(each) == {key} for each in row.columns["parents"])
    else:
        assert key in fields_of(parent.name), f"schemas/{parent.name}.json lacks {key}"
        assert key in parent.columns["primary_key"], f"{row.name}: {key} does not tell the rows of {parent.name} apart"
    assert {named, ORGANIZATION} <= fields_of(row.name), f"schemas/{row.name}.json lacks {named} or {ORGANIZATION}"


@every_follower
def test_path_and_query_name_the_parent_and_nothing_that_its_rows_do_not_have(row: Row) -> None:
    named = row.columns.get("called") or row.columns["parent_key"]
    parent = parent_of(row)
    of_the_partition = {ORGANIZATION, *(each["partition_field"] for each in row.parents)}
    known = {named, *of_the_partition, *(fields_of(parent.name) if parent else [])}

    assert named in row.fields_named, f"{row.name}: neither path nor query names {{{named}}}"
    assert row.fields_named <= known, f"{row.name}: rows of the parent lack {row.fields_named - known}"


@every_follower
def test_what_is_kept_of_the_parents_can_be_told_from_their_rows(row: Row) -> None:
    parent, only, via = parent_of(row), row.columns.get("only"), row.columns.get("via")
    if only:
        assert parent is not None
        assert only["field"] in fields_of(parent.name)
        assert only["value"] == only["value"].casefold(), "values are compared without regard to case"
    if via:
        assert via["records"]
        assert row.columns["called"], "the document names the child by this field"


def test_what_a_detail_is_asked_for_by_one_call_for_each_is_read_one_for_each() -> None:
    bulk = {row.name for row in DETAILS if row.kind == "BulkDetailRetriever"}
    in_query = {row.name for row in DETAILS if row.columns["query"]}

    assert bulk == in_query == {"books_item_details"}


# ── whole documents ──


@every_detail
def test_a_document_is_told_apart_from_its_row_of_the_list(row: Row) -> None:
    assert re.fullmatch(rf"{row.product}_[a-z_]+_details", row.name)
    assert "record_source" in fields_of(row.name), f"schemas/{row.name}.json lacks record_source"


@every_row
def test_only_documents_say_what_their_source_is(row: Row) -> None:
    says_it = row.is_detail or row.archetype == "whole_document"

    assert ("record_source" in fields_of(row.name)) is says_it


@every_detail
def test_a_document_has_the_key_of_its_row_of_the_list_so_that_both_can_be_joined(row: Row) -> None:
    parent = parent_of(row)

    assert parent is not None
    assert row.columns["primary_key"] == parent.columns["primary_key"]


@every_detail
def test_a_document_has_every_field_of_its_row_of_the_list(row: Row) -> None:
    parent = parent_of(row)
    assert parent is not None
    missing = fields_of(parent.name) - fields_of(row.name)

    assert not missing, f"schemas/{row.name}.json lacks what schemas/{parent.name}.json has: {sorted(missing)}"


@every_detail
def test_a_field_of_both_list_and_document_has_one_type(row: Row) -> None:
    parent = parent_of(row)
    assert parent is not None
    whole, short = schema_of(row.name)["properties"], schema_of(parent.name)["properties"]
    other = {name: (short[name].get("type"), whole[name].get("type")) for name in short.keys() & whole.keys()}

    assert not {name: pair for name, pair in other.items() if pair[0] != pair[1]}


@every_detail
def test_a_document_is_asked_for_where_zoho_has_it(row: Row) -> None:
    parent = parent_of(row)
    assert parent is not None
    assert parent.resource is not None
    if row.kind == "DetailRetriever":
        known = parent.resource.detail_path or ""
        assert re.sub(r"\{\w+\}", "{}", row.columns["path"]) == re.sub(r"\{\w+\}", "{}", known).strip("/")
        assert (parent.resource.detail_key or ".") in row.columns["records"]


# ── what they cost ──


@every_row
def test_what_costs_a_call_for_each_document_says_so_and_is_read_only_when_asked_for(row: Row) -> None:
    description = schema_of(row.name)["description"]

    assert (GATE in description) is row.is_for_details, f"{row.name}: the schema says {description!r}"
    if row.is_for_details:
        assert PRICE.search(description), f"{row.name}: {description!r}"


@every_follower
def test_the_price_tells_whether_unchanged_parents_are_paid_for_too(row: Row) -> None:
    description = schema_of(row.name)["description"]
    if row.is_for_details:
        assert ("in every sync" in description) is not bool(row.cursor_field), f"{row.name}: {description!r}"


@every_detail
def test_no_document_is_free(row: Row) -> None:
    assert row.is_for_details
