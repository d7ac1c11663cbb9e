"""Which words does a query consist of, and where does each stand?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from source_zoho.coql.place import QueryProblem


class Kind(StrEnum):
    """What a token is."""

    QUOTED = "quoted"
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, with all dots and arrows of a path; a text in quotes, with them; a number, or a sign."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of *words*, in small letters or capitals."""
        return self.kind is Kind.WORD and self.text.casefold() in words

    def is_sign(self, *signs: str) -> bool:
        """Tell whether this is one of *signs*."""
        return self.kind is Kind.SIGN and self.text in signs

    @property
    def plain(self) -> str:
        """Return the text without quotes around it."""
        return self.text[1:-1] if self.kind is Kind.QUOTED else self.text


_TOKEN = re.compile(
    r"""
      \s+
    | (?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[!$\w][\w$.\#!]*(?:->[\w$.]+)*)
    | (?P<sign><=|>=|!=|<>|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> list[Token]:
    """Return the tokens of *text*. Raises QueryProblem when a quote or a bracket has no partner."""
    found = [
        Token(Kind(match.lastgroup), match.group(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup is not None
    ]
    _refuse_a_lonely_sign(found)
    return found


def _refuse_a_lonely_sign(found: list[Token]) -> None:
    open_ones: list[Token] = []
    for token in found:
        if token.is_sign("'", '"'):
            raise QueryProblem(f"the quote {token.text} is not closed", token.start)
        if token.is_sign("("):
            open_ones.append(token)
        elif token.is_sign(")"):
            if not open_ones:
                raise QueryProblem("a bracket is closed that was not opened", token.start)
            open_ones.pop()
    if open_ones:
        raise QueryProblem("a bracket is not closed", open_ones[-1].start)
