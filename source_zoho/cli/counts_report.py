"""Do the counts agree, and how does that look?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

EQUAL, DIFFERS, NO_COUNT, COUNTED, FAILED = "equal", "differs", "no count", "counted", "failed"
_STYLES = {EQUAL: "green", DIFFERS: "bold red", FAILED: "bold red", NO_COUNT: "dim", COUNTED: ""}
_REASONS = {
    "count": "",
    "one_page": "all on one page",
    "scan": "read to the end",
    "ignored": "Zoho ignored the question",
    "refused": "Zoho refused the question",
    "unclear": "the answer held no number",
    "failed": "",
}


@dataclass(frozen=True)
class Line:
    """
    One list of one organization: its rows at Zoho (None: unknown), and the records that were read (None: no output).

    ``by`` is how the first is known, ``note`` what else there is to say.
    """

    stream: str
    organization_id: str
    source: int | None
    emitted: int | None
    by: str
    note: str = ""

    @property
    def difference(self) -> int | None:
        """Return how many more records were read than Zoho has rows; less than nothing when some are missing."""
        return None if self.source is None or self.emitted is None else self.emitted - self.source

    @property
    def verdict(self) -> str:
        """Return what follows."""
        if self.by == "failed":
            return FAILED
        if self.source is None:
            return NO_COUNT
        if self.emitted is None:
            return COUNTED
        return EQUAL if self.difference == 0 else DIFFERS

    def as_json(self) -> dict[str, Any]:
        """Return this line for programs."""
        return {
            "stream": self.stream,
            "organization_id": self.organization_id or None,
            "source": self.source,
            "emitted": self.emitted,
            "difference": self.difference,
            "verdict": self.verdict.replace(" ", "_"),
            "by": self.by,
            "note": self.note,
        }


def agree(lines: Sequence[Line]) -> bool:
    """Tell whether nothing that was compared differs, and nothing failed."""
    return not any(line.verdict in {DIFFERS, FAILED} for line in lines)


def document(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the result for programs."""
    return {"agree": agree(lines), "lists": [line.as_json() for line in lines]}


def table(lines: Sequence[Line]) -> Table:
    """Return the result for people; without an output to compare with it has two columns less."""
    compared = any(line.emitted is not None for line in lines)
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold")
    shown.add_column("organization", no_wrap=True)
    for heading in ("at Zoho", "read", "difference") if compared else ("at Zoho",):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("verdict", no_wrap=True)
    shown.add_column("why", overflow="fold")
    for line in lines:
        numbers = [_number(line.source), *([_number(line.emitted), _signed(line.difference)] if compared else [])]
        verdict = Text(line.verdict, _STYLES[line.verdict])
        shown.add_row(line.stream, line.organization_id or "all", *numbers, verdict, _why(line))
    return shown


def summary(lines: Sequence[Line]) -> str:
    """Return one sentence that says how it came out."""
    number = {each: sum(line.verdict == each for line in lines) for each in _STYLES}
    told = [f"{number[each]:,} {each}" for each in (EQUAL, DIFFERS, COUNTED, NO_COUNT, FAILED) if number[each]]
    hint = " With --scan they are counted by reading them, at a call for every 200 rows." if number[NO_COUNT] else ""
    lists = "1 list" if len(lines) == 1 else f"{len(lines):,} lists"
    return f"{lists}: {', '.join(told) or 'none'}.{hint}"


def _why(line: Line) -> str:
    return "; ".join(each for each in (_REASONS[line.by], line.note) if each)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _signed(value: int | None) -> str:
    return "" if value is None else f"{value:+,}" if value else "0"
