"""Which kinds of document have templates, and whose scope opens them?

Zoho lists templates for each kind of document, under the document's own path. The kinds are no list of Zoho's; here
they are the parents that the templates hang at.
"""

from __future__ import annotations

from .resources import Resource, books_resources
from .special_calls import described
from .words import DOCUMENT_KINDS as _NAMES

KINDS_WITH_TEMPLATES = len(_NAMES)
_NUMBER = 97
DOCUMENT_KINDS = described("document_kinds", "", "", record_id="entity", number=_NUMBER, fields={"entity": "entity"})
# kind: the resource whose documents they are
_RESOURCES = {
    "creditnotes": "credit_notes",
    "deliverychallans": "delivery_challans",
    "estimates": "estimates",
    "invoices": "invoices",
    "purchaseorders": "purchase_orders",
    "retainerinvoices": "retainer_invoices",
    "salesorders": "sales_orders",
}


def kind_called(path: str) -> str:
    """Return the kind of document in a path such as /books/v3/invoices/templates."""
    return path.rstrip("/").split("/")[-2]


def documents_of(path: str) -> Resource | None:
    """Return whose templates a path such as /books/v3/invoices/templates lists, None when there is no such kind."""
    return books_resources().get(_RESOURCES.get(kind_called(path), ""))
