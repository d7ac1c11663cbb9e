"""What does the CRM send to a channel's address when a record changes?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from .channels import Channel, Operation
    from .watch import Watch

Row = dict[str, Any]
_EVENTS: dict[str, Operation] = {"insert": "create", "update": "edit", "delete": "delete"}


@dataclass(frozen=True)
class Notice:
    """One notification: where it goes, and what it says apart from the time of sending."""

    channel_id: str
    url: str
    module: str
    operation: str
    record_id: str
    body: Row


def notices(
    watch: Watch, module: str, record_id: str, operation: str, fields: Mapping[str, Any], now: float
) -> Iterator[Notice]:
    """Walk over what is to be sent about one change; *operation* is in the words of the body."""
    changed = frozenset(fields) if operation == "update" else frozenset[str]()
    for channel in watch.channels.listening(module, _EVENTS[operation], changed, now):
        body = _body(channel, watch.modules.uri(module, "v2"), module, record_id, operation, fields)
        yield Notice(channel.id, channel.notify_url, module, operation, record_id, body)


def _body(channel: Channel, uri: str, module: str, record_id: str, operation: str, fields: Mapping[str, Any]) -> Row:
    body: Row = {
        "query_params": dict(parse_qsl(urlsplit(channel.notify_url).query, keep_blank_values=True)),
        "module": module,
        "resource_uri": uri,
        "ids": [record_id],
        "affected_fields": [{record_id: list(fields)}] if operation == "update" else [],
        "operation": operation,
        "channel_id": channel.id,
    }
    if channel.with_values and operation == "update":
        body["affected_values"] = [{"record_id": record_id, "values": dict(fields)}]
    if channel.token is not None:
        body["token"] = channel.token
    return body
