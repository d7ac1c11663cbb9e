"""
Does the table in ``manifest.yaml`` keep its own rules?

Each failure names the row and what to do, so that nobody needs to remember a checklist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from jsonschema import Draft7Validator

from source_zoho.configuration import SECRETS
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.emulator.resources import books_resources

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
WRITTEN = yaml.safe_load(TEXT)
RESOLVED = ManifestReferenceResolver().preprocess_manifest(yaml.safe_load(TEXT))
SPEC = WRITTEN["spec"]["connection_specification"]["properties"]

COLUMNS = {"name", "path", "records", "primary_key", "stable_sort", "query", "scope"}
# The list of organizations belongs to no organization, and otherwise stands and behaves like its neighbours.
STANDS_WITH = {"account": "whole"}

# What a list hides from those who do not ask for all of it.
HIDDEN_WITHOUT_A_FILTER = {
    "books_bank_accounts": ("filter_by", "Status.All", "inactive accounts"),
    "books_bank_transactions": ("filter_by", "Status.All", "uncategorized and excluded lines"),
    "books_chart_of_accounts": ("filter_by", "AccountType.All", "inactive accounts"),
    "books_contacts": ("filter_by", "Status.All", "inactive contacts"),
    "books_customer_debit_notes": ("filter_by", "Type.DebitNote", "debit notes, in the list of invoices"),
    "books_item_categories": ("include_root_category", "false", "nothing; it shows a category that does not exist"),
    "books_items": ("filter_by", "Status.All", "inactive items"),
    "books_journals": ("filter_by", "JournalDate.All", "drafts"),
    "books_users": ("filter_by", "Status.All", "inactive and invited users"),
}


@dataclass(frozen=True)
class Row:
    """One stream of the table: what is written, and what the references in it come to."""

    archetype: str
    columns: Mapping[str, Any]
    resolved: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.columns.get("name"))

    @property
    def parents(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.resolved["retriever"]["partition_router"].get("parent_stream_configs", [])
        return found


def rows() -> Iterator[Row]:
    written = WRITTEN["streams"][0]["streams"]
    for each, resolved in zip(written, RESOLVED["streams"][0]["streams"], strict=True):
        row = WRITTEN["definitions"][each.rpartition("/")[2]] if isinstance(each, str) else each
        yield Row(row["$ref"].rpartition("/")[2], row["$parameters"], resolved)


ROWS = list(rows())
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def schema_of(stream: str) -> dict[str, Any]:
    path = ROOT / "schemas" / f"{stream}.json"
    assert path.exists(), f"add schemas/{stream}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


# ── rows ──


@every_row
def test_a_row_spells_out_every_column_and_no_other(row: Row) -> None:
    missing, unknown = COLUMNS - set(row.columns), set(row.columns) - COLUMNS

    assert not missing, f"{row.name}: say {sorted(missing)} too; a column left out is taken from the child or parent"
    assert not unknown, f"{row.name}: no component reads {sorted(unknown)}; columns are {sorted(COLUMNS)}"


@every_row
def test_the_columns_of_a_row_have_the_right_shape(row: Row) -> None:
    columns = row.columns

    assert re.fullmatch(r"books_[a-z]+(_[a-z]+)*", row.name), "product and plural noun in snake case"
    assert not str(columns["path"]).startswith("/"), "the path goes on from the API's root"
    assert columns["records"], "a list of keys"
    assert all(isinstance(key, str) for key in columns["records"])
    assert columns["primary_key"][0] == "organization_id", "records of all organizations share a table"
    assert all(isinstance(value, str) for value in columns["query"].values()), "quote it: a query holds texts"
    assert re.fullmatch(r"[a-z]+\.(READ|ALL)", columns["scope"])


@every_row
def test_key_and_cursor_of_a_row_are_in_its_schema(row: Row) -> None:
    cursor = row.resolved.get("incremental_sync", {}).get("cursor_field")
    wanted = [*row.columns["primary_key"], *([cursor] if cursor else [])]
    missing = [name for name in wanted if name not in schema_of(row.name)["properties"]]

    assert not missing, f"schemas/{row.name}.json lacks {missing}"


@every_row
def test_a_row_of_the_list_says_when_it_changed_where_the_list_is_read_by_that(row: Row) -> None:
    cursor = row.resolved["retriever"].get("cursor_field")
    declared = row.resolved.get("incremental_sync", {}).get("cursor_field")

    assert cursor == declared or row.archetype == "contact_persons", "the retriever and the CDK look at the same field"


def test_every_schema_has_its_row() -> None:
    orphans = {path.stem for path in (ROOT / "schemas").glob("*.json")} - {row.name for row in ROWS}

    assert not orphans, f"give them a row in manifest.yaml, or take the files away: {sorted(orphans)}"


def test_every_name_stands_once() -> None:
    names = [row.name for row in ROWS]

    assert len(names) == len(set(names))


def test_rows_of_an_archetype_stand_together_sorted_by_name() -> None:
    sections = [
        (archetype, [row.name for row in same])
        for archetype, same in groupby(ROWS, key=lambda row: STANDS_WITH.get(row.archetype, row.archetype))
    ]

    assert len(sections) == len({archetype for archetype, _ in sections}), "an archetype has two places in the table"
    for archetype, names in sections:
        assert names == sorted(names), f"sort the rows of {archetype} by name"


# ── requests ──


@every_row
def test_a_row_uses_the_one_requester_with_its_error_table_and_authenticator(row: Row) -> None:
    assert row.resolved["retriever"]["requester"] == RESOLVED["definitions"]["books"]["requester"]


@pytest.mark.parametrize("component", ["ZohoRequester", "ZohoErrorHandler", "ZohoAuthenticator", "OrganizationRouter"])
def test_a_component_that_all_streams_share_is_written_once(component: str) -> None:
    assert (
        TEXT.count(f"source_zoho.components.{component}\n") + TEXT.count(f"source_zoho.components.{component}}}") == 1
    )


def test_lists_that_hide_rows_are_asked_for_all_of_them() -> None:
    columns = {row.name: row.columns for row in ROWS}
    wrong = {
        name: f"without {parameter}={value} the list hides {what}"
        for name, (parameter, value, what) in HIDDEN_WITHOUT_A_FILTER.items()
        if columns[name]["query"].get(parameter) != value
    }

    assert not wrong


@every_row
def test_a_list_with_a_documented_all_filter_uses_it(row: Row) -> None:
    documented = books_resources()[row.name.removeprefix("books_")].filter_by
    wanted = [value for value in documented if value.endswith(".All")]
    asked = row.columns["query"].get("filter_by", "")

    if wanted and row.name != "books_customer_debit_notes":
        assert asked in wanted, f"{row.name}: a default may hide rows; ask for one of {wanted}"
    else:
        assert asked in {"", "Type.DebitNote"}, f"{row.name}: Zoho documents no such filter"


def test_the_sign_in_button_asks_for_the_scopes_of_the_rows_and_no_other() -> None:
    button = WRITTEN["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    asked = [each["scope"] for each in button["scopes"]]

    assert len(asked) == len(set(asked))
    assert set(asked) == {f"ZohoBooks.{row.columns['scope']}" for row in ROWS}


# ── children ──


def test_parents_are_referred_to_by_name() -> None:
    references = re.findall(r"stream: (\S+),", TEXT)

    assert references
    assert all(re.fullmatch(r'"#/definitions/books_[a-z_]+"', each) for each in references), references


@every_row
def test_what_names_the_parent_is_in_the_parents_records(row: Row) -> None:
    for parent in row.parents:
        name = parent["stream"]["$parameters"]["name"]
        wanted = [parent["parent_key"], *(path[0] for path in parent.get("extra_fields", []))]
        missing = [field for field in wanted if field not in schema_of(name)["properties"]]

        assert not missing, f"{row.name} takes {missing} from {name}, whose records do not have it"


@every_row
def test_a_child_asks_about_its_parent_and_tells_which_it_was(row: Row) -> None:
    for parent in row.parents:
        field = parent["partition_field"]
        asked = f"{row.columns['path']} {row.columns['query']}"

        assert f"stream_partition.{field} " in asked, f"{row.name}: neither path nor query names {field}"
        assert field in schema_of(row.name)["properties"], f"schemas/{row.name}.json lacks {field}"


@every_row
def test_a_parent_keeps_its_own_columns_and_no_state_of_the_child(row: Row) -> None:
    for parent in row.parents:
        inherited = parent["stream"]["$parameters"]

        assert set(inherited) >= COLUMNS
        assert row.resolved["retriever"]["partition_router"]["$parameters"] == {"checkpoints": False}


# ── the whole document ──


def test_the_manifest_is_what_the_cdk_understands() -> None:
    source = resources.files("airbyte_cdk.sources.declarative") / "declarative_component_schema.yaml"
    validator = Draft7Validator(yaml.safe_load(source.read_text(encoding="utf-8")))
    complete = ManifestComponentTransformer().propagate_types_and_parameters("", RESOLVED, {})

    assert not [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(complete)]


def test_secrets_are_marked_and_nothing_else_is() -> None:
    marked = {name for name, field in SPEC.items() if field.get("airbyte_secret")}

    assert marked == set(SECRETS)
    assert not [name for name in marked if "default" in SPEC[name] or "examples" in SPEC[name]]


def test_the_form_has_a_title_a_sentence_and_a_place_for_every_field() -> None:
    groups = {group["id"] for group in WRITTEN["spec"]["connection_specification"]["groups"]}

    assert all(field["title"] and re.search(r"[.]$", field["description"]) for field in SPEC.values())
    assert [field["order"] for field in SPEC.values()] == list(range(len(SPEC))), "in the order of the form"
    assert {field["group"] for field in SPEC.values()} == groups


def test_every_data_centre_can_be_chosen_and_signed_in_to() -> None:
    button = WRITTEN["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]

    assert SPEC["data_center"]["enum"] == list(DATA_CENTERS)
    for url in (button["consent_url"], button["access_token_url"]):
        hosts = dict(re.findall(r"'([a-z]{2})': '([a-z.]+)'", url))
        assert {key: f"accounts.{host}" for key, host in hosts.items()} == {
            key: urlsplit(center.accounts_url).hostname for key, center in DATA_CENTERS.items()
        }
