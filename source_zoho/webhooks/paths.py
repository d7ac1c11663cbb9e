"""Where does each product send to?"""

from __future__ import annotations

PRODUCTS = ("books", "billing", "crm")
PATHS = {
    "books": "/webhooks/books/{organization_id}",
    "billing": "/webhooks/billing/{organization_id}",
    "crm": "/webhooks/crm",
}
# What `source-zoho webhooks test` sends is about this, so it is never taken for something of Zoho's.
TEST_ENTITY = "source_zoho_test"
