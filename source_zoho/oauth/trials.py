"""
Which cheap call shows whether a grant reaches a scope, and what does its answer say?

One call for each scope: the first page of a list that wants it, with one row where Zoho lets us say so. What has no
such list (a scope that only a custom module or a record can try) is told apart, not guessed. Pure: nothing is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from source_zoho.availability import EDITION, FAILED, LATER, PERMISSION, SCOPE, state_of
from source_zoho.scopes import columns, granted_as, product_of

ROOTS: Mapping[str, str] = {"books": "/books/v3", "billing": "/billing/v1", "crm": "/crm/v8"}
LIST_OF_ORGANIZATIONS: Mapping[str, str] = {"books": "organizations", "billing": "organizations", "crm": "org"}
_NO_RECORD = "1"  # no record has this id: Zoho looks at the scope before it looks for the record
_LOOKED_FOR = frozenset({"INVALID_DATA", "NOT_FOUND", "RECORD_NOT_FOUND", "RESOURCE_NOT_FOUND", "NO_RECORDS_FOUND"})


class Verdict(Enum):
    """What a trial showed, in the word that the table has for it."""

    OK = "ok"
    MISSING = "missing"
    CLOSED = "not here"
    UNKNOWN = "not tried"


_VERDICTS = {
    SCOPE: Verdict.MISSING,
    PERMISSION: Verdict.CLOSED,
    EDITION: Verdict.CLOSED,
    LATER: Verdict.UNKNOWN,
    FAILED: Verdict.UNKNOWN,
}


@dataclass(frozen=True)
class Trial:
    """A call that shows whether *scope* is granted; without a path there is none."""

    scope: str
    path: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def product(self) -> str:
        """Which product the scope belongs to."""
        return product_of(self.scope)

    @property
    def wants_organization(self) -> bool:
        """Whether the call is for one organization of several."""
        return self.product != "crm" and not self.path.endswith("/organizations")


@dataclass(frozen=True)
class Result:
    """What came of a trial: the verdict, and Zoho's own words where they help."""

    scope: str
    verdict: Verdict
    words: str = ""


# What no plain list of the manifest shows. A job of Bulk Read costs 50 credits, the question for one that is not there
# a single one.
_BY_HAND: Mapping[str, Trial] = {
    trial.scope: trial
    for trial in (
        Trial("ZohoCRM.modules.READ", "/crm/v8/Leads", {"fields": "id", "per_page": "1"}),
        Trial("ZohoCRM.settings.READ", "/crm/v8/settings/modules"),
        Trial("ZohoCRM.modules.emails.READ", f"/crm/v8/Leads/{_NO_RECORD}/Emails"),
        Trial("ZohoCRM.bulk.READ", f"/crm/bulk/v8/read/{_NO_RECORD}"),
        Trial("ZohoCRM.coql.READ", "/crm/v8/coql", body={"select_query": "select id from Leads where id > 0 limit 1"}),
        Trial(
            "ZohoCRM.composite_requests.CUSTOM",
            "/crm/v8/__composite_requests",
            body={
                "__composite_requests": [
                    {
                        "sub_request_id": "1",
                        "method": "GET",
                        "uri": "/crm/v8/settings/fields",
                        "params": {"module": "Leads"},
                        "headers": {},
                    }
                ]
            },
        ),
        Trial("ZohoBooks.settings.READ", "/books/v3/organizations"),
        Trial("ZohoSubscriptions.settings.READ", "/billing/v1/organizations"),
        Trial("ZohoBooks.custommodules.ALL"),
    )
}


def trial_of(scope: str) -> Trial:
    """Return the call that tries *scope*."""
    if scope in _BY_HAND:
        return _BY_HAND[scope]
    product = product_of(scope)
    for name, row in columns().items():
        wants = product_of(name) == product and granted_as(product, row.get("scope") or "") == scope
        path = str(row.get("path") or row.get("module") or "")
        if wants and path and "{" not in path:
            return Trial(scope, f"{ROOTS[product]}/{path}", _params(product, row))
    return Trial(scope)


def _params(product: str, row: Mapping[str, Any]) -> Mapping[str, str]:
    if product != "crm":
        paged = {} if str(row["path"]).startswith("reports/") else {"per_page": "1"}
        return {**{str(name): str(value) for name, value in (row.get("query") or {}).items()}, **paged}
    if row.get("module"):
        return {"fields": "id", "per_page": "1"}
    first = [str(each).partition("=") for each in (row.get("queries") or [])[:1]]
    queries = {name: value for name, _, value in first if "{" not in value}
    return {**queries, **({"per_page": "1"} if row.get("asks_for_pages") else {})}


def verdict(product: str, status: int, body: Any) -> tuple[Verdict, str]:
    """Return what an answer says about the scope, by Zoho's code in its body, and Zoho's words if it is a refusal."""
    code, words = _told(body)
    if _is_open(product, status, code):
        return Verdict.OK, words
    if status == 401 and code is None:
        return Verdict.MISSING, words
    return _VERDICTS[state_of(code, passes=status == 429 or status >= 500)], words


def _is_open(product: str, status: int, code: Any) -> bool:
    """Tell whether a call got past the scope: what was asked for, or that it is not there."""
    if product == "crm":
        return status in (200, 204, 207, 304) or code in _LOOKED_FOR
    return code in (0, 1001, 1002)


def _told(body: Any) -> tuple[Any, str]:
    """Return Zoho's code and words in *body*; CRM puts some refusals into an array."""
    inner = body.get("data") if isinstance(body, Mapping) else None
    refused = inner[0] if isinstance(inner, Sequence) and inner and isinstance(inner[0], Mapping) else {}
    for each in (body, refused):
        if isinstance(each, Mapping) and "code" in each:
            is_refusal = each["code"] not in (0, "SUCCESS")
            return each["code"], str(each.get("message", "")) if is_refusal else ""
    return None, ""
