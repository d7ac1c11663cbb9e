"""How do the CRM's notifications get into the post?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from .bodies import JSON
from .outbox import Message, Written

if TYPE_CHECKING:
    from source_zoho.emulator.clock import Clock
    from source_zoho.emulator.crm.notices import Notice

    from .outbox import Outbox

_LISTS = ("ids", "affected_fields", "affected_values")


class Notifications:
    """Puts notifications into the post; several of one kind may go out as one."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        """Date them by *clock*, put them into *outbox*."""
        self._clock, self._outbox = clock, outbox

    def queue(self, notice: Notice) -> None:
        """Let a notification wait, or let one that waits name one more record."""
        if not self._outbox.join_last(lambda last: self._joined(last, notice)):
            self._outbox.queue(self._message(notice, notice.body))

    def _joined(self, last: Message, notice: Notice) -> Message | None:
        """Return the last message with the record of a notice in it, if it is of the same kind and has room."""
        same = last.source_id == notice.channel_id and last.product == "crm"
        same = same and last.about["operation"] == notice.operation and last.about["resource"] == notice.module
        if not same or len(last.told["ids"]) >= self._outbox.switches.ids_together:
            return None
        body = {name: [*value, *notice.body[name]] if name in _LISTS else value for name, value in last.told.items()}
        return replace(self._message(notice, body), about=last.about)

    def _message(self, notice: Notice, body: Mapping[str, Any]) -> Message:
        about = {"resource": notice.module, "record_id": notice.record_id, "operation": notice.operation}
        return Message(notice.channel_id, "crm", notice.url, "POST", lambda: self._written(body), about, body)

    def _written(self, body: Mapping[str, Any]) -> Written:
        told = {"server_time": int(self._clock.seconds() * 1000), **body}
        return {"Content-Type": JSON}, orjson.dumps(told)
