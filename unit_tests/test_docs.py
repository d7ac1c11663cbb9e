"""Does the documentation still say what is true?"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

import bootstrap
from source_zoho.cli import app
from source_zoho.cli.protocol import VERBS
from source_zoho.configuration import problems
from source_zoho.coql import wanted
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.manifest import read_manifest
from unit_tests.pages import PAGE, PAGES, README, ROOT, SURPRISES, WEBHOOKS, blocks, prose, text_of

SPECIFICATION = read_manifest()["spec"]["connection_specification"]
PROPERTIES: dict[str, dict[str, Any]] = SPECIFICATION["properties"]

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


# ── Settings, scopes, data centres ──


def test_every_setting_is_on_the_connectors_page() -> None:
    rows = re.findall(r"^\| ([^|]+) \| `(\w+)` \|([^|]*)\|", text_of(PAGE), re.MULTILINE)
    told = {key: (title, default.strip(" `")) for title, key, default in rows if key in PROPERTIES}

    assert list(told) == list(PROPERTIES)
    for key, setting in PROPERTIES.items():
        title, default = told[key]
        assert title == setting["title"]
        if isinstance(setting.get("default"), int | str):
            assert default == str(setting["default"])


def test_every_required_setting_is_a_prerequisite() -> None:
    prerequisites = text_of(PAGE).partition("## Prerequisites")[2].partition("\n## ")[0]

    assert [key for key in SPECIFICATION["required"] if f"**{PROPERTIES[key]['title']}**" not in prerequisites] == []


def test_the_data_centres_are_all_there() -> None:
    for center in DATA_CENTERS.values():
        hosts = (center.accounts_url.removeprefix("https://"), center.api_url.removeprefix("https://"))
        assert f"| `{center.key}` | {center.title} | {' | '.join(hosts)} |" in text_of(PAGE)


def test_sample_configurations_can_be_used() -> None:
    (sample,) = [json.loads(block) for block in blocks(README, "json")]

    assert problems(sample) == []
    assert set(sample) <= set(PROPERTIES)


def test_sample_queries_can_be_read() -> None:
    (sample,) = [json.loads(block) for block in blocks(PAGE, "json")]

    assert [each["name"] for each in sample["coql_queries"]] == ["open_deals", "deals_by_stage", "largest_deals"]
    assert wanted.problems(sample["coql_queries"]) == []


# ── Messages ──


def test_messages_in_the_troubleshooting_table_are_ones_that_the_connector_says() -> None:
    table = text_of(PAGE).partition("### Messages")[2].partition("\n## ")[0]
    told = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")][2:]
    code = [*(ROOT / "source_zoho").rglob("*.py"), ROOT / "manifest.yaml"]
    said = " ".join(re.sub(r'"\s*\n\s*f?"', "", text_of(path)) for path in code)
    pieces = {piece.strip(" .:") for message in told for piece in message.split("...") if piece.strip(" .:")}

    assert told
    assert sorted(piece for piece in pieces if piece not in said) == []


# ── Commands ──


def commands(page: Path) -> list[str]:
    """Return the lines of *page* that start `source-zoho`, from code blocks and from prose."""
    in_blocks = [line for block in blocks(page, "bash") for line in block.splitlines()]
    in_prose = re.findall(r"`(source-zoho [^`]+)`", "\n".join(prose(page)))
    return [line for line in (*in_blocks, *in_prose) if line.startswith("source-zoho ")]


@every_page
def test_commands_in_the_documentation_are_ones_that_there_are(page: Path) -> None:
    for command in commands(page):
        verb, *arguments = command.partition(">")[0].split()[1:]
        if not arguments:
            assert verb in {*VERBS, *app.commands}
        elif verb in VERBS:
            AirbyteEntrypoint.parse_args([verb, *arguments])
        elif arguments != ["--help"]:
            app.commands[verb].make_context(verb, arguments)


def test_a_command_that_there_is_not_would_be_found() -> None:
    with pytest.raises(SystemExit):
        AirbyteEntrypoint.parse_args(["read", "--config", "config.json", "--catalogue", "catalog.json"])
    with pytest.raises(click.UsageError):
        app.commands["sandbox"].make_context("sandbox", ["--sise", "small"])


def test_the_two_commands_of_the_readme_are_those_of_bootstrap() -> None:
    first, *_ = blocks(README, "bash")

    assert first.split("\n")[:-1] == [f"python3 bootstrap.py {name}" for name in bootstrap.COMMANDS]
    assert "python3 bootstrap.py test" in text_of(ROOT / ".ci" / "run")


@every_page
def test_tasks_in_the_documentation_are_ones_that_there_are(page: Path) -> None:
    tasks = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["poe"]["tasks"]
    named = re.findall(r"(?:^ *|`)poe ([a-z-]+)", text_of(page), re.MULTILINE)

    assert set(named) <= set(tasks)


@every_page
def test_python_in_the_documentation_compiles(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, str(page), "exec")


def test_the_pythons_in_the_readme_are_those_that_bootstrap_takes() -> None:
    minors = range(bootstrap.OLDEST[1], bootstrap.NEWEST[1] + 1)
    named = re.search(r"Python ((?:3\.\d+[, or]*)+) and a network", text_of(README))

    assert named
    assert re.findall(r"3\.\d+", named[1]) == [f"3.{minor}" for minor in minors]


# ── Links, addresses, sentences ──


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of *page*, made the way GitHub makes them."""
    headings = [line.lstrip("#").strip() for line in prose(page) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", "\n".join(prose(page))):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_file(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(found), f"{page.name}: {target}"


@every_page
def test_files_that_a_page_names_are_there(page: Path) -> None:
    folders = "source_zoho|schemas|tasks|docs|unit_tests|integration_tests"
    named = re.findall(rf"`((?:{folders})/[\w./]+)`", text_of(page))

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_pages_of_the_connector_link_to_no_file_that_airbytes_site_lacks() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", "\n".join(prose(PAGE)))

    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


@every_page
def test_no_page_names_a_package_registry(page: Path) -> None:
    # Written in two pieces, so that this file names none either.
    registries = (r"\bpypi\.", r"files\.python" + "hosted", "simple/index", "--index-url", r"registry\.npm" + "js")

    assert re.findall("(?i)" + "|".join(registries), text_of(page)) == []


@every_page
def test_addresses_are_https_or_on_this_machine(page: Path) -> None:
    plain = re.findall(r"http://[^\s)\"'`]+", text_of(page))

    assert [address for address in plain if not re.match(r"http://(localhost|127\.0\.0\.1)[:/]", address)] == []


@every_page
def test_a_line_holds_one_sentence(page: Path) -> None:
    lines = [line for line in prose(page) if line and not re.match(r"\s*[|#<]", line)]
    texts = [re.sub(r"^\s*([-*>]|\d+\.)\s+|`[^`]*`", "", line) for line in lines]
    crowded = [line for line in texts if re.search(r"[.!?]\)? +[A-Z*]", line) and not line.startswith("**")]

    # An item of a list may have a second sentence: broken lines inside items read badly.
    items = {text for text, line in zip(texts, lines, strict=True) if re.match(r"\s*([-*]|\d+\.)\s", line)}
    assert [line for line in crowded if line not in items] == []


@every_page
def test_a_page_begins_with_its_one_title(page: Path) -> None:
    titles = [line for line in prose(page) if line.startswith("# ")]

    assert text_of(page).startswith("# ")
    assert len(titles) == 1


def test_the_connectors_page_follows_airbytes_template() -> None:
    headings = [line for line in prose(PAGE) if re.match(r"##? ", line) or line == "### Performance considerations"]

    assert headings == [
        "# Zoho",
        "## Prerequisites",
        "## Setup guide",
        "## Set up Zoho",
        "## Set up the Zoho connector in Airbyte",
        "## Supported sync modes",
        "## Supported Streams",
        "## IP allow list",
        "### Performance considerations",
        "## Data type map",
        "## Limitations & Troubleshooting",
        "## Changelog",
    ]


def test_every_surprise_says_why_it_matters() -> None:
    _, *surprises = re.split(r"^## ", text_of(SURPRISES), flags=re.MULTILINE)

    assert [each.splitlines()[0] for each in surprises if each.count("*Why it matters:*") != 1] == []


def test_commands_are_marked_runnable_only_where_a_test_runs_them() -> None:
    marked = [page for page in PAGES if "```bash runnable" in text_of(page)]

    assert marked == [README, WEBHOOKS]
