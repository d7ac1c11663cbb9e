"""
Where do the helper verbs write, and how do they end?

With 0 when all went well, with 1 when something did not, with 2 when it was used wrongly: a flag, a file, a value.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from source_zoho.errors import ConfigProblem, RefusedByZoho, ZohoError

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


def results() -> Console:
    """Return the console for what was asked for: standard output."""
    return Console(highlight=False)


def notices() -> Console:
    """Return the console for progress and complaints: standard error."""
    return Console(stderr=True, highlight=False)


def end(exit_code: int, *sentences: str) -> NoReturn:
    """Say why, and leave with *exit_code*."""
    for sentence in sentences:
        notices().print(Text(sentence), soft_wrap=True)
    raise SystemExit(exit_code)


def exit_code_of(error: ZohoError) -> int:
    """Return how a verb ends that *error* has stopped: what only Zoho could know was no wrong use."""
    return WRONG_USE if isinstance(error, ConfigProblem) and not isinstance(error, RefusedByZoho) else FAILED


@contextmanager
def said_plainly() -> Iterator[None]:
    """Let a failure of ours in the block end the process with its sentence, and Ctrl-C or SIGTERM without one."""
    try:
        with terminate_like_interrupt():
            yield
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except ZohoError as error:
        end(exit_code_of(error), str(error))


@contextmanager
def terminate_like_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block the way Ctrl-C does, so that there is one way to tidy up."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
