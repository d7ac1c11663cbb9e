"""What do the tests of the helper verbs send, where a connector would?"""

from __future__ import annotations

from typing import Any


def a_stream(
    name: str = "books_invoices", *, key: tuple[str, ...] = (), cursor: str | None = None, **properties: Any
) -> Any:
    """Return a stream of a discovered catalog; *properties* are its columns."""
    stream: dict[str, Any] = {
        "name": name,
        "json_schema": {"type": "object", "properties": properties},
        "supported_sync_modes": ["full_refresh", "incremental"] if cursor else ["full_refresh"],
    }
    if key:
        stream["source_defined_primary_key"] = [[field] for field in key]
    if cursor:
        stream["default_cursor_field"] = [cursor]
    return stream


def a_record(stream: str = "books_invoices", /, **data: Any) -> dict[str, Any]:
    """Return a RECORD message."""
    return {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 0}}


def a_state(stream: str = "books_invoices", /, **state: Any) -> dict[str, Any]:
    """Return a STATE message."""
    descriptor = {"name": stream, "namespace": None}
    return {
        "type": "STATE",
        "state": {"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": state}},
    }


def a_status(stream: str = "books_invoices", /, status: str = "COMPLETE") -> dict[str, Any]:
    """Return a TRACE message about the status of a stream."""
    stream_status = {"stream_descriptor": {"name": stream}, "status": status}
    return {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 0, "stream_status": stream_status}}


def an_error(text: str) -> dict[str, Any]:
    """Return a TRACE message that ends a stream or a run."""
    error = {"message": text, "internal_message": "KeyError('x')", "failure_type": "config_error"}
    return {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 0, "error": error}}


TEXT = {"type": ["null", "string"]}
NUMBER = {"type": ["null", "number"]}
INTEGER = {"type": ["null", "integer"]}
BOOLEAN = {"type": ["null", "boolean"]}
INSTANT = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
DATE = {"type": ["null", "string"], "format": "date"}
LIST = {"type": ["null", "array"]}
