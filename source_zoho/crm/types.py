"""
Which JSON Schema describes the values of one of Zoho's data types?

The sources are Zoho's pages about fields and the classes of its SDKs. Every value may be null, every object may hold
more, and no list of choices is closed: Zoho keeps values in records that a pick list no longer offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]


def nullable(*types: str, **more: Any) -> Schema:
    """Return the schema of a value of one of *types*, or null."""
    return {"type": ["null", *types], **more}


def an_object(*texts: str, **others: Schema) -> Schema:
    """Return the schema of an open object with *texts* and what *others* say."""
    properties = {name: nullable("string") for name in texts} | others
    return nullable("object", additionalProperties=True, **({"properties": properties} if properties else {}))


def a_list(items: Schema) -> Schema:
    """Return the schema of a list of *items*."""
    return nullable("array", items=items)


TEXT = nullable("string")
WHOLE = nullable("integer")
NUMBER = nullable("number")
YES_OR_NO = nullable("boolean")
DATE = nullable("string", format="date")
INSTANT = nullable("string", format="date-time", airbyte_type="timestamp_with_timezone")
REFERENCE = an_object("id", "name")
PERSON = an_object("id", "name", "email")

# What `json_type` alone says.
BY_JSON_TYPE: Mapping[str, Schema] = {
    "string": TEXT,
    "integer": WHOLE,
    "double": NUMBER,
    "boolean": YES_OR_NO,
    "jsonobject": an_object(),
    "jsonarray": a_list({}),
}

# What `data_type` adds to text, and what it says by itself where `json_type` is missing. Keys in small letters.
TEXTS: Mapping[str, Schema] = {
    **dict.fromkeys(
        ("text", "textarea", "email", "phone", "website", "picklist", "profileimage", "autonumber", "bigint"), TEXT
    ),
    "date": DATE,
    "datetime": INSTANT,
}
NUMBERS: Mapping[str, Schema] = {
    "integer": WHOLE,
    **dict.fromkeys(("double", "currency", "percent"), NUMBER),
    "boolean": YES_OR_NO,
}
OBJECTS: Mapping[str, Schema] = {
    **dict.fromkeys(("lookup", "consent_lookup", "widget", "wizard"), REFERENCE),
    **dict.fromkeys(("ownerlookup", "userlookup"), PERSON),
    "layout": an_object("id", "name", "display_label"),
    "multi_module_lookup": an_object("id", "name", module=an_object("api_name", "id")),
    "module": an_object("id", "api_name", "name"),
    "rrule": an_object("RRULE", "EXDATE"),
    "alarm": an_object("ALARM"),
    "time_range": an_object("From", "To"),
    "address": an_object(),
}
LISTS: Mapping[str, Schema] = {
    "multiselectpicklist": a_list(TEXT),
    "fileupload": a_list(an_object("id", "File_Id__s", "File_Name__s", Owner__s=PERSON, Created_Time__s=INSTANT)),
    "imageupload": a_list(an_object("id", "File_Id__s", "Preview_Id__s", "File_Name__s", "Description__s", "State__s")),
    "linetax": a_list(an_object("id", "name", "display_name", percentage=NUMBER, value=NUMBER)),
    # Older answers hold bare texts, newer ones objects.
    "tax": a_list(nullable("object", "string", additionalProperties=True, properties={"id": TEXT, "value": {}})),
    "territories": a_list(an_object("id", "Name")),
    "participants": a_list(an_object("id", "participant", "type", "name", "Email", "status", invited=YES_OR_NO)),
    **dict.fromkeys(("subform", "multiselectlookup", "multiuserlookup"), a_list(an_object("id"))),
}
# A text for one reminder, a list for several, whichever of both the field announces.
MIXED: Mapping[str, Schema] = dict.fromkeys(
    ("event_reminder", "multireminder"), nullable("string", "array", items=an_object())
)

# Lists that are announced as something else: `Tag` as text, `Tax` of products as choices.
LISTS_BY_NAME: Mapping[str, Schema] = {"Tag": a_list(an_object("id", "name", "color_code")), "Tax": LISTS["tax"]}

BY_DATA_TYPE: Mapping[str, Schema] = {**TEXTS, **NUMBERS, **OBJECTS, **LISTS, **MIXED}
