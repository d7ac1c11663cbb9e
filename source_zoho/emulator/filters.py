"""Which records does a search parameter keep?

Parameters that Zoho documents and that fit a field of the row are honoured; documented ones that do not are answered
with "not emulated", because ignoring them would teach the caller something false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .refusals import invalid_value, not_emulated

if TYPE_CHECKING:
    from .collection import Collection, Handle
    from .resources import Resource

Keep = Callable[["Handle"], bool]
Test = Callable[[str], bool]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "_startswith": lambda text, start: text.startswith(start),
    "_contains": lambda text, part: part in text,
}
_NUMBER: dict[str, Callable[[float, float], bool]] = {
    "_less_than": operator.lt,
    "_less_equals": operator.le,
    "_greater_than": operator.gt,
    "_greater_equals": operator.ge,
}
_DATE: dict[str, Callable[[str, str], bool]] = {
    "_start": operator.ge,
    "_end": operator.le,
    "_before": operator.lt,
    "_after": operator.gt,
}
# Parameters that are answered elsewhere: they do not choose rows.
OWN_PARAMETERS = {
    "invoices": frozenset({"response_option"}),
    "item_categories": frozenset({"include_root_category"}),
    "custom_modules": frozenset({"sort_order"}),
}
# What `date` means where the row calls its business date something else.
_DATE_FIELDS = ("date", "journal_date", "transaction_date", "log_date", "effective_date", "due_date", "adjustment_date")
_ACCOUNT_TYPES = {
    "asset": ("asset", "bank", "cash"),
    "liability": ("liability", "payable"),
    "equity": ("equity",),
    "income": ("income",),
    "expense": ("expense",),
}


def search(collection: Collection, parameter: str, wanted: str) -> Keep:
    """Return the test behind one search parameter."""
    resource = collection.resource
    if parameter == "search_text":
        return _anywhere(collection, wanted.casefold())
    if parameter == f"{resource.id}s":
        return _one_of(collection, resource.id, wanted)
    if (field := _field(resource, parameter)) in resource.fields:
        return _equal(collection, field, wanted)
    suffix, field = _with_suffix(resource, parameter)
    if suffix in _TEXT:
        return _text(collection, field, wanted.casefold(), _TEXT[suffix])
    if suffix in _NUMBER:
        return _number(collection, field, parameter, wanted, _NUMBER[suffix])
    raise not_emulated(parameter, resource.name)


def is_emulated(resource: Resource, parameter: str) -> bool:
    """Tell whether a documented parameter does here what Zoho says it does."""
    if parameter in resource.date_filters:
        return _date_field(resource, parameter) is not None
    known = {"search_text", f"{resource.id}s", "status", *OWN_PARAMETERS.get(resource.name, ())}
    if parameter in known or parameter.endswith(" (needed)") or _field(resource, parameter) in resource.fields:
        return True
    return bool(_with_suffix(resource, parameter)[0])


def by_date(collection: Collection, parameter: str, wanted: str) -> Keep:
    """Return the test behind a date parameter such as due_date_start."""
    if not DAY.fullmatch(wanted):
        raise invalid_value(parameter)
    field = _date_field(collection.resource, parameter)
    if field is None:
        raise not_emulated(parameter, collection.resource.name)
    compare = _date_comparison(parameter)
    zone = collection.organization.zone

    def keep(handle: Handle) -> bool:
        made = field == "created_date"
        day = zone.day(collection.created(handle)) if made else str(collection.value(handle, field))
        return bool(day) and compare(day, wanted)

    return keep


def by_status(collection: Collection, wanted: str) -> Keep:
    """Return the test behind `status`; Zoho refuses lists of values with a comma."""
    if wanted not in collection.resource.statuses:
        raise invalid_value("status")
    return _equal(collection, collection.resource.status_field, wanted)


def by_filter(collection: Collection, wanted: str) -> Keep | None:
    """Return the test behind `filter_by`, None for the value that shows everything."""
    resource = collection.resource
    if wanted not in resource.filter_by:
        raise invalid_value("filter_by")
    if rule := resource.filter_rules.get(wanted):
        return _keeps_values(collection, *rule)
    prefix, _, name = wanted.partition(".")
    if name == "All" or wanted == "Type.DebitNote":
        return None
    if name in ("Active", "Inactive") and "is_active" in resource.fields:
        return _equal(collection, "is_active", "true" if name == "Active" else "false")
    if prefix == "AccountType" and name.lower() in _ACCOUNT_TYPES:
        return _account_type(collection, _ACCOUNT_TYPES[name.lower()])
    if wanted == "Currencies.ExcludeBaseCurrency":
        return _equal(collection, "is_base_currency", "false")
    field = _filter_field(resource, prefix)
    if field is None or not _takes(resource, field, name):
        raise not_emulated(f"filter_by={wanted}", resource.name)
    return lambda handle: _plain(str(collection.value(handle, field))) == _plain(name)


def shown_by_default(collection: Collection) -> Keep | None:
    """Return the test that Zoho applies without filter_by, None where nothing is hidden."""
    if collection.resource.hidden is None:
        return None
    field, values = collection.resource.hidden
    return lambda handle: collection.value(handle, field) not in values


def _field(resource: Resource, parameter: str) -> str:
    """Return the row's name for what a parameter looks at."""
    for name in (parameter, f"_{parameter}"):
        if name in resource.fields:
            return name
    if parameter == "amount" and "total" in resource.fields:
        return "total"
    return "transaction_date" if parameter == "date" else parameter


def _with_suffix(resource: Resource, parameter: str) -> tuple[str, str]:
    """Take item_name_contains apart; both parts are empty when the row has no such field."""
    for suffix in (*_TEXT, *_NUMBER):
        field = _field(resource, parameter.removesuffix(suffix))
        if parameter.endswith(suffix) and field in resource.fields:
            return suffix, field
    return "", ""


def _date_comparison(parameter: str) -> Callable[[str, str], bool]:
    if parameter in ("from_date", "to_date"):
        return operator.ge if parameter == "from_date" else operator.le
    return next((compare for suffix, compare in _DATE.items() if parameter.endswith(suffix)), operator.eq)


def _date_field(resource: Resource, parameter: str) -> str | None:
    """Return the field that a date parameter looks at: due_date for due_date_start, the row's own date for date_end."""
    suffix = next((suffix for suffix in _DATE if parameter.endswith(suffix) and parameter not in resource.fields), "")
    name = parameter.removesuffix(suffix)
    if name in resource.fields and not name.endswith("_time"):
        return name
    if name == "created_date":
        return name
    if name == "opening_balance_date":
        return "transaction_date"
    business = ("date", "from_date", "to_date")
    return next((field for field in _DATE_FIELDS if field in resource.fields), None) if name in business else None


def _filter_field(resource: Resource, prefix: str) -> str | None:
    if prefix == "PaymentMode":
        return "payment_mode"
    if prefix == "SalesOrPurchaseType":
        return "sales_or_purchase_type"
    if prefix in ("Status", "TaskStatus"):
        return "billed_status" if "billed_status" in resource.fields else resource.status_field
    return None


def _takes(resource: Resource, field: str, name: str) -> bool:
    """Tell whether the field can hold that value: other filters of Zoho look at more than one field."""
    kind = str(resource.fields.get(field, ""))
    options = {*kind.removeprefix("choice:").split("|"), *resource.statuses}
    return _plain(name) in {_plain(option) for option in options} or field == "payment_mode"


def _plain(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()


def _anywhere(collection: Collection, wanted: str) -> Keep:
    return lambda handle: any(
        wanted in value.casefold() for value in collection.row(handle).values() if isinstance(value, str)
    )


def _one_of(collection: Collection, field: str, wanted: str) -> Keep:
    values = frozenset(wanted.split(","))
    return lambda handle: collection.value(handle, field) in values


def _keeps_values(collection: Collection, field: str, values: frozenset[object]) -> Keep:
    return lambda handle: collection.value(handle, field) in values


def _equal(collection: Collection, field: str, wanted: str) -> Keep:
    return lambda handle: _written(collection.value(handle, field)) == wanted


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def _text(collection: Collection, field: str, wanted: str, compare: Callable[[str, str], bool]) -> Keep:
    return lambda handle: compare(str(collection.value(handle, field)).casefold(), wanted)


def _number(
    collection: Collection, field: str, parameter: str, wanted: str, than: Callable[[float, float], bool]
) -> Keep:
    try:
        limit = float(wanted)
    except ValueError as error:
        raise invalid_value(parameter) from error

    def keep(handle: Handle) -> bool:
        value = collection.value(handle, field)
        return isinstance(value, int | float) and than(value, limit)

    return keep


def _account_type(collection: Collection, parts: tuple[str, ...]) -> Keep:
    return lambda handle: any(part in str(collection.value(handle, "account_type")) for part in parts)
