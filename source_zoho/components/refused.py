"""What does a question that was refused say about its stream?"""

from __future__ import annotations

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.availability import Finding, state_of
from source_zoho.components.rules import UNREADABLE
from source_zoho.components.traced import ZohoFailure

_PERMISSION_OF_CRM = "permissions"


def refused(
    error: AirbyteTracedException, product: str, stream: str, scope: str = "", organization_id: str = ""
) -> Finding:
    """Return what *error* says about *stream*, in whole sentences and without the names in them."""
    code = error.code if isinstance(error, ZohoFailure) and error.code != UNREADABLE else None
    state = state_of(code, passes=error.failure_type is FailureType.transient_error)
    why = str(error.message)
    told = "" if code is None else str(code)
    return Finding(product, stream, organization_id, state, scope, why, told, _said(error, stream))


def _said(error: AirbyteTracedException, stream: str) -> str:
    """Return Zoho's words, with the permission that it names; else ours without the part of the stream in front."""
    if isinstance(error, ZohoFailure) and error.words:
        named = error.details.get(_PERMISSION_OF_CRM)
        listed = ", ".join(map(str, named)) if isinstance(named, list) else str(named or "")
        return f"{error.words} ({listed})" if listed else error.words
    why = str(error.message)
    return why.partition(": ")[2] if why.startswith(stream) else why
