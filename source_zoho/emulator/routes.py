"""Which list or record does a path of Books or Billing mean?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from .resources import PRODUCTS, ROOTS, Product, Resource, resources
from .special_calls import special_calls


@dataclass(frozen=True)
class Route:
    """A path that a product knows: the resource, the ids in the path, and whether it is one record's detail."""

    resource: Resource
    ids: dict[str, str]
    is_detail: bool

    @property
    def template(self) -> str:
        """Return the path as Zoho documents it: that of Books below its root, as tests write it, Billing's whole."""
        path = str(self.resource.detail_path if self.is_detail else self.resource.path)
        return path if self.resource.product == "books" else f"{self.resource.root}{path}"


def find_route(path: str, query: Mapping[str, str]) -> Route | None:
    """Return what a call means, None when the product has no such path."""
    product = product_of(path)
    if product is None:
        return None
    below = path.removeprefix(ROOTS[product])
    for pattern, resource, is_detail in _patterns(product):
        if match := pattern.fullmatch(below):
            asked = resource if is_detail else _asked(resource, query)
            # Codes may hold slashes and the like: they come percent-encoded, and are compared decoded.
            ids = {name: unquote(value) for name, value in match.groupdict().items()}
            return Route(asked, ids, is_detail)
    return None


def product_of(path: str) -> Product | None:
    """Return the product below whose root a path stands."""
    return next((product for product in PRODUCTS if path.startswith(f"{ROOTS[product]}/")), None)


def _asked(resource: Resource, query: Mapping[str, str]) -> Resource:
    """Return the resource behind a list call: debit notes are invoices of another type."""
    if resource.name == "invoices" and query.get("filter_by") == "Type.DebitNote":
        return resources()["customer_debit_notes"]
    return resource


def is_meant(path: str | None, called: str, route: Route | None) -> bool:
    """
    Tell whether *path*, as a test writes it, means the call of *called*.

    "/invoices" and "invoices" mean Books; Billing is meant by "billing_invoices" or by a whole path. A documented path
    such as "/invoices/{invoice_id}" or "/billing/v1/plans/{plan_code}" means that call of every record.
    """
    if path is None or (route is not None and path.strip("/") == route.template.strip("/")):
        return True
    if path.strip("/") in (called.strip("/"), called.removeprefix(ROOTS["books"]).strip("/")):
        return True
    return route is not None and route.resource.name == path and not (route.is_detail and route.resource.path)


@lru_cache(maxsize=2)
def _patterns(product: Product) -> list[tuple[re.Pattern[str], Resource, bool]]:
    """Return a pattern for every path; what is written out goes before what has ids in it."""
    templates: list[tuple[str, Resource, bool]] = []
    for resource in resources().values():
        if resource.product != product or resource.name == "customer_debit_notes":
            continue  # debit notes live under /invoices, told apart by filter_by
        templates += [(path, resource, False) for path in (resource.path, *resource.aliases) if path]
        if resource.detail_path:
            templates += [(path, resource, True) for path in (resource.detail_path, *resource.detail_aliases)]
    templates += [(call.path, call, False) for call in special_calls().values() if call.product == product]
    templates.sort(key=lambda template: template[0].count("{"))
    return [(_pattern(path), resource, is_detail) for path, resource, is_detail in templates]


def _pattern(path: str) -> re.Pattern[str]:
    # A custom module's name is the whole first step of its path; its cm_ keeps it apart from everything else.
    path = path.replace("/{module_api_name}", "/(?P<module_api_name>cm_\\w+)", 1)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
