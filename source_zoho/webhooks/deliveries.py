"""Is this request a delivery of Zoho's, and which event is it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from source_zoho.webhooks.bodies import Body, Pair, body_of, canonical, pairs_of
from source_zoho.webhooks.event import CREATED, DELETED, NOT_SAID, TEST, UPDATED, WEBHOOK, Event
from source_zoho.webhooks.paths import TEST_ENTITY
from source_zoho.webhooks.payloads import as_id, is_word, main_object, own_ids
from source_zoho.webhooks.refusals import Reason, Refused
from source_zoho.webhooks.settings import Settings, where_to_set
from source_zoho.webhooks.signature import message_of, verify

OPERATIONS = (CREATED, UPDATED, DELETED)
_ORGANIZATION = re.compile(r"[0-9]{1,30}")
_MODULE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)?")
_WORDS_OF_THE_URL = frozenset({"module", "operation"})
_OF_CRM = {"insert": CREATED, "create": CREATED, "update": UPDATED, "edit": UPDATED, "delete": DELETED}
_CHANGE_TIMES = ("last_modified_time", "updated_time", "event_time", "modified_time", "last_modified_date")
_PAYMENT_MADE = "payment_thankyou"
_REPEATED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came in."""

    product: str
    organization_id: str
    query: bytes
    content_type: str
    body: bytes
    signature: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Trust:
    """What deliveries are held against: the secrets, and the products that may come without."""

    settings: Settings
    unsigned: Collection[str] = ()


def event_of(delivery: Delivery, trust: Trust) -> Event:
    """Return the event that *delivery* tells of. Raises Refused, with a sentence for the sender."""
    if delivery.product not in trust.unsigned and not trust.settings.proves(delivery.product):
        raise Refused(
            Reason.NO_SECRET,
            f"This receiver takes nothing of {delivery.product}, for it has no secret to know its deliveries by: "
            f"{where_to_set(delivery.product)}.",
        )
    return _notification(delivery, trust) if delivery.product == "crm" else _webhook(delivery, trust)


def _webhook(delivery: Delivery, trust: Trust) -> Event:
    """Return the event of a webhook of Books or Billing."""
    if not _ORGANIZATION.fullmatch(delivery.organization_id):
        raise Refused(Reason.ORGANIZATION, "The last part of the URL must be the organization's id, which is digits.")
    query = pairs_of(delivery.query, "query")
    told_in_the_url = () if delivery.body.strip() else _values(query)
    body = Body(pairs=told_in_the_url) if told_in_the_url else body_of(delivery.content_type, delivery.body)
    _check_signature(delivery, trust, query if told_in_the_url else (*query, *body.pairs), body.raw_json)
    module, operation = _words(query)
    payload = body.payload()
    entity, about = main_object(payload, module)
    event_type = _word(payload.get("event_type"))
    changed_at = _change_time(payload, about)
    written = canonical(payload)
    return Event(
        key=_key(delivery, payload, (module, operation, written), repeats=not changed_at),
        product=delivery.product,
        organization_id=delivery.organization_id,
        entity=entity,
        operation=operation or operation_of(event_type),
        event_type=event_type,
        record_ids=own_ids(entity, about, module),
        occurred_at=_instant(changed_at),
        received_at=delivery.received_at,
        payload=written,
        origin=TEST if entity == TEST_ENTITY else WEBHOOK,
    )


def _notification(delivery: Delivery, trust: Trust) -> Event:
    """Return the event of a notification of CRM, without the token that proved it."""
    payload = body_of(delivery.content_type, delivery.body).payload()
    token = trust.settings.crm_token
    _check_token(payload.get("token"), token, needed=delivery.product not in trust.unsigned)
    kept = _without_token(payload, token)
    module, operation = _word(kept.get("module")), _word(kept.get("operation"))
    ids = _ids(kept.get("ids"))
    named = [kept.get("channel_id"), module, operation, ids, kept.get("server_time")]
    return Event(
        key=f"crm:{_digest(canonical(named if ids else [*named, kept]))}",
        product=delivery.product,
        organization_id="",
        entity=module,
        operation=_OF_CRM.get(operation, NOT_SAID),
        event_type=operation,
        record_ids=ids,
        occurred_at=_instant_of_crm(kept.get("server_time")),
        received_at=delivery.received_at,
        payload=canonical(kept),
        origin=TEST if module == TEST_ENTITY else WEBHOOK,
    )


def operation_of(event_type: str) -> str:
    """Return what a type of Billing's events says was done."""
    if event_type.endswith(("_created", "_added")) or event_type == _PAYMENT_MADE:
        return CREATED
    if event_type.endswith("_deleted"):
        return DELETED
    return UPDATED if event_type else NOT_SAID


def _check_signature(delivery: Delivery, trust: Trust, pairs: tuple[Pair, ...], raw_json: bytes) -> None:
    secrets = [secret.encode("utf-8", "surrogateescape") for secret in trust.settings.secrets]
    if delivery.product in trust.unsigned and not (secrets and delivery.signature):
        return
    verify(delivery.signature, secrets, message_of(pairs, raw_json))


def _check_token(given: object, token: str, *, needed: bool) -> None:
    stated = given.encode("utf-8", "replace") if isinstance(given, str) else b""
    if not needed and not (token and stated):
        return
    if not compare_digest(stated, token.encode("utf-8", "surrogateescape")):
        raise Refused(
            Reason.TOKEN,
            "The notification has another token than this receiver, or none: subscribe the channel with the token that "
            "the receiver knows.",
        )


def _without_token(value: Any, token: str) -> Any:
    if isinstance(value, Mapping):
        kept = {key: each for key, each in value.items() if key != "token" and not (token and each == token)}
        return {key: _without_token(each, token) for key, each in kept.items()}
    if isinstance(value, list):
        return [_without_token(each, token) for each in value if not (token and each == token)]
    return value


def _values(query: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """Return what a webhook without a body says in its URL, as one of method DELETE may."""
    return tuple(pair for pair in query if pair[0] not in _WORDS_OF_THE_URL)


def _words(query: tuple[Pair, ...]) -> tuple[str, str]:
    said = dict(query)
    module, operation = said.get("module", ""), said.get("operation", "")
    if module and not (_MODULE.fullmatch(module) and is_word(module)):
        raise Refused(Reason.QUERY, "module in the URL must be the path of a list or the name of a stream.")
    if operation and operation not in OPERATIONS:
        raise Refused(Reason.QUERY, f"operation in the URL must be one of: {', '.join(OPERATIONS)}.")
    return module, operation


def _key(delivery: Delivery, payload: Mapping[str, Any], said: tuple[str, str, str], *, repeats: bool) -> str:
    event_id = as_id(payload.get("event_id"))
    if delivery.product == "billing" and event_id:
        return f"billing:{delivery.organization_id}:{event_id}"
    # A repeated delivery without a time of change looks like a second edit with the same values: near is the same.
    near = str(int(delivery.received_at.timestamp() // _REPEATED_WITHIN.total_seconds())) if repeats else ""
    return f"{delivery.product}:{_digest(canonical([delivery.organization_id, *said, near]))}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()


def _change_time(payload: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    found = (source.get(name) for source in (payload, about) for name in _CHANGE_TIMES)
    return next((value for value in found if isinstance(value, str) and value.strip()), "")


def _instant(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
        return value.astimezone(UTC) if value.tzinfo else None  # whose wall clock it is, is not said
    except (ValueError, OverflowError):
        return None


def _instant_of_crm(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ids(value: object) -> tuple[str, ...]:
    ids = value if isinstance(value, list) else []
    return tuple(known for each in ids if (known := as_id(each)))


def _word(value: object) -> str:
    return value if isinstance(value, str) and is_word(value) else ""
