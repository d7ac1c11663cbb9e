"""
What is a webhook of Books or Billing about, and which records does it say have changed?

Its shape is whatever an administrator saved in Zoho's pages. Known are: an object inside a wrapper, as the API answers
(``{"invoice": {...}}``), Billing's event around such a wrapper (``{"event_type": ..., "data": {...}}``), and custom
bodies whose values stand side by side (``{"invoice_id": "1", "total": "9.50"}``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_ENVELOPES = ("data", "payload")
_OF_THE_EVENT = frozenset({"event_id", "event_type", "event_time", *_ENVELOPES})
_PREFIXES = ("books_", "billing_")  # of the names of streams
_LONGEST_WORD = 200
# What a payment or a credit pays off changes with it: balance and status of those invoices are others now.
_SETTLE_INVOICES = ("payment", "credit")


def main_object(payload: Mapping[str, Any], module: str = "") -> tuple[str, Mapping[str, Any]]:
    """
    Return what *payload* is about, and its object.

    The word is *module* where the URL named one, else Zoho's for the object (``invoice``); empty when nobody says it.
    """
    content = _content(payload)
    wrapper = _wrapper(content, module, str(payload.get("event_type") or ""))
    if wrapper:
        return module or wrapper, content[wrapper]
    return module or _entity_of_the_only_id(content), content


def ids_of(payload: Mapping[str, Any], module: str = "") -> dict[str, tuple[str, ...]]:
    """
    Return which records surely changed: the fields that hold ids, and the ids.

    These are the object itself and, for payments and credits, the invoices that they settle. Given the ``entity`` of an
    event for *module*, the answer is the same as for the module that its URL named.
    """
    entity, about = main_object(payload, module)
    found: dict[str, tuple[str, ...]] = {}
    for field in _own_fields(entity, about, module):
        found[field] = (as_id(about[field]),)
    settled = _settled(entity, about)
    if settled:
        found["invoice_id"] = tuple(dict.fromkeys((*found.get("invoice_id", ()), *settled)))
    return found


def own_ids(entity: str, about: Mapping[str, Any], module: str = "") -> tuple[str, ...]:
    """Return the ids of *entity* in *about*, as ``main_object`` returns them; none where that is not clear."""
    fields = _own_fields(entity, about, module)
    return (as_id(about[fields[0]]),) if len(fields) == 1 else ()


def same_kind(one: str, other: str) -> bool:
    """Tell whether two words are about the same kind of record: ``invoice``, ``invoices``, ``books_invoices``."""
    return _same(_singular(one), _singular(other))


def is_word(value: object) -> bool:
    """Tell whether *value* is a text that may name something: short, and printable in every store and log."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_WORD and value.isprintable()


def _content(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is inside Billing's event; anything else is its own content."""
    if "event_type" not in payload and "event_id" not in payload:
        return payload
    for name in _ENVELOPES:
        inner = payload.get(name)
        if isinstance(inner, str):  # the API documents the payload of an event as a text
            inner = _object_in(inner)
        if isinstance(inner, Mapping) and inner:
            return inner
    return {key: value for key, value in payload.items() if key not in _OF_THE_EVENT}


def _object_in(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _wrapper(content: Mapping[str, Any], module: str, event_type: str) -> str:
    """Return the key of the object that *content* is wrapped around; empty for values that stand side by side."""
    objects = [key for key, value in content.items() if isinstance(value, Mapping) and is_word(key)]
    if any(_is_own_id(content, key) for key in content):
        return ""
    meant = [key for key in objects if _same(key, _singular(module)) or _begins(event_type, key)]
    known = [key for key in objects if _own_field(key, content[key])]
    alone = objects if len(objects) == 1 else []
    return next(iter((*meant, *known, *alone)), "")


def _is_own_id(content: Mapping[str, Any], key: str) -> bool:
    # An organization is where it happened, not what it happened to.
    return key.endswith("_id") and key != "organization_id" and bool(as_id(content[key]))


def _entity_of_the_only_id(content: Mapping[str, Any]) -> str:
    fields = [key for key in content if _is_own_id(content, key) and is_word(key)]
    return fields[0].removesuffix("_id") if len(fields) == 1 else ""


def _own_fields(entity: str, about: Mapping[str, Any], module: str) -> list[str]:
    own = _own_field(entity, about) if entity else ""
    if own:
        return [own]
    # The URL said what it is about; which of its ids is its own is for the reader to know.
    return [key for key in about if _is_own_id(about, key)] if module else []


def _own_field(entity: str, about: Mapping[str, Any]) -> str:
    """Return the field with the id of *entity* in its object: of equal name, or of the end of its name."""
    name = _plain(_singular(entity))
    fields = [*_fields_ending(about, "_id"), *_fields_ending(about, "_code")]
    same = [field for field, stem in fields if stem == name]
    # A vendorpayment has a payment_id, a chart_of_account an account_id.
    end = [field for field, stem in fields if stem and name.endswith(stem)]
    return next(iter((*same, *end)), "")


def _fields_ending(about: Mapping[str, Any], end: str) -> Iterator[tuple[str, str]]:
    for key in about:
        if key.endswith(end) and key != "organization_id" and as_id(about[key]):
            yield key, _plain(key.removesuffix(end))


def _settled(entity: str, about: Mapping[str, Any]) -> tuple[str, ...]:
    invoices = about.get("invoices")
    if not isinstance(invoices, list) or not any(word in entity for word in _SETTLE_INVOICES):
        return ()
    ids = (as_id(each.get("invoice_id")) for each in invoices if isinstance(each, Mapping))
    return tuple(known for known in ids if known)


def as_id(value: object) -> str:
    """Return *value* as an id; empty when it cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and is_word(value) else ""


def _singular(word: str) -> str:
    """Return *word* without what lists and streams add to it: ``books_price_lists`` is about a price_list."""
    last = word.rpartition("/")[2]
    for prefix in _PREFIXES:
        last = last.removeprefix(prefix)
    if last.endswith("ies"):
        return f"{last[:-3]}y"
    if last.endswith(("xes", "sses")):
        return last[:-2]
    return last.removesuffix("s")


def _same(key: str, word: str) -> bool:
    return bool(word) and _plain(key) == _plain(word)


def _begins(event_type: str, key: str) -> bool:
    return _plain(event_type).startswith(_plain(key))


def _plain(word: str) -> str:
    return word.replace("_", "").lower()
