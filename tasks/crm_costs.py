"""
How is a stream of CRM read, and how many credits does that take?

What a module costs is counted: the reader of the connector reads a made-up list, and the calls are those that it makes.
"""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

import orjson
import requests

from source_zoho.components.crm_module import CREATED_AT
from source_zoho.components.crm_reader import ModuleFacts, ModuleReader
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.crm.groups import MOST_FIELDS
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.paging.windows import Windows
from tasks.prices import CHANGED, PAGE, ROWS, Price, Rule
from tasks.stream_facts import Kind, Stream

MODULES_IN_A_CALL = 5
_NEWEST = datetime(2025, 6, 1, tzinfo=UTC)
_APART = timedelta(minutes=1)
_TIMES = [_NEWEST - _APART * number for number in reversed(range(ROWS))]
_NAMES = {"user_id": "user", "territory_id": "territory", "user_group_id": "group", "layout_id": "layout of Deals"}


def _words_of_list(stream: Stream) -> str:
    kind = stream.kind
    if kind is Kind.OF_MODULES:
        return "full refresh: one call for each module"
    if kind is Kind.OF_ROWS:
        return f"full refresh: one call for each row of `{stream.parent}`"
    if stream.is_incremental:
        return "incremental: what changed, by If-Modified-Since; deleted users are a list of their own"
    return "full refresh: every page" if stream.asks_for_pages else "full refresh: one answer"


def _price_of_list(stream: Stream) -> Price:
    if stream.kind is Kind.OF_MODULES:
        return Price.always("1 for each module")
    if stream.kind is Kind.OF_ROWS:
        (parent,) = stream.settings["partition_router"]["parent_stream_configs"]
        return Price.always(f"1 for each {_NAMES[parent['partition_field']]}")
    others = max(len(stream.settings["queries"]), 1) - 1  # of these the made-up organization has a page at most
    first = (pages() if stream.asks_for_pages else 1) + others
    return Price(f"{first}", f"{1 + others if stream.is_incremental else first}")


def _words_of_fields(_: Stream) -> str:
    return f"full refresh: the fields of {MODULES_IN_A_CALL} modules in a call"


def _price_of_fields(_: Stream) -> Price:
    return Price.always(f"1, and 1 for every {MODULES_IN_A_CALL} modules")


def _words_of_module(_: Stream) -> str:
    return "incremental: changed records, oldest change first"


def _price_of_module(_: Stream) -> Price:
    return Price(f"{credits_of_module()}", f"{credits_of_module(changed=CHANGED)}")


def _words_of_deleted(_: Stream) -> str:
    return "incremental: deletions since the cursor, module by module"


def _price_of_deleted(_: Stream) -> Price:
    return Price.always(f"2 for each module, and 2 for every further {PAGE} deletions")


def _words_of_children(stream: Stream) -> str:
    whose = " or ".join(stream.settings["modules"]) or "any module"
    return f"incremental: one call for each record of {whose} that changed"


def _price_of_children(_: Stream) -> Price:
    return Price("1 for each record", "1 for each changed record")


CRM_RULES: Mapping[str, Rule] = {
    "CrmListRetriever": Rule(_words_of_list, _price_of_list),
    "FieldsRetriever": Rule(_words_of_fields, _price_of_fields),
    "ModuleRetriever": Rule(_words_of_module, _price_of_module),
    "DeletedRecordsRetriever": Rule(_words_of_deleted, _price_of_deleted),
    "RecordChildrenRetriever": Rule(_words_of_children, _price_of_children),
}


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def pages() -> int:
    """Count the calls for a list of ROWS rows with numbered pages."""
    windows, made = Windows(), 0
    while not windows.done:
        made += 1
        end = min(windows.page.offset + windows.page.size, ROWS)
        windows.advance(range(windows.page.offset, end), end < ROWS, windows.page.size)
    return made


@cache
def credits_of_module(fields: int = MOST_FIELDS, changed: int | None = None, changed_at: str = CHANGED_AT) -> int:
    """
    Count the credits for a module of ROWS records with so many *fields*, of which one record changed in each minute.

    *changed* is the number of records that changed since the sync before; None for a first sync.
    """
    others = [f"Field_{number}" for number in range(fields - bool(changed_at))]
    names = [*others, changed_at] if changed_at else others
    facts = ModuleFacts("crm_module", "Module", names, changed_at=changed_at, history=changed_at == CREATED_AT)
    zoho = _AnHonestZoho(changed_at)
    since = None if changed is None else _NEWEST - _APART * (changed - 1) + timedelta(seconds=0 if changed else 30)
    for _ in ModuleReader(facts, cast(CrmRequester, zoho)).batches(since):
        pass
    return len(zoho.asked)


@dataclass
class _AnHonestZoho:
    """Lists ROWS records as it is asked to, and counts how often."""

    changed_at: str
    asked: list[str] = field(default_factory=list)

    def send_request(
        self, path: str, request_params: Mapping[str, str], request_headers: Mapping[str, str]
    ) -> requests.Response:
        """Answer a question about the list."""
        self.asked.append(path)
        since = request_headers.get("If-Modified-Since")
        oldest = bisect_left(_TIMES, datetime.fromisoformat(since)) if since else 0
        wanted = range(oldest, ROWS) if request_params.get("sort_order") == "asc" else range(ROWS - 1, oldest - 1, -1)
        start = int(request_params.get("page_token", 0))
        end = start + PAGE
        more = end < len(wanted)
        info = {"more_records": more, "next_page_token": f"{end}" if more else None}
        return _response({"data": [self._row(number) for number in wanted[start:end]], "info": info})

    def _row(self, number: int) -> dict[str, Any]:
        return {"id": f"{10**18 + number}"} | ({self.changed_at: _TIMES[number]} if self.changed_at else {})


def _response(body: Mapping[str, Any]) -> requests.Response:
    response = requests.Response()
    response.status_code = 200
    response.raw = io.BytesIO(orjson.dumps(body))
    return response


# ── The modules, which the manifest does not list ────────────────────────────────────────────────────────────────────

_WIDTHS = (MOST_FIELDS, *(MOST_FIELDS + (MOST_FIELDS - 1) * more for more in (1, 2, 3)))
_SYNCS: Mapping[str, int | None] = {
    f"First sync, {ROWS:,} records": None,
    "Nothing changed": 0,
    f"{CHANGED} changed": CHANGED,
    f"{ROWS // 10:,} changed": ROWS // 10,
}


def module_prices() -> Iterator[Sequence[str]]:
    """Yield the cells of a table of what modules cost, the headings first."""
    syncs = _SYNCS.values()
    yield ("Module", *_SYNCS)
    for least, most in zip((1, *(width + 1 for width in _WIDTHS)), _WIDTHS, strict=False):
        yield (f"{least} to {most} fields", *(f"{credits_of_module(most, changed)}" for changed in syncs))
    histories = (credits_of_module(MOST_FIELDS, changed, CREATED_AT) for changed in syncs)
    yield (f"A history, such as that of stages, up to {MOST_FIELDS} fields", *map(str, histories))
    whole = credits_of_module(MOST_FIELDS, None, "")
    yield (f"Without a time of change, up to {MOST_FIELDS} fields", *(f"{whole}" for _ in syncs))
