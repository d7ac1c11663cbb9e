"""
Which JSON Schema describes the values of a kind, and of Zoho's data types that records hold as Zoho writes them?

The sources are Zoho's pages about fields and the classes of its SDKs. Every value may be null, every object may hold
more, and no list of choices is closed: Zoho keeps values in records that a pick list no longer offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from source_zoho.crm.kinds import Kind

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
REFERENCE = an_object("id")
PERSON = an_object("id", "name", "email")

# What a record holds of each kind, but for odd ones.
BY_KIND: Mapping[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.WHOLE: WHOLE,
    Kind.NUMBER: NUMBER,
    Kind.FLAG: YES_OR_NO,
    Kind.DATE: DATE,
    Kind.INSTANT: INSTANT,
    Kind.REFERENCE: REFERENCE,
    Kind.CHOICES: a_list(TEXT),
    Kind.NUMBER_OR_TEXT: nullable("number", "string"),
    Kind.FLAG_OR_TEXT: nullable("boolean", "string"),
    Kind.DATE_OR_TEXT: TEXT,
    Kind.INSTANT_OR_TEXT: TEXT,
    Kind.TAGS: a_list(an_object("id", "name", "color_code")),
}

# Odd ones: what `json_type` alone says, and what `data_type` adds, or says by itself where `json_type` is missing.
ODD_BY_JSON_TYPE: Mapping[str, Schema] = {"string": TEXT, "jsonobject": an_object(), "jsonarray": a_list({})}
OBJECTS: Mapping[str, Schema] = {
    "multi_module_lookup": an_object("id", "name", module=an_object("api_name", "id")),
    "module": an_object("id", "api_name", "name"),
    "rrule": an_object("RRULE", "EXDATE"),
    "alarm": an_object("ALARM"),
    "time_range": an_object("From", "To"),
    "address": an_object(),
}
LISTS: Mapping[str, Schema] = {
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

LISTS_BY_NAME: Mapping[str, Schema] = {"Tax": LISTS["tax"]}
ODD_BY_BOTH: Mapping[str, Mapping[str, Schema]] = {
    "string": MIXED,
    "jsonobject": {**OBJECTS, **MIXED},
    "jsonarray": {**LISTS, **MIXED},
}
ODD_BY_DATA_TYPE: Mapping[str, Schema] = {**OBJECTS, **LISTS, **MIXED}
