"""Does a request become the one right event, and only one that its sender has proved?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.webhooks.deliveries import Delivery, event_of
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.paths import PRODUCTS
from source_zoho.webhooks.refusals import Reason, Refused
from unit_tests.webhooks.deliveries import (
    INVOICE,
    NOON,
    NOTIFICATION,
    ORGANIZATION,
    TOKEN,
    a_form,
    a_notification,
    a_webhook,
    signed,
    trust,
)

FORM = "application/x-www-form-urlencoded"
KEYS = [
    "event_id",
    "event_type",
    "data",
    "payload",
    "invoice",
    "invoice_id",
    "invoices",
    "module",
    "ids",
    "server_time",
]
SUBSCRIBED = {
    "event_id": "90300000005337",
    "event_type": "subscription_created",
    "event_time": "2026-03-01T10:00:00-0700",
    "data": {"subscription": {"subscription_id": "1"}},
}


def event(delivery: Delivery) -> Event:
    return event_of(delivery, trust())


def refusal(delivery: Delivery, *unsigned: str, **known: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        event_of(delivery, trust(*unsigned, **known))
    return refused.value


def test_a_webhook_of_books_becomes_an_event() -> None:
    kept = event(a_webhook(INVOICE, query=b"operation=updated"))

    assert (kept.product, kept.organization_id, kept.entity) == ("books", ORGANIZATION, "invoice")
    assert (kept.operation, kept.event_type, kept.origin) == ("updated", "", "webhook")
    assert kept.record_ids == ("460000000038079",)
    assert kept.occurred_at == datetime(2026, 3, 1, 6, 29, 58, tzinfo=UTC)
    assert kept.received_at == NOON
    assert json.loads(kept.payload) == INVOICE


def test_the_url_says_what_a_flat_body_is_about() -> None:
    kept = event(a_webhook({"invoice_id": "1", "customer_id": "2"}, query=b"module=invoices&operation=deleted"))

    assert (kept.entity, kept.operation, kept.record_ids) == ("invoices", "deleted", ("1",))


@pytest.mark.parametrize(
    ("event_type", "operation"),
    [
        ("subscription_created", "created"),
        ("creditnote_added", "created"),
        ("subscription_deleted", "deleted"),
        ("payment_thankyou", "created"),
        ("subscription_cancellation_scheduled", "updated"),
        (None, ""),
    ],
)
def test_the_type_of_an_event_of_billing_says_what_was_done(event_type: str | None, operation: str) -> None:
    kept = event(a_webhook({**SUBSCRIBED, "event_type": event_type}, "billing"))

    assert (kept.operation, kept.event_type) == (operation, event_type or "")


def test_an_event_of_billing_is_known_by_its_id() -> None:
    kept = event(a_webhook(SUBSCRIBED, "billing"))

    assert kept.key == f"billing:{ORGANIZATION}:90300000005337"
    assert (kept.entity, kept.record_ids) == ("subscription", ("1",))
    assert kept.occurred_at == datetime(2026, 3, 1, 17, tzinfo=UTC)


def test_a_form_and_the_json_in_one_are_read() -> None:
    assert event(a_form({"invoice_id": "1"})).entity == "invoice"
    assert event(a_form({"JSONString": json.dumps(INVOICE)})).record_ids == ("460000000038079",)


def test_pairs_of_query_and_form_are_signed_together() -> None:
    delivery = a_form(
        {"invoice_id": "1"}, query=b"operation=updated&A=1", signature=signed("A1invoice_id1operationupdated")
    )

    assert event(delivery).operation == "updated"


def test_a_webhook_without_a_body_says_it_in_its_url() -> None:
    query = b"module=invoices&operation=deleted&invoice_id=1"

    kept = event(a_webhook(b"", query=query, content_type=""))

    assert (kept.entity, kept.operation, kept.record_ids) == ("invoices", "deleted", ("1",))
    assert json.loads(kept.payload) == {"invoice_id": "1"}


def test_the_words_of_the_url_alone_are_no_event() -> None:
    assert refusal(a_webhook(b"", query=b"module=invoices&operation=deleted")).reason is Reason.EMPTY


class TestKeys:
    def key(self, **other: Any) -> str:
        return event(a_webhook(**other)).key

    def test_a_second_delivery_has_the_same_key_whenever_it_comes(self) -> None:
        assert self.key() == self.key(received_at=NOON + timedelta(days=2))

    def test_so_has_one_whose_fields_come_in_another_order(self) -> None:
        assert self.key(payload={"x": 1, **INVOICE}) == self.key(payload={**INVOICE, "x": 1})

    @pytest.mark.parametrize(
        "other",
        [
            {"organization_id": "2"},
            {"product": "billing"},
            {"query": b"operation=updated"},
            {"query": b"module=invoices"},
            {"payload": {"invoice": {**INVOICE["invoice"], "total": 1}}},
        ],
    )
    def test_every_other_event_has_another(self, other: dict[str, Any]) -> None:
        assert self.key() != self.key(**other)

    def test_without_a_time_of_change_only_a_delivery_close_by_is_the_same(self) -> None:
        flat = {"invoice_id": "1"}

        assert self.key(payload=flat) == self.key(payload=flat, received_at=NOON + timedelta(minutes=4))
        assert self.key(payload=flat) != self.key(payload=flat, received_at=NOON + timedelta(minutes=5))

    def test_a_notification_is_known_by_channel_module_operation_ids_and_time(self) -> None:
        key = event(a_notification()).key

        assert key == event(a_notification(query_params={"a": "1"})).key
        for changed in (
            {"ids": ["1"]},
            {"operation": "delete"},
            {"module": "Deals"},
            {"server_time": 1},
            {"channel_id": "2"},
        ):
            assert key != event(a_notification(**changed)).key

    def test_notifications_without_ids_are_told_apart_by_all_that_they_say(self) -> None:
        assert event(a_notification(ids=[], a=1)).key != event(a_notification(ids=[], a=2)).key


class TestNotifications:
    @pytest.mark.parametrize(
        ("word", "operation"),
        [
            ("insert", "created"),
            ("create", "created"),
            ("update", "updated"),
            ("edit", "updated"),
            ("delete", "deleted"),
        ],
    )
    def test_operations_are_those_of_all_events(self, word: str, operation: str) -> None:
        kept = event(a_notification(operation=word))

        assert (kept.operation, kept.event_type) == (operation, word)

    def test_it_becomes_an_event(self) -> None:
        kept = event(a_notification(ids=["1", 2, None]))

        assert (kept.product, kept.organization_id, kept.entity) == ("crm", "", "Leads")
        assert kept.record_ids == ("1", "2")
        assert kept.occurred_at == datetime(2026, 3, 1, 11, 59, 58, tzinfo=UTC)

    def test_the_token_is_kept_nowhere(self) -> None:
        kept = event(a_notification(query_params={"secret": TOKEN}, more=[{"token": "other"}, TOKEN]))

        assert TOKEN not in repr(kept)
        assert '"token"' not in kept.payload
        assert json.loads(kept.payload)["ids"] == NOTIFICATION["ids"]

    @pytest.mark.parametrize("token", ["wrong", "", None, 5, "ß", "\ud800"])
    def test_another_token_is_refused(self, token: Any) -> None:
        refused = refusal(a_notification(token=token))

        assert refused.reason is Reason.TOKEN
        assert TOKEN not in str(refused)

    @pytest.mark.parametrize("time", [None, "x", 10**30, -(10**30), {}])
    def test_a_time_that_is_none_is_left_out(self, time: Any) -> None:
        assert event(a_notification(server_time=time)).occurred_at is None


class TestTrust:
    @pytest.mark.parametrize("product", ["books", "billing"])
    def test_a_wrong_signature_is_refused_before_the_body_is_looked_into(self, product: str) -> None:
        assert refusal(a_webhook(b"{", product, signature="00")).reason is Reason.SIGNATURE

    def test_a_form_that_was_changed_on_its_way_is_refused(self) -> None:
        assert refusal(a_form({"a_id": "1"}, body=b"a_id=2")).reason is Reason.SIGNATURE

    def test_so_is_one_whose_url_was(self) -> None:
        assert (
            refusal(a_webhook(query=b"operation=deleted", signature=a_webhook().signature)).reason is Reason.SIGNATURE
        )

    @pytest.mark.parametrize(
        ("delivery", "setting"),
        [
            (a_webhook(), "SOURCE_ZOHO_WEBHOOK_SECRET"),
            (a_webhook(product="billing"), "SOURCE_ZOHO_WEBHOOK_SECRET"),
            (a_notification(), "SOURCE_ZOHO_CRM_TOKEN"),
        ],
    )
    def test_a_product_without_a_secret_is_refused_with_the_setting_to_give(
        self, delivery: Delivery, setting: str
    ) -> None:
        refused = refusal(delivery, secrets=(), token="")

        assert refused.reason is Reason.NO_SECRET
        assert setting in str(refused)

    def test_what_may_come_unsigned_comes(self) -> None:
        allowed = trust("books", "crm", secrets=(), token="")

        assert event_of(a_webhook(signature=""), allowed).entity == "invoice"
        assert event_of(a_notification(token=None), allowed).entity == "Leads"
        assert "other-token" not in event_of(a_notification(token="other-token"), allowed).payload

    def test_a_wrong_proof_is_refused_even_where_none_is_needed(self) -> None:
        assert refusal(a_webhook(signature="00"), "books").reason is Reason.SIGNATURE
        assert refusal(a_notification(token="wrong"), "crm").reason is Reason.TOKEN


@pytest.mark.parametrize("organization_id", ["", "abc", "1 2", "\uff11", "1" * 31, "../1"])
def test_an_organization_is_digits(organization_id: str) -> None:
    assert refusal(a_webhook(organization_id=organization_id)).reason is Reason.ORGANIZATION


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (b"operation=changed", "created, updated, deleted"),
        (b"module=a b", "path of a list"),
        (b"module=" + b"a" * 300, "path of a list"),
        (b"module=../../x", "path of a list"),
    ],
)
def test_words_of_the_url_are_answered_with_the_right_ones(query: bytes, words: str) -> None:
    assert words in str(refusal(a_webhook(query=query)))


def test_what_the_test_verb_sends_is_marked_as_such() -> None:
    assert event(a_webhook({"source_zoho_test": {"source_zoho_test_id": "x"}})).origin == "test"
    assert event(a_notification(module="source_zoho_test")).origin == "test"


@pytest.mark.parametrize("moment", ["2026-03-01", "2026-03-01 10:00:00", "yesterday", "9999-12-31T23:59:59-12:00", 7])
def test_a_time_without_an_offset_is_nobodys(moment: Any) -> None:
    assert event(a_webhook({"invoice_id": "1", "last_modified_time": moment})).occurred_at is None


def test_names_that_no_store_could_keep_are_not_said() -> None:
    kept = event(a_webhook({"invoice_id": "1\x00", "event_type": "a\x00", "note": "\x00"}))

    assert (kept.entity, kept.event_type, kept.record_ids) == ("", "", ())
    assert "\x00" not in kept.payload


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None, database=None)
@given(BODIES, st.binary(max_size=40), st.sampled_from(["", "application/json", FORM]), st.sampled_from(PRODUCTS))
def test_whatever_comes_is_an_event_that_every_store_can_keep_or_refused(
    body: bytes, query: bytes, content_type: str, product: str
) -> None:
    delivery = replace(a_webhook(body, product), query=query, content_type=content_type, signature="")
    try:
        kept = event_of(delivery, trust(*PRODUCTS))
    except Refused:
        return
    words = (kept.key, kept.entity, kept.operation, kept.event_type, *kept.record_ids, kept.payload)
    assert "\x00" not in "".join(words).encode("utf-8").decode("utf-8")
    assert isinstance(json.loads(kept.payload), dict)
