"""What did users receive when somebody last looked? ``golden/<stream>.jsonl`` has a few records of each stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

from integration_tests.builders import ROOT, Record
from source_zoho.paging.instants import parse

GOLDEN = Path(__file__).parent / "golden"
HOW_TO_REWRITE = "if that is meant: poe golden, then read the diff"

formats = FormatChecker(formats=("date",))


@formats.checks("date-time")
def is_an_instant(value: object) -> bool:
    """Take Zoho's +0530 too, which destinations read and RFC 3339 would write +05:30."""
    return not isinstance(value, str) or parse(value) is not None


def golden(stream: str) -> list[Record]:
    """Return what the golden file of *stream* says that users receive."""
    path = GOLDEN / f"{stream}.jsonl"
    assert path.exists(), f"{path.relative_to(ROOT)} is missing; {HOW_TO_REWRITE}"
    return [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()]


def names_of_files(is_ours: Callable[[str], bool]) -> set[str]:
    """Return the streams that have a golden file, of those that *is_ours* tells."""
    return {path.stem for path in GOLDEN.glob("*.jsonl") if is_ours(path.stem)}


def rewrite(found: Mapping[str, Sequence[Record]], is_ours: Callable[[str], bool]) -> None:
    """Write *found* in place of all golden files of the streams that *is_ours* tells."""
    for stream in names_of_files(is_ours):
        (GOLDEN / f"{stream}.jsonl").unlink()
    for stream, rows in found.items():
        (GOLDEN / f"{stream}.jsonl").write_text("".join(map(_line, rows)), encoding="utf-8")


def problems(schema: Mapping[str, Any], rows: Sequence[Record]) -> list[str]:
    """Return where *rows* are not what *schema* promises."""
    validator = Draft7Validator(schema, format_checker=formats)
    return [f"{each.json_path}: {each.message}" for row in rows for each in validator.iter_errors(row)]


def _line(row: Record) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"
