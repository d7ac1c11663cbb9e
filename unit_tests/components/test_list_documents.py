"""Does a document stand in for its row with the fields of a row, and with no value that is another's?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.list_documents import as_row, document_in

SUBSCRIPTION = {
    "subscription_id": "5",
    "status": "live",
    "plan": {"plan_code": "gold", "name": "Gold", "tax_id": "1", "created_time": "2020"},
    "customer": {"customer_id": "6", "display_name": "Ada", "email": "ada@example.com", "tax_id": "2"},
    "card": {"last_four_digits": "1111"},
    "addons": [{"addon_code": "x"}],
    "custom_fields": [{"api_name": "cf_region"}],
    "cf_region": "South",
}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("status", "live"),
        ("plan_code", "gold"),
        ("email", "ada@example.com"),
        ("plan_name", "Gold"),
        ("customer_name", "Ada"),
        ("tax_id", None),
        ("name", None),
        ("created_time", None),
        ("addon_code", None),
        ("coupon_name", None),
        ("organization_id", None),
    ],
    ids=[
        "at its top",
        "one level down",
        "in another object",
        "the name of an object",
        "what a customer is called",
        "two objects have it",
        "any object has a name",
        "any object has a time",
        "in a list",
        "no such object",
        "who was asked",
    ],
)
def test_a_field_comes_from_the_one_place_that_can_be_meant(wanted: str, found: str | None) -> None:
    assert as_row(SUBSCRIPTION, {wanted}).get(wanted) == found


def test_only_fields_of_the_list_and_of_the_user_come_along() -> None:
    assert as_row(SUBSCRIPTION, {"subscription_id"}).keys() == {"subscription_id", "custom_fields", "cf_region"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"code": 0, "message": "success", "plan": {"plan_code": "x"}}, {"plan_code": "x"}),
        ({"code": 0, "plan": {"plan_code": "x"}, "settings": {"a": 1}}, {"plan_code": "x"}),
        ({"code": 0, "plan_code": "x", "price": {"a": 1}}, {"plan_code": "x", "price": {"a": 1}}),
        ({"code": 0, "plan": [{"plan_code": "x"}]}, {"plan_code": "x"}),
        (
            {"code": 0, "plan": {"name": "a plan that does not name itself"}},
            {"name": "a plan that does not name itself"},
        ),
        ({"code": 0, "one": {"a": 1}, "other": {"a": 1}}, None),
        ({"code": 0, "plans": [{"plan_code": "x"}, {"plan_code": "y"}]}, None),
        ({"code": 0, "message": "success"}, None),
    ],
)
def test_the_document_is_the_one_object_of_the_answer(body: dict[str, Any], found: dict[str, Any] | None) -> None:
    assert document_in(body, "plan_code") == found
