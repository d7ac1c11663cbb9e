"""Does a draft hold everything that Zoho's description and our tables know of a stream?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from tasks import draft_schema
from tasks.schema_tables import OWN_KEY, Tables

SPEC = """
paths:
  /bills:
    get:
      responses:
        '200':
          content:
            application/json:
              schema:
                properties:
                  code: {type: integer}
                  bills:
                    type: array
                    items: {$ref: '#/components/schemas/row'}
  /bills/{bill_id}:
    get:
      responses:
        '200':
          content:
            application/json:
              schema:
                properties:
                  code: {type: integer}
                  bill_id: {type: string}
                  terms: {type: string}
                  line_items:
                    type: array
                    items:
                      type: object
                      properties: {item_id: {type: number}, quantity: {type: string}, rate_formatted: {type: string}}
    post:
      responses:
        201:
          content:
            application/json:
              schema:
                properties:
                  code: {type: integer}
                  bill:
                    properties:
                      bill_id: {type: string}
                      line_items:
                        type: array
                        items: {type: object, properties: {rate: {type: number}}}
  /nothing:
    get:
      responses:
        '200': {description: no shape}
components:
  schemas:
    row:
      type: object
      properties:
        bill_id: {$ref: '#/components/schemas/bill_id'}
        total: {type: string, example: 40.6}
        total_formatted: {type: string}
        is_emailed: {type: string}
        date: {type: string}
        created_time: {type: string}
        line_items: {type: string}
        documents: {type: array, items: {type: string}}
        cf_colour: {type: string}
    bill_id: {type: integer}
"""

SOURCES: dict[str, dict[str, Any]] = {
    "groups": {"location": ["location_id"]},
    "streams": {
        "books_bills": {
            "about": "Bills from vendors.",
            "key": ["bill_id"],
            "spec": "bills.yml",
            "list": "/bills",
            "rows": "bills",
            "detail": "/bills/{bill_id}",
            "record": None,
            "groups": ["location"],
            "add": ["vendor_id"],
        },
        "books_notes": {"about": "Notes.", "key": ["note_id"], "like": "books_bills"},
        "books_bill_details": {"about": "Whole bills.", "price": "each changed bill", "like": "books_bills"},
        "books_saved_bills": {
            "about": "Bills as they were saved.",
            "key": ["bill_id"],
            "spec": "bills.yml",
            "list": "/bills",
            "rows": "bills",
            "record": "bill",
            "saved": "/bills/{bill_id}",
        },
        "books_shapeless": {
            "about": "Nothing published.",
            "key": ["thing_id"],
            "spec": "bills.yml",
            "list": "/nothing",
            "rows": "things",
        },
    },
}

GLOSSARY = {
    "vendor_id": {"about": "Vendor; joins to books_contacts.contact_id."},
    "bill_id": {"about": "Bill; joins to books_bills.bill_id."},
    "documents": {"type": "objects", "fields": ["document_id"]},
}
EXCEPTIONS = {
    "books_bills": {"line_items.item_id": {"about": "Item that was billed."}},
    "books_*_details": {"terms": {"about": "Terms in full."}},
}

# What a colleague adds for another product, in tables of its own.
BILLING = {"billing_bills": {**SOURCES["streams"]["books_bills"], "about": "Bills of the other product."}}
BILLING_GLOSSARY = {"vendor_id": {"about": "Vendor; joins to billing_vendors.vendor_id."}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for product in ("books", "billing"):
        (tmp_path / product).mkdir()
        (tmp_path / product / "bills.yml").write_text(SPEC, encoding="utf-8")
    tables = {
        "schema_sources.yaml": SOURCES,
        "schema_sources_billing.yaml": {"streams": BILLING},
        "glossary.yaml": GLOSSARY,
        "glossary_billing.yaml": BILLING_GLOSSARY,
        "glossary_streams.yaml": EXCEPTIONS,
    }
    for name, table in tables.items():
        (tmp_path / name).write_text(yaml.safe_dump(table, sort_keys=False), encoding="utf-8")
    return tmp_path


@pytest.fixture
def bills(folder: Path) -> dict[str, Any]:
    properties: dict[str, Any] = draft_schema.draft(Tables.load(folder), folder, "books_bills")["properties"]
    return properties


def test_keys_come_first_then_the_list_then_the_detail_then_what_live_rows_add(bills: dict[str, Any]) -> None:
    assert list(bills) == [
        "organization_id", "bill_id", "total", "total_formatted", "is_emailed", "date", "created_time", "line_items",
        "documents", "terms", "vendor_id", "location_id",
    ]  # fmt: skip


def test_types_follow_the_name_before_zohos_own_word(bills: dict[str, Any]) -> None:
    assert bills["bill_id"]["type"] == ["null", "string"]
    assert bills["total"] == {"type": ["null", "number"]}
    assert bills["is_emailed"] == {"type": ["null", "boolean"]}
    assert bills["date"] == {"type": ["null", "string"], "format": "date"}
    assert bills["created_time"]["airbyte_type"] == "timestamp_with_timezone"


def test_a_structure_in_the_detail_wins_over_text_in_the_list(bills: dict[str, Any]) -> None:
    line = bills["line_items"]["items"]

    assert line["additionalProperties"] is True
    assert list(line["properties"]) == ["item_id", "quantity"]


def test_the_glossary_gives_a_type_and_fields_that_zoho_leaves_out(bills: dict[str, Any]) -> None:
    assert list(bills["documents"]["items"]["properties"]) == ["document_id"]


def test_a_description_may_differ_by_stream_and_by_place(bills: dict[str, Any]) -> None:
    assert bills["vendor_id"]["description"] == "Vendor; joins to books_contacts.contact_id."
    assert bills["line_items"]["items"]["properties"]["item_id"]["description"] == "Item that was billed."
    assert bills["bill_id"]["description"] == OWN_KEY, "a key does not join to itself"


def test_a_stream_can_take_over_the_fields_of_another(folder: Path) -> None:
    properties = draft_schema.draft(Tables.load(folder), folder, "books_notes")["properties"]

    assert list(properties)[:2] == ["organization_id", "note_id"]
    assert properties["bill_id"]["description"] == "Bill; joins to books_bills.bill_id."


def test_a_stream_that_is_like_another_has_its_key_and_what_is_said_of_its_fields(folder: Path) -> None:
    schema = draft_schema.draft(Tables.load(folder), folder, "books_bill_details")

    assert list(schema["properties"])[:2] == ["organization_id", "bill_id"]
    assert schema["properties"]["bill_id"]["description"] == OWN_KEY
    line = schema["properties"]["line_items"]["items"]["properties"]
    assert line["item_id"]["description"] == "Item that was billed."


def test_the_answer_to_saving_a_record_completes_what_is_said_of_reading_it(folder: Path) -> None:
    properties = draft_schema.draft(Tables.load(folder), folder, "books_saved_bills")["properties"]

    assert list(properties["line_items"]["items"]["properties"]) == ["rate"]


def test_streams_of_one_kind_can_be_spoken_of_by_a_pattern(folder: Path, bills: dict[str, Any]) -> None:
    details = draft_schema.draft(Tables.load(folder), folder, "books_bill_details")["properties"]

    assert details["terms"]["description"] == "Terms in full."
    assert "description" not in bills["terms"]


def test_a_stream_that_costs_a_call_for_each_document_says_so(folder: Path) -> None:
    schema = draft_schema.draft(Tables.load(folder), folder, "books_bill_details")

    assert schema["description"] == (
        "Whole bills. Price: one call for each changed bill; needs document_details: changed."
    )


def test_a_product_has_its_own_tables_its_own_words_and_its_own_folder_of_files(folder: Path) -> None:
    (folder / "books" / "bills.yml").unlink()

    schema = draft_schema.draft(Tables.load(folder), folder, "billing_bills")

    assert schema["description"] == "Bills of the other product."
    assert schema["properties"]["vendor_id"]["description"] == "Vendor; joins to billing_vendors.vendor_id."
    assert list(schema["properties"]["documents"]["items"]["properties"]) == ["document_id"], "Books' words serve both"


def test_a_stream_in_two_tables_is_refused(folder: Path) -> None:
    (folder / "schema_sources_more.yaml").write_text(yaml.safe_dump({"streams": BILLING}), encoding="utf-8")

    with pytest.raises(click.ClickException, match=r"schema_sources_more.yaml: billing_bills stands in another table"):
        Tables.load(folder)


def test_an_answer_without_a_published_shape_is_named(folder: Path) -> None:
    with pytest.raises(click.ClickException, match=r"bills.yml: GET /nothing answers with \[\], not with 'things'"):
        draft_schema.draft(Tables.load(folder), folder, "books_shapeless")


def test_the_command_writes_the_file_of_the_stream(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Tables.load(folder)
    monkeypatch.setattr(Tables, "load", lambda: tables)

    result = CliRunner().invoke(draft_schema.main, ["--spec", str(folder), "--out", str(folder), "books_bills"])

    assert result.exit_code == 0, result.output
    schema = json.loads((folder / "books_bills.json").read_text(encoding="utf-8"))
    assert schema["description"] == "Bills from vendors."


def test_the_command_answers_an_unknown_stream_with_the_known_ones(folder: Path) -> None:
    result = CliRunner().invoke(draft_schema.main, ["--spec", str(folder), "books_bill"])

    assert result.exit_code == 2
    assert "books_bills" in result.output
