"""What does the body of a new bulk job ask for, and is it allowed to?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from .bulk_criteria import Criteria
from .bulk_paths import Path, Paths, check_joins
from .bulk_refusals import bulk_refused
from .refusals import not_emulated
from .tokens import Bound

if TYPE_CHECKING:
    from source_zoho.emulator.wire import Request

    from .bulk_behaviour import BulkBehaviour
    from .world import CrmWorld

MOST_FIELDS, LAST_PAGE = 200, 500
_FILE_TYPES = ("ics", "csv")
_KEYS = frozenset({"query", "callback", "file_type"})
_QUERY_KEYS = frozenset({"module", "cvid", "fields", "page", "page_token", "criteria", "file_type"})
# Modules whose records are never exported; e-mails and related lists are no modules here.
_NEVER = frozenset({"Notes", "Attachments", "Emails"})
# Refusals of all other calls, and what bulk jobs call the same thing.
_TRANSLATED = {
    "INVALID_MODULE": "MODULE_NOT_AVAILABLE",
    "NOT_SUPPORTED": "MODULE_NOT_AVAILABLE",
    "API_NOT_SUPPORTED": "MODULE_NOT_SUPPORTED",
}
Query = dict[str, Any]


@dataclass(frozen=True)
class BulkCall:
    """One new job, understood."""

    module: str
    paths: tuple[Path, ...]
    criteria: Criteria | None
    page: int
    query: Query

    def bound(self, user: str) -> Bound:
        """Return what its page tokens are bound to."""
        return Bound(self.module, user, ())

    @property
    def all_paths(self) -> tuple[Path, ...]:
        """Return every name that is used, in the file or in the criteria."""
        return (*self.paths, *(self.criteria.paths if self.criteria else ()))


def query_of(request: Request) -> Query:
    """Read the query out of the body; callbacks are looked at, and nobody is called back."""
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise bulk_refused("MEDIA_TYPE_NOT_SUPPORTED")
    if not request.body.strip():
        raise bulk_refused("REQUEST_BODY_IS_EMPTY")
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise bulk_refused("REQUEST_BODY_NOT_READABLE") from None
    if not isinstance(body, dict):
        raise bulk_refused("REQUEST_BODY_NOT_READABLE")
    query = body.get("query")
    if set(body) - _KEYS or not isinstance(query, dict) or set(query) - _QUERY_KEYS:
        raise bulk_refused("REQUEST_BODY_NOT_SUPPORTED")
    _check_callback(body.get("callback"))
    _check_file_type(body.get("file_type", query.get("file_type")))
    if query.get("cvid") is not None:
        raise not_emulated("cvid of Bulk Read")
    return {name: value for name, value in query.items() if name not in ("cvid", "file_type") and value is not None}


def module_of(query: Query, world: CrmWorld) -> str:
    """Return the module that a query names, if it is there at all."""
    given = query.get("module")
    name = given.get("api_name") if isinstance(given, Mapping) else None
    if not isinstance(name, str):
        raise bulk_refused("REQUEST_BODY_NOT_SUPPORTED")
    if world.module(name) is None:
        raise bulk_refused("MODULE_NOT_SUPPORTED" if name in _NEVER else "MODULE_NOT_AVAILABLE", api_name=name)
    return name


def bulk_call(query: Query, world: CrmWorld, behaviour: BulkBehaviour) -> BulkCall:
    """Understand a query whose module is there."""
    module = module_of(query, world)
    if module in _NEVER or not behaviour.bulk:
        raise bulk_refused("MODULE_NOT_SUPPORTED", api_name=module)
    if code := world.refusal(module):
        raise bulk_refused(_TRANSLATED.get(code, code), **({"api_name": module} if code in _TRANSLATED else {}))
    names = Paths(world, module, behaviour)
    criteria = Criteria(query["criteria"], names.compared) if "criteria" in query else None
    hidden = set(world.behaviour(module).hidden_fields)
    # `id` is always there, as `Id`.
    paths = tuple(names.exported(name) for name in _fields(query, names) if name.lower() != "id" and name not in hidden)
    call = BulkCall(module, paths, criteria, _page(query), query)
    check_joins(call.all_paths)
    return call


def _fields(query: Query, names: Paths) -> list[str]:
    """Return the fields to export: all of them when none are named, and when too many are."""
    named = query.get("fields", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise bulk_refused("REQUEST_BODY_NOT_SUPPORTED")
    named = list(dict.fromkeys(named))
    return names.everything() if not named or len(named) > MOST_FIELDS else named


def _page(query: Query) -> int:
    page = query.get("page", 1)
    if "page" in query and "page_token" in query:
        raise bulk_refused("PAGE_NOT_SUPPORTED")
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise bulk_refused("INVALID_REQUEST")
    if page > LAST_PAGE:
        raise bulk_refused("PAGE_RANGE_EXCEEDED", max_limit=LAST_PAGE)
    return page


def _check_callback(callback: Any) -> None:
    if callback is None:
        return
    if not isinstance(callback, dict):
        raise bulk_refused("REQUEST_BODY_NOT_SUPPORTED")
    if callback.get("method") != "post":
        raise bulk_refused("INVALID_CALLBACK_METHOD", supported_callback_methods=["post"])
    url = urlsplit(str(callback.get("url", "")))
    if url.scheme != "https" or not url.netloc:
        raise bulk_refused("INVALID_CALLBACK_URL")


def _check_file_type(file_type: Any) -> None:
    if file_type == "ics":
        raise not_emulated("ics files of Bulk Read")
    if file_type not in (None, "csv"):
        raise bulk_refused("INVALID_DATA", api_name="file_type", supported_values=list(_FILE_TYPES))
