"""
What kind of value does a field hold, whichever way the record comes?

`json_type` decides and `data_type` refines it, since Zoho adds data types more often than ways to write them in JSON.
Only references are known by their data type, since each way writes them otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from source_zoho.crm.fields import Field


class Kind(Enum):
    """How the values of a field are written in a record; ``OR_TEXT`` is for what Zoho works out, or fails to."""

    TEXT = "text"
    WHOLE = "a whole number"
    NUMBER = "a number"
    FLAG = "yes or no"
    DATE = "a date"
    INSTANT = "an instant, in UTC"
    REFERENCE = "an object with the id of another record"
    CHOICES = "a list of texts"
    NUMBER_OR_TEXT = "a number, or why there is none"
    FLAG_OR_TEXT = "yes or no, or why neither"
    DATE_OR_TEXT = "a date, or why there is none"
    INSTANT_OR_TEXT = "an instant, in UTC, or why there is none"
    TAGS = "a list of tags"
    ODD = "whatever Zoho's lists give"


REFERENCES = frozenset({"lookup", "ownerlookup", "userlookup", "consent_lookup", "layout", "widget", "wizard"})
# Lists that are announced as something else: `Tag` as text, `Tax` of products as choices.
_LISTS_BY_NAME = frozenset({"Tag", "Tax"})
_ODD = frozenset(
    {
        *("fileupload", "imageupload", "multi_module_lookup", "participants", "rrule", "alarm", "event_reminder"),
        *("multireminder", "time_range", "linetax", "tax", "territories", "module", "address"),
        *("subform", "multiselectlookup", "multiuserlookup"),
    }
)
_TEXTS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("text", "textarea", "email", "phone", "website", "picklist", "profileimage", "autonumber", "bigint"), Kind.TEXT
    ),
    "date": Kind.DATE,
    "datetime": Kind.INSTANT,
}
_BY_DATA_TYPE: Mapping[str, Kind] = {
    **_TEXTS,
    "integer": Kind.WHOLE,
    **dict.fromkeys(("double", "currency", "percent"), Kind.NUMBER),
    "boolean": Kind.FLAG,
    "multiselectpicklist": Kind.CHOICES,
}
_BY_JSON_TYPE: Mapping[str, Kind] = {
    "string": Kind.TEXT,
    "integer": Kind.WHOLE,
    "double": Kind.NUMBER,
    "boolean": Kind.FLAG,
    "jsonobject": Kind.ODD,
    "jsonarray": Kind.ODD,
}
# A formula that cannot be worked out says so in words, whatever it returns; a whole number comes as 12.0 as well.
_WORKED_OUT: Mapping[Kind, Kind] = {
    Kind.TEXT: Kind.TEXT,
    Kind.DATE: Kind.DATE_OR_TEXT,
    Kind.WHOLE: Kind.NUMBER_OR_TEXT,
    Kind.NUMBER: Kind.NUMBER_OR_TEXT,
    Kind.FLAG: Kind.FLAG_OR_TEXT,
    Kind.INSTANT: Kind.INSTANT_OR_TEXT,
}


def kind_of(field: Field) -> Kind:
    """Return the kind of the values of *field*."""
    if field.is_id:
        return Kind.TEXT
    if is_list_by_name(field):
        return Kind.TAGS if field.api_name == "Tag" else Kind.ODD
    if field.is_computed:
        returned = _BY_DATA_TYPE.get(field.return_type) or _BY_JSON_TYPE.get(field.json_type, Kind.ODD)
        return _WORKED_OUT.get(returned, Kind.ODD)
    if field.data_type in REFERENCES:
        return Kind.ODD if field.json_type == "jsonarray" else Kind.REFERENCE
    return Kind.ODD if field.data_type in _ODD else _plain(field)


def is_list_by_name(field: Field) -> bool:
    """Tell whether *field* holds objects in a list although its data type says otherwise."""
    return field.json_type == "jsonarray" and field.api_name in _LISTS_BY_NAME


def _plain(field: Field) -> Kind:
    broad = _BY_JSON_TYPE.get(field.json_type)
    if broad is None:
        return _BY_DATA_TYPE.get(field.data_type, Kind.ODD)
    if broad is Kind.TEXT:
        return _TEXTS.get(field.data_type, Kind.TEXT)
    chosen = field.json_type == "jsonarray" and field.data_type == "multiselectpicklist"
    return Kind.CHOICES if chosen else broad
