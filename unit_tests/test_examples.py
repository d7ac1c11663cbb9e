"""Does every example have what a reader needs, and name what there is? `poe try-roads` shows that they work."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tasks.roads import EXAMPLES, ROADS, Place, Road
from unit_tests.pages import ROOT, blocks, text_of

FOLDERS = sorted(path for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__")
MOST_LINES = 200

every_example = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
every_road = pytest.mark.parametrize("road", ROADS, ids=lambda road: road.name)


def scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.py"))


def options_of(script: Path) -> set[str]:
    """Return the options that *script* takes, as it says to argparse."""
    calls = [node for node in ast.walk(ast.parse(text_of(script))) if isinstance(node, ast.Call)]
    asked = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"]
    return {str(call.args[0].value) for call in asked if isinstance(call.args[0], ast.Constant)}


def commands(folder: Path) -> list[list[str]]:
    """Return the commands of the README in *folder*, word by word."""
    lines = [line for block in blocks(folder / "README.md", "bash") for line in block.splitlines()]
    return [shlex.split(part) for line in lines for part in line.split(" && ") if part]


def check(command: list[str]) -> None:
    """See that *command* names a script and options that there are."""
    script = next(Path(word) for word in command if word.endswith(".py"))
    script = script if script.is_absolute() else ROOT / script
    assert script.is_file(), command
    if "python" in command[0]:
        assert {word for word in command if word.startswith("--")} <= options_of(script), command


def test_every_example_is_tried() -> None:
    assert [folder.name for folder in FOLDERS] == sorted(road.name for road in ROADS)


@every_example
def test_an_example_has_its_readme_its_requirements_and_a_short_script(folder: Path) -> None:
    assert text_of(folder / "README.md").startswith("# ")
    assert scripts(folder)
    assert [path.name for path in scripts(folder) if len(text_of(path).splitlines()) > MOST_LINES] == []


@every_example
def test_requirements_have_a_floor_that_was_tried_and_a_roof(folder: Path) -> None:
    lines = [line for line in text_of(folder / "requirements.txt").splitlines() if not line.startswith("#")]

    for requirement in map(Requirement, lines):
        assert {each.operator for each in requirement.specifier} == {">=", "<"}, requirement.name
    assert "# Tried with " in text_of(folder / "requirements.txt")


@every_example
def test_python_compiles_and_says_which_question_it_settles(folder: Path) -> None:
    for script in scripts(folder):
        compile(text_of(script), str(script), "exec", dont_inherit=True)
        first, *_ = str(ast.get_docstring(ast.parse(text_of(script)))).splitlines()
        assert first.endswith("?"), script


@every_example
def test_commands_of_a_readme_name_files_and_options_that_there_are(folder: Path) -> None:
    started = [command for command in commands(folder) if any(word.endswith(".py") for word in command)]
    needed = {word for command in commands(folder) for word in command if word.endswith("requirements.txt")}

    assert started
    assert needed == {f"examples/{folder.name}/requirements.txt"}
    for command in started:
        check(command)


def test_a_command_with_an_option_that_there_is_not_would_be_found() -> None:
    with pytest.raises(AssertionError):
        check(["python", "examples/postgres_landing/land.py", "--stream", "books_bills"])


@every_road
def test_a_road_is_tried_with_options_that_there_are(road: Road, tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path / "bin", tmp_path / "config.json", ["1", "2"], "postgresql://nowhere")

    for command in road.commands(road, place):
        check(command)
    assert road.requirements.is_file()


@every_road
def test_pythons_of_a_road_are_ones_that_the_connector_runs_on(road: Road) -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    told = {each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)}

    assert set(road.pythons) <= told


@every_road
def test_the_table_of_roads_has_a_row_for_each(road: Road) -> None:
    assert f"]({road.name}/README.md) |" in text_of(EXAMPLES / "README.md")
