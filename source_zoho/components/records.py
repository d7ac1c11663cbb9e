"""What does a row become on its way to the destination?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any

import requests
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor
from airbyte_cdk.sources.declarative.extractors.type_transformer import TypeTransformer
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import StreamSlice, StreamState

from source_zoho.components.bodies import body_of, code_of

TOP_LEVEL = "."
ENVELOPE = frozenset({"code", "message", "page_context"})


@dataclass
class KeyExtractor(RecordExtractor):
    """
    Take the rows from under the first of the keys that the answer has; a single object counts as one row.

    Some lists answer under another name than the one Zoho documents, so a stream may give several; ``.`` takes the
    answer itself without its envelope, for documents that came without a wrapper. The CDK's DpathExtractor walks every
    value of the page to find one key.

        extractor: {type: CustomRecordExtractor, class_name: source_zoho.components.KeyExtractor, records: [invoices]}
    """

    records: list[str]

    def extract_records(self, response: requests.Response) -> Iterable[MutableMapping[Any, Any]]:
        """Yield the rows of *response*; nothing when it has none of the keys."""
        yield from self.find(response) or []

    def find(self, response: requests.Response) -> list[dict[str, Any]] | None:
        """Return the rows of *response*, or None when it has none of the keys, which is not an empty list."""
        body = body_of(response) or {}
        for key in self.records:
            if key == TOP_LEVEL and code_of(response) == 0 and body.keys() - ENVELOPE:
                return [{name: value for name, value in body.items() if name not in ENVELOPE}]
            if key in body:
                rows = body[key]
                return ([rows] if rows else []) if isinstance(rows, dict) else list(rows or [])
        return None


@dataclass
class AddPartitionFields(RecordTransformation):
    """
    Write the fields of the row's partition into the row: its organization, and what names its parent.

        transformations:
          - {type: CustomTransformation, class_name: source_zoho.components.AddPartitionFields}
    """

    def transform(
        self,
        record: dict[str, Any],
        config: Mapping[str, Any] | None = None,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
    ) -> None:
        """Add to *record* what the row itself does not say."""
        if stream_slice is None:
            return
        for name, value in flat(stream_slice.partition).items():
            if record.get(name) in (None, ""):
                record[name] = value


def flat(partition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of *partition* and of the partitions of its parents."""
    own = {name: value for name, value in partition.items() if name != "parent_slice"}
    parent = partition.get("parent_slice")
    return {**flat(parent), **own} if parent else own


Cast = Callable[[Any], Any]
Rule = tuple[tuple[type, ...], Cast]
Rules = Mapping[str, Rule]
_DIGITS = re.compile(r"[+-]?\d+")
_NO_DATE = "0000-00-00"


@dataclass
class SchemaNormalizer(TypeTransformer):
    """
    Make values what the schema says, where Zoho writes them otherwise; leave everything else as it came.

    Zoho writes an empty text for a missing date, number or flag, now and then a number for an id, and a text for a
    number or a flag. A value that cannot be read as its type stays as it is, so that nothing is lost.

        schema_normalization: {type: CustomSchemaNormalization, class_name: source_zoho.components.SchemaNormalizer}
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    parameters: InitVar[Mapping[str, Any] | None] = None

    def __post_init__(self, parameters: Mapping[str, Any] | None) -> None:
        self._plans: dict[int, tuple[Mapping[str, Any], Rules]] = {}

    def transform(self, record: dict[str, Any], schema: Mapping[str, Any]) -> None:
        """Bring *record* into the shape of *schema*, in place."""
        kept = self._plans.get(id(schema))
        if kept is None or kept[0] is not schema:
            kept = self._plans[id(schema)] = (schema, _rules(schema))
        _apply(kept[1], record)


def _apply(rules: Rules, record: dict[str, Any]) -> None:
    for name, value in record.items():
        if value is None:
            continue
        rule = rules.get(name)
        # Nearly every value is what it should be: looking at its class is cheaper than a call for each.
        if rule is not None and value.__class__ not in rule[0]:
            record[name] = rule[1](value)


def _rules(schema: Mapping[str, Any]) -> Rules:
    found = ((name, _rule(each)) for name, each in schema.get("properties", {}).items())
    return {name: rule for name, rule in found if rule}


def _rule(schema: Mapping[str, Any]) -> Rule | None:
    """Return what to do with values of *schema*, and of which classes they are right as they came."""
    kinds = schema.get("type", [])
    kind = next((each for each in ([kinds] if isinstance(kinds, str) else kinds) if each != "null"), None)
    if kind == "object":
        return (), _object_cast(_rules(schema))
    if kind == "array":
        inner = _rule(schema.get("items", {}))
        return ((), _array_cast(inner)) if inner else None
    if kind == "string":
        return ((), _nothing_if_no_date) if "format" in schema else ((str, bool), _text)
    return _SCALARS.get(str(kind))


def _object_cast(rules: Rules) -> Cast:
    def cast(value: Any) -> Any:
        if isinstance(value, dict):
            _apply(rules, value)
            return value
        return _nothing_if_empty(value)

    return cast


def _array_cast(inner: Rule) -> Cast:
    right, cast_each = inner

    def cast(value: Any) -> Any:
        if isinstance(value, list):
            return [each if each.__class__ in right else cast_each(each) for each in value]
        return _nothing_if_empty(value)

    return cast


def _nothing_if_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _nothing_if_no_date(value: Any) -> Any:
    """Zoho's other way to write that there is no date is one of zeros, which no calendar has."""
    return None if isinstance(value, str) and value.startswith(_NO_DATE) else _nothing_if_empty(value)


def _text(value: Any) -> Any:
    """An id that came as a number becomes the text of its digits, and so does a discount: 10.5, or "10.5%"."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    digits = value.strip().removesuffix("%")  # Zoho's own example of a tax is "70%"
    if not digits:
        return value if value.strip() else None
    try:
        number = float(digits)
    except ValueError:
        return value
    # A number of more digits than binary fractions hold stays a text: rounding it would lose them.
    return number if isfinite(number) and Decimal(repr(number)) == Decimal(digits) else value


def _integer(value: Any) -> Any:
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        return int(value)
    number = _number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _flag(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"true": True, "false": False, "": None}.get(value.strip().lower(), value)


_SCALARS: Mapping[str, Rule] = {
    "number": ((int, float, bool), _number),
    "integer": ((int, bool), _integer),
    "boolean": ((bool, int, float), _flag),
}
