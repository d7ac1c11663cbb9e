"""Where in a query does something stand, and how is that shown to the person who wrote it?"""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 100


class QueryProblem(ValueError):
    """A query that cannot be read; the text says why, in half a sentence, and *offset* where."""

    def __init__(self, why: str, offset: int | None = None) -> None:
        super().__init__(why)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, from *start* to before *end*."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the piece of *text*."""
        return text[self.start : self.end]


def offset_of(text: str, line: int, column: int) -> int | None:
    """Return the offset of a place in *text* whose lines and columns are counted from 1; None when there is none."""
    lines = text.splitlines(keepends=True)
    if not 0 < line <= len(lines) or not 0 < column <= len(lines[line - 1]) + 1:
        return None
    return sum(map(len, lines[: line - 1])) + column - 1


def in_words(text: str, offset: int) -> str:
    """Return where *offset* is in *text*: ``line 2, column 7``."""
    before = text[:offset].splitlines(keepends=True) or [""]
    ended = before[-1].endswith(("\n", "\r"))
    line, column = (len(before) + 1, 1) if ended else (len(before), len(before[-1]) + 1)
    return f"line {line}, column {column}"


def pointed_at(text: str, offset: int) -> str:
    """Return the line of *text* that has *offset*, and below it a caret; of a long line the piece around it."""
    begin = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[begin:].splitlines()[0] if text[begin:].strip() else text[begin:].rstrip()
    place = offset - begin
    cut = max(0, min(place - _SHOWN // 2, len(line) - _SHOWN))
    shown = line[cut : cut + _SHOWN].replace("\t", " ")
    return f"  {shown}\n  {' ' * (place - cut)}^"
