"""Does the first thing that a newcomer runs decide rightly, and say plainly what is wrong?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import bootstrap


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_python_in_the_range_is_right(version: tuple[int, int]) -> None:
    assert bootstrap.python_complaint(version, others=[]) is None


def test_a_python_outside_the_range_is_told_which_one_would_do() -> None:
    complaint = bootstrap.python_complaint((3, 9), others=["python3.12", "python3.11"])

    assert complaint == (
        "source-zoho runs on Python 3.11 to 3.13, and this is Python 3.9. "
        "This machine has python3.12: run python3.12 bootstrap.py instead."
    )


def test_a_python_outside_the_range_on_a_machine_without_another_is_told_to_install_one() -> None:
    complaint = bootstrap.python_complaint((3, 14), others=[])

    assert complaint is not None
    assert complaint.endswith("Install one and use that.")


def test_the_range_is_the_one_in_pyproject() -> None:
    text = (bootstrap.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    after_newest = (bootstrap.NEWEST[0], bootstrap.NEWEST[1] + 1)

    assert f'requires-python = ">={bootstrap.dotted(bootstrap.OLDEST)},<{bootstrap.dotted(after_newest)}"' in text, (
        "bootstrap.py and pyproject.toml name different Pythons"
    )


@pytest.mark.parametrize(
    ("installed", "asked", "expected"),
    [
        (["demo", "dev"], {"demo"}, True),
        (["demo"], {"demo"}, True),
        (["demo"], {"demo", "dev"}, False),
        ("nonsense", {"demo"}, False),
    ],
)
def test_an_environment_is_reused_when_it_holds_what_is_asked_for(
    installed: object, asked: set[str], expected: bool
) -> None:
    stamp = {"pyproject": "abc", "extras": installed}

    assert bootstrap.is_up_to_date(stamp, "abc", frozenset(asked)) is expected


def test_a_changed_pyproject_asks_for_a_new_installation() -> None:
    assert not bootstrap.is_up_to_date({"pyproject": "old", "extras": ["demo"]}, "new", frozenset({"demo"}))


@pytest.mark.parametrize("content", [None, "", "half a wri", "[1]"])
def test_a_stamp_that_cannot_be_read_counts_as_no_installation(tmp_path: Path, content: str | None) -> None:
    stamp = tmp_path / "stamp.json"
    if content is not None:
        stamp.write_text(content, encoding="utf-8")

    assert bootstrap.read_stamp(stamp) == {}


def test_arguments_are_passed_on() -> None:
    assert bootstrap.command_line(bootstrap.COMMANDS["demo"], ["--size", "medium"]) == (
        "source-zoho", "demo", "--size", "medium",
    )  # fmt: skip


def test_without_arguments_test_runs_everything_and_with_arguments_pytest_alone() -> None:
    test = bootstrap.COMMANDS["test"]

    assert bootstrap.command_line(test, []) == ("poe", "check")
    assert bootstrap.command_line(test, ["-k", "cursor"]) == ("pytest", "-k", "cursor")


def test_another_active_environment_gives_way_to_ours() -> None:
    outer = {"VIRTUAL_ENV": "/elsewhere", "PYTHONHOME": "/elsewhere", "PATH": "/elsewhere/bin", "LANG": "C"}

    inner = bootstrap.inner_environment(outer)

    assert inner == {
        "VIRTUAL_ENV": str(bootstrap.ENVIRONMENT),
        "PATH": f"{bootstrap.binary('python').parent}{os.pathsep}/elsewhere/bin",
        "LANG": "C",
    }


def test_help_teaches_both_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["--help"]) == 0

    shown = capsys.readouterr().out
    assert all(f"  {name}    " in shown for name in bootstrap.COMMANDS)


def test_no_command_shows_the_help_and_counts_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 2
    assert "usage: python3 bootstrap.py" in capsys.readouterr().err


def test_an_unknown_command_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        bootstrap.main(["install"])

    assert ending.value.code == 2
    assert "'install' is not a command; expected one of: demo, test." in capsys.readouterr().err


def test_a_python_without_venv_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(SystemExit):
        bootstrap.make_environment()

    assert f"apt install python{bootstrap.dotted(sys.version_info[:2])}-venv" in capsys.readouterr().err


def test_a_failed_installation_says_where_the_reason_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "run", lambda program, **options: 1)

    with pytest.raises(SystemExit):
        bootstrap.install({"demo"})

    assert "the installation failed; pip's lines above say why" in capsys.readouterr().err


def test_set_up_installs_once_and_keeps_what_an_earlier_command_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed: list[frozenset[str]] = []
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "starts", lambda python: True)
    monkeypatch.setattr(bootstrap, "install", installed.append)

    bootstrap.set_up(frozenset({"demo", "dev"}))
    bootstrap.set_up(frozenset({"demo"}))
    bootstrap.STAMP.write_text('{"pyproject": "older", "extras": ["dev"]}', encoding="utf-8")
    bootstrap.set_up(frozenset({"demo"}))

    assert installed == [frozenset({"demo", "dev"}), frozenset({"demo", "dev"})]


def test_a_broken_environment_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    steps: list[str] = []
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "starts", lambda python: False)
    monkeypatch.setattr(bootstrap, "make_environment", lambda: steps.append("environment"))
    monkeypatch.setattr(bootstrap, "install", lambda extras: steps.append("install"))

    bootstrap.set_up(frozenset({"demo"}))

    assert steps == ["environment", "install"]
