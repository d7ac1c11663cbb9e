"""
How many credits a day and how many calls at once does the edition of an organization allow?

The numbers are Zoho's; how its organization call spells an edition is written nowhere, so a word of it is enough. An
edition that no word tells has the least number of calls at once, which is safe everywhere, and an unknown number of
credits: a guess would end syncs for nothing, and Zoho says itself when credits run out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_zoho.crm.values import flag, letters, mapping, whole

# COQL, lists with a sort order or a view of their own, and composite calls, in every edition.
MOST_SPECIAL_CALLS = 10


@dataclass(frozen=True)
class Allowance:
    """*credits* in any 24 hours (None: not known) and *concurrent_calls*, of one organization and application."""

    edition: str
    credits: int | None
    concurrent_calls: int

    @property
    def special_calls(self) -> int:
        """Return how many calls at once may be COQL, composite, or lists with an order or a view of their own."""
        return min(self.concurrent_calls, MOST_SPECIAL_CALLS)


@dataclass(frozen=True)
class _Edition:
    name: str
    base: int
    per_user: int
    cap: int | None
    concurrent_calls: int

    def credits(self, users: int) -> int:
        sum_of_users = self.base + self.per_user * users
        return sum_of_users if self.cap is None else min(sum_of_users, self.cap)


_FREE = _Edition("free", base=5_000, per_user=0, cap=5_000, concurrent_calls=5)
_STANDARD = _Edition("standard", base=50_000, per_user=250, cap=100_000, concurrent_calls=10)
_PROFESSIONAL = _Edition("professional", base=50_000, per_user=500, cap=3_000_000, concurrent_calls=15)
_ENTERPRISE = _Edition("enterprise", base=50_000, per_user=1_000, cap=5_000_000, concurrent_calls=20)
_ULTIMATE = _Edition("ultimate", base=50_000, per_user=2_000, cap=None, concurrent_calls=25)

# The first word that the text holds decides: a suite may be named together with an edition of the CRM alone.
_WORDS = {
    "crmplus": _ULTIMATE,
    "zohoone": _ENTERPRISE,
    "ultimate": _ULTIMATE,
    "enterprise": _ENTERPRISE,
    "professional": _PROFESSIONAL,
    "standard": _STANDARD,
    "starter": _STANDARD,
    "free": _FREE,
}


def allowance(organization_row: Mapping[str, Any]) -> Allowance:
    """
    Return what the organization in a row of Zoho's organization call may use.

    A trial counts as the edition on trial. Users whom the row does not tell add no credits.
    """
    licence = mapping(mapping(organization_row).get("license_details"))
    edition = _edition(licence)
    if edition is None:
        return Allowance("unknown", None, _FREE.concurrent_calls)
    users = max(whole(licence.get("users_license_purchased")) or 0, 0)
    return Allowance(edition.name, edition.credits(users), edition.concurrent_calls)


def _edition(licence: Mapping[str, Any]) -> _Edition | None:
    """Return the edition that is paid for, else the one on trial; without either, whatever is named."""
    paid, trial = _named(licence.get("paid_type")), _named(licence.get("trial_type"))
    return (paid or trial) if flag(licence.get("paid"), unless_said=True) else (trial or paid)


def _named(words: Any) -> _Edition | None:
    said = letters(words)
    return next((edition for word, edition in _WORDS.items() if word in said), None)
