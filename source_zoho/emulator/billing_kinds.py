"""Which kinds of values does Billing have that Books does not?

Billing names plans, addons and coupons by codes that people choose, so the codes here hold what a path does not like:
spaces, slashes, percent signs, letters beyond ASCII. Every second plan has the name of its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from .drafts import Draft
    from .kinds import Pick, Value

_CODES: dict[str, tuple[str, ...]] = {
    "plan": ("basic-{n}", "Gold Plan {n}", "pro/annual/{n}", "100%-off {n}", "größe-{n}", "a+b&c={n}", "プラン {n}?"),
    "addon": ("seats-{n}", "Email & Chat {n}", "storage/100GB/{n}", "50%/{n}", "Übertrag #{n}"),
    "coupon": ("WELCOME{n}", "10% OFF {n}", "SPRING/{n}", "Frühling {n}", "½-price+{n}"),
}
_NAMES: dict[str, tuple[str, ...]] = {
    "plan": ("Basic", "Gold", "Professionell, jährlich", "スタンダード", "Starter"),
    "addon": ("Extra seats", "Support", "Speicher"),
    "coupon": ("Welcome", "Frühlingsrabatt", "Partner"),
}
_TRANSACTION_TYPES = ("invoice", "payment", "credit", "refund")
# Every so many transactions, one has the id of the one before it, which is of another type.
_SAME_ID_EVERY = 20
_CYCLES = (-1, -1, 12, 24)


def _awkward_code(which: str, _pick: Pick) -> Value:
    shapes = _CODES[which]
    return lambda draft: shapes[draft.index % len(shapes)].replace("{n}", str(draft.index + 1))


def _shared_name(which: str, _pick: Pick) -> Value:
    names = _NAMES[which]
    return lambda draft: names[draft.index // 2 % len(names)]


def _secret_id(_pick: Pick) -> Value:
    return lambda draft: blake2b(f"page {draft.own_id}".encode(), digest_size=32).hexdigest()


def _page_url(pick: Pick) -> Value:
    secret = _secret_id(pick)
    return lambda draft: f"https://billing.example.com/page/{secret(draft)}"


def _transaction_id(_pick: Pick) -> Value:
    def number(draft: Draft) -> str:
        twin = draft.index % _SAME_ID_EVERY == 1 and draft.index < draft.collection.size
        return str(draft.collection.number_of(draft.index - 1)) if twin else draft.own_id

    return number


def _event_payload(pick: Pick) -> Value:
    """Write what happened: as JSON text in most events, as an object in some."""

    def payload(draft: Draft) -> object:
        told = {
            "event_type": draft.field("event_type"),
            "data": {
                "subscription": {
                    "subscription_id": draft.linked("subscription", "subscription_id"),
                    "status": draft.linked("subscription", "status"),
                }
            },
        }
        return told if pick(draft) % 4 == 0 else orjson.dumps(told).decode()

    return payload


SIMPLE: dict[str, Callable[[Pick], Value]] = {
    "secret_id": _secret_id,
    "page_url": _page_url,
    "transaction_id": _transaction_id,
    "transaction_type": lambda _pick: lambda draft: _TRANSACTION_TYPES[draft.index % len(_TRANSACTION_TYPES)],
    "event_payload": _event_payload,
    "billing_cycles": lambda pick: lambda draft: _CYCLES[pick(draft) % len(_CYCLES)],
    "ident_list": lambda pick: lambda draft: [draft.foreign_id(pick(draft))],
    "month": lambda pick: lambda draft: 1 + pick(draft) % 12,
    "last_four": lambda pick: lambda draft: pick(draft) % 10_000,
}
WITH_ARGUMENT: dict[str, Callable[[str, Pick], Value]] = {"awkward_code": _awkward_code, "shared_name": _shared_name}
