"""In which words does Zoho CRM refuse a call?

One envelope for all of them: code, details, message and status "error". Texts are those of Zoho's documents where they
have them; the same code may come with another status at Zoho, so callers should go by the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .codes import CODES


@dataclass
class CrmRefusedError(Exception):
    """Zoho CRM's answer to a call that it does not serve."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """Return the envelope."""
        return envelope(self.code, self.message, self.details)


def envelope(code: str, message: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that every refusal has."""
    return {"code": code, "details": dict(details), "message": message, "status": "error"}


def refused(code: str, message: str | None = None, **details: Any) -> CrmRefusedError:
    """Refuse with a code of the table, in its usual words and with its usual status."""
    known = CODES[code]
    return CrmRefusedError(known.status, known.code, message or known.message, details or known.details)


def required_missing(parameter: str) -> CrmRefusedError:
    """Refuse a call that lacks a parameter."""
    return refused("REQUIRED_PARAM_MISSING", param_name=parameter)


def invalid_parameter(parameter: str, **details: Any) -> CrmRefusedError:
    """Refuse a parameter's value, or a parameter that the call does not have."""
    return refused("INVALID_DATA", param_name=parameter, **details)


def invalid_header(header: str) -> CrmRefusedError:
    """Refuse a header's value. Which details Zoho gives is not documented."""
    return refused("INVALID_DATA", header_name=header, expected_data_type="datetime")


def invalid_id(place_in_path: int) -> CrmRefusedError:
    """Refuse an id that is none."""
    return refused("INVALID_DATA", "the id given seems to be invalid", resource_path_index=place_in_path)


def limit_exceeded(parameter: str, limit: int) -> CrmRefusedError:
    """Refuse more of something than fits into one call."""
    return refused("LIMIT_EXCEEDED", limit=limit, param_name=parameter)


def ambiguous(first: str, second: str) -> CrmRefusedError:
    """Refuse two parameters that exclude each other."""
    return refused("AMBIGUITY_DURING_PROCESSING", ambiguity_due_to=[{"param_name": first}, {"param_name": second}])


def not_emulated(what: str) -> CrmRefusedError:
    """
    Say that Zoho documents something that the emulator does not do.

    Zoho never answers like this. Ignoring the parameter instead would teach the caller something false.
    """
    return CrmRefusedError(501, "NOT_EMULATED", f"Zoho documents {what}, but this emulator does not emulate it.")
