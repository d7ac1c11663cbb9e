"""
Which modules of an organization hold records that can be read, and why not the others?

Zoho's flags decide first. Behind them stands a list of Zoho's own modules that hold no records although their flags may
say so. It does not apply to modules that the organization made: they may have the same name and do hold records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from source_zoho.crm.values import first_text, flag, mappings, name_in, text

# Modules with a stream and a schema of their own: the calls that read them differ from those of other modules.
FIXED = {"Notes": "crm_notes", "Attachments": "crm_attachments"}

_OWN_TYPES = frozenset({"custom", "linking", "subform"})
_HISTORY_TYPES = frozenset({"field_tracker", "picklisttracker"})
_PAGES = frozenset({"web", "webtab_link", "webtab_slyteui"})
_MACHINERY = frozenset({"orchestration", "system"})

_WITHOUT_RECORDS = {
    # Not in the API, by Zoho's sample answer.
    *("Home", "Reports", "Analytics", "SalesInbox", "Feeds", "Documents", "Forecasts", "Social", "Google_AdWords"),
    *("Projects", "Emails"),
    # Seen by no profile, by the same sample.
    *("Email_Sentiment", "Email_Analytics", "Email_Template_Analytics", "Scoring_Rules__s", "Locking_Information__s"),
    "ShiftHours",
    # Refused although every flag speaks for them.
    *("Visits", "Approvals", "Actions_Performed", "Unknown__s"),
}
_FORECAST = re.compile(r"Forecast_.+")
# Each field for files or images makes a module, whose rows the field itself shows. Nobody can make a name with two
# underscores, so these are Zoho's whatever their type.
_UPLOADS = re.compile(r"(File|Image)_Upload_\w+__s")
# Zoho documents a call that lists it, and its sample answer says all the same that no profile views it.
_LISTED_THOUGH_HIDDEN = "Entity_Scores__s"

_DELETED_SUPPORTED = {
    *("Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Events", "Calls", "Cases", "Solutions"),
    *("Products", "Vendors", "Price_Books", "Quotes", "Sales_Orders", "Purchase_Orders", "Invoices"),
    *("Appointments__s", "Appointments_Rescheduled_History__s", "Services__s"),
}

NAMELESS = "Zoho gives it no API name, so it cannot be asked for."
LEAVING = (
    "It is scheduled for deletion. To have it read, restore it in Zoho CRM under Setup > Modules and Fields before "
    "Zoho deletes it."
)
WEB_PAGE = "It is a tab that shows a web page and holds no records."
MACHINERY = "Zoho CRM works with it inside; it holds no records."
UNION = "It shows tasks, meetings and calls together; each of them has a stream of its own."
UPLOADS = "It holds the files of a field, which the records with that field name."
NO_RECORDS = "It holds no records that Zoho delivers as a list."
NO_API = "Zoho does not offer this module over the API; nothing can be set to change that."
HIDDEN = (
    "The profile of the user who signed in may not view it. Give the profile the permission to view the module in Zoho "
    "CRM under Setup > Security Control > Profiles, or sign in as an administrator."
)


@dataclass(frozen=True)
class Module:
    """A module as the list of modules describes it. *parent* is the module whose records hold its rows, or nothing."""

    api_name: str
    label: str
    generated_type: str = "default"
    id: str = ""
    status: str = "visible"
    parent: str = ""


@dataclass(frozen=True)
class Listing:
    """The modules of an organization: *fixed* have a schema of ours, *left_out* are names with the reason."""

    readable: list[Module] = field(default_factory=list)
    fixed: list[Module] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def reasons(self) -> list[str]:
        """Return a sentence or two for each reason, with the names of all modules that it holds for."""
        names: dict[str, list[str]] = {}
        for name, reason in self.left_out:
            names.setdefault(reason, []).append(name)
        return [f"{', '.join(sorted(held))}: {reason}" for reason, held in names.items()]


def parse(rows: Iterable[Mapping[str, Any]]) -> Listing:
    """Sort the *rows* of Zoho's list of modules into what can be read and what cannot. A name counts once."""
    listing, seen = Listing(), set()
    for row in mappings(rows):
        module = _module(row)
        if module.api_name and module.api_name in seen:
            continue
        seen.add(module.api_name)
        reason = _reason_against(module, row)
        if reason:
            listing.left_out.append(
                (module.api_name or module.label or module.id or "(a module without a name)", reason)
            )
        else:
            (listing.fixed if module.api_name in FIXED else listing.readable).append(module)
    return listing


def supports_deleted(module: Module) -> bool:
    """Tell whether Zoho documents that it lists the deleted records of *module*."""
    return module.generated_type == "custom" or module.api_name in _DELETED_SUPPORTED


def takes_notifications(module: Module) -> bool:
    """Tell whether Zoho documents that it notifies of changes to *module*: it names the same ones."""
    return supports_deleted(module)


def is_history(module: Module) -> bool:
    """Tell whether *module* holds what a field was before, such as the stages of deals."""
    return module.generated_type in _HISTORY_TYPES


def _module(row: Mapping[str, Any]) -> Module:
    api_name = text(row.get("api_name"))
    labels = ("plural_label", "actual_plural_label", "singular_label", "actual_singular_label", "module_name")
    return Module(
        api_name=api_name,
        label=first_text(*(row.get(key) for key in labels), api_name),
        generated_type=text(row.get("generated_type")).casefold() or "default",
        id=text(row.get("id")),
        status=text(row.get("status")).casefold() or "visible",
        parent=name_in(row.get("parent_module")),
    )


def _reason_against(module: Module, row: Mapping[str, Any]) -> str:
    """Return why *module* cannot be read, or nothing. A flag that Zoho leaves out stands in nobody's way."""
    if not module.api_name:
        return NAMELESS
    if module.status == "scheduled_for_deletion":
        return LEAVING
    if by_nature := _reason_by_nature(module):
        return by_nature
    if not flag(row.get("api_supported"), unless_said=True):
        return NO_API
    if not flag(row.get("viewable"), unless_said=True) and module.api_name != _LISTED_THOUGH_HIDDEN:
        return HIDDEN
    return ""


def _reason_by_nature(module: Module) -> str:
    """Return why no right and no setting would make *module* readable, or nothing."""
    name = module.api_name
    if module.generated_type in _PAGES:
        return WEB_PAGE
    if module.generated_type in _MACHINERY:
        return MACHINERY
    if _UPLOADS.fullmatch(name):
        return UPLOADS
    if module.generated_type in _OWN_TYPES:
        return ""
    if name == "Activities":
        return UNION
    return NO_RECORDS if name in _WITHOUT_RECORDS or _FORECAST.fullmatch(name) else ""
