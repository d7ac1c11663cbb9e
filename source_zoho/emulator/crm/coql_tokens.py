"""Which words, texts, numbers and signs does a query consist of, and where do they stand?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .coql_refusals import syntax_error
from .refusals import CrmRefusedError

Kind = Literal["word", "text", "number", "sign", "end"]
_NEAR = 30
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>[+-]?\d+(?:\.\d+)?(?![\w.:+-]))
    |(?P<word>!?[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
    |(?P<sign><=|>=|!=|[=<>(),#])
    |(?P<end>\Z)
    )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What a query says by itself, and what the databases below keep for themselves: as names they have to be quoted.
_RESERVED_WORDS = """
    select from where and or not in is null like between group order by asc desc limit offset as
    all alter any case check column create cross default delete distinct drop else end except exists external
    foreign full grant having inner insert interval into join key left natural on outer primary right set table then
    trigger union unique update using values view when with
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query; `value` is a text without its quotes, and otherwise what was written."""

    kind: Kind
    value: str
    start: int

    def says(self, *words: str) -> bool:
        """Tell whether this is one of some keywords or signs, however it is spelt."""
        return self.kind in ("word", "sign") and self.value.lower() in words

    @property
    def is_reserved(self) -> bool:
        """Tell whether this word cannot be a name without quotes."""
        return self.kind == "word" and self.value.lower() in _RESERVED


def tokens(query: str) -> list[Token]:
    """Take a query apart, or refuse it at the first sign that is none."""
    found, place = [], 0
    while True:
        match = _TOKEN.match(query, place)
        if match is None:
            raise refused_at(query, _first_sign(query, place))
        token = _token(match)
        found.append(token)
        if token.kind == "end":
            return found
        place = match.end()


def refused_at(query: str, start: int) -> CrmRefusedError:
    """Refuse a query at a place in it."""
    before = query[:start]
    line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
    return syntax_error(query[start : start + _NEAR], line, column)


def _token(match: re.Match[str]) -> Token:
    kind: Kind = match.lastgroup  # type: ignore[assignment]
    value = match[str(kind)]
    return Token(kind, _ESCAPED.sub(r"\1", value[1:-1]) if kind == "text" else value, match.start(str(kind)))


def _first_sign(query: str, place: int) -> int:
    return place + len(query[place:]) - len(query[place:].lstrip())
