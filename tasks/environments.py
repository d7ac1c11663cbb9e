"""How does a task get an environment of its own, and run a program in it?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LAST_LINES = 3


class CommandFailedError(Exception):
    """A program ended badly; the text is a sentence with what it said last."""


def run(*command: str | Path, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    """Run *command* in *folder*, and return what it wrote. Raises CommandFailedError."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [*map(str, command)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailedError(f"{Path(command[0]).name} {command[1]} failed: {last_words(done.stderr)}")
    return done.stdout


def last_words(text: str) -> str:
    """Return the last lines of *text* in one."""
    return " / ".join(line.strip() for line in text.splitlines()[-_LAST_LINES:])


@contextmanager
def an_installer() -> Iterator[Path]:
    """Yield uv in an environment of its own: it installs in seconds what takes pip minutes."""
    with tempfile.TemporaryDirectory(prefix="source-zoho-uv-") as folder:
        run(sys.executable, "-m", "venv", folder)
        run(Path(folder) / "bin" / "python", "-m", "pip", "install", "--quiet", "uv")
        yield Path(folder) / "bin" / "uv"
