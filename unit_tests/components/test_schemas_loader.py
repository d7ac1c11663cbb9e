"""Is the schema of a stream found by its name?"""

from __future__ import annotations

import pytest

from source_zoho.components.schemas import SchemaFileLoader


def test_the_schema_of_a_stream_is_read_from_the_file_of_its_name() -> None:
    schema = SchemaFileLoader(name="books_invoices").get_json_schema()

    assert schema["type"] == "object"
    assert {"organization_id", "invoice_id", "last_modified_time"} <= set(schema["properties"])


def test_it_is_found_from_any_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))

    assert SchemaFileLoader(name="books_contacts").get_json_schema()["properties"]


def test_a_stream_without_a_schema_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"books_nothing\.json"):
        SchemaFileLoader(name="books_nothing").get_json_schema()
