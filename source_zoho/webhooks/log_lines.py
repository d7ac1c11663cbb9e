"""
What does the receiver write about its work? Lines of JSON for programs, plain ones on a terminal.

A line is a word and fields chosen by name: never a payload, a header, a query or a secret.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, TextIO

from source_zoho.errors import ZohoError

LOGGER = logging.getLogger("source_zoho.webhooks")
_FIELDS = "fields"


def note(word: str, **fields: Any) -> None:
    """Note what went as it should."""
    LOGGER.info(word, extra={_FIELDS: fields})


def warn(word: str, **fields: Any) -> None:
    """Note what somebody may want to look into."""
    LOGGER.warning(word, extra={_FIELDS: fields})


def reason_of(error: Exception) -> str:
    """Return what may be said of *error*: our own sentences, of others the name; what they say may contain values."""
    return str(error) if isinstance(error, ZohoError) else type(error).__name__


def write_to(stream: TextIO) -> None:
    """Write the lines of the receiver and of its server to *stream*."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Plain() if stream.isatty() else Structured())
    for logger, level in ((LOGGER, logging.INFO), (logging.getLogger("uvicorn.error"), logging.WARNING)):
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


class Structured(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*; a traceback stays out, for its values may be anyone's."""
        line = {"time": _moment(record).isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        return json.dumps({**line, "event": record.getMessage(), **_fields(record)}, default=str)


class Plain(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*."""
        fields = "  ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{_moment(record):%H:%M:%S} {record.levelname.lower():7} {record.getMessage()}  {fields}".rstrip()


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, _FIELDS, {})
    if record.exc_info and record.exc_info[0]:
        return {**fields, "error": record.exc_info[0].__name__}
    return fields
