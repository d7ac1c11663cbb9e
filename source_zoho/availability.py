"""What does it mean for a stream, and what is to be done, that a question about it was refused?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


_ENOUGH_SCOPES = 3  # refusals of so many different things are one of the whole organization


@dataclass(frozen=True)
class Finding:
    """
    What was found of a *stream* in an organization (empty: of the whole account), and Zoho's or our words for it.

    *code* is Zoho's, and *said* what it said or what went wrong, without the names that *why* begins with.
    """

    product: str
    stream: str
    organization_id: str
    state: str
    scope: str = ""
    why: str = ""
    code: str = ""
    said: str = ""

    @property
    def can_be_read(self) -> bool:
        """Whether a sync would read it, or could if it were switched on."""
        return self.state in {OK, EMPTY, OFF}

    @property
    def brief(self) -> str:
        """What the reason is in a few words, for a table."""
        if self.state == SCOPE:
            return f"lacks {self.scope}" if self.scope else "lacks a scope"
        if self.state == OFF:
            return self.why.partition(";")[0].rstrip(".")
        if self.can_be_read:
            return self.why
        return f"code {self.code}" if self.code.isdecimal() else self.code


@dataclass(frozen=True)
class Closed:
    """An organization that refuses every list of a product that was asked for, and one of the refusals."""

    product: str
    organization_id: str
    refused: Finding

    @property
    def place(self) -> tuple[str, str]:
        """The product and the organization."""
        return self.product, self.organization_id


def state_of(code: int | str | None, *, passes: bool) -> str:
    """Return the state that Zoho's *code* stands for; *passes* tells that time mends what happened."""
    told = str(code)
    for codes, state in ((_GRANT, SCOPE), (_USER, PERMISSION), (_PLAN, EDITION)):
        if told in codes:
            return state
    return LATER if passes else FAILED


def settled(findings: Sequence[Finding], granted: Collection[str] = ()) -> list[Finding]:
    """
    Return *findings* with missing scopes told from missing permissions, which Books and Billing call by one code.

    A scope by which something else was read has been granted, as those in *granted* have, so it is the user who may not
    see the rest. Of an organization that refuses whatever it is asked, nothing follows about scopes.
    """
    proven = {each.scope for each in findings if each.state in {OK, EMPTY}} | set(granted)
    told = [
        replace(each, state=PERMISSION) if _may_be_scope(each) and each.scope in proven else each for each in findings
    ]
    places = {each.place for each in closed(told)}
    return [
        replace(each, state=PERMISSION)
        if _may_be_scope(each) and (each.product, each.organization_id) in places
        else each
        for each in told
    ]


def _may_be_scope(finding: Finding) -> bool:
    return finding.state == SCOPE and finding.product != "crm"


def closed(findings: Iterable[Finding]) -> list[Closed]:
    """
    Return the organizations of Books and Billing in which everything that was asked for is refused by one code.

    Not those where one scope explains it, or scopes of which none is known to be granted.
    """
    asked: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        if each.organization_id and each.product != "crm":
            asked.setdefault((each.product, each.organization_id), []).append(each)
    return [Closed(*place, _most_telling(found)) for place, found in asked.items() if _are_refused_alike(found)]


def _are_refused_alike(found: Sequence[Finding]) -> bool:
    refused = all(each.state in {SCOPE, PERMISSION, EDITION} for each in found)
    several = len({each.scope for each in found}) >= _ENOUGH_SCOPES
    return (
        refused and several and len({each.code for each in found}) == 1 and any(each.state != SCOPE for each in found)
    )


def _most_telling(found: Sequence[Finding]) -> Finding:
    return next(each for each in found if each.state != SCOPE)


def missing_scopes(findings: Iterable[Finding]) -> list[str]:
    """Return the scopes that are missing, each once, in the order in which they were found."""
    return list(dict.fromkeys(each.scope for each in findings if each.state == SCOPE and each.scope))


def remedy(state: str) -> str:
    """Return what is to be done about *state*; empty where there is nothing to do."""
    return _REMEDIES.get(state, "")


REMEDY_OF_CLOSED = (
    "Name in organization_ids those that are to be read, without it; the ids hold for Books and Billing alike, so that "
    "reading the other product there takes a configuration of its own. Or ask its administrator for access."
)
_REMEDIES = {
    SCOPE: "Sign in again with this scope among those that are granted, or leave the stream out.",
    PERMISSION: "Let an administrator allow it to the user who signed in, or leave the stream out.",
    EDITION: "The plan or edition of this organization lacks it, or it is switched off there: leave the stream out.",
    LATER: "Ask again later.",
    FAILED: "If asking again does not help, please report it with these words.",
}
