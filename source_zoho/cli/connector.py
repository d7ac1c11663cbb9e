"""How does a helper verb run the connector the way a platform does, and what does it say when the connector fails?"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import orjson

from source_zoho.cli.failures import few_of

# The console entry point, so that a helper verb sees exactly what a platform would see.
CONNECTOR = (sys.executable, "-m", "source_zoho.run")
SECONDS_TO_STOP = 5


class ConnectorFailedError(Exception):
    """The connector ended badly; *messages* are its own words for people."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = list(messages)


class ConnectorRun:
    """
    One run of the connector as a process of its own; iterating gives its messages, leaving it ends the process.

    Iterating to the end raises ConnectorFailedError when the process did not exit well. *log* receives both outputs,
    word for word, and has the name of the verb: ``read.jsonl`` and ``read.stderr.txt``; with *stderr* the second goes
    there. *environment* is added to this process's.
    """

    def __init__(
        self,
        *arguments: str,
        log: Path,
        stderr: Path | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = CONNECTOR,
    ) -> None:
        self._stderr_path = stderr or log.with_suffix(".stderr.txt")
        self._log: IO[bytes] = log.open("wb")
        self._stderr: IO[bytes] = self._stderr_path.open("wb")
        self._errors: dict[str, None] = {}
        # A session of its own: Ctrl-C reaches this process only, which then ends the connector in good order.
        self._process = subprocess.Popen(  # noqa: S603  our own program
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stop()
        finally:
            self._log.close()
            self._stderr.close()

    @property
    def exit_code(self) -> int | None:
        """Return how the process ended, or None while it runs."""
        return self._process.poll()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        assert self._process.stdout is not None  # noqa: S101  stdout=PIPE above; this tells the type checker
        for line in self._process.stdout:
            self._log.write(line)
            message = parse(line)
            if message is not None:
                self._errors.update(dict.fromkeys(error_texts(message)))
                yield message
        if self._process.wait() != 0:
            raise ConnectorFailedError(self._last_words())

    def _last_words(self) -> list[str]:
        if self._errors:
            return few_of(list(self._errors))
        self._stderr.flush()
        lines = self._stderr_path.read_text("utf-8", errors="replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
        return [f"The connector stopped with exit code {self._process.returncode}: {said}"]

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        # Closed before waiting: a process blocked on a full pipe would not see the signal out.
        if self._process.stdout is not None:
            self._process.stdout.close()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the message on *line*, or None for a line that is not a message; such lines stay in the log."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def error_texts(message: Mapping[str, Any]) -> list[str]:
    """Return what *message* tells people about a failure, if it is about one."""
    match message:
        case {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": str(text)}}}:
            return [text]
        case {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "FAILED", "message": str(text)}}:
            return [text]
    return []


def only(kind: str, messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the one message of *kind*, having read *messages* to the end."""
    found = [message for message in messages if message.get("type") == kind]
    if not found:
        raise ConnectorFailedError([f"The connector ended without a {kind} message."])
    return found[-1]
