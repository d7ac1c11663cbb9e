"""
Which queries does a configuration ask for, and if one cannot be read, which sentence helps its owner?

Each becomes a stream, ``crm_query_`` and its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from source_zoho.coql.parse import UserQuery, parse
from source_zoho.coql.place import QueryProblem, in_words, pointed_at
from source_zoho.coql.rewrite import Reading
from source_zoho.coql.select import NEUTRAL

SETTING = "coql_queries"
PREFIX = "crm_query_"
_KEYS = ("name", "query", "primary_key", "cursor_field")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SAMPLE = '{"name": "open_deals", "query": "select Deal_Name, Amount from Deals where Stage != \'Closed Won\'"}'


@dataclass(frozen=True)
class WantedQuery:
    """A query of the configuration: its *stream*, how it is *read*, and which columns tell one row from another."""

    stream: str
    reading: Reading
    primary_key: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what the configuration calls it."""
        return self.stream.removeprefix(PREFIX)

    @property
    def query(self) -> UserQuery:
        """Return the query as its user wrote it."""
        return self.reading.query

    @property
    def names(self) -> list[str]:
        """Return the names of the columns of a record, those that were added for the key and the cursor last."""
        added = [*self.primary_key, *([self.reading.cursor_field] if self.reading.cursor_field else [])]
        return list(dict.fromkeys([*self.query.names, *added]))


def wanted(config: Mapping[str, Any]) -> list[WantedQuery]:
    """Return the queries of *config*; what ``problems`` has something to say about is left out."""
    entries = config.get(SETTING)
    usable = [each for each in entries if not list(_problems_of(each))] if isinstance(entries, list) else []
    return [_wanted(each) for each in usable]


def wanted_as(config: Mapping[str, Any], stream: str) -> WantedQuery:
    """Return the query of *config* that is read as *stream*. Raises KeyError when there is none."""
    return {each.stream: each for each in wanted(config)}[stream]


def streams(config: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the streams of *config* that are queries."""
    return frozenset(each.stream for each in wanted(config))


def problems(value: Any) -> list[str]:
    """Return a sentence for everything that is wrong with *value*, the setting."""
    if value is None:
        return []
    if not isinstance(value, list):
        return [f"{SETTING} is {value!r}; expected a list of objects such as {_SAMPLE}."]
    uses = Counter(each["name"] for each in value if isinstance(each, Mapping) and isinstance(each.get("name"), str))
    doubles = [
        f"{SETTING} has {count} queries called {name}; give each a name of its own."
        for name, count in uses.items()
        if count > 1
    ]
    return [*(sentence for each in value for sentence in _problems_of(each)), *doubles]


def _problems_of(entry: Any) -> Iterator[str]:
    """Yield what is wrong with one query; what follows from another mistake is not told."""
    if not isinstance(entry, Mapping):
        yield f"{SETTING} contains {entry!r}; expected an object such as {_SAMPLE}."
        return
    unknown = sorted(str(key) for key in entry if key not in _KEYS)
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield (
            f"{SETTING} contains a query whose name is {name!r}; expected small letters, digits and underscores, "
            "the first a letter, such as open_deals."
        )
        name = repr(name)
    if unknown:
        yield f"{SETTING}: {name} has {', '.join(unknown)}; expected of each query: {', '.join(_KEYS)}."
    query = entry.get("query")
    if not isinstance(query, str) or not query.strip():
        yield f"{SETTING}: {name} has no query; expected a text, as in {_SAMPLE}."
        return
    try:
        yield from _problems_of_columns(name, entry, _parsed(query))
    except QueryProblem as problem:
        yield _unreadable(name, query, problem)


def _unreadable(name: str, query: str, problem: QueryProblem) -> str:
    told = f"{SETTING}: the query of {name} cannot be read: {problem}"
    if problem.offset is None:
        return f"{told}."
    return f"{told}, in {in_words(query, problem.offset)}.\n{pointed_at(query, problem.offset)}\n"


def _problems_of_columns(name: str, entry: Mapping[str, Any], query: UserQuery) -> Iterator[str]:
    if query.where is None and "#" not in query.module:
        yield f"{SETTING}: the query of {name} has no where, which Zoho wants; for all records write where {NEUTRAL}."
    if any(column.name == "id" and column.field != "id" for column in query.columns):
        yield f"{SETTING}: the query of {name} calls a column id, as records call their own; choose another alias."
    doubles = [each for each, count in Counter(query.names).items() if count > 1]
    if doubles:
        yield f"{SETTING}: the query of {name} has {', '.join(doubles)} twice; give one of them another alias."
    cursor_field = entry.get("cursor_field")
    cursor_problem = _about_cursor(cursor_field, query) if cursor_field else ""
    if cursor_problem:
        yield f"{SETTING}: {name} {cursor_problem}"
        cursor_field = None
    yield from _problems_of_key(name, entry.get("primary_key"), Reading(query, cursor_field or ""))


def _about_cursor(cursor_field: Any, query: UserQuery) -> str:
    """Return what is wrong with a cursor, as the end of a sentence; empty when nothing is."""
    if not isinstance(cursor_field, str):
        return f"has the cursor_field {cursor_field!r}; expected the name of a column, such as Modified_Time."
    if query.limit is not None or query.offset:
        return "has a cursor_field and a limit: rows beyond the limit would never come. Leave one of them out."
    aliased = next((each for each in query.columns if each.is_aliased and each.field == cursor_field), None)
    if aliased and not query.column(cursor_field):
        return f"has the cursor_field {cursor_field}, which its query calls {aliased.name}; write {aliased.name}."
    column = query.column(cursor_field)
    if query.is_grouped and (column is None or column.expression not in query.grouped):
        return (
            f"has the cursor_field {cursor_field}, which is none of the selected columns of its group by: of a group "
            "that changed, a sync would see only the records that are new. Leave cursor_field out."
        )
    if column is not None and not column.is_field:
        return f"has the cursor_field {cursor_field}, which is no field; expected one, such as Modified_Time."
    return ""


def _problems_of_key(name: str, value: Any, reading: Reading) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
        yield f'{SETTING}: {name} has the primary_key {value!r}; expected a list of columns such as ["id"].'
        return
    there = [*reading.query.names, *filter(None, (reading.id_name, reading.cursor_field))]
    unknown = [each for each in value if each not in there]
    if unknown:
        yield (
            f"{SETTING}: {name} has {', '.join(unknown)} in its primary_key; the columns of its query are: "
            f"{', '.join(dict.fromkeys(there))}."
        )


def _wanted(entry: Mapping[str, Any]) -> WantedQuery:
    reading = Reading(_parsed(entry["query"]), entry.get("cursor_field") or "")
    key = entry.get("primary_key") or ([reading.id_name] if reading.by_id else [])
    return WantedQuery(PREFIX + entry["name"], reading, tuple(key))


@lru_cache(maxsize=128)
def _parsed(query: str) -> UserQuery:
    return parse(query)
