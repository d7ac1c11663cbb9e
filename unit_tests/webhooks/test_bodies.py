"""Are bodies read whichever way they are written, and refused when they could be read in two?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from source_zoho.webhooks.bodies import body_of, canonical, json_object, pairs_of
from source_zoho.webhooks.refusals import Reason, Refused

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def payload(content_type: str, raw: bytes) -> dict[str, Any]:
    return body_of(content_type, raw).payload()


@pytest.mark.parametrize(
    "content_type",
    [JSON, "application/json; charset=UTF-8", 'TEXT/JSON;charset="utf-8"', "", "text/plain", "application/a+json"],
)
def test_json_is_read_under_each_of_its_names(content_type: str) -> None:
    assert payload(content_type, b'{"invoice": {"total": 9.5, "name": "\xc3\x84"}}') == {
        "invoice": {"total": 9.5, "name": "Ä"}
    }


def test_a_byte_order_mark_is_no_content() -> None:
    assert payload(JSON, b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_form_is_read_as_its_fields() -> None:
    body = body_of(FORM, b"invoice_id=1&customer=Ana+%26+Co&note=")

    assert body.payload() == {"invoice_id": "1", "customer": "Ana & Co", "note": ""}
    assert body.raw_json == b""


def test_the_json_in_a_form_is_what_the_form_says() -> None:
    body = body_of(FORM, b"JSONString=%7B%22invoice%22%3A%7B%22invoice_id%22%3A%221%22%7D%7D")

    assert body.payload() == {"invoice": {"invoice_id": "1"}}
    assert body.pairs == (("JSONString", '{"invoice":{"invoice_id":"1"}}'),)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "not JSON .line 1, column 2"),
        (b'{"a": 1} x', "not JSON"),
        (b"<html>", "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[1]", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
        (b'{"a": NaN}', "does not know"),
        (b'{"a": -Infinity}', "does not know"),
        (b'{"a": 1e999}', "does not know"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 2}}', "twice"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper than 64"),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested deeper than 64"),
    ],
)
def test_what_two_readers_could_understand_in_two_ways_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        json_object(raw)

    assert refused.value.reason is Reason.UNREADABLE


def test_many_braces_side_by_side_are_no_bomb() -> None:
    wide = {"lines": [{"n": {"m": number}} for number in range(200)]}

    assert json_object(json.dumps(wide).encode()) == wide


@pytest.mark.parametrize("raw", [b"", b"  \r\n"])
def test_an_empty_body_says_so(raw: bytes) -> None:
    with pytest.raises(Refused, match="empty") as refused:
        body_of(JSON, raw)

    assert refused.value.reason is Reason.EMPTY


@pytest.mark.parametrize(
    ("content_type", "words"),
    [
        ("multipart/form-data; boundary=x", "multipart; choose"),
        ("application/xml", "none of: application/json"),
        ("application/json; charset=iso-8859-1", "charset is not UTF-8"),
    ],
)
def test_another_media_type_is_refused_with_the_right_ones(content_type: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        body_of(content_type, b"x")

    assert refused.value.reason is Reason.CONTENT_TYPE


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"a=1&a=2", "twice"),
        (b"a=%FF", "not UTF-8"),
        (b"\xff", "not UTF-8"),
        (b"a=1&" * 1001, "more than 1,000 fields"),
        (b"&&", "has no fields"),
        (b"JSONString=%5B1%5D", "not an object"),
        (b"JSONString=", "not JSON"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        payload(FORM, raw)


def test_a_query_may_be_empty() -> None:
    assert pairs_of(b"", "query") == ()


def test_canonical_json_is_the_same_for_the_same_content() -> None:
    assert canonical({"b": 1, "a": "Ä"}) == canonical({"a": "Ä", "b": 1}) == '{"a":"Ä","b":1}'


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(Refused, match="surrogate"):
        canonical(json_object(b'{"a": "\\ud800"}'))
