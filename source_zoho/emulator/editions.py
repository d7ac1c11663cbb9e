"""What is odd about an organization: features it lacks, modules of its own, no records at all?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .extras import USUAL_CUSTOM_FIELDS, USUAL_MODULES, Module, modules
from .resources import resources
from .special_calls import special_calls

# edition: what its calls answer with an unknown path. "plain" has none of the features that Zoho ties to a country or
# to a dearer plan.
EDITIONS: dict[str, frozenset[str]] = {
    "complete": frozenset(),
    "plain": frozenset(
        {
            "billing_tax_authorities",
            "billing_tax_exemptions",
            "delivery_challans",
            "fixed_asset_history",
            "fixed_asset_types",
            "fixed_assets",
            "locations",
            "tax_authorities",
            "tax_exemptions",
        }
    ),
}
# An organization without records still has its own currency, the user who opened it, and its settings.
_ALWAYS_THERE = ("billing_churn_messages", "currencies", "users")


@dataclass(frozen=True)
class Oddity:
    """What sets an organization apart from the others."""

    absent: frozenset[str] = frozenset()
    empty: bool = False
    custom_fields: int = USUAL_CUSTOM_FIELDS
    modules: tuple[Module, ...] = USUAL_MODULES

    def records(self, resource: str, usual: int) -> int:
        """Return how many records of a resource the organization starts with, where *usual* is what others have."""
        if resource in self.absent:
            return 0
        if self.empty:
            return min(usual, 1) if resource in _ALWAYS_THERE else 0
        if resource == "custom_modules" and self.modules is not USUAL_MODULES:
            return len(self.modules)
        return usual


def oddity(
    edition: str = "complete",
    *,
    absent: Iterable[str] = (),
    empty: bool = False,
    custom_fields: int = USUAL_CUSTOM_FIELDS,
    own_modules: Mapping[str, Mapping[str, str]] | None = None,
) -> Oddity:
    """Describe an odd organization in a test's words."""
    if edition not in EDITIONS:
        raise ValueError(f"edition is {edition!r}; expected one of: {', '.join(EDITIONS)}.")
    left_out = EDITIONS[edition] | known_features(absent)
    found = USUAL_MODULES if own_modules is None else modules(own_modules)
    return Oddity(left_out, empty, custom_fields, found)


def known_features(absent: Iterable[str]) -> frozenset[str]:
    """Return the names of resources and reports, or say which of them there is not."""
    names = frozenset(absent)
    if unknown := names - {*resources(), *special_calls()}:
        raise ValueError(f"no resource or report is called {', '.join(sorted(unknown))}.")
    return names
