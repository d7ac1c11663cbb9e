"""
Are files still small enough to understand in a minute, and do tests stand where their subject is?

Which module may import which is kept by import-linter (`poe imports`); here is what it cannot see.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from unit_tests.rules import every

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("source_zoho", "tasks", "bench", "examples", "unit_tests", "integration_tests")
MOST_LINES = 400

# Each word of a skipped or unfinished test, with what to do instead.
UNFINISHED = re.compile(
    r"pytest\.skip\(|mark\.skip\b|mark\.skipif\b|mark\.xfail\b|\bNotImplementedError\b|time\.sleep\("
)


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_no_file_is_longer_than_one_idea() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*FOLDERS)
    }
    long = {str(path): lines for path, lines in lengths.items() if lines > MOST_LINES}

    assert not long, f"more than {MOST_LINES} lines; find the second idea in it and give it a file: {long}"


@every(python_files("source_zoho"), named=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_one_sentence_which_question_it_settles(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""

    assert re.match(r"[^\n]+[.?:](\s|$)", docstring), f"{path.name} opens with a sentence that ends on its first line"


def test_no_test_is_skipped_excused_or_waits() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in python_files("unit_tests", "integration_tests")
        if path != Path(__file__)
        for match in UNFINISHED.finditer(path.read_text(encoding="utf-8"))
    ]

    assert not found, "finish it, or take it out: " + ", ".join(found)


def test_test_folders_are_not_packages() -> None:
    # pytest runs them in importlib mode; an __init__.py would let two ways of naming the same file exist.
    assert not [path for path in python_files("unit_tests", "integration_tests") if path.name == "__init__.py"]
