"""What do the tests of the report read, where a sync would have been?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from source_zoho.cli.sync.facts import Sync
from source_zoho.cli.sync.page import page
from source_zoho.cli.sync.planned import Plan
from source_zoho.cli.sync.reading import sync_in
from source_zoho.cli.sync.view import View
from source_zoho.ledger import Bill, Cost, Place

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def a_log(text: str, level: str = "INFO") -> dict[str, Any]:
    """Return a LOG message."""
    return {"type": "LOG", "log": {"level": level, "message": text}}


def a_failure(text: str, stream: str | None = None) -> dict[str, Any]:
    """Return the message of a failure, of a stream or of the whole read."""
    error = {"message": text, **({"stream_descriptor": {"name": stream}} if stream else {})}
    return {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 0, "error": error}}


def a_count(rows: float, stream: str = "books_invoices") -> dict[str, Any]:
    """Return a STATE message that says how many rows were sent since the one before."""
    state = {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": {}}}
    return {"type": "STATE", "state": {**state, "sourceStats": {"recordCount": rows}}}


def at(second: float, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the TRACE *message* as it was said so many seconds after noon."""
    moment = (NOON + timedelta(seconds=second)).timestamp() * 1000
    return {**message, "trace": {**message["trace"], "emitted_at": moment}}


def a_bill(*, seconds: float = 12.5, organization_id: str = "", **credits_or_calls: int) -> dict[str, Any]:
    """Return the log line about the cost of streams."""
    costs = {
        Place(name.partition("_")[0], name, organization_id): Cost(number, number if name.startswith("crm_") else 0)
        for name, number in credits_or_calls.items()
    }
    return a_log(Bill(costs, seconds).in_a_line)


def in_lines(*messages: Mapping[str, Any]) -> list[bytes]:
    """Return *messages* as a connector writes them."""
    return [json.dumps(message).encode() + b"\n" for message in messages]


def the_sync(*messages: Mapping[str, Any]) -> Sync:
    """Return what *messages* say."""
    return sync_in(in_lines(*messages))


def the_page(*messages: Mapping[str, Any], plan: Plan | None = None) -> str:
    """Return the page about *messages*, made three hours after noon."""
    return page(View(the_sync(*messages), "read.jsonl", NOON + timedelta(hours=3), plan or {}))


class Words(HTMLParser):
    """The words of a page, as a person sees them, and whether every element that was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "wbr":  # where a long name may break: nothing that anybody sees
            return
        self.said.append(" ")
        if tag not in {"meta", "col"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.said.append(data)

    def __str__(self) -> str:
        return " ".join("".join(self.said).split())


def words(text: str) -> str:
    """Return what a person reads on a page."""
    return str(Words(text))
