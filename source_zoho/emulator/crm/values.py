"""Which plain values does a field of a generated record have?

A maker gets a random number that belongs to the record and the field, and the record's own number; it always makes the
same of them. What is made of other records stands in `linked_values.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING

from source_zoho.emulator import words

if TYPE_CHECKING:
    from .spec import Field

Maker = Callable[[int, int], object]
DAY = 86_400
_DAYS = 900
# Few enough to be remembered once they have been written out; the odd step gives every time of the day.
_MOMENTS, _MOMENT_STEP = 20_000, 3_881
ERROR_TEXT = "#ERROR: division by zero"
_COUNTRIES = ("India", "Deutschland", "España", "日本", "United States")
_FILES = ("offer.pdf", "Größe (3).xlsx", "photo.jpeg", "契約.docx")
_WORDS: dict[str, Sequence[str]] = {
    "first": words.FIRST_NAMES,
    "last": words.LAST_NAMES,
    "companies": words.COMPANIES,
    "jobs": words.JOBS,
    "projects": words.PROJECTS,
    "products": words.PRODUCTS,
    "cities": words.CITIES,
    "streets": words.STREETS,
    "regions": words.REGIONS,
    "categories": words.CATEGORIES,
    "words": words.WORDS,
    "countries": _COUNTRIES,
    "files": _FILES,
}
_PARAGRAPHS = [" ".join(combined) for count in (1, 2, 3) for combined in product(words.SENTENCES, repeat=count)]
_NUMBERED = ("companies", "projects", "products", "streets", "jobs")


def plain_maker(field: Field, day_of: Callable[[int], str], stamp_of: Callable[[int], str], start: int) -> Maker | None:
    """Return what makes the values of a field, None for fields that are made otherwise."""
    data_type = field.returns if field.data_type in ("formula", "rollup_summary") else field.data_type
    if data_type == "text":
        return _text(field)
    if data_type == "textarea":
        return _rich_text if field.is_rich else _sentences
    if data_type in ("picklist", "multiselectpicklist"):
        return _chosen(field) if data_type == "picklist" else _several(field)
    if data_type == "autonumber":
        prefix, suffix = field.options.get("prefix", ""), field.options.get("suffix", "")
        return lambda _, n: f"{prefix}{n + 1:05d}{suffix}"
    if data_type == "date":
        return lambda r, _: day_of(start + r % _DAYS * DAY)
    if data_type == "datetime":
        return lambda r, _: stamp_of(start + r % _MOMENTS * _MOMENT_STEP)
    return _MAKERS.get(data_type)


def spoiled(field: Field, make: Maker) -> Maker:
    """Let a maker fail now and then, or spell numbers as text, where the table says so."""
    if "error" in field.options:
        return lambda r, n: ERROR_TEXT if r % 5 == 0 else make(r, n)
    if "as_text" in field.options:
        return lambda r, n: str(make(r, n))
    if "empty" in field.options:
        return lambda _, __: None
    return make


def _text(field: Field) -> Maker:
    kind = field.options.get("words", "words")
    if kind == "people":
        first, last = words.FIRST_NAMES, words.LAST_NAMES
        return lambda r, _: f"{first[r % len(first)]} {last[r // 16 % len(last)]}"
    if kind == "codes":
        return lambda r, _: f"{r % 0xFFFFFF:06X}"
    if kind == "clock":
        return lambda r, _: f"{r % 90:02d}:{r // 97 % 60:02d}"
    found = _WORDS[kind]
    if kind in _NUMBERED:
        return lambda r, _: f"{found[r % len(found)]} {r // 64 % 1000}"
    return lambda r, _: found[r % len(found)]


def _sentences(r: int, _number: int) -> object:
    return _PARAGRAPHS[r % len(_PARAGRAPHS)]


def _rich_text(r: int, number: int) -> object:
    """Make text between 60 and some 2,500 characters; three in four are longer than what lists show."""
    sentence = words.SENTENCES[r % len(words.SENTENCES)]
    return "".join(f"<p>{number}.{part} {sentence}</p>" for part in range(2 + r // 7 % 60))


def _chosen(field: Field) -> Maker:
    """Choose one value; retired values are still in old records, but no longer in the metadata."""
    values = (*field.choices(), *field.choices(), *field.choices("retired"))
    return lambda r, _: values[r % len(values)]


def _several(field: Field) -> Maker:
    values = (*field.choices(), *field.choices("retired"))
    chosen = [[one for place, one in enumerate(values) if bits >> place & 1] for bits in range(1, 1 << len(values))]
    return lambda r, _: list(chosen[r % len(chosen)])


def _point(r: int, _number: int) -> object:
    return {"latitude": r % 18_000 / 100 - 90, "longitude": r // 7 % 36_000 / 100 - 180}


def _address(r: int, _number: int) -> object:
    return {
        "Street": words.STREETS[r % len(words.STREETS)],
        "City": words.CITIES[r % len(words.CITIES)],
        "Coordinates": _point(r, 0),
    }


_MAKERS: dict[str, Maker] = {
    "email": lambda r, _: f"{words.WORDS[r % 3]}.{r % 9_973}@example.com",
    "phone": lambda r, _: f"+91 44 {r % 100_000_000:08d}",
    "website": lambda r, _: f"https://{r % 4_999}.example.com",
    "profileimage": lambda r, n: f"{r:016x}{n:08x}",
    "bigint": lambda r, _: str(r % 10**12),
    "integer": lambda r, _: r % 10_000,
    "double": lambda r, _: r % 1_000_000 / 100,
    "currency": lambda r, _: r % 10_000_000 / 100,
    "percent": lambda r, _: r % 10_001 / 100,
    "boolean": lambda r, _: r & 1 == 1,
    "long": lambda r, _: r % 2**53,
    "RRULE": lambda r, _: {"RRULE": f"FREQ=WEEKLY;INTERVAL={1 + r % 4};UNTIL=2027-01-01;BYDAY=MO"},
    "ALARM": lambda r, _: {"ALARM": f"FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:2026-0{1 + r % 9}-01T10:00:00+05:30"},
    "event_reminder": lambda r, _: f"{5 + r % 50} minutes before",
    "multireminder": lambda r, _: [
        {"unit": 1 + r % 30, "period": "minutes", "time": None},
        {"unit": 1, "period": "days", "time": "09:00"},
    ],
    "time_range": lambda r, _: {"From": f"{r % 12:02d}:00", "To": f"{12 + r % 12:02d}:30"},
    "module": lambda r, _: {"api_name": ("Leads", "Deals")[r % 2], "id": str(r % 10**6)},
    "nearby_distance": _point,
    "address": _address,
    "comments": lambda r, _: [
        {"comment_content": words.SENTENCES[r % 7], "commented_by": "Ada", "commented_time": None, "id": str(r)}
    ],
}
