"""
Would Airbyte's registry take this connector?

These are the rules of Airbyte's quality checks that can be answered offline for a connector with a manifest at the top.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.models.scenario import SCENARIO_SECTIONS, entry_key_problems

from source_zoho.data_centers import DATA_CENTERS, ENVIRONMENTS, environment_url

ROOT = Path(__file__).resolve().parents[1]
METADATA = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
DATA = METADATA["data"]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTATION = ROOT / "docs" / "integrations" / "sources" / "zoho.md"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

SVG = "{http://www.w3.org/2000/svg}"


def test_metadata_is_valid_by_airbytes_own_model() -> None:
    reason = "Airbyte publishes its metadata model for Python below 3.13 only"
    models = pytest.importorskip("airbyte_connector_models.metadata.v0.connector_metadata_definition_v0", reason=reason)

    models.ConnectorMetadataDefinitionV0.model_validate(METADATA)


def test_tags_are_pairs_with_exactly_one_language() -> None:
    assert all(re.fullmatch(r"[a-z-]+:[a-z-]+", tag) for tag in DATA["tags"])
    # A manifest at the top makes a connector manifest-only in Airbyte's eyes, whatever stands beside it.
    assert [tag for tag in DATA["tags"] if tag.startswith("language:")] == ["language:manifest-only"]


def test_the_wheel_is_not_announced_to_airbytes_python_registry() -> None:
    # Airbyte accepts that announcement only with a python or low-code language tag.
    assert DATA["remoteRegistries"]["pypi"]["enabled"] is False


def test_the_connector_has_one_name_everywhere() -> None:
    name = PYPROJECT["project"]["name"]

    assert DATA["dockerRepository"] == f"airbyte/{name}"
    assert DATA["githubIssueLabel"] == name
    assert name in PYPROJECT["project"]["scripts"]
    assert DATA["documentationUrl"].endswith(f"/integrations/sources/{DOCUMENTATION.stem}")


def test_the_version_is_semantic_and_the_same_everywhere() -> None:
    version = DATA["dockerImageTag"]

    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert PYPROJECT["project"]["version"] == version, "pyproject.toml and metadata.yaml name different versions"
    assert newest_version_in_changelog() == version, "the newest section of CHANGELOG.md is not this version"
    assert version in versions_in_documentation(), f"the changelog in {DOCUMENTATION.name} lacks {version}"


def newest_version_in_changelog() -> str:
    sections = re.findall(r"^## (\d+\.\d+\.\d+)\b", CHANGELOG, re.MULTILINE)
    return str(sections[0])


def versions_in_documentation() -> list[str]:
    _, heading, changelog = DOCUMENTATION.read_text(encoding="utf-8").partition("\n## Changelog")
    assert heading, f"{DOCUMENTATION.name} has no section '## Changelog'"
    return re.findall(r"^\|\s*(\d+\.\d+\.\d+)\s*\|", changelog, re.MULTILINE)


def test_the_license_is_mit_everywhere() -> None:
    assert DATA["license"] == "MIT"
    assert PYPROJECT["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_the_icon_is_a_small_self_contained_svg() -> None:
    icon = ROOT / DATA["icon"]

    assert ET.parse(icon).getroot().tag == f"{SVG}svg"
    assert icon.stat().st_size < 2_000
    assert not re.search(r"<(script|image|foreignObject)|href=", icon.read_text(encoding="utf-8"))


def test_allowed_hosts_are_those_of_the_data_centres() -> None:
    centers = DATA_CENTERS.values()
    urls = [environment_url(center.api_url, each) for center in centers for each in ENVIRONMENTS]
    urls += [center.accounts_url for center in centers]

    assert DATA["allowedHosts"]["hosts"] == sorted(str(urlsplit(url).hostname) for url in urls)


def test_no_dockerfile_stands_at_the_top() -> None:
    # Airbyte builds connectors with a Dockerfile of its own, and refuses one that has another.
    assert not (ROOT / "Dockerfile").exists()


def test_the_base_image_is_named_with_tag_and_digest_and_runs_the_manifest() -> None:
    version = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))["version"]

    # Airbyte builds whatever has a manifest at the top on this image, whose tag is the version of the CDK inside.
    image = rf"docker\.io/airbyte/source-declarative-manifest:{re.escape(version)}@sha256:[0-9a-f]{{64}}"
    assert re.fullmatch(image, DATA["connectorBuildOptions"]["baseImage"])


def test_platforms_wait_for_longer_than_the_longest_silence() -> None:
    # Ten minutes, for Zoho's pause after too many sign-ins, and a few tries.
    assert 3 * 600 <= DATA["maxSecondsBetweenMessages"] <= 86_400


# ── Breaking changes ──

BREAKING = DATA["releases"]["breakingChanges"]
MIGRATIONS = DOCUMENTATION.with_name(f"{DOCUMENTATION.stem}-migrations.md")


def as_numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_every_breaking_version_has_its_section_in_the_migration_guide_the_newest_first() -> None:
    title, *sections = re.findall(r"^##? (.+)$", MIGRATIONS.read_text(encoding="utf-8"), re.MULTILINE)

    assert title == f"{DATA['name']} Migration Guide"
    assert sections == [f"Upgrading to {version}" for version in sorted(BREAKING, key=as_numbers, reverse=True)]


def test_whoever_owns_the_data_has_a_week_for_each_breaking_version() -> None:
    released = dict(re.findall(r"^## (\d+\.\d+\.\d+) - (\S+)$", CHANGELOG, re.MULTILINE))

    for version, change in BREAKING.items():
        given = date.fromisoformat(change["upgradeDeadline"]) - date.fromisoformat(released[version])
        assert given.days >= 7, f"{version} gives {given.days} days"


def test_what_the_changelog_calls_breaking_is_announced_since_crm_can_be_read() -> None:
    sections = re.findall(r"^## (\d+\.\d+\.\d+).*?$(.*?)(?=^## |\Z)", CHANGELOG, re.MULTILINE | re.DOTALL)

    assert {version for version, text in sections if "**Breaking:**" in text} == set(BREAKING)


def test_a_breaking_change_says_whom_it_concerns_and_what_platforms_do_at_its_end() -> None:
    for change in BREAKING.values():
        assert change["deadlineAction"] in {"auto_upgrade", "disable"}
        for scope in change["scopedImpact"]:
            assert scope["scopeType"] == "stream"
            # Modules of CRM have no schema of their own, since Zoho tells their fields.
            own = [name for name in scope["impactedScopes"] if not name.startswith("crm_")]
            assert all((ROOT / "schemas" / f"{name}.json").is_file() for name in own)


def test_suggested_streams_exist() -> None:
    for stream in DATA["suggestedStreams"]["streams"]:
        assert (ROOT / "schemas" / f"{stream}.json").is_file(), f"suggested stream {stream} has no schema"


# ── Addresses ──

# Airbyte's rule: a line with a plain address fails, in any file outside tests, unless it is a comment, the address is
# one of these, or the line says that it is meant.
ALLOWED_PLAIN = ("http://json-schema.org", "http://localhost")
IS_MEANT = "# ignore-https-check"
COMMENTS = {".py": "#", ".yml": "#", ".yaml": "#", ".md": "<!--"}
NOT_SHIPPED = {"unit_tests", "integration_tests", "secrets", "build", "dist", "demo"}
NOT_LOOKED_INTO = {".svg", ".gz", ".pyc"}


def shipped_files() -> list[Path]:
    """Every file of the project outside tests, hidden folders and what tools write."""
    return sorted(
        path
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and top.name not in NOT_SHIPPED
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and path.suffix not in NOT_LOOKED_INTO
    )


def plain_addresses(text: str, suffix: str) -> list[str]:
    """Return the lines of *text* that Airbyte's check would name."""
    found = []
    for line in text.splitlines():
        rest = line.lower()
        if IS_MEANT in rest or (suffix in COMMENTS and rest.lstrip().startswith(COMMENTS[suffix])):
            continue
        for prefix in ALLOWED_PLAIN:
            rest = rest.replace(prefix, "")
        if "http://" in rest:
            found.append(line.strip())
    return found


def test_addresses_outside_tests_are_https() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in shipped_files()
        for line in plain_addresses(path.read_text(encoding="utf-8", errors="ignore"), path.suffix)
    ]

    assert not found, "use https:// in\n" + "\n".join(found)


@pytest.mark.parametrize("line", ["http://www.zohoapis.com", 'url = "HTTP://zoho.com"', "see http://127.0.0.1:80"])
def test_a_plain_address_would_be_found(line: str) -> None:
    assert plain_addresses(line, ".py") == [line]


@pytest.mark.parametrize(
    "line",
    [
        *("https://zoho.com", "http://localhost:80", "http://json-schema.org/draft-07/schema#", "# http://zoho.com"),
        'f"http://{host}"  # ignore-https-check',
    ],
)
def test_what_airbyte_lets_pass_passes_here(line: str) -> None:
    assert plain_addresses(line, ".py") == []


# ── Certification settings ──

ACCEPTANCE = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text(encoding="utf-8"))


def acceptance_entries() -> list[tuple[str, dict[str, Any]]]:
    return [(name, entry) for name, section in ACCEPTANCE["acceptance_tests"].items() for entry in section["tests"]]


def test_every_section_of_the_certification_suite_is_used() -> None:
    # full_refresh runs the same read as basic_read.
    assert set(ACCEPTANCE["acceptance_tests"]) == set(SCENARIO_SECTIONS) - {"full_refresh"}
    assert ACCEPTANCE["connector_image"] == f"{DATA['dockerRepository']}:dev"


@pytest.mark.parametrize(("section", "entry"), acceptance_entries())
def test_certification_entries_are_ones_that_the_suite_reads(section: str, entry: dict[str, Any]) -> None:
    assert not entry_key_problems(entry, [section])
    ConnectorTestScenario.model_validate(entry)


def test_the_configuration_that_must_fail_is_kept_and_the_one_that_works_is_written_by_the_tests() -> None:
    paths = {Path(entry["config_path"]) for _, entry in acceptance_entries()}
    kept = {path for path in paths if path.parts[0] != "secrets"}

    assert kept == {Path("integration_tests/invalid_config.json")}
    assert json.loads((ROOT / "integration_tests" / "invalid_config.json").read_text(encoding="utf-8"))
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
