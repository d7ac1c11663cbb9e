"""Is a path that cannot be written refused before anything is asked of Zoho?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from source_zoho.cli.writing import refuse_a_place_that_cannot_be_written
from source_zoho.errors import ConfigProblem


def test_a_place_that_can_be_written_stays_as_it_is(tmp_path: Path) -> None:
    refuse_a_place_that_cannot_be_written(tmp_path / "config.json", "--output")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere/config.json", "cannot be written (No such file or directory); name another file with --output."),
        ("file/config.json", "cannot be written (Not a directory); name another file with --output."),
        (".", "is a folder; name a file in it with --output."),
    ],
)
def test_a_place_that_cannot_be_written_is_told_with_its_flag(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigProblem) as raised:
        refuse_a_place_that_cannot_be_written(tmp_path / path, "--output")

    assert str(raised.value) == f"{tmp_path / path} {sentence}"


def test_a_folder_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", forbid)

    with pytest.raises(ConfigProblem, match=r"cannot be written \(Permission denied\); name another file"):
        refuse_a_place_that_cannot_be_written(tmp_path / "zoho.duckdb", "--database")
