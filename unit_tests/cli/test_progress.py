"""Can progress be followed in a terminal, in a log file, and without colours?"""

from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from source_zoho.cli.progress import Steps

SPINNER_AND_BAR = "⠋━"
ESCAPE = "\x1b"


def ticking() -> float:
    """Return a clock that stands still: how long a step takes is not what these tests ask."""
    return 100.0


def printed(*, terminal: bool, updates: int = 0, no_color: bool = False, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    colours: Literal["standard", "auto"] = "standard" if terminal else "auto"
    console = Console(file=stream, force_terminal=terminal, width=100, no_color=no_color, color_system=colours)
    with Steps(console, ticking).step("First read") as step:
        for done in range(1, updates + 1):
            step.update(f"{done} records", done, updates)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_without_a_terminal_a_step_is_a_line_at_its_start_and_one_at_its_end() -> None:
    assert printed(terminal=False).splitlines() == ["  First read ...", "✓ First read  0.0 s"]


def test_without_a_terminal_a_long_step_shows_life_now_and_then() -> None:
    lines = printed(terminal=False, updates=100).splitlines()

    assert lines == [
        "  First read ...",
        "  First read: 25 records",
        "  First read: 50 records",
        "  First read: 75 records",
        "✓ First read  100 records  0.0 s",
    ]


def test_without_a_terminal_nothing_moves_and_nothing_is_coloured() -> None:
    text = printed(terminal=False, updates=10)

    assert ESCAPE not in text
    assert not set(SPINNER_AND_BAR) & set(text)


def test_in_a_terminal_the_step_is_live_and_leaves_one_line() -> None:
    text = printed(terminal=True, updates=3)

    assert ESCAPE in text
    assert "3 records" in text.splitlines()[-1]


def test_in_a_terminal_without_colours_the_words_are_the_same() -> None:
    last = printed(terminal=True, updates=3, no_color=True).splitlines()[-1]

    assert "First read" in last
    assert "\x1b[32m" not in last


def test_an_old_terminal_gets_a_mark_that_it_can_show() -> None:
    assert printed(terminal=False, encoding="cp1252").splitlines()[-1].startswith("+ First read")


def test_a_step_that_fails_does_not_claim_to_be_done() -> None:
    out = io.StringIO()
    steps = Steps(Console(file=out, force_terminal=False), ticking)

    with pytest.raises(RuntimeError), steps.step("First read"):
        raise RuntimeError("refused")

    assert out.getvalue().splitlines() == ["  First read ..."]
