"""Has every wrong use of every verb its sentence: each flag, each value, each file, and what does not go together?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import rich_click as click
from click.testing import CliRunner

from source_zoho.cli import app
from source_zoho.webhooks.stores import open_store
from unit_tests.cli.wrong_flags import (
    ANY,
    FILES,
    LINES,
    OTHERS,
    PLACES,
    READ,
    RIGHTLY,
    TOGETHER,
    VALUES,
    Flag,
    commands,
    flags,
    lay_out,
)
from unit_tests.rules import every

FLAGS = flags()
WITH_A_VALUE = [flag for flag in FLAGS if not flag.option.is_flag]
WITHOUT = [flag for flag in FLAGS if flag.option.is_flag]
NUMBERS = [flag for flag in WITH_A_VALUE if flag.option.type.name in {"integer", "integer range"}]
CHOICES = [flag for flag in WITH_A_VALUE if isinstance(flag.option.type, click.Choice)]
# Those of which the rest of the configuration is no concern.
TAKES_PARTS = ("webhooks serve", "webhooks test", "webhooks stats", "webhooks prune", "webhooks replay")


@pytest.fixture(scope="module", autouse=True)
def a_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let all rules work in one folder of files, where nothing runs that was called wrongly after all."""
    folder = tmp_path_factory.mktemp("wrong")
    lay_out(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        for name in [each for each in os.environ if each.startswith("SOURCE_ZOHO_")]:
            monkeypatch.delenv(name)
        for runs in (
            *("sandbox._wait_for", "webhooks_serve._serve", "demo.take_tour", "land.Landing"),
            *("login.minted", "login_revoke.revoke", "webhooks_test._sent"),
        ):
            module, name = runs.split(".")
            # Not by its path: there each verb stands in the place of its module.
            monkeypatch.setattr(import_module(f"source_zoho.cli.{module}"), name, _ran)
        open_store("sqlite:///events.db").close()
        yield


def _ran(*_: Any, **__: Any) -> None:
    raise AssertionError("the verb ran")


def refused(*words: str, exit_codes: tuple[int, ...] = (2,)) -> str:
    """Return what `source-zoho` says to *words*, which are wrong."""
    before = sorted(Path().iterdir())
    result = CliRunner().invoke(app, list(words), prog_name="source-zoho", env={"COLUMNS": "400"}, input="")
    told = " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())
    assert isinstance(result.exception, SystemExit), f"{result.exception!r} of {words}"
    assert result.exit_code in exit_codes, f"{result.exit_code}: {told}"
    for never in ("Traceback", "hush"):
        assert never not in told
    assert sorted(Path().iterdir()) == before, "wrong use leaves nothing behind"
    return told


# ── the tree of verbs and flags ──


def test_every_verb_has_its_right_use_and_every_text_its_wrong_values() -> None:
    texts = {str(flag) for flag in WITH_A_VALUE if flag not in NUMBERS + CHOICES and not _is_read(flag)}

    assert {verb for verb, command in commands() if not isinstance(command, click.Group)} == RIGHTLY.keys()
    assert texts == VALUES.keys(), "say in wrong_flags.py which values are wrong"


def _is_read(flag: Flag) -> bool:
    """Tell whether *flag* names a file that is read; a sandbox writes its configuration, and `login` wants --revoke."""
    is_another = flag.verb in {"sandbox", "login"} or (flag.verb == "webhooks replay" and flag.name == "--from")
    return flag.name in {*READ, *LINES} and not is_another


@every([verb for verb, _ in commands() if verb])
def test_a_verb_that_is_written_wrongly_is_answered_with_the_right_one(verb: str) -> None:
    *before, last = verb.split()

    told = refused(*before, f"{last[:-1]}{last[-1] * 2}")

    assert "No such command" in told
    assert re.search(rf"Did you mean .*'{last}'", told), told


@every(FLAGS)
def test_a_flag_that_is_written_wrongly_is_answered_with_the_right_one(flag: Flag) -> None:
    wrong = f"{flag.name}{flag.name[-1]}"

    told = refused(*flag.company, wrong, "1")

    assert f"No such option '{wrong}'" in told
    assert flag.name in told.replace(wrong, ""), told


@every(RIGHTLY)
def test_a_word_too_many_is_refused(verb: str) -> None:
    assert "unexpected extra argument (extra)" in refused(*verb.split(), *RIGHTLY[verb], "extra")


@every([flag for flag in FLAGS if flag.option.required])
def test_a_flag_that_is_needed_is_asked_for(flag: Flag) -> None:
    assert f"Missing option '{flag.name}'" in refused(*flag.company)


@every(WITH_A_VALUE)
def test_a_flag_without_its_value_is_told_so(flag: Flag) -> None:
    assert f"Option '{flag.name}' requires an argument" in refused(*flag.company, flag.name)


@every(WITH_A_VALUE)
def test_a_value_that_is_empty_is_never_taken_for_none(flag: Flag) -> None:
    for given in ((flag.name, ""), (f"{flag.name}=",)):
        assert f"What stands behind {flag.name} is empty" in refused(*flag.company, *given)


@every(WITHOUT)
def test_a_value_for_a_flag_that_takes_none_is_refused(flag: Flag) -> None:
    assert f"Option '{flag.name}' does not take a value" in refused(*flag.company, f"{flag.name}=yes")


@every(NUMBERS)
def test_a_number_that_is_none_or_out_of_range_is_answered_with_the_range(flag: Flag) -> None:
    least, most = getattr(flag.option.type, "min", None), getattr(flag.option.type, "max", None)
    for wrong in ("x", "1.5", *(str(bound - 1) for bound in [least] if bound is not None)):
        assert f"Invalid value for '{flag.name}'" in refused(*flag.company, flag.name, wrong)
    if most is not None:
        assert f"x<={most}." in refused(*flag.company, flag.name, str(most + 1))


@every(CHOICES)
def test_a_choice_that_there_is_not_is_answered_with_those_there_are(flag: Flag) -> None:
    told = refused(*flag.company, flag.name, "nonsense")

    assert all(repr(each) in told for each in flag.option.type.choices), told  # type: ignore[attr-defined]


# ── values and what does not go together ──


@every([(flag, value) for flag in WITH_A_VALUE if VALUES.get(str(flag), ANY) != ANY for value in VALUES[str(flag)]])
def test_a_wrong_value_is_answered_with_a_right_one(row: tuple[Flag, str]) -> None:
    flag, value = row
    expected = VALUES[str(flag)]
    assert isinstance(expected, dict)

    told = refused(*flag.company, flag.name, value)

    assert expected[value] in told, told


@every(TOGETHER.items(), named=lambda row: row[0])
def test_what_does_not_go_together_is_told(row: tuple[str, str]) -> None:
    words, sentence = row

    told = refused(*words.split())

    assert sentence in told, told


# ── files ──

CONFIGURATIONS = [Flag("login", "--config", flag.option) for flag in FLAGS if str(flag) == "login --config"]
OF_FILES = [*CONFIGURATIONS, *(flag for flag in WITH_A_VALUE if flag.name in READ and _is_read(flag))]
OF_LINES = [flag for flag in WITH_A_VALUE if flag.name in LINES and _is_read(flag)]


def given_to(flag: Flag, path: str, exit_codes: tuple[int, ...] = (2,)) -> str:
    company = ["login", "--revoke"] if flag.verb == "login" else flag.company
    return refused(*company, flag.name, path, exit_codes=exit_codes)


@every([(flag, place) for flag in OF_FILES for place in PLACES], named=lambda row: f"{row[0]} {row[1]}")
def test_a_file_that_cannot_be_read_is_named(row: tuple[Flag, str]) -> None:
    flag, path = row

    told = given_to(flag, path)

    assert PLACES[path].format(what=READ[flag.name]) in told, told
    assert path in told


@every([(flag, name) for flag in OF_FILES for name in FILES], named=lambda row: f"{row[0]} {row[1]}")
def test_a_file_that_is_no_json_is_named_with_what_it_is(row: tuple[Flag, str]) -> None:
    flag, path = row

    told = given_to(flag, path)

    assert f"The {READ[flag.name]} file {path}" in told, told
    assert FILES[path][1] in told, told


@every([(flag, name) for flag in OF_FILES for name in OTHERS], named=lambda row: f"{row[0]} {row[1]}")
def test_a_file_of_another_kind_is_told_where_it_belongs(row: tuple[Flag, str]) -> None:
    flag, path = row
    what, kind = READ[flag.name], OTHERS[path][1]
    if kind == what or (path == "other.json" and flag.verb in TAKES_PARTS):
        return

    told = given_to(flag, path, exit_codes=(1, 2) if flag.verb == "doctor" else (2,))

    if kind == "message" and what != "plan":
        assert f"{path} holds messages of a run; take the {what} out of them" in told, told
    elif kind and what != "plan":
        assert f"{path} holds a {kind}, which belongs behind --" in told, told
    else:
        assert what in told, told


@every(OF_LINES)
def test_an_output_that_cannot_be_read_or_is_none_is_named(flag: Flag) -> None:
    assert "nowhere.jsonl cannot be read (No such file or directory)" in given_to(flag, "nowhere.jsonl")
    assert "folder cannot be read (Is a directory)" in given_to(flag, "folder")
    for path in ("empty.json", "a-config.json", "list.json", "deep.json", "wide.json"):
        assert path in given_to(flag, path)
    assert "wide.json is UTF-16" in given_to(flag, "wide.json")
    assert "Standard input" in given_to(flag, "-")


def test_a_file_of_somebody_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbid)

    for flag in OF_FILES:
        assert "good.json cannot be read (Permission denied); check the path" in given_to(flag, "good.json"), flag
