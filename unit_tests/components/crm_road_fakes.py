"""How does a test play the three roads to the records of one module, and let them end where it wants?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from typing import Any

import requests

from source_zoho.components.crm_coql import CoqlPage, CoqlShape
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_gone import Gone
from source_zoho.components.crm_position import Position
from source_zoho.components.crm_reader import Batch
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.crm_roads import Roads
from source_zoho.credits import Credits
from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.emitted import Emitted
from source_zoho.crm.roads import Road
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.crm.weave import Row
from unit_tests.components.crm_answers import a_crm_answer
from unit_tests.components.crm_fakes import a_page
from unit_tests.crm.metadata import field as a_field

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANGED, NAME = a_field(CHANGED_AT, "datetime"), a_field("Last_Name")
REST, COQL, BULK = Road.REST, Road.COQL, Road.BULK
THE_CHECK = ["count after 0", "deletions"]  # what is asked when all that files have has come
_A_BATCH = 1_000


def refused(code: str = "INVALID_QUERY") -> RoadIsClosed:
    """Return what a road says that ends."""
    return RoadIsClosed(f"Zoho refuses it ({code}).", code)


@dataclass
class Module:
    """
    Plays a module whose records are 1, 2, 3 ... *size*, record n changed n seconds after the first.

    ``ends`` says after how many records a road ends and with what, ``leaves_out`` which ones it never gives, and
    ``unsure`` of which records queries and files leave something out. A page takes a list for each of its ``groups``,
    and a query for each of its ``columns``. ``deleted`` and ``edited`` say of which records that is so and
    since when, and what ``happens`` before a call (by the first word of what is asked) happens once. What was ``asked``
    is kept, and every call of any road takes a second.
    """

    size: int
    groups: int = 3
    ends: dict[Road, tuple[int, Exception]] = field(default_factory=dict)
    leaves_out: dict[Road, set[int]] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)
    columns: int = 1
    uncounted: Exception | None = None
    api_name: str = "Deals"
    deleted: dict[int, datetime] = field(default_factory=dict)
    edited: dict[int, datetime] = field(default_factory=dict)
    keeps_deletions: Exception | None = None
    happens: dict[str, Callable[[], object]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: datetime = NOON

    def roads(self, wanted: str = "auto", left: int | None = None, **more: Any) -> Roads:
        """Return the roads to this module, for someone who has *left* so many credits."""
        emitted, spent = Emitted(), Credits(left)
        stream, fields = f"crm_{self.api_name.lower()}", [CHANGED_AT, "Last_Name"]
        facts = ModuleFacts(stream, self.api_name, fields, canonical=Canonical([CHANGED, NAME], []))
        lists, queries, jobs = Lists(self, emitted), Queries(self, self.columns), Jobs(self)
        return Roads(facts, lists, queries, jobs, spent, emitted, wanted, **more)  # type: ignore[arg-type]

    def delete(self, *numbers: int) -> None:
        """Delete records now."""
        self.deleted |= dict.fromkeys(numbers, self.now)

    def edit(self, *numbers: int) -> None:
        """Edit records now."""
        self.edited |= dict.fromkeys(numbers, self.now)

    def numbers(self, road: Road | None, after: int = 0, since: datetime | None = None) -> Iterator[int]:
        """
        Yield the records that *road* (None: each) gives behind the record *after*, until it ends; of those that changed
        at or after *since*.
        """
        most, why = self.ends.get(road, (self.size, None)) if road else (self.size, None)
        left_out = self.leaves_out.get(road, ()) if road else ()
        for number in range(after + 1, self.size + 1):
            if why and number > most:
                raise why
            changed = self.edited.get(number, changed_at(number))
            if number not in left_out and number not in self.deleted and (since is None or changed >= since):
                yield number

    def ask(self, what: str) -> datetime:
        """Note a call, and return when it was made."""
        self.happens.pop(what.split(maxsplit=1)[0], lambda: None)()
        self.asked.append(what)
        self.now += timedelta(seconds=1)
        return self.now

    def part(self, number: int) -> Part:
        """Return what queries and files tell of a record."""
        return Part(row(number), ("Last_Name",) if number in self.unsure else ())


def row(number: int) -> Row:
    """Return the record *number*."""
    return {"id": str(number), CHANGED_AT: changed_at(number).isoformat(), "Last_Name": f"L{number}"}


def changed_at(number: int) -> datetime:
    """Return when the record *number* changed."""
    return NOON - timedelta(days=9) + timedelta(seconds=number)


def ids(batches: Sequence[Batch]) -> list[int]:
    """Return the numbers of the records in *batches*."""
    return [int(each["id"]) for batch in batches for each in batch.rows]


@dataclass
class Lists:
    """The road of lists: in the order of change, and as far as it has come after each page."""

    module: Module
    emitted: Emitted
    began_at: datetime | None = None
    requester: Any = None

    @cached_property
    def gone(self) -> Gone:
        """What tells the deletions."""
        return Gone(Deletions(self.module), f"crm_{self.module.api_name.lower()}", self.module.api_name)  # type: ignore[arg-type]

    @property
    def groups(self) -> int:
        """The number of calls that a page takes."""
        return self.module.groups

    def batches(self, since: datetime | None = None) -> Iterator[Batch]:
        """Yield what was not handed out in another way."""
        asked_at = self.module.ask(f"lists since {since}")
        self.began_at = self.began_at or asked_at
        found = list(self.module.numbers(Road.REST, since=since))
        for first in range(0, len(found), 200):
            page = found[first : first + 200]
            yield Batch([row(each) for each in page if self.emitted.add(str(each))], changed_at(page[-1]))

    def by_ids(self, ids: Sequence[str], names: Sequence[str] | None = None) -> list[Row]:
        """Return records by their ids."""
        self.module.ask(f"{len(ids)} by ids")
        return [row(int(each)) for each in ids if int(each) not in self.module.deleted]

    def gaps(self) -> list[str]:
        """Return nothing: all could be read."""
        return []


@dataclass
class Queries:
    """The road of queries: in the order of ids."""

    module: Module
    groups: int = 1
    shape: CoqlShape = field(default_factory=CoqlShape)

    def count(self, since: datetime | None = None, after_id: str = "") -> int:
        """Return how many records there are."""
        self.module.ask(f"count after {after_id or 0}")
        if self.module.uncounted:
            raise self.module.uncounted
        return len(list(self.module.numbers(None, int(after_id or 0), since)))

    def page(self, since: datetime | None, after_id: str, rows: int) -> CoqlPage:
        """Return the next records."""
        read_at = self.module.ask(f"{rows} after {after_id or 0}")
        parts: list[Part] = []
        found = self.module.numbers(Road.COQL, int(after_id or 0), since)
        while len(parts) < rows and (number := next(found, 0)):
            parts.append(self.module.part(number))
        last_id = parts[-1].row["id"] if parts else after_id
        more = next(self.module.numbers(None, int(last_id or 0), since), 0) > 0
        return CoqlPage(parts, more, last_id, read_at)


@dataclass
class Deletions:
    """Answers who asks what was deleted."""

    module: Module

    def send_request(self, path: str, request_params: Any, request_headers: Mapping[str, str]) -> requests.Response:
        """Return the one page of deletions."""
        assert path == f"{self.module.api_name}/deleted"
        read_at = self.module.ask("deletions")
        if self.module.keeps_deletions:
            raise self.module.keeps_deletions
        since = datetime.fromisoformat(request_headers["If-Modified-Since"])
        told = [{"id": str(each), "deleted_time": at.isoformat()} for each, at in self.module.deleted.items()]
        date = {"Date": format_datetime(read_at, usegmt=True)}
        return a_crm_answer(a_page([each for each in told if each["deleted_time"] >= since.isoformat()]), headers=date)


@dataclass
class Jobs:
    """The road of jobs: in no order, here from the last to the first."""

    module: Module
    began_at: datetime | None = None

    def parts(self, since: datetime | None = None) -> Iterator[list[Part]]:
        """Yield batches of a file."""
        self.began_at = self.module.ask(f"job since {since}")
        parts: list[Part] = []
        most, why = self.module.ends.get(Road.BULK, (self.module.size, None))
        left_out = self.module.leaves_out.get(Road.BULK, ())
        for number in reversed(list(self.module.numbers(None, since=since))):
            if len(parts) == _A_BATCH:
                yield parts
                parts = []
            if why and self.module.size - number >= most:
                raise why
            if number not in left_out:
                parts.append(self.module.part(number))
        yield parts


def a_long_module(size: int = 4_000, **more: Any) -> Module:
    """Return a module that is too dear for lists and queries, though it has few records."""
    return Module(size, groups=10, columns=30, **more)


def read(roads: Roads, since: datetime | None = None, position: Position | None = None) -> list[int]:
    """Return the numbers of all records in the order of ids; none may come twice."""
    found = ids(list(roads.batches(since, position)))
    assert len(found) == len(set(found))
    return sorted(found)


def up_to(size: int) -> list[int]:
    return list(range(1, size + 1))


def claims(batches: Sequence[Batch], size: int) -> Iterator[tuple[Batch, list[int]]]:
    """Yield each of *batches* that claims something, with the records that it claims and that have not come yet."""
    come: set[int] = set()
    for batch in batches:
        come |= set(ids([batch]))
        claimed = [each for each in up_to(size) if batch.reached and changed_at(each) < batch.reached]
        claimed += up_to(int(batch.after or 0))
        if claimed:
            yield batch, [each for each in claimed if each not in come]
