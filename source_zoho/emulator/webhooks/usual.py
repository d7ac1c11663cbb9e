"""Which webhooks does somebody set up who wants to hear of everything that matters?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .subscription import OPERATIONS, Webhook, module_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .handle import Webhooks

# Modules of Books that have workflow rules and are found in most organizations.
MODULES = (
    *("contacts", "estimates", "sales_orders", "invoices", "credit_notes", "customer_payments", "items", "expenses"),
    *("purchase_orders", "bills", "vendor_credits", "vendor_payments", "journals", "projects"),
)


def set_up_usual(webhooks: Webhooks, organization_ids: Iterable[str], url: str, secret: str = "") -> list[Webhook]:
    """
    Set up, for each organization, Billing's events and a rule for each module and operation of Books.

    *url* is where the receiver listens; the paths below it name product and organization, the query what it is about.
    """
    base = url.rstrip("/")
    made: list[Webhook] = []
    for organization_id in organization_ids:
        made.append(webhooks.add("billing", organization_id, f"{base}/billing/{organization_id}", secret=secret))
        for module in MODULES:
            path = module_named("books", module).path.strip("/")
            for operation in OPERATIONS:
                query = urlencode({"module": path, "operation": operation})
                where = f"{base}/books/{organization_id}?{query}"
                rule = webhooks.add(
                    "books", organization_id, where, secret=secret, module=module, operations=(operation,)
                )
                made.append(rule)
    return made
