"""Does what users install run from anywhere, without the checkout?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel

ROOT = Path(__file__).resolve().parents[1]
STREAMS = sorted(path.name for path in (ROOT / "schemas").glob("*.json"))


@pytest.fixture(scope="module")
def in_checkout() -> Iterator[None]:
    """Stand in the checkout, where a build backend expects to be called."""
    before = Path.cwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@pytest.fixture(scope="module")
def wheel(in_checkout: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return folder / build_wheel(str(folder))


@pytest.fixture(scope="module")
def sdist_names(in_checkout: None, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(folder / build_sdist(str(folder))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the wheel's content as pip lays it out."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return target


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in *cwd* with the installed wheel ahead of everything else."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )


def test_the_wheel_carries_the_manifest_every_schema_and_all_package_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package_files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "source_zoho").rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
    }

    assert "source_zoho/manifest.yaml" in names
    assert {f"source_zoho/schemas/{name}" for name in STREAMS} <= names
    assert package_files <= names


def test_the_wheel_carries_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"source_zoho"}


def test_the_sdist_is_complete_enough_to_work_on(sdist_names: set[str]) -> None:
    expected = {
        *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "manifest.yaml", "metadata.yaml", "icon.svg"),
        *("bootstrap.py", ".ci/run", "acceptance-test-config.yml", "unit_tests/conftest.py", "source_zoho/run.py"),
        *("integration_tests/test_wheel.py", "docs/integrations/sources/zoho.md"),
        *(f"schemas/{name}" for name in STREAMS),
    }

    assert expected <= sdist_names
    assert not [name for name in sdist_names if name.startswith(("secrets/", ".venv/", ".tmp/"))]


def test_the_installed_connector_answers_spec_from_an_unrelated_directory(installed: Path, tmp_path: Path) -> None:
    outcome = run(installed, "-m", "source_zoho.run", "spec", cwd=tmp_path)

    assert outcome.returncode == 0, outcome.stderr
    messages = [json.loads(line) for line in outcome.stdout.splitlines()]
    (spec,) = (message["spec"] for message in messages if message["type"] == "SPEC")
    assert "data_center" in spec["connectionSpecification"]["properties"]


def test_the_installed_package_finds_its_own_manifest_and_schemas(installed: Path, tmp_path: Path) -> None:
    question = "from source_zoho import files; print(files.manifest_path()); print(files.schema_path('books_contacts'))"

    outcome = run(installed, "-c", question, cwd=tmp_path)

    package = installed / "source_zoho"
    assert outcome.stdout.splitlines() == [
        str(package / "manifest.yaml"),
        str(package / "schemas" / "books_contacts.json"),
    ], outcome.stderr


def test_the_console_script_is_the_one_that_the_readme_names(installed: Path, tmp_path: Path) -> None:
    question = (
        "from importlib.metadata import entry_points;"
        "(script,) = entry_points(group='console_scripts', name='source-zoho');"
        "print(callable(script.load()))"
    )

    assert run(installed, "-c", question, cwd=tmp_path).stdout.strip() == "True"


@pytest.mark.parametrize(
    "start",
    [
        "import source_zoho.run",
        "import source_zoho.cli",
        "import source_zoho.emulator",
        "import sys, source_zoho.run as run; sys.argv = ['source-zoho', '--help']; run.main()",
    ],
    ids=["run", "cli", "emulator", "help"],
)
def test_what_people_type_starts_without_the_cdk(installed: Path, tmp_path: Path, start: str) -> None:
    outcome = run(installed, "-X", "importtime", "-c", start, cwd=tmp_path)

    # -X importtime lists every import on standard error: "import time:  self |  cumulative | module".
    imported = {
        line.rpartition("|")[2].strip() for line in outcome.stderr.splitlines() if line.startswith("import time:")
    }
    assert outcome.returncode == 0, outcome.stderr.splitlines()[-1]
    assert "source_zoho" in imported
    assert not [name for name in imported if name.partition(".")[0] in {"airbyte_cdk", "pandas", "duckdb"}]
