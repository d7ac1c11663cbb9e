"""Does the receiver answer every request as its table of routes and reasons says?"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from source_zoho.webhooks.deliveries import Delivery
from unit_tests.webhooks.calling import Answer, Caller, a_receiver
from unit_tests.webhooks.deliveries import INVOICE, SECRET, TOKEN, a_notification, a_webhook, trust
from unit_tests.webhooks.fakes import unreachable

BOOKS = "/webhooks/books/1"
JSON = {"content-type": "application/json"}


T = TypeVar("T")


def with_a_receiver(story: Callable[[Caller], Awaitable[T]], **settings: Any) -> T:
    async def run() -> T:
        async with a_receiver(**settings) as caller:
            return await story(caller)

    return asyncio.run(run())


def answer_to(*request: Any, receiver: dict[str, Any] | None = None, **more: Any) -> Answer:
    return with_a_receiver(lambda caller: caller.call(*request, **more), **(receiver or {}))


def answer_to_delivery(delivery: Delivery, **settings: Any) -> Answer:
    return with_a_receiver(lambda caller: caller.deliver(delivery), **settings)


@pytest.mark.parametrize("delivery", [a_webhook(), a_webhook(product="billing"), a_notification()])
def test_an_event_is_kept_once_and_known_afterwards(delivery: Delivery) -> None:
    async def story(caller: Caller) -> None:
        first, second = await caller.deliver(delivery), await caller.deliver(delivery)

        assert (first.status, first.said) == (200, {"status": "kept"})
        assert (second.status, second.said) == (200, {"status": "known"})
        assert len(caller.store.events) == 1
        assert await caller.metric(f'received_total{{product="{delivery.product}"}}') == 2
        assert await caller.metric(f'kept_total{{product="{delivery.product}"}}') == 1
        assert await caller.metric(f'known_total{{product="{delivery.product}"}}') == 1
        assert await caller.metric("commit_seconds_count") == 2

    with_a_receiver(story)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_webhooks_may_come_by_other_methods(method: str) -> None:
    delivery = a_webhook()
    headers = {**JSON, "x-zoho-webhook-signature": delivery.signature}

    assert answer_to(method, BOOKS, delivery.body, headers=headers).said == {"status": "kept"}


@pytest.mark.parametrize(
    ("request_", "status", "metric", "words"),
    [
        ({"headers": {**JSON, "x-zoho-webhook-signature": "00"}}, 401, "signature", "does not fit"),
        ({"headers": JSON}, 401, "unsigned", "no X-Zoho-Webhook-Signature"),
        ({"headers": {"content-length": "99999999"}}, 413, "too_large", "larger than 2,048 bytes"),
        (
            {"headers": {"content-length": "", "transfer-encoding": "chunked"}, "body": b"x" * 3000},
            413,
            "too_large",
            "larger",
        ),
        ({"headers": {"content-length": ""}, "body": b""}, 411, "no_length", "neither Content-Length"),
        ({"headers": {"content-encoding": "gzip"}}, 415, "content_type", "compressed"),
        ({"headers": {"content-type": "application/xml"}}, 415, "content_type", "none of"),
        ({"ends": False}, 400, "truncated", "ended before"),
        ({"body": b""}, 400, "empty", "empty"),
        ({"path": "/webhooks/books/acme"}, 404, "organization", "digits"),
    ],
)
def test_every_refusal_has_a_status_a_sentence_and_a_count(
    request_: dict[str, Any], status: int, metric: str, words: str
) -> None:
    async def story(caller: Caller) -> None:
        path, body = request_.pop("path", BOOKS), request_.pop("body", b"{}")
        answer = await caller.call("POST", path, body, **request_)

        assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
        assert words in answer.reason
        assert await caller.metric(f'refused_total{{product="books",reason="{metric}"}}') == 1
        assert not caller.store.events

    with_a_receiver(story, most_bytes=2048)


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def story(caller: Caller) -> Answer:
        caller.receiver.body_seconds = 0.01
        return await caller.call("POST", BOOKS, b"{", ends=None, headers={"content-length": "99"})

    assert with_a_receiver(story).status == 408


@pytest.mark.parametrize(
    "path", ["/webhooks/desk/1", "/webhooks/books", "/webhooks/crm/", "/webhooks/crm/1", "/", "/x"]
)
def test_an_unknown_product_is_answered_with_the_known_ones(path: str) -> None:
    answer = answer_to("POST", path)

    assert answer.status == 404
    assert "/webhooks/books/{organization_id}, /webhooks/billing/{organization_id}, /webhooks/crm" in answer.reason


@pytest.mark.parametrize(
    ("method", "path"), [("GET", BOOKS), ("PATCH", BOOKS), ("PUT", "/webhooks/crm"), ("POST", "/metrics")]
)
def test_another_method_is_answered_with_those_that_are_taken(method: str, path: str) -> None:
    answer = answer_to(method, path)

    assert answer.status == 405
    assert answer.headers["allow"] in answer.reason


def test_a_store_in_trouble_is_answered_with_try_again() -> None:
    async def story(caller: Caller) -> None:
        caller.store.trouble = unreachable()
        answer = await caller.deliver(a_webhook())

        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        assert "send it again" in answer.reason
        assert (await caller.call("GET", "/readyz")).status == 503
        assert (await caller.call("GET", "/healthz")).status == 200
        assert await caller.metric('refused_total{product="books",reason="store"}') == 1
        assert await caller.metric("store_failures_total") == 1
        assert await caller.metric("up") == 0
        caller.store.trouble = None
        assert (await caller.deliver(a_webhook())).said == {"status": "kept"}
        assert (await caller.call("GET", "/readyz")).said == {"status": "ready"}
        assert await caller.metric("up") == 1

    with_a_receiver(story)


def test_what_nobody_foresaw_is_answered_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(caller: Caller) -> Answer:
        del caller.receiver.trust
        return await caller.deliver(a_webhook())

    with caplog.at_level(logging.INFO):
        answer = with_a_receiver(story)

    assert answer.status == 500
    assert "Send it again" in answer.reason
    assert all(record.exc_info is None for record in caplog.records)


async def _beats_after(delivery: Delivery, caller: Caller) -> int:
    await caller.deliver(delivery)
    caller.clock.pass_by(seconds=20)
    await caller.receiver.heartbeat.beat()
    return len({run_id for run_id, _, _ in caller.store.beats})


@pytest.mark.parametrize(
    ("delivery", "runs"),
    [(a_webhook(), 1), (a_webhook(signature="00"), 2), (a_webhook(b"{"), 2), (a_notification(token="x"), 2)],
)
def test_a_delivery_that_may_have_been_zohos_and_was_refused_breaks_the_stretch(delivery: Delivery, runs: int) -> None:
    assert with_a_receiver(lambda caller: _beats_after(delivery, caller)) == runs


def test_one_of_a_product_that_is_not_taken_does_not() -> None:
    only_crm = trust(secrets=())

    assert with_a_receiver(lambda caller: _beats_after(a_webhook(), caller), trusting=only_crm) == 1


def test_neither_secrets_nor_payloads_nor_queries_are_logged_or_answered(caplog: pytest.LogCaptureFixture) -> None:
    async def story(caller: Caller) -> list[Answer]:
        deliveries = [
            a_webhook(query=b"operation=updated"),
            a_webhook(query=b"operation=wrong-word"),
            a_webhook(b'{"confidential": 1, "confidential": 2}'),
            a_webhook(signature="wrong-word"),
            a_notification(),
            a_notification(token="wrong-word"),
        ]
        return [await caller.deliver(delivery) for delivery in deliveries]

    with caplog.at_level(logging.DEBUG):
        answers = with_a_receiver(story)

    told = " ".join([*(str(record.__dict__) for record in caplog.records), *(str(answer) for answer in answers)])
    for secret in (SECRET, TOKEN, "confidential", "wrong-word", INVOICE["invoice"]["invoice_id"]):
        assert secret not in told
    assert len(caplog.records) >= len(answers)


def test_metrics_speak_the_text_format_and_name_no_organization() -> None:
    async def story(caller: Caller) -> Answer:
        await caller.deliver(a_webhook())
        return await caller.call("GET", "/metrics")

    answer = with_a_receiver(story)

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"# TYPE source_zoho_webhooks_queue_events gauge" in answer.body
    assert a_webhook().organization_id.encode() not in answer.body


def test_answers_are_json() -> None:
    assert json.loads(answer_to_delivery(a_webhook()).body) == {"status": "kept"}
