"""What value does a field of a given kind hold in the n-th generated record?

The resource table gives every field a kind, a short word such as `money` or `@customer.contact_id`. Each kind becomes a
small function of a `Draft`, so that one field of one record can be had without making the rest.

`kind?` leaves the value blank ("", as Zoho does) in about one record of eight, `kind~` leaves the key out.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from . import billing_kinds, words

if TYPE_CHECKING:
    from .drafts import Draft

Value = Callable[["Draft"], object]
Pick = Callable[["Draft"], int]

MISSING = object()
DAY = 86_400
_REGION, _SCORE = 487, 463  # bits that both custom_fields and the flat cf_* keys look at


class Compiler:
    """Turn kinds into functions; every field looks at bits of its own, so that fields do not move together."""

    def __init__(self) -> None:
        self._slots = count()

    def compile(self, kind: object) -> Value:
        """Return the function for one field."""
        if isinstance(kind, dict):
            return self._object(kind)
        if isinstance(kind, list):
            return self._array(kind[0])
        return self._scalar(str(kind))

    def _object(self, kinds: dict[str, Any]) -> Value:
        fields = [(name, self.compile(kind)) for name, kind in kinds.items()]
        return lambda draft: {name: value(draft) for name, value in fields}

    def _array(self, kinds: dict[str, Any]) -> Value:
        item, pick = self._object(kinds), self.pick()
        return lambda draft: [item(draft.line(number)) for number in range(1, 2 + pick(draft) % 3)]

    def _scalar(self, kind: str) -> Value:
        plain = kind.rstrip("?~")
        value = self._link(plain[1:]) if plain.startswith("@") else self._plain(plain)
        if plain == kind:
            return value
        blank: object = "" if kind.endswith("?") else MISSING
        shift = self._shift()
        return lambda draft: blank if draft.bits >> shift & 7 == 3 else value(draft)

    def _link(self, path: str) -> Value:
        link, name = path.split(".")
        return lambda draft: draft.linked(link, name)

    def _plain(self, kind: str) -> Value:
        name, _, argument = kind.partition(":")
        if name == "choice":
            return self._one_of(tuple(argument.split("|")))
        if name == "const":
            constant = _constant(argument)
            return lambda _draft: constant
        if name in _WORDS:
            return self._one_of(_WORDS[name])
        if name in _WITH_ARGUMENT:
            return _WITH_ARGUMENT[name](argument, self.pick())
        return _SIMPLE[name](self.pick())

    def _one_of(self, options: tuple[Any, ...]) -> Value:
        shift, many = self._shift(), len(options)
        return lambda draft: options[(draft.bits >> shift & 0xFFFF) % many]

    def _shift(self) -> int:
        return next(self._slots) * 11 % 480

    def pick(self) -> Pick:
        """Return a function that reads 24 bits of the record's own randomness."""
        shift = self._shift()
        return lambda draft: (draft.bits >> shift) & 0xFFFFFF


def _constant(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


def _numbered(first: tuple[str, ...], second: tuple[str, ...]) -> Callable[[Pick], Value]:
    """Make a name that stays unique by carrying the record's number."""
    return lambda pick: (
        lambda draft: f"{first[pick(draft) % len(first)]} {second[pick(draft) // 97 % len(second)]} {draft.index + 1}"
    )


def _from_list(options: tuple[str, ...]) -> Callable[[Pick], Value]:
    """Name short lists by position; a second round carries a number."""

    def name(draft: Draft) -> str:
        lap, place = divmod(draft.position, len(options))
        return options[place] + (f" {lap + 1}" if lap else "")

    return lambda _pick: name


def _custom_fields(draft: Draft) -> list[dict[str, object]]:
    score = cf_score(draft)
    return [
        _custom_field(draft, 1, "Region", "cf_region", "string", cf_region(draft)),
        _custom_field(draft, 2, "Score", "cf_score", "decimal", score),
    ]


def _custom_field(
    draft: Draft, index: int, label: str, api_name: str, data_type: str, value: object
) -> dict[str, object]:
    return {
        "customfield_id": draft.shared_id(index),
        "index": index,
        "label": label,
        "api_name": api_name,
        "data_type": data_type,
        "value": value,
        "value_formatted": _formatted(value),
    }


def _formatted(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def cf_region(draft: Draft) -> str:
    """Return the value of the text custom field."""
    return words.REGIONS[(draft.bits >> _REGION) % len(words.REGIONS)]


def cf_score(draft: Draft) -> float | str:
    """Return the value of the decimal custom field, blank in some records."""
    number = (draft.bits >> _SCORE) & 0xFFFFF
    return "" if number % 5 == 0 else number % 1_000_000 / 100


def _tags(pick: Pick) -> Value:
    def tags(draft: Draft) -> list[dict[str, object]]:
        return [
            {
                "tag_id": draft.linked("tag", "tag_id"),
                "tag_name": draft.linked("tag", "tag_name"),
                "tag_option_id": draft.linked("tag_option", "option_id"),
                "tag_option_name": draft.linked("tag_option", "option_name"),
                "is_tag_mandatory": False,
            }
        ][: pick(draft) % 2]

    return tags


def _email(pick: Pick) -> Value:
    return lambda draft: f"{words.WORDS[pick(draft) % 4]}.{draft.index + 1}@example.com"


_WORDS: dict[str, tuple[Any, ...]] = {
    "city": words.CITIES,
    "first_name": words.FIRST_NAMES,
    "last_name": words.LAST_NAMES,
    "text": words.SENTENCES,
    "word": words.WORDS,
    "phrase": words.PRODUCTS,
    "bool": (False, True),
    "rate": (1.0, 82.45, 0.92, 1.27, 151.3),
    "exchange_rate": (1.0, 1.0, 1.0, 82.45, 0.92),
    "percent": (0, 5, 10.5, 25, 70, 100),
}

_CONTACT_TYPE = ("customer", "customer", "vendor")

_SIMPLE: dict[str, Callable[[Pick], Value]] = {
    "id": lambda _pick: lambda draft: draft.own_id,
    "line_id": lambda _pick: lambda draft: draft.line_id,
    "ident": lambda pick: lambda draft: draft.foreign_id(pick(draft)),
    "created": lambda _pick: lambda draft: draft.stamp(draft.created),
    "modified": lambda _pick: lambda draft: draft.stamp(draft.modified),
    "created_formatted": lambda _pick: lambda draft: draft.day(draft.created),
    "modified_formatted": lambda _pick: lambda draft: draft.day(draft.modified),
    "created_utc": lambda _pick: lambda draft: draft.utc(draft.created),
    "date": lambda pick: lambda draft: draft.day(draft.created - pick(draft) % 5 * DAY),
    # A day that no sibling has: exchange rates are told apart by it.
    "own_day": lambda _pick: lambda draft: draft.day(draft.first_day + draft.position % 700 * DAY),
    "due": lambda pick: lambda draft: draft.day(draft.created + pick(draft) % 3 * 15 * DAY),
    "day": lambda pick: lambda draft: draft.day(draft.created + pick(draft) % 40 * DAY),
    "moment": lambda pick: lambda draft: draft.stamp(draft.created + pick(draft) % 100_000),
    "money": lambda pick: lambda draft: pick(draft) % 1_000_000 / 100,
    "amount_text": lambda pick: lambda draft: f"{pick(draft) % 100_000 / 100:.2f}",
    "int": lambda pick: lambda draft: pick(draft) % 30,
    "hours": lambda pick: lambda draft: f"{pick(draft) % 24:02d}:{pick(draft) // 31 % 60:02d}",
    "zip": lambda pick: lambda draft: f"{pick(draft) % 100_000:05d}",
    "code": lambda pick: lambda draft: f"{words.WORDS[pick(draft) % 4][:2].upper()}{pick(draft) % 10_000:04d}",
    "phone": lambda pick: lambda draft: f"+49-30-{pick(draft) % 10_000_000:07d}",
    "street": lambda pick: lambda draft: f"{words.STREETS[pick(draft) % len(words.STREETS)]} {pick(draft) % 90 + 1}",
    "email": _email,
    "emails": lambda pick: lambda draft: [_email(pick)(draft)] + ["büro@example.com"] * (pick(draft) % 2),
    "clock": lambda _pick: lambda draft: draft.clock(draft.created),
    "empty": lambda _pick: lambda _draft: "",
    "nothing": lambda _pick: lambda _draft: [],
    "contact_type": lambda _pick: lambda draft: _CONTACT_TYPE[draft.index % 3],
    "terms": lambda _pick: lambda draft: words.TERMS[(draft.bits >> 7) % len(words.TERMS)][0],
    "terms_label": lambda _pick: lambda draft: words.TERMS[(draft.bits >> 7) % len(words.TERMS)][1],
    "tax_rate": lambda _pick: lambda draft: words.TAX_RATES[draft.index % len(words.TAX_RATES)],
    "custom_fields": lambda _pick: _custom_fields,
    "tags": _tags,
    "company": _numbered(words.COMPANIES, words.TRADES),
    "person": _numbered(words.FIRST_NAMES, words.LAST_NAMES),
    "product": _numbered(words.PRODUCTS, words.WORDS),
    "project": _from_list(words.PROJECTS),
    "job": _from_list(words.JOBS),
    "account": _from_list(words.ACCOUNTS),
    "bank": _from_list(words.BANKS),
    "asset": _from_list(words.ASSETS),
    "asset_type": _from_list(words.ASSET_TYPES),
    "category": _from_list(words.CATEGORIES),
    "tax": _from_list(words.TAXES),
    "authority": _from_list(words.AUTHORITIES),
    "tag": _from_list(words.TAGS),
    "option": _from_list(words.OPTIONS),
    "vehicle": _from_list(words.VEHICLES),
    "pricelist": _from_list(words.PRICE_LISTS),
    **billing_kinds.SIMPLE,
    "entity": _from_list(words.DOCUMENT_KINDS),
}


def _currency(argument: str, _pick: Pick) -> Value:
    if argument == "base":
        return lambda draft: draft.index == 0
    place = ("code", "name", "symbol").index(argument)
    return lambda draft: draft.currency[place]


def _module(argument: str, _pick: Pick) -> Value:
    def of_module(draft: Draft) -> object:
        known = draft.collection.organization.modules
        return getattr(known[draft.index % len(known)], argument) if known else ""

    return of_module


def _custom_field_value(argument: str, _pick: Pick) -> Value:
    if argument == "region":
        return cf_region
    return cf_score if argument == "score_number" else lambda draft: _formatted(cf_score(draft))


_WITH_ARGUMENT: dict[str, Callable[[str, Pick], Value]] = {
    "serial": lambda prefix, _pick: lambda draft: f"{prefix}{draft.index + 1:05d}",
    "currency": _currency,
    "module": _module,
    "cf": _custom_field_value,
    "same": lambda name, _pick: lambda draft: draft.field(name),
    **billing_kinds.WITH_ARGUMENT,
    "int_below": lambda most, pick: lambda draft: pick(draft) % int(most),
}
