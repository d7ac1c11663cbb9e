"""Is a configuration written whole or not at all, for its owner only, and never over something else?"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from source_zoho.cli import login_file
from source_zoho.errors import ConfigProblem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_only_its_owner_can_read_what_is_written(path: Path) -> None:
    before = os.umask(0)
    try:
        login_file.write(path, {"client_secret": "hush", "name": "Söhne"})
    finally:
        os.umask(before)

    assert mode(path) == 0o600
    assert json.loads(path.read_text("utf-8")) == {"client_secret": "hush", "name": "Söhne"}
    assert [each.name for each in path.parent.iterdir()] == ["config.json"]


def test_a_file_that_everybody_could_read_becomes_private(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0o644)

    login_file.write(path, {"a": 1})

    assert mode(path) == 0o600


def test_a_link_to_a_configuration_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)

    login_file.write(link, {"a": 1})

    assert link.is_symlink()
    assert json.loads(path.read_text()) == {"a": 1}


def test_what_cannot_be_finished_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text('{"old": true}')

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ConfigProblem, match="No space left on device"):
        login_file.write(path, {"new": True})
    assert path.read_text() == '{"old": true}'
    assert [each.name for each in path.parent.iterdir()] == ["config.json"]


def test_a_folder_that_may_not_be_looked_into_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", forbid)

    with pytest.raises(ConfigProblem, match=r"cannot be written \(Permission denied\); name another file"):
        login_file.existing(path)


def test_what_is_there_is_kept_in_our_words(path: Path) -> None:
    assert login_file.existing(path) == {}
    path.write_text(json.dumps({"region": "com.au", "num_workers": 2}))

    assert login_file.existing(path) == {"data_center": "au", "num_workers": 2}


@pytest.mark.parametrize(("text", "words"), [("[]", "is no JSON object"), ("no JSON", "is not valid JSON")])
def test_what_is_no_configuration_is_refused(path: Path, text: str, words: str) -> None:
    path.write_text(text)

    with pytest.raises(ConfigProblem, match=words):
        login_file.existing(path)
