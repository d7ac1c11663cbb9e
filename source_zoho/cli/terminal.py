"""Where do the helper verbs write, and how do they end?"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


def results() -> Console:
    """Return the console for what was asked for: standard output."""
    return Console(highlight=False)


def notices() -> Console:
    """Return the console for progress and complaints: standard error."""
    return Console(stderr=True, highlight=False)


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
