"""Does a test event pass for Zoho's, and is every wrong answer met with what to do?"""

from __future__ import annotations

import pytest

from source_zoho.webhooks.deliveries import Delivery, event_of
from source_zoho.webhooks.event import TEST, Event
from source_zoho.webhooks.proving import KEPT, KNOWN, REFUSED, Answer, address, letter, trouble
from source_zoho.webhooks.refusals import Refused
from unit_tests.webhooks.deliveries import NOON, ORGANIZATION, trust

BASE = "https://hooks.example.com"


@pytest.mark.parametrize(
    ("url", "product", "expected"),
    [
        (BASE, "books", f"{BASE}/webhooks/books/1?source_zoho_test=1"),
        (f"{BASE}/", "billing", f"{BASE}/webhooks/billing/1?source_zoho_test=1"),
        (f"{BASE}/zoho", "crm", f"{BASE}/zoho/webhooks/crm?source_zoho_test=1"),
        (f"{BASE}/webhooks/books/1", "books", f"{BASE}/webhooks/books/1?source_zoho_test=1"),
    ],
)
def test_the_receiver_may_be_named_with_or_without_its_path(url: str, product: str, expected: str) -> None:
    assert address(url, product, "1") == expected


def received(product: str, *, wrong: bool = False) -> Event:
    sent = letter(address(BASE, product, ORGANIZATION), product, trust().settings, "the-id", NOON, wrong=wrong)
    query = sent.url.partition("?")[2].encode()
    signature = sent.headers.get("X-Zoho-Webhook-Signature", "")
    kind = sent.headers["Content-Type"]
    return event_of(Delivery(product, ORGANIZATION, query, kind, sent.body, signature, NOON), trust())


@pytest.mark.parametrize("product", ["books", "billing", "crm"])
def test_the_receiver_takes_it_as_a_test(product: str) -> None:
    event = received(product)

    assert (event.origin, event.entity, event.record_ids) == (TEST, "source_zoho_test", ("the-id",))


@pytest.mark.parametrize("product", ["books", "billing", "crm"])
def test_the_wrong_one_is_refused(product: str) -> None:
    with pytest.raises(Refused):
        received(product, wrong=True)


def answer(status: int, text: str, **headers: str) -> Answer:
    return Answer(status, {"content-type": "text/html", **headers}, text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(200, '{"status": "kept"}'), KEPT),
        (answer(200, '{"status": "known"}'), KNOWN),
        (answer(401, '{"status": "refused", "reason": "x"}'), REFUSED),
    ],
)
def test_nothing_is_wrong_with_what_was_expected(given: Answer, expected: str) -> None:
    assert trouble(given, expected) == ""


PAGE = "<html>Welcome</html>"


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        (answer(401, '{"status": "refused", "reason": "The signature does not fit."}'), KEPT, "same secret here"),
        (answer(404, '{"status": "refused", "reason": "There is nothing here."}'), KEPT, "changed the path"),
        (answer(413, '{"status": "refused", "reason": "Too large."}'), KEPT, "--max-body"),
        (answer(503, '{"status": "refused", "reason": "No store."}'), KEPT, "receiver's log"),
        (answer(503, '{"status": "refused", "reason": "No store."}'), REFUSED, "receiver's log"),
        (answer(200, '{"status": "kept"}'), REFUSED, "without --allow-unsigned"),
        (answer(200, '{"status": "kept"}'), KNOWN, "forgets"),
        (answer(200, PAGE), KEPT, "page of HTML. Something else"),
        (answer(200, "[" * 100_000), KEPT, "Something else"),
        (answer(200, '{"status": "ok"}', **{"content-type": "application/json"}), KEPT, "no answer of the receiver"),
        (answer(401, PAGE), KEPT, "wants a sign-in"),
        (answer(401, PAGE), REFUSED, "wants a sign-in"),
        (answer(403, PAGE), KEPT, "firewall"),
        (answer(404, PAGE), KEPT, "does not pass on /webhooks/"),
        (answer(413, PAGE), KEPT, "raise its bound"),
        (answer(502, PAGE), KEPT, "is `source-zoho webhooks serve` running"),
        (answer(504, PAGE), KEPT, "in vain"),
        (
            answer(301, "", location="https://user:pw@example.com/x?token=1"),
            KEPT,
            "redirect to https://example.com/x, ",
        ),
        (answer(302, ""), KEPT, "does not follow"),
    ],
)
def test_every_wrong_answer_comes_with_what_to_do(given: Answer, expected: str, words: str) -> None:
    assert words in trouble(given, expected)
