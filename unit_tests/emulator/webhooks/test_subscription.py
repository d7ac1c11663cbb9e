"""Which webhooks can be set up, and what is said about the others?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.webhooks.handle import webhook_row
from source_zoho.emulator.webhooks.subscription import reachable
from source_zoho.emulator.webhooks.usual import MODULES, set_up_usual

URL = "http://127.0.0.1:9/x"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"product": "crm"}, "product has 'crm'; expected: books, billing"),
        ({"module": "unicorns"}, "books has no module 'unicorns'; there are: .*invoices"),
        ({"module": ""}, "belongs to a workflow rule"),
        ({"body": "xml"}, "body has 'xml'; expected: default, custom"),
        ({"method": "GET"}, "method has 'GET'"),
        ({"operations": ["changed"]}, "operations has 'changed'"),
        ({"secret": "short"}, "12 to 50 letters and digits"),
        ({"secret": "with-a-dash-in-it"}, "12 to 50 letters and digits"),
        ({"url": "http://example.com/x"}, "not on this machine"),
        ({"url": "https://127.0.0.1/x"}, "not on this machine"),
        ({"events": ["invoice_created"]}, "events narrow Billing's own webhook"),
        ({"product": "billing", "module": "", "events": ["invoice_paid"]}, "events has 'invoice_paid'"),
        ({"product": "billing", "module": "", "body": "form"}, "body has 'form'; expected: default, jsonstring"),
    ],
)
def test_what_zohos_pages_would_not_take_is_refused(zoho: Emulator, changes: dict[str, Any], words: str) -> None:
    asked = {"product": "books", "url": URL, "module": "invoices", **changes}

    with pytest.raises(ValueError, match=words):
        zoho.webhooks.add(asked.pop("product"), zoho.organization_ids[0], asked.pop("url"), **asked)
    assert zoho.webhooks.all == []


def test_a_webhook_belongs_to_an_organization(zoho: Emulator) -> None:
    with pytest.raises(KeyError, match="no organization '1'"):
        zoho.webhooks.add("books", "1", URL, module="invoices")


@pytest.mark.parametrize("name", ["plans", "billing_plans"])
def test_a_module_goes_by_its_name_in_the_product_or_here(zoho: Emulator, name: str) -> None:
    assert zoho.webhooks.add("billing", zoho.organization_ids[0], URL, module=name).module == "billing_plans"


def test_a_webhook_can_be_taken_away(zoho: Emulator) -> None:
    webhook = zoho.webhooks.add("billing", zoho.organization_ids[0], URL)

    zoho.webhooks.remove(webhook.id)

    assert zoho.webhooks.all == []
    with pytest.raises(KeyError, match="there are: none"):
        zoho.webhooks.remove(webhook.id)


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000/", True),
        ("http://localhost/x", True),
        ("http://localhost.example.com/x", False),
        ("http://10.0.0.1/x", False),
        ("http://127.0.0.1:99999/x", False),
        ("http://127.0.0.1@example.com/", False),
        ("//127.0.0.1/x", False),
        ("", False),
    ],
)
def test_only_this_machine_is_called(url: str, is_here: bool) -> None:
    assert reachable(url) is is_here


def test_the_usual_webhooks_are_events_and_a_rule_for_each_operation(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]

    made = set_up_usual(zoho.webhooks, [organization_id], "http://127.0.0.1:9/webhooks/", "abcdefghijkl1234")

    assert len(made) == 1 + 3 * len(MODULES)
    assert made[0].url == f"http://127.0.0.1:9/webhooks/billing/{organization_id}"
    assert made[1].url == f"http://127.0.0.1:9/webhooks/books/{organization_id}?module=contacts&operation=created"


def test_a_secret_is_not_shown(zoho: Emulator) -> None:
    webhook = zoho.webhooks.add("billing", zoho.organization_ids[0], URL, secret="abcdefghijkl1234")

    shown = webhook_row(webhook)

    assert (shown["secret"], shown["is_signed"]) == ("", True)
