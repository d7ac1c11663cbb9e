"""Which events does Billing document, and which of them does a change make?

What has no type of event makes none: an edit of a plan, of a customer, of an invoice tells nobody anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
# type of event: the resource that it is about
EVENT_TYPES_OF = {
    **dict.fromkeys(
        (
            *("subscription_created", "trial_expiring", "subscription_activation", "subscription_ahead"),
            *("subscription_renewed", "billing_date_changed", "subscription_upgraded", "subscription_downgraded"),
            *("subscription_unpaid", "subscription_cancelled", "subscription_reactivated"),
            *("subscription_cancellation_scheduled", "subscription_move_to_free_scheduled"),
            *("subscription_expiring", "subscription_expired", "subscription_deleted"),
        ),
        "billing_subscriptions",
    ),
    "invoice_created": "billing_invoices",
    "creditnote_added": "billing_credit_notes",
    "payment_thankyou": "billing_payments",
    "payment_refunded": "billing_refunds",
    "payment_declined": "billing_payments",
    "card_expired": "billing_cards",
    "card_expiring": "billing_cards",
    "card_deleted": "billing_cards",
}
EVENT_TYPES = tuple(EVENT_TYPES_OF)
_CREATED = {
    "billing_invoices": "invoice_created",
    "billing_credit_notes": "creditnote_added",
    "billing_payments": "payment_thankyou",
    "billing_refunds": "payment_refunded",
}
_DELETED = {"billing_subscriptions": "subscription_deleted", "billing_cards": "card_deleted"}
_BECAME = {
    "unpaid": "subscription_unpaid",
    "cancelled": "subscription_cancelled",
    "cancelled_from_dunning": "subscription_cancelled",
    "non_renewing": "subscription_cancellation_scheduled",
    "expired": "subscription_expired",
}
_ENDED = ("cancelled", "cancelled_from_dunning", "non_renewing")


def types_of_new(resource: str, row: Row) -> list[str]:
    """Return the events that a new record makes."""
    if resource == "billing_subscriptions":
        is_live = row.get("status") == "live"
        return ["subscription_created", *(["subscription_activation"] if is_live else [])]
    if resource == "billing_payments" and row.get("status") == "failure":
        return ["payment_declined"]
    return [_CREATED[resource]] if resource in _CREATED else []


def types_of_edit(resource: str, before: Row, after: Row) -> list[str]:
    """Return the events that an edit makes; of a subscription several things may have happened at once."""
    if resource != "billing_subscriptions":
        return []
    found = [_of_status(before.get("status"), after.get("status")), _of_plan(before, after)]
    if before.get("current_term_starts_at") != after.get("current_term_starts_at"):
        found.append("subscription_renewed")
    elif before.get("next_billing_at") != after.get("next_billing_at"):
        found.append("billing_date_changed")
    return [one for one in found if one]


def types_of_deletion(resource: str) -> list[str]:
    """Return the events that a deletion makes."""
    return [_DELETED[resource]] if resource in _DELETED else []


def _of_status(before: object, after: object) -> str:
    if before == after:
        return ""
    if after == "live":
        return "subscription_reactivated" if before in _ENDED else "subscription_activation"
    return _BECAME.get(str(after), "")


def _of_plan(before: Row, after: Row) -> str:
    """Tell a move to a dearer plan from one to a cheaper plan; a new price of the same plan is neither."""
    if _plan(before) == _plan(after):
        return ""
    return "subscription_upgraded" if _amount(after) >= _amount(before) else "subscription_downgraded"


def _plan(row: Row) -> object:
    plan = row.get("plan")
    return (plan.get("plan_code") if isinstance(plan, Mapping) else None, row.get("plan_code"), row.get("plan_name"))


def _amount(row: Row) -> float:
    amount = row.get("amount")
    return float(amount) if isinstance(amount, int | float) else 0.0
