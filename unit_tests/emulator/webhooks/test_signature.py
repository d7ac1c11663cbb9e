"""Is a webhook signed as Zoho's knowledge base says?"""

from __future__ import annotations

import hashlib
import hmac

import orjson

from source_zoho.emulator.webhooks.bodies import content_of
from source_zoho.emulator.webhooks.signature import HEADER, signature
from source_zoho.emulator.webhooks.subscription import Webhook

SECRET = "abcdefghijkl1234"
URL = "http://127.0.0.1:9/webhooks/books/1?operation=updated&module=invoices&note=a%20b%2Bc"


def of(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def test_a_known_answer() -> None:
    """The digest stands in many places: of the key "key" and a sentence about a fox."""
    sentence = b"The quick brown fox jumps over the lazy dog"

    assert signature("key", raw_json=sentence) == "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"


def test_pairs_of_query_and_form_go_by_their_keys_and_come_first() -> None:
    found = signature(SECRET, [("b", "2"), ("a", "ü")], [("ab", "3")], b'{"x":1}')

    assert found == of("aüab3b2".encode() + b'{"x":1}')


def test_json_is_signed_raw_with_the_decoded_query() -> None:
    content = content_of(Webhook("1", "books", "1", URL, SECRET, "invoices"), {"invoice": {"note": "ü"}})

    assert content.body == orjson.dumps({"invoice": {"note": "ü"}})
    assert content.headers[HEADER] == of(b"moduleinvoicesnotea b+coperationupdated" + content.body)


def test_a_form_is_signed_by_its_pairs() -> None:
    webhook = Webhook("1", "books", "1", URL, SECRET, "invoices", "form")

    content = content_of(webhook, {"invoice_id": "7", "balance": 1.5, "zone": "a&b"})

    assert content.body == b"invoice_id=7&balance=1.5&zone=a%26b"
    assert content.headers[HEADER] == of(b"balance1.5invoice_id7moduleinvoicesnotea b+coperationupdatedzonea&b")


def test_the_json_string_is_a_pair_like_others() -> None:
    webhook = Webhook("1", "books", "1", URL.partition("?")[0], SECRET, "invoices", "jsonstring")

    content = content_of(webhook, {"invoice": {"invoice_id": "7"}})

    assert content.body.startswith(b"JSONString=%7B%22invoice%22")
    assert content.headers[HEADER] == of(b'JSONString{"invoice":{"invoice_id":"7"}}')


def test_without_a_secret_nothing_is_signed() -> None:
    content = content_of(Webhook("1", "books", "1", URL, "", "invoices"), {})

    assert HEADER not in content.headers
