"""
What does it mean when Zoho refuses to watch, and what can its user do about it?

The codes: https://www.zoho.com/crm/developer/docs/api/v8/notifications/enable.html. ``INVALID_DATA`` is said of the
address, the token, an event and the end alike; ``details`` may tell which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from source_zoho.configuration import MOST_OF_A_TOKEN
from source_zoho.errors import RefusedByZoho

_SCOPE, _GONE, _INVALID = "OAUTH_SCOPE_MISMATCH", "NOT_SUBSCRIBED", "INVALID_DATA"
_NOT_ALLOWED = frozenset({"NO_PERMISSION", "PERMISSION_DENIED", "AUTHORIZATION_FAILED"})
_NO_MODULE = frozenset({"INVALID_MODULE", "MODULE_NOT_SUPPORTED", "MODULE_NOT_AVAILABLE", "API_NOT_SUPPORTED"})
_SCOPES = {"POST": "CREATE", "GET": "READ", "PUT": "UPDATE", "PATCH": "UPDATE", "DELETE": "DELETE"}
_DOING = {"POST": "make", "GET": "list", "PUT": "renew", "PATCH": "renew", "DELETE": "end"}
# What a refusal may be about, as the body calls it; the more particular first.
_SUBJECTS = ("notify_url", "channel_expiry", "events", "token", "channel_id")
_PLACE_OF_AN_EVENT = re.compile(r"events\[(\d+)\]")
_NAMING = ("json_path", "api_name", "param_name", "param", "field", "resource_path_index", "module", "event")


class Refused(RefusedByZoho):
    """Zoho does not do what was asked about channels; the text is a sentence, *code* and *details* are Zoho's."""

    def __init__(self, sentence: str, code: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.details: Mapping[str, Any] = details or MappingProxyType({})

    @property
    def subject(self) -> str:
        """Return which part of a channel Zoho does not take, empty when it does not say."""
        return _subject(self.details)

    @property
    def says_gone(self) -> bool:
        """Tell whether there is no such channel, as far as this user is concerned."""
        return self.code == _GONE or (self.code == _INVALID and self.subject == "channel_id")

    @property
    def is_about_all(self) -> bool:
        """Tell whether it would be refused with other events as well."""
        return self.code in {_SCOPE, *_NOT_ALLOWED} or self.subject in {"notify_url", "token", "channel_expiry"}

    @property
    def may_differ_by_method(self) -> bool:
        """Tell whether another method may be taken where this one was not."""
        return not self.is_about_all and self.subject != "events" and self.code not in _NO_MODULE

    def event_among(self, events: Sequence[str]) -> str:
        """Return which of *events* is refused, empty when Zoho does not say."""
        named = [str(self.details[key]) for key in _NAMING if self.details.get(key)]
        for place in map(_PLACE_OF_AN_EVENT.search, named):
            if place and int(place[1]) < len(events):
                return events[int(place[1])]
        return next((each for each in events if each in named or each.rpartition(".")[0] in named), "")


def refused(method: str, code: str, message: str, details: Mapping[str, Any]) -> Refused:
    """Return the refusal that Zoho answered to *method* with."""
    return Refused(f"{_remedy(method, code, details)} Zoho said {code}: {message}.", code, details)


def refusal_in(method: str, answer: Any) -> Refused | None:
    """Return the first refusal in the body *answer*, None when it tells of success."""
    if not isinstance(answer, Mapping):
        return None
    rows = answer.get("watch")
    for row in (answer, *(rows if isinstance(rows, list) else ())):
        if isinstance(row, Mapping) and row.get("status") == "error":
            details = row.get("details")
            told = details if isinstance(details, Mapping) else {}
            return refused(method, str(row.get("code") or "an error"), str(row.get("message") or "")[:300], told)
    return None


def _remedy(method: str, code: str, details: Mapping[str, Any]) -> str:
    if code == _SCOPE:
        return _WITHOUT_SCOPE.format(doing=_DOING[method], scope=_SCOPES[method])
    if code in _NOT_ALLOWED:
        return f"The user of the refresh_token may not {_DOING[method]} channels; sign in as an administrator."
    if code == _GONE:
        return _NO_CHANNEL
    if code in _NO_MODULE:
        return _NO_EVENT
    return _OF_SUBJECT.get(_subject(details), f"Zoho did not {_DOING[method]} the channel.")


def _subject(details: Mapping[str, Any]) -> str:
    named = " ".join(str(details[key]) for key in _NAMING if details.get(key))
    return next((each for each in _SUBJECTS if each in named), "")


_WITHOUT_SCOPE = (
    "The refresh_token may not {doing} channels: it lacks the scope ZohoCRM.notifications.{scope}. Make one with "
    "ZohoCRM.notifications.READ, ZohoCRM.notifications.CREATE, ZohoCRM.notifications.UPDATE and "
    "ZohoCRM.notifications.DELETE, and give it to `source-zoho webhooks` in a configuration of its own: records are "
    "read without."
)
_NO_CHANNEL = (
    "Zoho knows no such channel of this user. It ended, or another user's refresh_token made it; subscribe again, or "
    "use the configuration that it was made with."
)
_NO_EVENT = (
    "Zoho does not notify of one of the events. They are written with the module's API name, such as Leads.all or "
    "Contacts.create, and not every module takes them."
)
_OF_SUBJECT: Mapping[str, str] = {
    "notify_url": (
        "Zoho does not take the notify URL. It has to be an address that Zoho can reach from the internet, such as "
        "https://hooks.example.com/webhooks/crm."
    ),
    "token": f"Zoho does not take crm_notification_token; it may have {MOST_OF_A_TOKEN} characters at most.",
    "channel_expiry": "Zoho does not take the end of the channel, which is to be within a week by Zoho's clock.",
    "events": _NO_EVENT,
    "channel_id": _NO_CHANNEL,
}
