"""In which words does Zoho refuse a call?

Texts are Zoho's own where its documents or public logs show them; the marks say how sure we are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass
class RefusedError(Exception):
    """Zoho's answer to a call that it does not serve: an HTTP status and a body of code and message."""

    status: int
    code: int
    message: str


def invalid_value(parameter: str) -> RefusedError:
    """Refuse a parameter's value. Seen live for last_modified_time, status and filter_by."""
    return RefusedError(400, 2, f"Invalid value passed for {parameter}")


def unknown_parameter(parameter: str) -> RefusedError:
    """Refuse a parameter that the list does not document. Code 2 is seen live; the text is assumed to be the same."""
    return RefusedError(400, 2, f"Invalid value passed for {parameter}")


def unknown_path() -> RefusedError:
    """Refuse a path that Books does not have. Code 5 with 404 is seen live."""
    return RefusedError(404, 5, "Invalid URL Passed")


def no_such_record(resource: str) -> RefusedError:
    """Refuse a detail call for a record that is not there. Documented."""
    singular = f"{resource[:-3]}y" if resource.endswith("ies") else resource.removesuffix("s")
    return RefusedError(404, 1002, f"{singular.replace('_', ' ').capitalize()} does not exist.")


def method_not_allowed() -> RefusedError:
    """Refuse anything but GET: the emulator is read-only. The status is documented, the code is seen in public code."""
    return RefusedError(405, 37, "The HTTP method is not allowed for this API")


def no_authorization() -> RefusedError:
    """Refuse a call without a usable Authorization header. Seen live."""
    return RefusedError(401, 14, "Invalid value passed for authtoken.")


def not_authorized() -> RefusedError:
    """Refuse a dead token or a scope that the grant lacks: the same words for both. Seen live."""
    return RefusedError(401, 57, "You are not authorized to perform this operation")


def foreign_organization(organization_id: str) -> RefusedError:
    """Refuse an organization that is not the user's. Seen live, with HTTP 400."""
    return RefusedError(400, 6041, f"This user is not associated with the CompanyID/CompanyName:{organization_id}.")


def organization_not_chosen() -> RefusedError:
    """
    Refuse a call that names no organization although the user has several.

    Not seen: public code only shows that leaving it out reads the default organization. Refusing is the choice that
    catches the mistake.
    """
    return RefusedError(400, 6024, "Specify the organization by passing organization_id.")


def inactive_organization() -> RefusedError:
    """Refuse an organization that is switched off. The code is a guess; that Zoho refuses is certain."""
    return RefusedError(400, 6024, "This organization is inactive. Reactivate it, or choose another organization.")


def product_not_there() -> RefusedError:
    """Refuse a product that the organization's plan does not have, as one that is switched off for it."""
    return RefusedError(400, 6024, "This organization does not have this product. Choose another organization.")


def too_many_per_minute() -> RefusedError:
    """Refuse a call above the pace. Documented."""
    return RefusedError(
        429,
        44,
        "For security reasons your organization has been blocked as it have exceeded the maximum number of requests "
        "per minute that can originate from an organization.",
    )


def blocked_for_a_while() -> RefusedError:
    """Refuse any call after too many for single documents. Undocumented, seen live; the text is public code's."""
    return RefusedError(
        429,
        43,
        "For security reasons you have been blocked for some time as you have exceeded the maximum number of requests "
        "per minute.",
    )


def too_many_per_day(limit: int) -> RefusedError:
    """Refuse a call above the daily quota. Documented."""
    return RefusedError(
        429, 45, f"The API call for this organization has exceeded the maximum call rate limit of {limit}."
    )


def too_many_at_once() -> RefusedError:
    """Refuse a call while too many are in flight. Documented."""
    return RefusedError(
        429,
        1070,
        "You have reached the maximum number of in process requests allowed. Kindly try again after some time.",
    )


def not_emulated(parameter: str, resource: str) -> RefusedError:
    """
    Say that Zoho documents something that the emulator does not do.

    Zoho never answers like this. Ignoring the parameter instead would teach the caller something false.
    """
    return RefusedError(501, -1, f"Zoho documents {parameter} for {resource}, but this emulator does not emulate it.")


# How a call is refused for an organization whose plan lacks the product. Zoho's documents do not say; the table of
# errors has 57 for a module outside the plan, and public code has met the other two where something is switched off.
NoProduct = Literal["57", "6024", "5"]
NO_PRODUCT: dict[str, Callable[[], RefusedError]] = {
    "57": not_authorized,
    "6024": product_not_there,
    "5": unknown_path,
}
