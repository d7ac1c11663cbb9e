"""How does a person see that a long command moves, in a terminal and in a log file alike?"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

# Without a terminal: a line when so many parts are done. Enough to see life, few enough to read.
PLAIN_LINES_PER_STEP = 4


@dataclass
class Step:
    """One step under way; *detail* is what its closing line says."""

    title: str
    detail: str = ""
    quarters_shown: int = field(default=0, repr=False)
    _show: Callable[["Step", int, int], None] = field(default=lambda *_: None, repr=False)

    def update(self, detail: str, done: int = 0, total: int = 0) -> None:
        """Say how far the step is: *done* of *total* parts."""
        self.detail = detail
        self._show(self, done, total)


class Steps:
    """Steps one after the other: a live line each in a terminal, plain lines otherwise."""

    def __init__(self, console: Console, seconds: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._seconds = seconds
        self._mark = "✓" if console.encoding.lower().startswith("utf") else "+"

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show *title* while the block runs, and one line with its detail when it went well."""
        started = self._seconds()
        with self._live(title) if self._console.is_terminal else self._plain(title) as step:
            yield step
        took = Text(f"{self._seconds() - started:.1f} s", "dim")
        done = Text.assemble((self._mark, "green"), " ", (title, "bold"))
        self._console.print(
            Text("  ").join([done, *([Text(step.detail)] if step.detail else []), took]), soft_wrap=True
        )

    @contextmanager
    def _live(self, title: str) -> Iterator[Step]:
        columns = (
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(title, total=None, detail="")

            def show(step: Step, done: int, total: int) -> None:
                progress.update(task, completed=done, total=total or None, detail=step.detail)

            yield Step(title, _show=show)

    @contextmanager
    def _plain(self, title: str) -> Iterator[Step]:
        self._console.print(f"  {title} ...", markup=False, highlight=False)

        def show(step: Step, done: int, total: int) -> None:
            parts = done * PLAIN_LINES_PER_STEP // total if total else 0
            if step.quarters_shown < parts < PLAIN_LINES_PER_STEP:  # the closing line says the last part
                step.quarters_shown = parts
                self._console.print(f"  {title}: {step.detail}", markup=False, highlight=False, soft_wrap=True)

        yield Step(title, _show=show)
