"""What stands in a field of the n-th row of a list of settings?

The resource table describes a row by a template: an object of templates, a list (of up to three items, or as many as
its second element says), a text such as `choice:asc|desc` that names a maker, or a value that stands for itself.
`=text` is the text itself. A name that ends in `?` is null in about one row of eight, one that ends in `~` is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

from source_zoho.emulator import words

NEWEST = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86_400
_SPAN = 700 * DAY
_ABSENT = object()


class Sources(Protocol):
    """What a row may refer to."""

    def stamp(self, epoch_seconds: int) -> str:
        """Write an instant."""

    def identifier(self, resource: str, parent: str, index: int | str) -> str:
        """Return the id of a row."""

    def label(self, resource: str, index: int) -> str:
        """Return what other rows call a row."""

    def count(self, resource: str) -> int:
        """Return how many rows there are."""

    def person(self, number: int) -> dict[str, Any]:
        """Return what is known of a user."""

    def module_names(self) -> list[str]:
        """Return the modules that rows may be about."""

    def module_reference(self, api_name: str) -> dict[str, Any]:
        """Return API name and id of a module."""


@dataclass(frozen=True)
class Draft:
    """One row in the making: where it stands, its own randomness, and what was filled in so far."""

    sources: Sources
    resource: str
    parent: str
    index: int
    random: Random
    line: int = 0
    filled: dict[str, Any] = field(default_factory=dict)

    @property
    def own_id(self) -> str:
        """Return the row's id, or that of the line in it."""
        return self.sources.identifier(
            self.resource, self.parent, f"{self.index}/{self.line}" if self.line else self.index
        )

    @property
    def place(self) -> int:
        """Return the number of the line within its row, or of the row within its list."""
        return self.line - 1 if self.line else self.index

    @property
    def created(self) -> int:
        """Return when the row was made."""
        return NEWEST - _SPAN + (self.index * 37 + len(self.parent)) % 600 * DAY + self.index * 61 % DAY

    def one_of(self, options: tuple[Any, ...] | list[Any]) -> Any:
        """Pick one."""
        return options[self.random.randrange(len(options))]


def fill(template: Any, draft: Draft) -> Any:
    """Return the value that a template describes."""
    if isinstance(template, dict):
        return _object(template, draft)
    if isinstance(template, list) and template:
        count = template[1] if len(template) > 1 else draft.random.randrange(4)
        return [fill(template[0], replace(draft, line=line, filled={})) for line in range(1, count + 1)]
    if not isinstance(template, str):
        return template
    if template.startswith("="):
        return template[1:]
    maker, _, argument = template.partition(":")
    return _MAKERS[maker](draft, argument)


def _object(template: dict[str, Any], draft: Draft) -> dict[str, Any]:
    inner = replace(draft, filled={})
    for marked, kind in template.items():
        value = _marked(marked, kind, inner)
        if value is not _ABSENT:
            inner.filled[marked.rstrip("?~")] = value
    return dict(inner.filled)


def _marked(marked: str, kind: Any, draft: Draft) -> Any:
    chance = draft.random.randrange(8) == 0
    if marked.endswith("?") and chance:
        return None
    return _ABSENT if marked.endswith("~") and chance else fill(kind, draft)


def _named(draft: Draft, argument: str) -> str:
    names = argument.split("|")
    lap, place = divmod(draft.place, len(names))
    return names[place] + (f" {lap + 1}" if lap else "")


def _moment(draft: Draft, argument: str) -> str:
    """Write an instant between the row's making and the newest record; `argument` adds days to the future."""
    later = draft.created + draft.random.randrange(max(1, NEWEST - draft.created))
    return draft.sources.stamp(later + int(argument or 0) * DAY)


def _date(draft: Draft, argument: str) -> str:
    day = draft.created + draft.random.randrange(90) * DAY + int(argument or 0) * DAY
    return datetime.fromtimestamp(day, UTC).date().isoformat()


def _year_of(draft: Draft, name: str) -> int:
    return int(draft.filled[name][:4])


def _link(draft: Draft, argument: str) -> dict[str, Any]:
    """Refer to any row of another list; a second word is one more key that its label goes by."""
    resource, _, key = argument.partition("|")
    found = _reference(draft, resource, draft.random.randrange(max(1, draft.sources.count(resource))))
    return {**found, key: found["name"]} if key else found


def _layout(draft: Draft, key: str) -> dict[str, Any]:
    """Refer to the first layout of the module that the row is about."""
    module = draft.filled["module"]["api_name"]
    return {"id": draft.sources.identifier("layouts", module, 0), key: draft.sources.label("layouts", 0)}


def _above(draft: Draft, resource: str) -> dict[str, Any] | None:
    """Return the row that this one reports to: the first reports to nobody."""
    return _reference(draft, resource, (draft.index - 1) // 2) if draft.index else None


def _reference(draft: Draft, resource: str, index: int) -> dict[str, Any]:
    return {"name": draft.sources.label(resource, index), "id": draft.sources.identifier(resource, "", index)}


def _user(draft: Draft, argument: str) -> dict[str, Any]:
    user = draft.sources.person(draft.random.randrange(1000))
    return {name: user[name] for name in (argument or "name|id|email").split("|")}


def _module(draft: Draft, argument: str) -> dict[str, Any]:
    """Return the module that a row is about; they go round, so that each has its rows."""
    names = argument.split("|") if argument else draft.sources.module_names()
    return draft.sources.module_reference(names[draft.index % len(names)])


def _email(draft: Draft, argument: str) -> str:
    return f"{draft.one_of(words.WORDS)}.{draft.place + 1}@{argument or 'example.com'}"


_MAKERS: dict[str, Callable[[Draft, str], Any]] = {
    "id": lambda draft, _: draft.own_id,
    "parent": lambda draft, _: draft.parent,
    "position": lambda draft, first: draft.place + int(first or 1),
    "created": lambda draft, _: draft.sources.stamp(draft.created),
    "modified": _moment,
    "moment": _moment,
    "date": _date,
    "names": _named,
    "serial": lambda draft, prefix: f"{prefix}{draft.place + 1}",
    "same": lambda draft, name: draft.filled[name],
    "choice": lambda draft, options: draft.one_of(options.split("|")),
    "bool": lambda draft, _: draft.random.randrange(2) == 1,
    "first": lambda draft, _: draft.place == 0,
    "int": lambda draft, most: draft.random.randrange(int(most or 30)),
    "number_text": lambda draft, most: str(draft.random.randrange(int(most or 30))),
    "rate_text": lambda draft, _: f"{draft.random.randrange(1, 900_000) / 1000:.9f}",
    "text": lambda draft, _: draft.one_of(words.SENTENCES),
    "word": lambda draft, _: draft.one_of(words.WORDS),
    "phrase": lambda draft, _: draft.one_of(words.PRODUCTS),
    "city": lambda draft, _: draft.one_of(words.CITIES),
    "street": lambda draft, _: f"{draft.one_of(words.STREETS)} {draft.random.randrange(1, 90)}",
    "phone": lambda draft, _: f"+49-30-{draft.random.randrange(10_000_000):07d}",
    "email": _email,
    "link": _link,
    "layout": _layout,
    "year_of": _year_of,
    "above": _above,
    "user": _user,
    "module": _module,
    "module_name": lambda draft, names: _module(draft, names)["api_name"],
    # Where Zoho's documents have a number for an id, though it is text everywhere else.
    "ident_number": lambda draft, resource: int(draft.sources.identifier(resource, draft.parent, draft.index)),
    "ident": lambda draft, resource: draft.sources.identifier(resource, draft.parent, draft.random.randrange(1000)),
}
