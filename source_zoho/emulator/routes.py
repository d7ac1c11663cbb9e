"""Which list or record does a path of Books mean?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .resources import Resource, books_resources

BASE_PATH = "/books/v3"


@dataclass(frozen=True)
class Route:
    """A path that Books knows: the resource, the ids in the path, and whether it is one record's detail."""

    resource: Resource
    ids: dict[str, str]
    is_detail: bool


def find_route(path: str, query: Mapping[str, str]) -> Route | None:
    """Return what a call means, None when Books has no such path."""
    if not path.startswith(f"{BASE_PATH}/"):
        return None
    below = path.removeprefix(BASE_PATH)
    for pattern, resource, is_detail in _patterns():
        if match := pattern.fullmatch(below):
            asked = resource if is_detail else _asked(resource, query)
            return Route(asked, match.groupdict(), is_detail)
    return None


def _asked(resource: Resource, query: Mapping[str, str]) -> Resource:
    """Return the resource behind a list call: debit notes are invoices of another type."""
    if resource.name == "invoices" and query.get("filter_by") == "Type.DebitNote":
        return books_resources()["customer_debit_notes"]
    return resource


def is_meant(path: str | None, called: str, route: Route | None) -> bool:
    """Tell whether *path*, as a test writes it ("/invoices", "invoices"), means the call of *called*."""
    if path is None:
        return True
    if path.strip("/") in (called.strip("/"), called.removeprefix(BASE_PATH).strip("/")):
        return True
    return route is not None and not route.is_detail and route.resource.name == path


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], Resource, bool]]:
    """Return a pattern for every path; what is written out goes before what has ids in it."""
    templates: list[tuple[str, Resource, bool]] = []
    for resource in books_resources().values():
        if resource.name == "customer_debit_notes":
            continue  # debit notes live under /invoices, told apart by filter_by
        templates += [(path, resource, False) for path in (resource.path, *resource.aliases)]
        if resource.detail_path:
            templates.append((resource.detail_path, resource, True))
    templates.sort(key=lambda template: template[0].count("{"))
    return [(_pattern(path), resource, is_detail) for path, resource, is_detail in templates]


def _pattern(path: str) -> re.Pattern[str]:
    # A custom module's name is the whole first step of its path; its cm_ keeps it apart from everything else.
    path = path.replace("/{module_api_name}", "/(?P<module_api_name>cm_\\w+)", 1)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
