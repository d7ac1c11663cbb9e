"""
Which module has every type of field, with the values that are most easily lost on one of the ways to read it?

Each way writes values in a form of its own: a list and a query as JSON, each with other parts of what is nested, a file
of Bulk Read as the text of a table. So texts hold what such a table is made of, and numbers what a text may round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from source_zoho.emulator import Emulator

_TEXTS = (
    *("plain", "  blanks around  ", " ", '"', 'she said: "a,b;c|d", it\'s\ttrue\\', "two\nlines", "two\r\nmore", "\r"),
    *("Größe 日本 👩‍👩‍👧 🇨🇭 e\u0301 \u2028", "\ufeffmarked", "0012", "1e5", "true", "null", '{"id": "1"}', "=1+1"),
    *("x" * 255, "", None),
)
# Lists cut after 500 characters, and what is a little longer may have been cut on another way.
_RICH_TEXTS = (
    *("<p>short</p>", None, "r" * 499, "r" * 500, "r" * 501, "r" * 505, "r" * 510, "r" * 511, "<p>ü,\n</p>" * 60, ""),
    *("😀" * 500, "r" * 20_000),
)
_CHOICES = ("North", "South", "Up; down", "Left, right", "Up", "down", 'So-"called"', "Größe")
_CHOSEN: tuple[list[str] | None, ...] = (
    *(["North"], ["South", "North"], ["Up; down"], ["Up", "down"], ["Left, right", "Up; down"], ["Retired"], []),
    *(["North", "Long ago; retired"], ["Größe", 'So-"called"'], None, list(_CHOICES)),
)
_INSTANTS = (
    *("2024-03-10T01:59:59-05:00", "2024-03-10T03:00:00-04:00"),  # the hour that New York leaves out,
    *("2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00"),  # and the one that Vienna has twice
    *(
        "1969-12-31T23:59:59-08:00",
        "1969-12-31T23:59:59+00:00",
        "1900-01-01T00:00:00+05:30",
        "0001-01-02T00:00:00+14:00",
    ),
    *("9999-12-30T23:59:59-12:00", "2024-02-29T23:45:00+05:45", "2023-12-31T20:00:00-09:30", None),
)
_DAYS = "2024-02-29", "1969-12-31", "1899-12-30", "0001-01-01", "9999-12-31", None
_WHOLES = 0, 1, -1, 2**31, -(2**53) - 1, 10**18, None
_NUMBERS = (0, 0.0, 12, -0.01, 1e-9, 0.1 + 0.2, 2**53 + 1, 1e22, -123456789.12, 5e-324, 1.7976931348623157e308, None)
_LONG_IDS = "0", "7", "9223372036854775807", "0000123", None
_ERROR = "#ERROR: division by zero"


def _named(number: int) -> dict[str, object]:
    return {"id": str(5_540_230_000_000_000_000 + number), "name": f"Somebody, {number}"}


def _file(number: int) -> dict[str, object]:
    return {"id": str(number), "File_Id__s": f"{number:016x}", "File_Name__s": f"a;b, {number}.pdf", "Size__s": "17"}


def _tag(number: int) -> dict[str, object]:
    return {"name": f"a;b, {number}", "id": str(number), "color_code": None}


_REFERENCES = _named(1), _named(2**60), None
_FILES: tuple[list[dict[str, object]] | None, ...] = [_file(1)], [_file(2), _file(3)], [], None
_SEVERAL_MODULES = {"modules": [{"api_name": "Leads"}, {"api_name": "Deals"}]}

# What a field is called: what Zoho says of it, and the values that records have in turn.
_FIELDS: dict[str, tuple[str | dict[str, Any], Sequence[object]]] = {
    "Name": ("text", _TEXTS),
    "Small_Text": ({"data_type": "textarea", "textarea": {"type": "small"}}, _TEXTS[::-1]),
    "Large_Text": ({"data_type": "textarea", "textarea": {"type": "large"}}, (*_TEXTS, "l" * 32_000)),
    "Rich_Text": ({"data_type": "textarea", "textarea": {"type": "rich_text"}}, _RICH_TEXTS),
    "Rich_Text_2": ({"data_type": "textarea", "textarea": {"type": "rich_text"}}, _RICH_TEXTS[3:]),
    "Mail": ("email", ("a@example.com", "no address", None)),
    "Telephone": ("phone", ("+41 44 000 00 00", "0441", "", None)),
    "Site": ("website", ("https://example.com/?a=1,2;b='3'", None)),
    "Choice": (
        {"data_type": "picklist", "pick_list_values": ["Yes", "No", "1"]},
        ("Yes", "1", "Long ago", "-None-", None),
    ),
    "Choices": ({"data_type": "multiselectpicklist", "pick_list_values": _CHOICES}, _CHOSEN),
    "Renamed_Choices": (
        {"data_type": "multiselectpicklist", "pick_list_values": {"cold": "Warm", "warm": "Cold", "x": "x"}},
        (["cold"], ["warm", "x"], ["x"], None),
    ),
    "Picture_Of": ("profileimage", ("0f" * 32, None)),
    "Serial": ("autonumber", ("ODD-00001/X", "00002", None)),
    "Big": ("bigint", _LONG_IDS),
    "Big_As_Number": ("bigint", (2**63 - 1, 0, 12, None)),
    "Whole": ("integer", _WHOLES),
    "Whole_As_Text": ("integer", ("12", "-7", "0", None)),
    "Fraction": ("double", _NUMBERS),
    "Fraction_As_Text": ("double", ("12.50", "-0.0", "1e-7", "007", None)),
    "Money": ("currency", _NUMBERS[::-1]),
    "Share": ("percent", _NUMBERS[5:]),
    "Flag": ("boolean", (True, False)),
    "Empty_Flag": ("boolean", (None, True, False, None, None)),
    "Never_True": ("boolean", (False,)),
    "Never_Said": ("boolean", (None,)),
    "Day": ("date", _DAYS),
    "Moment": ("datetime", _INSTANTS),
    "Exact_Moment": ("datetime", ("2024-05-06T07:08:09.125+02:00", "2024-05-06T07:08:09.000+02:00", None)),
    "Account": ({"data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}}, _REFERENCES),
    "Referee": ("userlookup", _REFERENCES),
    "Keeper": ("ownerlookup", _REFERENCES[::-1]),
    "Page": ("layout", _REFERENCES),
    "Consent": ("consent_lookup", _REFERENCES),
    "Gadget": ("widget", _REFERENCES),
    "Assistant": ("wizard", _REFERENCES),
    "Anything": (
        {"data_type": "multi_module_lookup", "multi_module_lookup": _SEVERAL_MODULES},
        (
            {**_named(5), "module": {"api_name": "Leads", "id": "7"}},
            None,
            {**_named(6), "module": {"api_name": "Deals"}},
        ),
    ),
    "Tag": (
        {"data_type": "text", "json_type": "jsonarray"},
        ([_tag(1)], [_tag(12), _tag(2)], [], None),
    ),
    "Files": ("fileupload", _FILES),
    "Pictures": ("imageupload", _FILES[::-1]),
    "Formula_Boolean": ({"data_type": "formula", "returns": "boolean"}, (True, False, None, _ERROR)),
    "Formula_Currency": ({"data_type": "formula", "returns": "currency"}, (*_NUMBERS, _ERROR)),
    "Formula_Date": ({"data_type": "formula", "returns": "date"}, (*_DAYS, _ERROR)),
    "Formula_Datetime": ({"data_type": "formula", "returns": "datetime"}, (*_INSTANTS, _ERROR)),
    "Formula_Double": (
        {"data_type": "formula", "returns": "double"},
        (*_NUMBERS, "12.5", _ERROR, "Error 7", "NaN", "∞"),
    ),
    "Formula_Integer": ({"data_type": "formula", "returns": "integer"}, (*_WHOLES, "3", _ERROR)),
    "Formula_Text": ({"data_type": "formula", "returns": "text"}, (*_TEXTS, _ERROR)),
    "Rollup_Integer": ({"data_type": "rollup_summary", "returns": "integer"}, (0, 3, "4", None)),
    "Rollup_Currency": ({"data_type": "rollup_summary", "returns": "currency"}, (0.0, 3.25, "4.50", 7, None)),
    "Repeats": ("RRULE", ({"RRULE": "FREQ=WEEKLY;BYDAY=MO", "EXDATE": "2024-01-01"}, None)),
    "Alarm": ("ALARM", ({"ALARM": "FREQ=NONE;ACTION=EMAIL"}, None)),
    "Reminder": ("event_reminder", ("15 minutes before", None, "0", [{"unit": 1, "period": "days", "time": "09:00"}])),
    "Reminders": ({"data_type": "multireminder", "json_type": "jsonarray"}, ([{"unit": 1, "period": "days"}], [])),
    "Hours": ("time_range", ({"From": "08:00", "To": "17:30"}, None)),
    "Line_Tax": (
        {"data_type": "linetax", "json_type": "jsonarray"},
        ([{"id": "1", "name": "VAT", "percentage": 7.7}], []),
    ),
    "Tax": ({"data_type": "tax", "json_type": "jsonarray"}, ([{"id": "1", "value": "VAT - 7.7 %"}], None)),
    "Territories": (
        {"data_type": "territories", "json_type": "jsonarray"},
        ([{"id": "1", "Name": "West, 1"}], [], None),
    ),
    "About": ("module", ({"api_name": "Leads", "id": "3"}, None)),
    "Guests": (
        {"data_type": "participants", "json_type": "jsonarray"},
        ([{"Email": None, "participant": "a@b.c"}], []),
    ),
    "Distance": ({"data_type": "nearby_distance", "json_type": "any"}, (12.5, None)),
    "Long": ({"data_type": "long", "json_type": "integer"}, (2**53 + 1, 0, None)),
    "New_Text": ({"data_type": "hologram", "json_type": "string"}, _TEXTS[1:]),
    "New_Object": ({"data_type": "hologram", "json_type": "jsonobject"}, ({"a": [1, {"b": None}]}, {}, None)),
    "New_List": ({"data_type": "hologram", "json_type": "jsonarray"}, ([1, "a", None], [], None)),
    "Untold": ({"data_type": "hologram", "json_type": "any"}, ("text", 7, 1.5, False, [1], {"a": 1}, None)),
    "select": ("text", ("a column that has to be quoted", None)),
}


def described() -> list[dict[str, Any]]:
    """Return the fields as Zoho's metadata describe them."""
    return [
        _described(name, {"data_type": told} if isinstance(told, str) else told) for name, (told, _) in _FIELDS.items()
    ]


def records() -> list[dict[str, object]]:
    """Return records in which every value of every field occurs, and one without any."""
    most = max(len(values) for _, values in _FIELDS.values())
    filled = ({name: values[turn % len(values)] for name, (_, values) in _FIELDS.items()} for turn in range(most))
    return [dict.fromkeys(_FIELDS), *filled]


def add_every_type(zoho: Emulator, module: str, *, modified_time: bool = True) -> None:
    """Make a *module* with a field of every type and a record for all of their values."""
    zoho.crm.add_module(module, fields=described(), modified_time=modified_time)
    for record in records():
        zoho.crm.add(module, **record)


def _described(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    row = {"api_name": name, **told}
    if returned := row.pop("returns", ""):
        row[told["data_type"]] = {"return_type": returned}
    if choices := row.get("pick_list_values"):
        seen = choices if isinstance(choices, Mapping) else dict(zip(choices, choices, strict=True))
        row["pick_list_values"] = [{"actual_value": one, "display_value": shown} for one, shown in seen.items()]
    return row
