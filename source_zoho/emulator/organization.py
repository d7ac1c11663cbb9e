"""What does one organization hold, and how do its records refer to each other?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .collection import Collection, Kept
from .document_kinds import DOCUMENT_KINDS, KINDS_WITH_TEMPLATES
from .editions import Oddity
from .resources import PRODUCTS

if TYPE_CHECKING:
    from .drafts import Draft
    from .resources import Product, Resource
    from .zones import Zone

# link: the resource that it leads to
LINKS = {
    "customer": "contacts",
    "client": "contacts",
    "vendor": "contacts",
    "item": "items",
    "account": "chart_of_accounts",
    "offset": "chart_of_accounts",
    "bank": "bank_accounts",
    "user": "users",
    "project_user": "users",
    "project": "projects",
    "task": "project_tasks",
    "location": "locations",
    "currency": "currencies",
    "tax": "taxes",
    "tax_authority": "tax_authorities",
    "tag": "reporting_tags",
    "tag_option": "reporting_tag_options",
    "credit_note": "credit_notes",
    "vendor_credit": "vendor_credits",
    "invoice": "invoices",
    "price_list": "price_lists",
    "asset_type": "fixed_asset_types",
    "customer_payment": "customer_payments",
    "vendor_payment": "vendor_payments",
    "bill": "bills",
}
# Billing has no lists of users, accounts, currencies and tags: its records name those of Books.
BILLING_LINKS = {
    "customer": "billing_customers",
    "product": "billing_products",
    "plan": "billing_plans",
    "addon": "billing_addons",
    "coupon": "billing_coupons",
    "subscription": "billing_subscriptions",
    "invoice": "billing_invoices",
    "credit_note": "billing_credit_notes",
    "payment": "billing_payments",
    "item": "billing_items",
    "tax": "billing_taxes",
    "tax_authority": "billing_tax_authorities",
    "project": "billing_projects",
    "task": "billing_project_tasks",
    "user": "users",
    "project_user": "users",
    "account": "chart_of_accounts",
    "currency": "currencies",
    "tag": "reporting_tags",
    "tag_option": "reporting_tag_options",
}
_LINKS = {"books": LINKS, "billing": BILLING_LINKS}
_LINK_SHIFT = {
    (product, link): 31 * place % 440 for product, links in _LINKS.items() for place, link in enumerate(links)
}


class Organization:
    """One organization: its row in /organizations, its time zone and its collections of records."""

    def __init__(self, row: dict[str, Any], zone: Zone, number_prefix: int, seed: int) -> None:
        """Start empty; the world fills in the collections."""
        self.row, self.zone, self.seed = row, zone, seed
        self.id: str = row["organization_id"]
        self.currency_code: str = row["currency_code"]
        self.collections: dict[str, Collection] = {}
        self.products: tuple[Product, ...] = PRODUCTS
        self.become(Oddity())
        self._prefix = number_prefix

    def become(self, oddity: Oddity) -> None:
        """Take on what sets the organization apart: features it lacks, fields and modules of its own."""
        self.absent, self.custom_fields, self.modules = set(oddity.absent), oddity.custom_fields, oddity.modules

    @property
    def active(self) -> bool:
        """Tell whether Zoho still answers for this organization."""
        return bool(self.row["is_org_active"])

    def number(self, resource_number: int, position: int) -> int:
        """Return a record number: 17 to 19 digits, unique in the organization, growing with the position."""
        return self._prefix * 10**11 + resource_number * 10**8 + 1001 + position * 7

    def position(self, resource_number: int, number: int) -> int | None:
        """Return the position behind a record number, None when it is none of this resource."""
        position, rest = divmod(number - self.number(resource_number, 0), 7)
        return position if not rest and 0 <= position < 10**8 // 7 - 1001 else None

    def fill(self, resource: Resource, size: int, start: int, end: int) -> None:
        """Add the collection for a resource."""
        if resource.parent and resource.parent.resource == DOCUMENT_KINDS.name:
            self.collections[DOCUMENT_KINDS.name] = Collection(self, DOCUMENT_KINDS, KINDS_WITH_TEMPLATES, start, end)
        self.collections[resource.name] = Collection(self, resource, size, start, end)

    def linked(self, draft: Draft, link: str, name: str) -> object:
        """Return field *name* of the record that *draft* refers to by *link*."""
        if link == "parent":
            return self._of_parent(draft, name)
        found = draft.targets.get(link)
        if found is None:
            target = self.collections[_LINKS[draft.collection.resource.product][link]]
            found = draft.targets[link] = (target, None if _is_empty(target) else self._target(draft, link, target))
        target, index = found
        return "" if index is None else target.generated(index, name)

    def _of_parent(self, draft: Draft, name: str) -> object:
        parent = draft.collection.parent
        if parent is None or draft.parent is None:
            return ""
        handle = parent.find(str(parent.number_of(draft.parent)))
        return parent.value(handle, name) if isinstance(handle, Kept) else parent.generated(draft.parent, name)

    def _target(self, draft: Draft, link: str, target: Collection) -> int:
        number = (draft.bits >> _LINK_SHIFT[draft.collection.resource.product, link]) & 0xFFFFFFFF
        if link in ("customer", "client") and target.resource.name == "contacts":
            customer = number % (target.size - target.size // 3)
            return customer + customer // 2  # every third contact is a vendor
        if link == "vendor":
            return number % max(1, target.size // 3) * 3 + 2 if target.size > 2 else 0
        if link == "currency":
            return 0 if number % 10 < 7 else number % target.size
        if link == "project_user":
            return ((draft.parent or 0) + draft.position) % target.size
        if target.stride:
            return self._child(draft, link, target, number)
        return number % target.size

    def _child(self, draft: Draft, link: str, target: Collection, number: int) -> int:
        """Pick among the children of the parent that the same draft refers to: a task of its own project."""
        parent = target.parent
        if parent is None:
            return 0
        link_to_parent = {"task": "project", "tag_option": "tag"}[link]
        parent_index = self._target(draft, link_to_parent, parent)
        return parent_index * target.stride + number % max(1, target.children(parent_index))


def _is_empty(target: Collection) -> bool:
    return not target.size or (target.parent is not None and not target.parent.size)
