"""How does a test open, change and close notification channels?"""

from __future__ import annotations

from typing import Any

from source_zoho.emulator.wire import Answer
from unit_tests.emulator.builders import Caller, body_of
from unit_tests.emulator.crm.crm_caller import CrmCaller

WATCH = "/actions/watch"
ADDRESS = "http://127.0.0.1:9/webhooks/crm"
Row = dict[str, Any]


def a_channel(channel_id: str = "42", *events: str, **changes: Any) -> Row:
    """Return an entry as a client sends it; a change to None leaves the key out."""
    entry = {
        "channel_id": channel_id,
        "events": list(events) or ["Leads.all"],
        "notify_url": ADDRESS,
        "token": "a-token",
        **changes,
    }
    return {name: value for name, value in entry.items() if value is not None}


class WatchCaller:
    """A client of the calls about channels."""

    def __init__(self, crm: CrmCaller) -> None:
        self.crm = crm

    def call(self, method: str, *entries: Any) -> Answer:
        return self.crm.send(method, WATCH, {"watch": list(entries)})

    def open(self, *entries: Row) -> list[Row]:
        return results(self.call("POST", *(entries or (a_channel(),))), 201)

    def later(self, seconds: float) -> None:
        """Let time pass; an access token does not live as long as a channel."""
        self.crm.zoho.clock.advance(seconds)
        self.crm.token = Caller(self.crm.zoho).new_token()

    def close(self, channel_ids: str) -> Answer:
        return self.crm.send("DELETE", WATCH, {}, channel_ids=channel_ids)

    def listed(self, **query: Any) -> list[Row]:
        """Return the channels that are listed, without those of a fresh organization."""
        answer = self.crm.get(WATCH, **query)
        return [] if answer.status == 204 else body_of(answer)["watch"]

    def refused(self, method: str, entry: Any) -> tuple[str, Row]:
        """Return code and details of a call whose only entry is wrong."""
        (result,) = results(self.call(method, entry), 400)
        assert result["status"] == "error"
        return result["code"], result["details"]


def results(answer: Answer, status: int) -> list[Row]:
    assert answer.status == status, answer.body
    found: list[Row] = body_of(answer)["watch"]
    return found
