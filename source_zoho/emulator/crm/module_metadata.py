"""What does /settings/modules say about a module?

The flags come with the kind of module; the table and tests change single ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .spec import ModuleSpec

Row = dict[str, Any]
STATUSES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")
# Bits of `visibility`: shown, tab, lookup, related list, settings, automation, templates, import, export, reports, API.
_SHOWN = 1 | 4 | 8 | 16 | 64 | 128 | 256 | 512 | 1024 | 4096 | 8192
_API_ONLY = 2 | 1024 | 4096 | 8192
_NO_RECORDS = frozenset({"web", "webtab_link", "webtab_slyteui", "orchestration", "system"})
# In the list and readable by their flags, yet no records of their own.
DENIED = frozenset({"Activities", "Visits", "Approvals", "Actions_Performed", "Unknown__s"})
_KINDS: dict[str, Row] = {
    "standard": {},
    "custom": {"generated_type": "custom"},
    "line": {"generated_type": "static_subform", "show_as_tab": False, "visibility": _API_ONLY, "visible": False},
    "subform": {"generated_type": "subform", "show_as_tab": False, "visibility": _API_ONLY, "visible": False},
    "linking": {"generated_type": "linking", "show_as_tab": False, "visibility": _API_ONLY | 32, "visible": False},
    "tracker": {
        "generated_type": "field_tracker",
        "show_as_tab": False,
        "visibility": _API_ONLY,
        "visible": False,
        "creatable": False,
        "editable": False,
        "deletable": False,
        "filter_supported": False,
    },
    "system_record": {"show_as_tab": False, "visibility": _API_ONLY, "quick_create": False},
    "web": {"generated_type": "web", "visibility": 1 | 4, "filter_supported": False},
    "no_api": {"api_supported": False, "visibility": 1 | 4, "filter_supported": False},
    "hidden": {"viewable": False, "status": "system_hidden", "visible": False, "visibility": 2, "show_as_tab": False},
    "denied": {"status": "user_hidden", "visibility": 2 | 8192, "show_as_tab": False},
}


def module_row(
    spec: ModuleSpec,
    module_id: str,
    profiles: list[Row],
    parent: Row | None,
    modified: tuple[Row, str] | None,
    changed: Mapping[str, object],
) -> Row:
    """Return a module's row in /settings/modules."""
    kind = spec.kind
    own = {**_KINDS[kind], **spec.flags, **changed}
    api = bool(own.get("api_supported", True))
    row: Row = {
        "id": module_id,
        "api_name": spec.api_name,
        "module_name": spec.api_name if kind != "custom" else spec.plural,
        "singular_label": spec.singular,
        "plural_label": spec.plural,
        "actual_singular_label": spec.singular,
        "actual_plural_label": spec.plural,
        "description": None,
        "generated_type": "default",
        "status": "visible",
        "api_supported": True,
        "viewable": True,
        "visible": True,
        "visibility": _SHOWN,
        "show_as_tab": True,
        "creatable": api,
        "editable": api,
        "deletable": api,
        "convertable": spec.converts,
        "quick_create": api,
        "filter_supported": api,
        "filter_status": api,
        "global_search_supported": api,
        "feeds_required": False,
        "presence_sub_menu": api,
        "sub_menu_available": api,
        "scoring_supported": kind in ("standard", "custom"),
        "webform_supported": kind in ("standard", "custom"),
        "triggers_supported": kind in ("standard", "custom"),
        "isBlueprintSupported": kind in ("standard", "custom"),
        "emailTemplate_support": kind in ("standard", "custom"),
        "email_parser_supported": False,
        "inventory_template_supported": spec.api_name in ("Quotes", "Sales_Orders", "Purchase_Orders", "Invoices"),
        "recycle_bin_on_delete": api,
        "has_more_profiles": False,
        "business_card_field_limit": 5 if kind in ("standard", "custom") else 0,
        "track_current_data": False,
        "sequence_number": spec.number,
        "web_link": None,
        "arguments": [],
        "parent_module": parent or {},
        "profiles": profiles,
        "profile_count": len(profiles),
        "activity_badge": "Not_Supported",
        "modified_by": modified[0] if modified else None,
        "modified_time": modified[1] if modified else None,
        "access_type": "org_based",
        "private_profile": None,
    }
    return {**row, **own}


def has_records(row: Row) -> bool:
    """Tell whether a module's flags say that its records can be read."""
    return (
        bool(row["api_supported"] and row["viewable"])
        and row["status"] != "scheduled_for_deletion"
        and row["generated_type"] not in _NO_RECORDS
        and row["api_name"] not in DENIED
    )


def refusal_of(row: Row, *, answers: bool) -> str | None:
    """Return the code that a call for the module's records is refused with, None when it is not."""
    if answers or has_records(row):
        return None
    if row["status"] == "scheduled_for_deletion" or row["generated_type"] in _NO_RECORDS:
        return "INVALID_MODULE"
    return "API_NOT_SUPPORTED" if not row["api_supported"] else "NOT_SUPPORTED"


def answered(rows: list[Row], wanted: str | None, refuse: Callable[[], Exception]) -> list[Row]:
    """Return the modules with one of the wanted statuses, all of them when nobody asks for some."""
    if wanted is None:
        return rows
    statuses = wanted.split(",")
    if not set(statuses) <= set(STATUSES):
        raise refuse()
    return [row for row in rows if row["status"] in statuses]
