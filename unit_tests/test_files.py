"""Are our own files found wherever we run, and is a user's unreadable file answered in a sentence?"""

from __future__ import annotations

import json
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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": "\xe4"}', "it is not UTF-8 text"),
        ('{"a": 1}'.encode("utf-16"), "it is UTF-16, as PowerShell writes what it redirects"),
        (b"\xfe\xff\x00{", "it is UTF-16, as PowerShell writes what it redirects"),
    ],
)
def test_a_file_of_other_bytes_is_named_as_what_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "catalog.json"
    file.write_bytes(content)

    assert the_problem(file) == f"The catalog file {file} cannot be read ({reason}); save it as UTF-8."


def test_broken_json_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_text('{\n  "streams": [,]\n}', encoding="utf-8")

    assert the_problem(file).startswith(f"The catalog file {file} is not valid JSON at line 2, column 15")


def test_an_empty_file_is_not_json(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.touch()

    assert the_problem(file).startswith(f"The catalog file {file} is empty; name the one that you meant")


def test_a_byte_order_mark_is_named_as_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(b'\xef\xbb\xbf{"data_center": "eu"}')

    assert "begins with a byte order mark, which is no JSON; save it as UTF-8 without one" in the_problem(file)


@pytest.mark.parametrize("content", ["[" * 100_000, "[" + "1" * 10_000 + "]"])
def test_json_that_nothing_can_mean_is_no_stack_trace(tmp_path: Path, content: str) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(content, encoding="utf-8")

    assert the_problem(file) == f"The catalog file {file} holds more digits or brackets than it can mean."


CONFIG = {"data_center": "eu", "client_secret": "s3cret", "refresh_token": "t0ken"}
CATALOG = {"streams": [{"stream": {"name": "books_bills"}}]}
STATE = [{"type": "STREAM", "stream": {}}]
KINDS = {"configuration": (CONFIG, "--config"), "catalog": (CATALOG, "--catalog"), "state": (STATE, "--state")}


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("given", KINDS)
def test_a_file_that_belongs_behind_another_flag_is_told_where(tmp_path: Path, what: str, given: str) -> None:
    file = tmp_path / "given.json"
    document, flag = KINDS[given]
    file.write_text(json.dumps(document), encoding="utf-8")

    if what == given:
        assert read_json(file, what) == document
        return
    assert the_problem(file, what) == (
        f"The {what} file {file} holds a {given}, which belongs behind {flag}; name the {what} behind {KINDS[what][1]}."
    )


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize(
    "content",
    [
        '{"type": "LOG", "log": {}}',
        '{"type": "RECORD", "record": {}}\n{"type": "STATE", "state": {}}\n',
        '{"type":"LOG","log":{}}\n\n{"type":"CATALOG","catalog":{"streams":[]}}',
    ],
)
def test_messages_of_a_run_are_none_of_the_files(tmp_path: Path, what: str, content: str) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text(content, encoding="utf-8")

    assert f"holds messages of a run; take the {what} out of them" in the_problem(file, what)


def test_a_file_of_another_purpose_may_hold_anything(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(CONFIG), encoding="utf-8")

    assert read_json(file, "plan") == CONFIG


def test_the_contents_of_a_broken_configuration_stay_out_of_the_sentence(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"client_secret": "s3cret" "refresh_token": "t0ken"}', encoding="utf-8")

    sentence = the_problem(file, "configuration")

    assert "s3cret" not in sentence
    assert "t0ken" not in sentence
