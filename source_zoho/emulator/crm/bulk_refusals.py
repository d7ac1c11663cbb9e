"""In which words does Zoho refuse a bulk job?

Codes that other calls know too stand in `codes.py`; these belong to bulk jobs alone. Zoho documents the codes and what
they mean, but few of the texts.
"""

from __future__ import annotations

from typing import Any

from .codes import CODES
from .refusals import CrmRefusedError, refused

_TEXTS = {
    "REQUEST_BODY_IS_EMPTY": "the request has no body",
    "REQUEST_BODY_NOT_READABLE": "the body is no JSON object",
    "REQUEST_BODY_NOT_SUPPORTED": "the body does not have the expected form",
    "MEDIA_TYPE_NOT_SUPPORTED": "Media type is not supported.",
    "INVALID_CALLBACK_METHOD": "the method of the callback is not supported",
    "INVALID_CALLBACK_URL": "the url of the callback is not valid",
    "MODULE_NOT_AVAILABLE": "the module is not available",
    "MODULE_NOT_SUPPORTED": "the module is not supported in bulk read",
    "FIELD_NOT_AVAILABLE": "the field is not available",
    "FIELD_NOT_SUPPORTED": "the field is not supported in bulk read",
    "JOIN_LIMIT_EXCEEDED": "the query reaches through too many lookups",
    "PAGE_NOT_SUPPORTED": "page is not supported together with page_token",
    "PAGE_RANGE_EXCEEDED": "the page lies behind the last one that can be asked for",
    "RESOURCE_NOT_FOUND": "The requested resource doesn't exist.",
    "AMBIGUOUS_CRITERIA": "the criteria are a condition and a group at once",
    "AMBIGUOUS_GROUP_IN_CRITERIA": "a member of the group is a condition and a group at once",
    "GROUP_OPERATOR_NOT_SUPPORTED": "the group operator is not supported",
    "CRITERIA_LIMIT_EXCEEDED": "there are too many criteria",
    "VALUE_LIMIT_EXCEEDED_IN_CRITERIA": "there are too many values in the criteria",
    "INVALID_CRITERIA": "the criteria are not valid",
    "VALUE_TYPE_NOT_SUPPORTED": "the type of the value is not supported",
    "FIELD_IN_CRITERIA_NOT_AVAILABLE": "the field in the criteria is not available",
    "FIELD_IN_CRITERIA_NOT_SUPPORTED": "the field in the criteria is not supported",
    "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED": "the comparator in the criteria is not supported",
    "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE": "the field cannot be compared like this",
    "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE": "the comparator does not take this value",
    "COMPARATOR_AND_ENCRYPTED_VALUE_IN_CRITERIA_NOT_COMPATIBLE": "an encrypted field cannot be compared like this",
    "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE": "the field does not take this value",
    "VALUE_IN_CRITERIA_NOT_SUPPORTED": "the value in the criteria is not supported",
}
_STATUSES = {"MEDIA_TYPE_NOT_SUPPORTED": 415, "RESOURCE_NOT_FOUND": 404}


def bulk_refused(code: str, **details: Any) -> CrmRefusedError:
    """Refuse with one of these codes, or with one that all calls know."""
    if code in CODES:
        return refused(code, **details)
    return CrmRefusedError(_STATUSES.get(code, 400), code, _TEXTS[code], details)
