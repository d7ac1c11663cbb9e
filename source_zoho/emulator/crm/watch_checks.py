"""Is what a call says about a channel right, and if not, in which words does Zoho say so?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .channels import OPERATIONS
from .refusals import CrmRefusedError, refused

if TYPE_CHECKING:
    from .watch_modules import WatchedModules

MOST_TOKEN_CHARACTERS = 50
LONGEST, USUAL = timedelta(days=7), timedelta(hours=1)
_LARGEST_ID = 2**63 - 1
# A fraction of a second is refused: seen at a live organization.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_KNOWN = frozenset(
    {
        "channel_id",
        "events",
        "notify_url",
        "token",
        "channel_expiry",
        "fields",
        "notify_on_related_action",
        "return_affected_field_values",
        "notification_condition",
        "_delete_events",
        "resource_name",
        "resource_id",
        "resource_uri",
    }
)
Entry = Mapping[str, Any]


def invalid(path: str, name: str, **details: Any) -> CrmRefusedError:
    """Refuse the value of a key."""
    return refused("INVALID_DATA", api_name=name, json_path=f"{path}.{name}", **details)


def missing(path: str, name: str) -> CrmRefusedError:
    """Refuse an object that lacks a key."""
    return refused("MANDATORY_NOT_FOUND", api_name=name, json_path=f"{path}.{name}")


def check_entry(entry: Any, path: str, needed: Iterable[str], modules: WatchedModules) -> None:
    """Refuse an entry that lacks what is needed, or has something wrong."""
    if not isinstance(entry, Mapping):
        raise refused("INVALID_DATA", api_name="watch", json_path=path, expected_data_type="jsonobject")
    if absent := [name for name in needed if entry.get(name) is None]:
        raise missing(path, absent[0])
    if unknown := set(entry) - _KNOWN:
        # What Zoho answers to a key that it does not document is not known; being strict finds misspellings.
        raise invalid(path, min(unknown))
    for name, check in _CHECKS.items():
        if entry.get(name) is not None:
            check(path, name, entry[name])
    for number, event in enumerate(entry.get("events") or ()):
        _check_event(path, number, event, modules)


def expiry_of(entry: Entry, path: str, now: int) -> int:
    """Return when a channel ends: as asked, or in an hour where nothing is asked for or more than a week."""
    text = entry.get("channel_expiry")
    usual = now + int(USUAL.total_seconds())
    if text is None:
        return usual
    asked = int(datetime.fromisoformat(text).timestamp())
    if asked <= now:
        raise invalid(path, "channel_expiry")
    return asked if asked <= now + LONGEST.total_seconds() else usual


def _check_id(path: str, name: str, value: Any) -> None:
    text = str(value)
    is_number = isinstance(value, int | str) and not isinstance(value, bool) and text.isascii() and text.isdigit()
    if not is_number or not 0 < int(text) <= _LARGEST_ID:
        raise invalid(path, name, expected_data_type="long")


def _check_events(path: str, name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise invalid(path, name, expected_data_type="jsonarray")
    if not value:
        raise invalid(path, name)


def _check_event(path: str, number: int, event: Any, modules: WatchedModules) -> None:
    module, _, operation = event.rpartition(".") if isinstance(event, str) else ("", "", "")
    if operation not in (*OPERATIONS, "all") or not modules.is_watchable(module):
        raise refused("INVALID_DATA", api_name="events", json_path=f"{path}.events[{number}]")


def _check_url(path: str, name: str, value: Any) -> None:
    _check_text(path, name, value)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid(path, name)


def _check_token(path: str, name: str, value: Any) -> None:
    _check_text(path, name, value)
    if len(value) > MOST_TOKEN_CHARACTERS:
        raise invalid(path, name, maximum_length=MOST_TOKEN_CHARACTERS)


def _check_moment(path: str, name: str, value: Any) -> None:
    problem = invalid(path, name, expected_data_type="datetime")
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise problem
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise problem from None


def _check_text(path: str, name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise invalid(path, name, expected_data_type="string")


def _check_bool(path: str, name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise invalid(path, name, expected_data_type="boolean")


def _check_object(path: str, name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise invalid(path, name, expected_data_type="jsonobject")


_CHECKS: dict[str, Callable[[str, str, Any], None]] = {
    "channel_id": _check_id,
    "events": _check_events,
    "notify_url": _check_url,
    "token": _check_token,
    "channel_expiry": _check_moment,
    "fields": _check_object,
    "notify_on_related_action": _check_bool,
    "return_affected_field_values": _check_bool,
    "_delete_events": _check_bool,
}
