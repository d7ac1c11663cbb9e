"""Are the right files there when the demo is over?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from source_zoho.cli.workplace import OccupiedError, Workplace

if TYPE_CHECKING:
    from pathlib import Path


def a_demo_in(directory: Path | None, *, keep: bool = False) -> Workplace:
    """Return a workplace that a demo has used."""
    workplace = Workplace.prepare(directory, keep=keep)
    workplace.write("config.json", {"data_center": "us"})
    workplace.log("read-1").write_text("{}\n")
    workplace.database.write_bytes(b"")
    return workplace


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_database_stays_and_the_working_files_go(tmp_path: Path) -> None:
    a_demo_in(tmp_path).tidy(succeeded=True)

    assert files(tmp_path) == ["zoho-demo.duckdb"]
    assert not (tmp_path / "working-files").exists()


def test_keep_keeps_everything(tmp_path: Path) -> None:
    a_demo_in(tmp_path, keep=True).tidy(succeeded=True)

    assert files(tmp_path) == ["working-files/config.json", "working-files/read-1.jsonl", "zoho-demo.duckdb"]


def test_a_demo_that_did_not_end_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("dear to me")

    a_demo_in(tmp_path).tidy(succeeded=False)

    assert files(tmp_path) == ["mine.txt"]


def test_a_folder_that_the_demo_made_goes_with_it(tmp_path: Path) -> None:
    a_demo_in(tmp_path / "made" / "by demo").tidy(succeeded=False)

    assert not (tmp_path / "made" / "by demo").exists()


def test_without_a_folder_it_takes_a_new_temporary_one() -> None:
    one, other = a_demo_in(None), a_demo_in(None)

    assert one.folder != other.folder

    one.tidy(succeeded=False)
    other.tidy(succeeded=False)
    assert not one.folder.exists()


def test_an_earlier_database_is_never_overwritten(tmp_path: Path) -> None:
    a_demo_in(tmp_path).tidy(succeeded=True)

    with pytest.raises(OccupiedError, match=r"zoho-demo\.duckdb exists already; delete it, or name another folder"):
        Workplace.prepare(tmp_path, keep=False)
