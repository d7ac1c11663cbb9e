"""
How is Zoho CRM asked to tell of changes, and what does it make of that?

A channel lives a week at most; one whose end is missing or later ends after an hour. Zoho lists a row for each module
of a channel, says times in an offset of its own, and may say ``create``, ``edit`` and ``delete`` where ``all`` was
asked for: https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from source_zoho.webhooks.store import Channel
from source_zoho.webhooks.watch_refusals import Refused, refusal_in

# Sends a method and a path below CRM's root, with parameters and a JSON body, and returns the JSON of the answer, empty
# where there is none. Raises ZohoError, a Refused with Zoho's code where Zoho refused.
Send = Callable[[str, str, Mapping[str, Any], Any], Any]
# What time it is at Zoho.
Clock = Callable[[], datetime]

PATH = "actions/watch"
LIFE = timedelta(days=7, minutes=-5)
OPERATIONS = ("create", "edit", "delete", "all")
_EACH = OPERATIONS[:3]
_ROWS_OF_A_PAGE = 200
_MOST_PAGES = 50
_AS_ASKED = timedelta(hours=1)  # clocks differ by less, and a channel of Zoho's default lives as long


@dataclass(frozen=True, slots=True)
class Listed:
    """A channel as Zoho lists it; *expires_at* is None when Zoho says no time that can be read."""

    channel_id: str
    events: tuple[str, ...]
    notify_url: str
    expires_at: datetime | None

    def channel(self, expires_at: datetime) -> Channel:
        """Return it as a store keeps it, ending at *expires_at* when Zoho does not say."""
        return Channel(self.channel_id, self.events, self.notify_url, self.expires_at or expires_at)


def listed(send: Send) -> dict[str, Listed]:
    """Return the channels of the user whose token *send* has, by id."""
    found: dict[str, Listed] = {}
    for row in _rows(send):
        one = _read(row)
        before = found.get(one.channel_id)
        found[one.channel_id] = _joined(before, one) if before else one
    return {channel_id: replace(each, events=compact(each.events)) for channel_id, each in found.items()}


def put_in_place(
    send: Send, channel: Channel, token: str, methods: Sequence[str], asked: datetime
) -> tuple[Channel, str]:
    """
    Have Zoho tell of the events of *channel* until *asked*, by the first of *methods* that does.

    Which of them prolongs a channel is not written down: one that leaves it an earlier end is followed by the next.
    Returns the channel with the end that Zoho says, and the method that it has it from. Raises Refused as the first
    method was, when none helped.
    """
    refusal: Refused | None = None
    reached: tuple[Channel, str] | None = None
    for method in methods:
        try:
            told = _written(send, method, channel, token, asked)
        except Refused as error:
            refusal = refusal or error
            if not error.may_differ_by_method:
                break
            continue
        if reached is None or told > reached[0].expires_at:
            reached = replace(channel, expires_at=told), method
        if told >= asked - _AS_ASKED:
            break
    if reached is None:
        raise refusal or Refused("Zoho was not asked.")
    return reached


def ended(send: Send, channel_id: str) -> bool:
    """End a channel, and return whether Zoho still knew it."""
    try:
        _judged("DELETE", send("DELETE", PATH, {"channel_ids": channel_id}, None))
    except Refused as error:
        if error.says_gone:
            return False
        raise
    return True


def compact(events: Iterable[str]) -> tuple[str, ...]:
    """Return *events* without what others of them say already: ``Leads.all`` in place of all three of its parts."""
    wanted = list(dict.fromkeys(events))
    whole = {module for module in modules_of(wanted) if f"{module}.all" in wanted or _has_each(module, wanted)}
    return tuple(dict.fromkeys(f"{module_of(each)}.all" if module_of(each) in whole else each for each in wanted))


def modules_of(events: Iterable[str]) -> tuple[str, ...]:
    """Return the modules of *events*, each once."""
    return tuple(dict.fromkeys(map(module_of, events)))


def module_of(event: str) -> str:
    """Return the module of *event*, such as ``Leads.create``."""
    return event.rpartition(".")[0]


def _has_each(module: str, events: Sequence[str]) -> bool:
    return all(f"{module}.{operation}" in events for operation in _EACH)


def _written(send: Send, method: str, channel: Channel, token: str, asked: datetime) -> datetime:
    """Return when the channel ends now, as Zoho says; as asked for when it does not say."""
    body = {
        "channel_id": channel.channel_id,
        "events": list(channel.events),
        "notify_url": channel.notify_url,
        "token": token,
        "channel_expiry": asked.astimezone(UTC).isoformat(timespec="seconds"),
    }
    answer = _judged(method, send(method, PATH, {}, {"watch": [body]}))
    return min(_ends_in(answer), default=asked)


def _ends_in(answer: Mapping[str, Any]) -> Iterator[datetime]:
    for row in _mappings(answer.get("watch")):
        details = row.get("details")
        for event in _mappings(details.get("events")) if isinstance(details, Mapping) else ():
            moment = _moment(event.get("channel_expiry"))
            if moment:
                yield moment


def _judged(method: str, answer: Any) -> Mapping[str, Any]:
    """Return *answer* when it tells of success. Raises Refused when it does not."""
    refusal = refusal_in(method, answer)
    if refusal:
        raise refusal
    return answer if isinstance(answer, Mapping) else {}


def _rows(send: Send) -> Iterator[Mapping[str, Any]]:
    for page in range(1, _MOST_PAGES + 1):
        answer = _judged("GET", send("GET", PATH, {"page": page, "per_page": _ROWS_OF_A_PAGE}, None))
        rows = _mappings(answer.get("watch"))
        yield from (row for row in rows if row.get("channel_id"))
        info = answer.get("info")
        if not rows or not (isinstance(info, Mapping) and info.get("more_records")):
            return


def _read(row: Mapping[str, Any]) -> Listed:
    events = row.get("events")
    named = tuple(str(each) for each in events) if isinstance(events, list) else ()
    url = str(row.get("notify_url") or "")
    return Listed(str(row["channel_id"]), named, url, _moment(row.get("channel_expiry")))


def _joined(one: Listed, other: Listed) -> Listed:
    """Return what two rows of a channel say together; it lives as long as each of its modules does."""
    ends = [each.expires_at for each in (one, other) if each.expires_at]
    return replace(one, events=(*one.events, *other.events), expires_at=min(ends, default=None))


def _moment(value: Any) -> datetime | None:
    """Return the time that *value* says, None when it says none, or gives no offset: nobody knows whose time it is."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
