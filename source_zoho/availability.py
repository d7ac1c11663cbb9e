"""What does it mean for a stream, and what is to be done, that a question about it was refused?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# What is known of a stream in an organization.
OK, EMPTY = "ok", "empty"  # it can be read; it has rows, or none
SCOPE, PERMISSION, EDITION = "scope", "permission", "edition"  # the grant, the user, or the plan does not allow it
LATER, FAILED = "later", "failed"  # time mends it; nobody knows
OFF = "off"  # it can be read, and the configuration leaves it out
STATES = (OK, EMPTY, OFF, SCOPE, PERMISSION, EDITION, LATER, FAILED)

# Codes of Books and Billing are numbers (https://www.zoho.com/books/api/v3/errors/), those of CRM words
# (https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html).
_GRANT = frozenset({"57", "14", "OAUTH_SCOPE_MISMATCH"})
_USER = frozenset({"NO_PERMISSION", "PERMISSION_DENIED", "AUTHORIZATION_FAILED", "6041", "6018", "6043"})
_PLAN = frozenset(
    {
        "5",
        "6024",
        "FEATURE_NOT_ENABLED",
        "FEATURE_NOT_AVAILABLE",
        "FEATURE_NOT_SUPPORTED",
        "NOT_SUPPORTED_FEATURE",
        "CURRENCIES_NOT_ENABLED",
        "TERRITORY_NOT_ENABLED",
        "INVALID_MODULE",
        "MODULE_NOT_SUPPORTED",
        "MODULE_NOT_AVAILABLE",
        "API_NOT_SUPPORTED",
        "NOT_SUPPORTED",
        "INVALID_URL_PATTERN",
    }
)


@dataclass(frozen=True)
class Finding:
    """What was found of a *stream* in an organization (empty: of the whole account), and Zoho's or our words for it."""

    product: str
    stream: str
    organization_id: str
    state: str
    scope: str = ""
    why: str = ""

    @property
    def can_be_read(self) -> bool:
        """Whether a sync would read it, or could if it were switched on."""
        return self.state in {OK, EMPTY, OFF}


def state_of(code: int | str | None, *, passes: bool) -> str:
    """Return the state that Zoho's *code* stands for; *passes* tells that time mends what happened."""
    told = str(code)
    for codes, state in ((_GRANT, SCOPE), (_USER, PERMISSION), (_PLAN, EDITION)):
        if told in codes:
            return state
    return LATER if passes else FAILED


def settled(findings: Sequence[Finding]) -> list[Finding]:
    """
    Return *findings* with missing scopes told from missing permissions, which Books and Billing call by one code.

    A scope by which something else was read has been granted, so it is the user who may not see the rest.
    """
    granted = {(each.product, each.scope) for each in findings if each.state in {OK, EMPTY}}
    return [
        replace(each, state=PERMISSION)
        if each.state == SCOPE and each.product != "crm" and (each.product, each.scope) in granted
        else each
        for each in findings
    ]


def missing_scopes(findings: Iterable[Finding]) -> list[str]:
    """Return the scopes that are missing, each once, in the order in which they were found."""
    return list(dict.fromkeys(each.scope for each in findings if each.state == SCOPE and each.scope))


def remedy(state: str) -> str:
    """Return what is to be done about *state*; empty where there is nothing to do."""
    return _REMEDIES.get(state, "")


_REMEDIES = {
    SCOPE: "Sign in again with this scope among those that are granted, or leave the stream out.",
    PERMISSION: "Let an administrator allow it to the user who signed in, or leave the stream out.",
    EDITION: "The plan or edition of this organization lacks it, or it is switched off there: leave the stream out.",
    LATER: "Ask again later.",
    FAILED: "If asking again does not help, please report it with these words.",
}
