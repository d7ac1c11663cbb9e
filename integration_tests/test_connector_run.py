"""Does a helper verb hear everything the connector says, and does it never leave a connector running behind it?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from source_zoho.cli.connector import ConnectorFailedError, ConnectorRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ERROR = {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": "Zoho refused the refresh token."}}}
LOG = {"type": "LOG", "log": {"level": "INFO", "message": "hello"}}


@pytest.fixture
def a_connector(tmp_path: Path) -> Callable[[str], ConnectorRun]:
    """Return a way to run a few lines of Python in the place of the connector."""

    def run(program: str) -> ConnectorRun:
        return ConnectorRun(log=tmp_path / "read.jsonl", command=[sys.executable, "-c", program])

    return run


def saying(*messages: object, exit_code: int = 0, stderr: str = "") -> str:
    """Return a program that writes *messages* and ends."""
    lines = "".join(orjson.dumps(message).decode() + "\n" for message in messages)
    return f"import sys; sys.stdout.write({lines!r}); sys.stderr.write({stderr!r}); sys.exit({exit_code})"


def test_every_message_is_heard_and_logged(a_connector: Callable[[str], ConnectorRun], tmp_path: Path) -> None:
    with a_connector(saying(LOG, LOG)) as run:
        assert list(run) == [LOG, LOG]

    assert (tmp_path / "read.jsonl").read_bytes().splitlines() == [orjson.dumps(LOG)] * 2


def test_a_connector_that_fails_is_quoted_once(a_connector: Callable[[str], ConnectorRun]) -> None:
    with pytest.raises(ConnectorFailedError) as raised, a_connector(saying(ERROR, ERROR, exit_code=1)) as run:
        list(run)

    assert raised.value.messages == ["Zoho refused the refresh token."]


def test_a_connector_that_dies_without_a_word_is_quoted_from_its_standard_error(
    a_connector: Callable[[str], ConnectorRun], tmp_path: Path
) -> None:
    program = saying(LOG, exit_code=3, stderr="Traceback ...\nModuleNotFoundError: no such thing\n\n")

    with pytest.raises(ConnectorFailedError) as raised, a_connector(program) as run:
        list(run)

    assert raised.value.messages == ["The connector stopped with exit code 3: ModuleNotFoundError: no such thing"]
    assert "Traceback" in (tmp_path / "read.stderr.txt").read_text()


def test_leaving_early_ends_a_connector_that_would_go_on(a_connector: Callable[[str], ConnectorRun]) -> None:
    endless = 'import itertools\nfor _ in itertools.count(): print(\'{"type": "LOG"}\', flush=True)'

    with a_connector(endless) as run:
        next(iter(run))

    assert run.exit_code is not None


def test_leaving_by_ctrl_c_ends_the_connector_too(a_connector: Callable[[str], ConnectorRun]) -> None:
    run = a_connector('print(\'{"type": "LOG"}\', flush=True); import threading; threading.Event().wait()')

    with pytest.raises(KeyboardInterrupt):
        interrupt(run)

    assert run.exit_code is not None


def interrupt(run: ConnectorRun) -> None:
    with run:
        next(iter(run))
        raise KeyboardInterrupt
