"""
What does a query of the user's say: which columns, of which module, under which conditions?

Nothing is known here about fields, and whether the query makes sense is for Zoho to say. What is found is where each
clause stands, so that the pages of the result can be asked for in the user's own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from source_zoho.coql.place import QueryProblem, Span
from source_zoho.coql.tokens import Kind, Token, tokens

AGGREGATES = frozenset({"sum", "min", "max", "avg", "count"})
_CLAUSES = ("select", "from", "where", "group", "order", "limit", "offset")
_OF_TWO_WORDS = frozenset({"group", "order"})
Clauses = dict[str, list[Token]]


@dataclass(frozen=True)
class Column:
    """
    A column of the result: its *expression* as it is written, and the *name* under which Zoho gives it.

    *is_field* tells that the expression is the name of a field, or of one that a lookup leads to.
    """

    expression: str
    name: str
    is_aliased: bool = False
    is_aggregate: bool = False
    is_field: bool = False

    @property
    def field(self) -> str:
        """Return the field, without the quotes of reserved words; empty for what is no field."""
        return self.expression.strip("'\"") if self.is_field else ""


@dataclass(frozen=True)
class UserQuery:
    """A query as the user wrote it; the spans are places in its *text*, each without the words that begin a clause."""

    text: str
    columns: tuple[Column, ...]
    module: str
    selected: Span
    source: Span
    where: Span | None = None
    group_by: Span | None = None
    order_by: Span | None = None
    grouped: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0
    is_bracketed: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of the columns of the result."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column | None:
        """Return the column that is called *name*."""
        return next((each for each in self.columns if each.name == name), None)

    @property
    def is_grouped(self) -> bool:
        """Tell whether a row of the result stands for several records."""
        return self.group_by is not None or any(column.is_aggregate for column in self.columns)

    @property
    def module_name(self) -> str:
        """Return the API name of the module, without a view or the mark of a reserved word."""
        return self.module.lstrip("!").partition("#")[0]


def parse(text: str) -> UserQuery:
    """Return what *text* says. Raises QueryProblem when it is no query."""
    found = tokens(text)
    while found and found[-1].is_sign(";"):
        found.pop()
    clauses = _clauses(found, text)
    module = clauses["from"][0]
    if module.kind not in {Kind.WORD, Kind.QUOTED}:
        raise QueryProblem("after from comes the API name of a module", module.start)
    limit, offset = _limits(clauses)
    where = clauses.get("where")
    return UserQuery(
        text=text,
        columns=tuple(_column(part, text) for part in _parts(clauses["select"])),
        module=module.plain,
        selected=_span(clauses["select"]),
        source=_span(clauses["from"]),
        where=_span(where) if where else None,
        group_by=_span(clauses["group"]) if "group" in clauses else None,
        order_by=_span(clauses["order"]) if "order" in clauses else None,
        grouped=_written(clauses.get("group", []), text),
        ordered=_written(clauses.get("order", []), text),
        limit=limit,
        offset=offset,
        is_bracketed=_is_bracketed(where or []),
    )


def _clauses(found: Sequence[Token], text: str) -> Clauses:
    """Return the tokens of each clause. Raises QueryProblem when one is missing, empty, twice or misplaced."""
    if not found or not found[0].is_word("select"):
        raise QueryProblem("a query begins with select", found[0].start if found else 0)
    clauses: Clauses = {}
    here: list[Token] = []
    for token, begins in _with_beginnings(found):
        if begins:
            here = _begun(clauses, begins, token)
        else:
            here.append(token)
    _refuse_an_empty_one(clauses, len(text.rstrip()))
    if "from" not in clauses:
        raise QueryProblem("it has no from, which names the module", len(text.rstrip()))
    return clauses


def _with_beginnings(found: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield each token with the clause that it begins; the ``by`` that belongs to such a word is left out."""
    depth, skip = 0, False
    for token, follower in zip(found, [*found[1:], None], strict=True):
        depth += token.is_sign("(") - token.is_sign(")")
        if skip:
            skip = False
            continue
        word = token.text.casefold() if depth == 0 and token.is_word(*_CLAUSES) else ""
        if word in _OF_TWO_WORDS:
            skip = follower is not None and follower.is_word("by")
            word = word if skip else ""
        yield token, word


def _refuse_an_empty_one(clauses: Clauses, end: int) -> None:
    if clauses and not clauses[next(reversed(clauses))]:
        raise QueryProblem(f"nothing follows {next(reversed(clauses))}", end)


def _begun(clauses: Clauses, name: str, token: Token) -> list[Token]:
    _refuse_an_empty_one(clauses, token.start)
    if name in clauses:
        raise QueryProblem(f"{name} stands there twice", token.start)
    if clauses and _CLAUSES.index(name) < _CLAUSES.index(next(reversed(clauses))):
        raise QueryProblem(f"{name} comes too late: the order is {', '.join(_CLAUSES)}", token.start)
    clauses[name] = []
    return clauses[name]


def _parts(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield what stands between the commas. Raises QueryProblem when there is nothing between two."""
    part: list[Token] = []
    depth = 0
    for token in found:
        depth += token.is_sign("(") - token.is_sign(")")
        if depth or not token.is_sign(","):
            part.append(token)
            continue
        if not part:
            raise QueryProblem("a column is missing before the comma", token.start)
        yield part
        part = []
    if not part:
        raise QueryProblem("a column is missing after the comma", found[-1].end if found else 0)
    yield part


def _column(part: Sequence[Token], text: str) -> Column:
    if part[0].is_sign("*"):
        raise QueryProblem("COQL has no *; name the columns", part[0].start)
    held, alias = _without_alias(part)
    expression = _span(held).of(text)
    is_call = len(held) > 1 and held[0].kind is Kind.WORD and held[1].is_sign("(")
    is_field = len(held) == 1 and held[0].kind in {Kind.WORD, Kind.QUOTED}
    return Column(
        expression=expression,
        name=alias or _name(held, expression, is_call=is_call),
        is_aliased=bool(alias),
        is_aggregate=is_call and held[0].text.casefold() in AGGREGATES,
        is_field=is_field,
    )


def _without_alias(part: Sequence[Token]) -> tuple[Sequence[Token], str]:
    last = part[-1]
    if len(part) > 1 and last.kind in {Kind.WORD, Kind.QUOTED} and not last.is_word("as"):
        if part[-2].is_word("as") and len(part) > 2:
            return part[:-2], last.plain
        if part[-2].kind in {Kind.WORD, Kind.QUOTED} or part[-2].is_sign(")"):
            return part[:-1], last.plain
    return part, ""


def _name(held: Sequence[Token], expression: str, *, is_call: bool) -> str:
    """Return how Zoho calls a column: ``Account_Name.Account_Name``, ``COUNT(id)``."""
    if len(held) == 1:
        return held[0].plain
    if is_call:
        return held[0].text.upper() + "".join(token.plain for token in held[1:])
    return expression


def _limits(clauses: Clauses) -> tuple[int | None, int]:
    """Return the limit and the offset; ``limit 400, 200`` skips 400."""
    limit, offset = clauses.get("limit"), clauses.get("offset")
    numbers = [_whole(part, "limit") for part in _parts(limit)] if limit else []
    if len(numbers) > 2 or (len(numbers) == 2 and offset):
        raise QueryProblem("limit is followed by one number, or by those of offset and limit", _span(limit or []).start)
    skipped = _whole(offset, "offset") if offset else 0
    return (numbers[-1] if numbers else None), (numbers[0] if len(numbers) == 2 else skipped)


def _whole(part: Sequence[Token], clause: str) -> int:
    if len(part) != 1 or not part[0].text.isdecimal():
        raise QueryProblem(f"{clause} is followed by a whole number", part[0].start)
    return int(part[0].text)


def _written(found: Sequence[Token], text: str) -> tuple[str, ...]:
    return tuple(_span(part).of(text) for part in _parts(found)) if found else ()


def _is_bracketed(found: Sequence[Token]) -> bool:
    """Tell whether one pair of brackets holds all of it."""
    depth = 0
    for place, token in enumerate(found):
        depth += token.is_sign("(") - token.is_sign(")")
        if depth == 0 and place < len(found) - 1:
            return False
    return bool(found)


def _span(found: Sequence[Token]) -> Span:
    return Span(found[0].start, found[-1].end) if found else Span(0, 0)
