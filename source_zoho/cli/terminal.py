"""Where do the helper verbs write, and how do they end?"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.text import Text

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
