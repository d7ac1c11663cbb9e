"""Does pyproject.toml promise what the code needs, and does the project keep to itself?"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]

# Import name -> distribution, where they differ.
DISTRIBUTIONS = {
    "airbyte_cdk": "airbyte-cdk",
    "attributes_doc": "attributes-doc",
    "prometheus_client": "prometheus-client",
    "rich_click": "rich-click",
    "yaml": "pyyaml",
}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[ ]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def third_party_imports(folder: Path) -> dict[str, str]:
    """Return distribution -> one file that imports it, for all code below *folder*."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for module in imported_modules(node):
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top != "source_zoho":
                    found.setdefault(DISTRIBUTIONS.get(top, top), str(path.relative_to(ROOT)))
    return found


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module]
    return []


def test_everything_that_the_package_imports_is_declared() -> None:
    declared = names(PROJECT["dependencies"]) | names(EXTRAS["demo"]) | names(EXTRAS["webhooks"])
    undeclared = {
        name: path for name, path in third_party_imports(ROOT / "source_zoho").items() if name not in declared
    }

    assert not undeclared, f"add to dependencies in pyproject.toml: {undeclared}"


def test_every_declared_dependency_is_imported() -> None:
    imported = set(third_party_imports(ROOT / "source_zoho"))

    assert names(PROJECT["dependencies"]) <= imported


@pytest.mark.parametrize("requirement", PROJECT["dependencies"] + EXTRAS["demo"] + EXTRAS["webhooks"])
def test_what_users_install_has_a_floor_and_a_ceiling(requirement: str) -> None:
    assert ">=" in requirement
    assert ",<" in requirement


def test_the_tests_need_no_extra_but_dev_and_demo() -> None:
    assert names(EXTRAS["demo"]) <= names(EXTRAS["dev"])


def test_the_installed_cdk_is_in_the_declared_range() -> None:
    (floor,) = (r.removeprefix("airbyte-cdk>=").split(",")[0] for r in PROJECT["dependencies"] if "airbyte-cdk" in r)

    installed = importlib.metadata.version("airbyte-cdk")

    assert tuple(map(int, installed.split(".")[:3])) >= tuple(map(int, floor.split(".")))


def test_the_wheel_carries_manifest_and_schemas() -> None:
    assert PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "manifest.yaml": "source_zoho/manifest.yaml",
        "schemas": "source_zoho/schemas",
    }


def test_every_task_of_check_exists_and_tests_come_last() -> None:
    tasks = PYPROJECT["tool"]["poe"]["tasks"]
    steps = tasks["check"]["sequence"]

    assert set(steps) <= set(tasks)
    assert steps[-1] == "test", ".ci/run ends with pytest's closing line"
    assert all(task.get("help") for task in tasks.values()), "`poe` lists tasks by their help"


def test_the_pipeline_runs_what_the_readme_tells_a_newcomer_to_run() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "\npython3 bootstrap.py test " in script.read_text(encoding="utf-8")
    assert "python3 bootstrap.py test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_hooks_run_local_tools_only() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    assert {hook["language"] for repo in hooks["repos"] for hook in repo["hooks"]} == {"system"}
