"""Does the Dockerfile copy what is there, install what is declared, start our program, and never as root?"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import Any

import click
import pytest
import yaml
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from source_zoho.cli import app
from source_zoho.cli.protocol import VERBS
from unit_tests.pages import IMAGE, ROOT, blocks, text_of

PROJECT = tomllib.loads(text_of(ROOT / "pyproject.toml"))
DOCKERFILE = ROOT / "docker" / "Dockerfile"
METADATA = yaml.safe_load(text_of(ROOT / "metadata.yaml"))["data"]


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with their arguments, without comments, lines put together again."""
    text = re.sub(r"^\s*#.*\n", "", text_of(DOCKERFILE), flags=re.MULTILINE)
    lines = [line.strip() for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines() if line.strip()]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def all_of(word: str) -> list[str]:
    return [rest for each, rest in instructions() if each == word]


def pairs(word: str) -> dict[str, str]:
    return dict(re.findall(r'([\w.]+)="([^"]*)"', " ".join(all_of(word))))


def copied() -> set[str]:
    """Return what is taken from the checkout."""
    ours = [rest.split()[:-1] for rest in all_of("COPY") if not rest.startswith("--from=")]
    return {path.removeprefix("./") for paths in ours for path in paths}


# ── The base ──


def test_every_stage_stands_on_the_base_that_can_be_chosen() -> None:
    assert {each.split(" AS ")[0] for each in all_of("FROM")} == {"${BASE_IMAGE}"}


def test_the_base_is_airbytes_by_tag_and_digest_unless_another_is_given() -> None:
    (argument,) = all_of("ARG")

    assert re.fullmatch(r"BASE_IMAGE=airbyte/python-connector-base:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}", argument)
    assert ":latest" not in text_of(DOCKERFILE)


# ── What gets in ──


def test_what_is_copied_is_there_and_is_all_that_reaches_the_builder() -> None:
    ignore = text_of(ROOT / ".dockerignore").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]

    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line.startswith("!")} == copied()
    assert "**/.*" in rules


def test_the_wheel_finds_all_that_it_is_made_of() -> None:
    project, wheel = PROJECT["project"], PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {project["readme"], *project["license-files"], *wheel["packages"], *wheel["force-include"]}

    assert needed | {"pyproject.toml"} == copied()


def test_the_extra_that_is_installed_exists() -> None:
    (extras,) = re.findall(r"install --no-cache-dir '\.\[([\w,-]+)\]'", " ".join(all_of("RUN")))

    assert set(extras.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_the_image_gets_the_environment_and_not_the_checkout() -> None:
    last_stage = " ".join(rest for word, rest in instructions()).rpartition("${BASE_IMAGE}")[2]

    assert "--from=build /opt/source-zoho /opt/source-zoho" in last_stage
    assert "pip" not in last_stage


# ── What starts, as whom ──


def test_the_image_starts_the_console_script() -> None:
    (name,) = PROJECT["project"]["scripts"]
    word, entry_point = instructions()[-1]

    assert word == "ENTRYPOINT"
    assert json.loads(entry_point) == [f"/opt/source-zoho/bin/{name}"]
    assert [pairs("ENV")["AIRBYTE_ENTRYPOINT"]] == json.loads(entry_point), "people and the platform start the same"


def test_the_image_never_runs_as_root() -> None:
    (user,) = all_of("USER")
    after = instructions()[instructions().index(("USER", user)) + 1 :]

    assert re.fullmatch(r"[1-9]\d*", user), "by number, so that Kubernetes can tell"
    assert [word for word, _ in after] == ["ENTRYPOINT"]


def test_the_labels_say_what_the_metadata_says() -> None:
    labels = {"io.airbyte.name": METADATA["dockerRepository"], "io.airbyte.version": METADATA["dockerImageTag"]}

    assert pairs("LABEL") == labels


# ── What the documentation does with it ──


def images() -> list[str]:
    return re.findall(r"registry\.example\.com/source-zoho(?::([\w.-]+))?", text_of(IMAGE))


def runs() -> list[list[str]]:
    """Return what stands after the image in each `docker run`, and what Kubernetes is told to run."""
    lines = [shlex.split(line) for block in blocks(IMAGE, "bash") for line in block.splitlines()]
    (deployment,) = [yaml.safe_load(block) for block in blocks(IMAGE, "yaml")]
    after = [words[place(words) + 1 :] for words in lines if words[:2] == ["docker", "run"]]
    return [*after, container_of(deployment)["args"]]


def place(words: list[str]) -> int:
    return next(i for i, word in enumerate(words) if word.startswith("registry.example.com/"))


def container_of(deployment: dict[str, Any]) -> dict[str, Any]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_the_page_names_this_version() -> None:
    assert set(images()) - {""} == {METADATA["dockerImageTag"]}


@pytest.mark.parametrize("arguments", runs(), ids=" ".join)
def test_commands_for_the_image_are_ones_that_there_are(arguments: list[str]) -> None:
    if arguments[0] in VERBS:
        AirbyteEntrypoint.parse_args(arguments)
        return
    command: click.Command = app
    while isinstance(command, click.Group):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    command.make_context(command.name, arguments)


def test_the_folder_for_events_is_the_one_that_the_image_makes() -> None:
    (made,) = re.findall(r"install --directory --owner=\d+ --group=\d+ (\S+)", " ".join(all_of("RUN")))
    kept = re.findall(r"zoho-events:(\S+)|sqlite:///(/\S+)/events\.db", text_of(IMAGE))

    assert {path for pair in kept for path in pair if path} == {made}
