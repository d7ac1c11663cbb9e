"""Are our own files found wherever we run, and is a user's unreadable file answered in a sentence?"""

from __future__ import annotations

from pathlib import Path

import pytest

from source_zoho.errors import ConfigProblem
from source_zoho.files import manifest_path, read_json, schema_path


def the_problem(path: Path, what: str = "catalog") -> str:
    with pytest.raises(ConfigProblem) as caught:
        read_json(path, what)
    return str(caught.value)


def test_the_manifest_is_found_from_any_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manifest.yaml").write_text("a stranger's", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert manifest_path().is_absolute()
    assert "type: DeclarativeSource" in manifest_path().read_text(encoding="utf-8")


def test_a_schema_stands_under_the_name_of_its_stream() -> None:
    assert schema_path("books_invoices").name == "books_invoices.json"
    assert schema_path("books_invoices").exists()


def test_a_json_document_is_returned_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text('[{"a": "ä"}]', encoding="utf-8")

    assert read_json(str(file), "state") == [{"a": "ä"}]


@pytest.mark.parametrize(
    ("what", "flag"), [("configuration", "--config"), ("catalog", "--catalog"), ("state", "--state")]
)
def test_a_missing_file_is_named_with_the_flag_that_named_it(tmp_path: Path, what: str, flag: str) -> None:
    missing = tmp_path / "nowhere.json"

    assert the_problem(missing, what) == f"There is no {what} file at {missing}; check the path after {flag}."


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert the_problem(tmp_path).startswith(f"The catalog file {tmp_path} cannot be read (Is a directory)")


def test_a_path_through_a_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{}", encoding="utf-8")

    assert "cannot be read (Not a directory)" in the_problem(tmp_path / "a" / "b.json")


def test_a_file_of_bytes_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_bytes(b"\xff\xfe\x00{")

    assert f"The catalog file {file} cannot be read (it is not UTF-8 text)" in the_problem(file)


def test_broken_json_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_text('{\n  "streams": [,]\n}', encoding="utf-8")

    assert the_problem(file).startswith(f"The catalog file {file} is not valid JSON at line 2, column 15")


def test_an_empty_file_is_not_json(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.touch()

    assert "is not valid JSON at line 1, column 1" in the_problem(file)


def test_a_byte_order_mark_is_named_as_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(b'\xef\xbb\xbf{"data_center": "eu"}')

    assert "line 1, column 1 (Unexpected UTF-8 BOM" in the_problem(file, "configuration")


def test_the_contents_of_a_broken_configuration_stay_out_of_the_sentence(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"client_secret": "s3cret" "refresh_token": "t0ken"}', encoding="utf-8")

    sentence = the_problem(file, "configuration")

    assert "s3cret" not in sentence
    assert "t0ken" not in sentence
