"""Is what the emulator says about itself true?"""

from __future__ import annotations

import ast
from pathlib import Path

from source_zoho.emulator.coverage import coverage
from source_zoho.emulator.crm.settings_table import table as settings_table
from source_zoho.emulator.crm.spec import specs
from source_zoho.emulator.faults import KINDS
from source_zoho.emulator.resources import books_resources

PACKAGE = Path(__file__).parents[2] / "source_zoho" / "emulator"


def test_the_coverage_table_is_fresh() -> None:
    written = (PACKAGE / "COVERAGE.md").read_text(encoding="utf-8")

    assert written == coverage(), "run `python -m source_zoho.emulator --coverage > source_zoho/emulator/COVERAGE.md`"


def test_the_coverage_table_names_every_list_and_every_fault() -> None:
    table = coverage()

    assert len(books_resources()) == 90
    assert all(f"**{name}**" in table for name in books_resources())
    assert all(f"| {kind} |" in table for kind in KINDS)


def test_the_readme_says_first_what_the_emulator_is_not() -> None:
    first_sentence = (PACKAGE / "README.md").read_text(encoding="utf-8").split("\n\n")[1].split("\n")[0]

    assert first_sentence == "It is not Zoho."


def test_the_emulator_imports_nothing_of_the_connector() -> None:
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                own = (node.module or "").split(".")[:2] == ["source_zoho", "emulator"]
                assert own or not (node.module or "").startswith(("source_zoho", "airbyte_cdk")), file.name
            if isinstance(node, ast.ImportFrom):
                assert node.level < 2, file.name


def test_the_coverage_table_names_every_module_and_every_list_of_settings_of_the_crm() -> None:
    table = coverage()

    assert all(f"\n| {name} | " in table for name in specs())
    assert all(f"| GET /crm/v8{one.path} | " in table for one in settings_table().values())
