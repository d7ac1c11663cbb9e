"""What did the body of a delivery say, whichever way it was written?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from source_zoho.webhooks.refusals import Reason, Refused

JSON_FIELD = "JSONString"
_FORM = "application/x-www-form-urlencoded"
# Nothing stated is taken for JSON, and so is plain text: what an administrator wrote into a raw body is no less JSON.
_JSON = frozenset({"", "application/json", "text/json", "text/plain"})
_UTF_8 = frozenset({"", "utf-8", "utf8", "us-ascii"})
_DEEPEST = 64
_MOST_PAIRS = 1000

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """A body taken apart as far as its signature needs: the pairs of a form, or a text that should be JSON."""

    pairs: tuple[Pair, ...] = ()
    raw_json: bytes = b""

    def payload(self) -> dict[str, Any]:
        """Return what it says. Refuses what is not one JSON object, or a form that says something twice."""
        if not self.pairs:
            return json_object(self.raw_json)
        fields = _once(self.pairs)
        return json_object(fields[JSON_FIELD].encode("utf-8")) if JSON_FIELD in fields else fields


def body_of(content_type: str, raw: bytes) -> Body:
    """Take *raw* apart. Refuses media types that no webhook of Zoho has, and forms that cannot be read."""
    if not raw.strip():
        raise Refused(Reason.EMPTY, "The body is empty: choose what the webhook sends in its settings in Zoho.")
    media_type, charset = _stated(content_type)
    if charset not in _UTF_8:
        raise _unsupported("The body's charset is not UTF-8, which is what Zoho sends.")
    if media_type == _FORM:
        return Body(pairs=pairs_of(raw, "body"))
    if media_type in _JSON or media_type.endswith("+json"):
        return Body(raw_json=raw)
    if media_type.startswith("multipart/"):
        raise _unsupported(
            "The body is multipart; choose the default payload, a raw JSON body or x-www-form-urlencoded parameters in "
            "the webhook's settings in Zoho."
        )
    raise _unsupported(f"The body's media type is none of: application/json, {_FORM}.")


def pairs_of(encoded: bytes, where: str) -> tuple[Pair, ...]:
    """Return the pairs of a form or a query, URL-decoded; *where* names it in refusals."""
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PAIRS)
    except UnicodeDecodeError:
        raise _unreadable(f"The {where} is not UTF-8.") from None
    except ValueError:
        raise _unreadable(f"The {where} has more than {_MOST_PAIRS:,} fields.") from None
    if not pairs and where == "body":
        raise _unreadable("The body is no form: it has no fields.")
    return tuple(pairs)


def json_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in *raw*. Refuses whatever two readers could understand in two ways."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("The body is not UTF-8.") from None
    try:
        value = _READER.decode(text)
    except json.JSONDecodeError as error:
        raise _unreadable(f"The body is not JSON (line {error.lineno}, column {error.colno}).") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # of a number with thousands of digits
        raise _unreadable("The body has a number that is too long to be one.") from None
    if not isinstance(value, dict):
        raise _unreadable("The body is JSON, but not an object: a webhook of Zoho is one object in braces.")
    # The count is an upper bound of the depth, and quickly taken.
    if raw.count(b"{") + raw.count(b"[") > _DEEPEST and _is_too_deep(value):
        raise _too_deep()
    return value


def canonical(payload: Any) -> str:
    """Return *payload* as JSON that is the same for the same content. Refuses text that is no Unicode."""
    written = _WRITER.encode(payload)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        raise _unreadable("The body has half of a surrogate pair, which is no text.") from None
    return written


def _stated(content_type: str) -> Pair:
    media_type, *parameters = (part.strip() for part in content_type.lower().split(";"))
    named = dict(part.partition("=")[::2] for part in parameters)
    return media_type, named.get("charset", "").strip('" ')


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _unreadable("The body says something twice: one of its fields stands in it two times.")
        found[key] = value
    return found


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        _no_number(text)
    return value


def _no_number(_text: str) -> NoReturn:
    raise _unreadable("The body has a number that JSON does not know, such as NaN or Infinity.")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep() -> Refused:
    return _unreadable(f"The body is nested deeper than {_DEEPEST} levels.")


def _unreadable(sentence: str) -> Refused:
    return Refused(Reason.UNREADABLE, sentence)


def _unsupported(sentence: str) -> Refused:
    return Refused(Reason.CONTENT_TYPE, sentence)


# Made once, for making them takes as long as their work does.
_READER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
