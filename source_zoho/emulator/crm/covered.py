"""Which calls of the CRM are emulated? The rows of the CRM's part of `COVERAGE.md`."""

from __future__ import annotations

from collections.abc import Iterator

from .codes import CODES
from .module_metadata import module_row
from .routes import BULK_ROOT, ROOT
from .settings_table import table
from .spec import ModuleSpec, specs

CALLS = ("call", "credits", "parameters")
MODULES = ("module", "generated_type", "fields", "what a reader meets")
_LIST = "fields (needed, 50 at most), ids, page, per_page, page_token, sort_by, sort_order, converted"
_CHANNEL = (
    "channel_id, events, notify_url (all needed), token, channel_expiry, notification_condition, fields, "
    "notify_on_related_action, return_affected_field_values"
)
_RECORDS = (
    (
        "GET {module}",
        "1, 3 with cvid",
        f"{_LIST}; If-Modified-Since; cvid, territory_id, include_child: answered with 501",
    ),
    ("GET {module}/{id}", "1", "fields"),
    ("GET {module}/deleted", "2", "type, page, per_page; If-Modified-Since"),
    ("GET {module}/actions/fetch_full_data", "1", "ids (needed, 200 at most), fields (needed, 8 at most)"),
    ("GET {module}/{id}/actions/fetch_full_data", "1", "fields (needed, 8 at most)"),
    ("GET {module}/{id}/Notes", "1", "as of {module}"),
    ("GET {module}/{id}/Attachments", "1", "as of {module}"),
    ("GET {module}/actions/count", "50", "-"),
    ("GET settings/modules", "1", "status; feature_name and include are taken and change nothing"),
    ("GET settings/modules/{module}", "1", "-"),
    ("GET settings/fields", "1", "module (needed), type; include is taken and changes nothing"),
    (
        "POST coql",
        "1, 2 or 3 by LIMIT",
        "select_query (needed), include_meta; custom views (`from Leads#cvid`): answered with 501",
    ),
    (
        "POST actions/watch",
        "1",
        f"watch (needed) of {_CHANNEL}",
    ),
    ("PUT actions/watch", "1", "as of POST; all that is left out is reset"),
    ("PATCH actions/watch", "1", "as of POST; what is left out stays; `_delete_events` takes events away"),
    ("DELETE actions/watch", "1", "channel_ids (needed)"),
    ("POST __composite_requests", "1", "up to 5 calls, lists cut to 25 rows, 5 places among the calls in flight"),
)

_JOBS = (
    (
        "POST read",
        "50",
        "query (needed) of module, fields, criteria, page, page_token; callback, file_type; cvid, ics: 501",
    ),
    ("GET read/{job_id}", "1", "-"),
    ("GET read/{job_id}/result", "1", "-"),
)


def call_rows() -> Iterator[tuple[str, str, str]]:
    """Return every call with its price and parameters."""
    for root, calls in ((ROOT, _RECORDS), (BULK_ROOT, _JOBS)):
        for call, price, parameters in calls:
            method, path = call.split(" ")
            yield f"{method} {root}/{path}", price, parameters
    for one in table().values():
        parameters = ", ".join(one.params) or "-"
        yield f"GET {ROOT}{one.path}", str(one.credits), parameters + ("; If-Modified-Since" if one.since else "")


def module_rows() -> Iterator[tuple[str, str, str, str]]:
    """Return every module of a fresh organization."""
    for spec in specs().values():
        row = module_row(spec, "", [], None, None, {})
        yield spec.api_name, row["generated_type"], str(len(spec.fields) or "-"), _oddity(spec, row["status"])


def code_rows() -> Iterator[tuple[str, str]]:
    """Return every code as a kind of fault."""
    for kind, code in CODES.items():
        yield kind, f"HTTP {code.status}, code {code.code} (CRM)"


def _oddity(spec: ModuleSpec, status: str) -> str:
    if spec.kind in ("no_api", "hidden", "web", "denied") and not spec.answers:
        return "its records are refused"
    if status == "scheduled_for_deletion":
        return "is about to go"
    if spec.fields_refused:
        return f"its fields are refused with {spec.fields_refused}"
    if not spec.fields:
        return "has no fields"
    return "records" if spec.is_dated else "records without Modified_Time"
