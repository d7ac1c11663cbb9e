"""
Which scopes does a sign-in have to ask for, so that the chosen products or streams can be read, and no more?

The manifest knows: its sign-in button lists all that may be asked, and each row says what its own list needs, what the
lists that it goes through need, and what makes it cheaper.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from source_zoho.errors import ConfigProblem
from source_zoho.manifest import read_manifest, rows

PREFIXES: Mapping[str, str] = {"books": "ZohoBooks", "billing": "ZohoSubscriptions", "crm": "ZohoCRM"}
# Seen to work, but not in every list of scopes that Zoho publishes, or only there in some editions. Zoho refuses a
# whole list for one scope that it does not know.
DOUBTFUL = (
    "ZohoBooks.reports.READ",
    "ZohoBooks.custommodules.ALL",
    "ZohoBooks.fixedasset.READ",
    "ZohoBooks.deliverychallans.READ",
    "ZohoCRM.modules.emails.READ",
    "ZohoCRM.features.READ",
    "ZohoCRM.apis.READ",
)
# Scopes that write have no place in a sign-in that reads; this one has no form that only reads, so it is asked for when
# a stream of it is named, and not otherwise.
_WRITING = ("ZohoBooks.custommodules.ALL",)
_FORM = re.compile(r"(ZohoBooks|ZohoSubscriptions|ZohoCRM|ZohoSearch)(\.\w+){1,3}\.\w+")
_RECORDS = "ZohoCRM.modules.READ"
_HELPERS = {
    "ZohoCRM.org.READ": "the organization and its edition, which says how many calls may be under way",
    "ZohoCRM.composite_requests.CUSTOM": "fields of five modules in one call: saves credits",
    "ZohoCRM.coql.READ": "queries of yours, and records by queries: saves credits",
    "ZohoCRM.bulk.READ": "long modules by Bulk Read: saves credits",
    _RECORDS: "records of all modules, and what was deleted",
}
_SHOWN = 2
_GROUPED = re.compile(r"^(ZohoCRM\.settings)\..+\.READ$")


def of_product(manifest: Mapping[str, Any], product: str) -> list[str]:
    """Return all scopes of *product* that a sign-in may ask for, in the order of the manifest."""
    asked = manifest["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    scopes = [str(each["scope"]) for each in asked["scopes"]]
    return [scope for scope in scopes if scope.startswith(f"{PREFIXES[product]}.")]


def for_products(products: Collection[str]) -> list[str]:
    """Return the scopes of all streams of *products* that need no more than reading."""
    return [scope for scope in _known(products) if scope not in _WRITING]


def for_streams(names: Sequence[str]) -> list[str]:
    """
    Return the scopes that the streams *names* need, and those that make reading them cheaper.

    Raises ConfigProblem for a stream that there is not. Any other ``crm_`` name may be a module of the account.
    """
    strangers = [name for name in names if name not in columns() and not name.startswith("crm_")]
    if strangers:
        raise ConfigProblem(_no_such_streams(strangers))
    wanted = {scope for name in names for scope in _needed(name)}
    return _in_order(wanted)


def has_form(scope: str) -> bool:
    """Tell whether *scope* looks like one of Zoho's."""
    return _FORM.fullmatch(scope) is not None


def product_of(name: str) -> str:
    """Return the product that a stream or a scope called *name* belongs to."""
    prefix = name.partition(".")[0]
    return next((product for product, known in PREFIXES.items() if known == prefix), name.partition("_")[0])


def purpose(scope: str) -> str:
    """Return what *scope* is for, in a few words: the streams that want it."""
    if scope in _HELPERS:
        return _HELPERS[scope]
    names = [name for name, row in columns().items() if granted_as(product_of(name), row.get("scope") or "") == scope]
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _known(products: Collection[str]) -> list[str]:
    manifest = _written()
    return [scope for product in PREFIXES if product in products for scope in of_product(manifest, product)]


def _in_order(wanted: Collection[str]) -> list[str]:
    """Return *wanted* in the order of the manifest, without what a wider one among them covers."""
    known = _known(tuple(PREFIXES))
    extra = sorted(scope for scope in wanted if scope not in known and not scope.startswith("ZohoCRM.share."))
    covered = "ZohoCRM.modules.READ" in wanted
    narrow = [scope for scope in extra if not (covered and scope.startswith("ZohoCRM.modules."))]
    return [*(scope for scope in known if scope in wanted), *narrow]


def _needed(name: str) -> Iterator[str]:
    """Yield the scopes of the stream *name*, as if all were of its own product."""
    product = product_of(name)
    if name in columns():
        nodes: list[Any] = [row for row in rows(_written()) if row["$parameters"]["name"] == name]
        if "{record_id}" in columns()[name].get("path", ""):  # a list for each record, which is read first
            yield _RECORDS
    else:
        nodes = [_written()["dynamic_streams"]]  # a module or a query; both read records
    for scope in _reached(nodes, set()):
        yield granted_as(product, scope)


def _reached(node: Any, seen: set[str]) -> Iterator[str]:
    """Yield every scope in *node*, and in the definitions that it refers to."""
    if isinstance(node, Mapping):
        scope = node.get("scope")
        if isinstance(scope, str) and scope:
            yield scope
        for value in node.values():
            yield from _reached(value, seen)
    elif isinstance(node, list):
        for value in node:
            yield from _reached(value, seen)
    elif isinstance(node, str) and node.startswith("#/definitions/") and node not in seen:
        seen.add(node)
        yield from _reached(_definition(node), seen)


def _definition(reference: str) -> Any:
    found: Any = _written()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


@cache
def _written() -> Mapping[str, Any]:
    return read_manifest()


@cache
def columns() -> Mapping[str, Mapping[str, Any]]:
    """Return the columns of every row of the manifest, by the stream's name."""
    return {str(row["$parameters"]["name"]): row["$parameters"] for row in rows(_written())}


def granted_as(product: str, scope: str) -> str:
    """Return the column *scope* of a row of *product* as a user grants it: whole, and in CRM one for all settings."""
    whole = scope if not scope or scope.startswith("Zoho") else f"{PREFIXES[product]}.{scope}"
    return _GROUPED.sub(r"\1.READ", whole)


def _no_such_streams(strangers: Sequence[str]) -> str:
    near = dict.fromkeys(match for name in strangers for match in get_close_matches(name, columns(), n=2))
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    return (
        f"--streams names {', '.join(strangers)}, which this source does not have{hint} "
        "The connector's page lists all streams; modules of CRM begin with crm_."
    )
