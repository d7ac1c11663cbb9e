"""How does a list of settings behave where Zoho's documents leave a choice, or where a test wants trouble?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .codes import CODES

# Codes that speak of a feature and not of one list: what belongs to the same feature refuses as well.
FEATURE_CODES = frozenset(
    {"FEATURE_NOT_ENABLED", "FEATURE_NOT_SUPPORTED", "TERRITORY_NOT_ENABLED", "CURRENCIES_NOT_ENABLED"}
)


@dataclass(frozen=True)
class SettingsBehaviour:
    """
    The switches of one list.

    `size` is how many rows there are (of users: those not deleted), `sizes` the same for single parents by their name
    or id. `deleted_in_all` lets `type=AllUsers` include deleted users, `module_as` chooses how the recycle bin names
    modules.
    """

    refusal: str | None = None
    empty: bool = False
    size: int | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    if_modified_since: Literal["inclusive", "exclusive", "ignored", "refused"] = "inclusive"
    not_modified: Literal["304", "204"] = "304"
    deleted_in_all: bool = False
    module_as: Literal["object", "text"] = "object"

    def changed(self, switches: Mapping[str, object]) -> SettingsBehaviour:
        """Return the behaviour with some switches set otherwise."""
        unknown = set(switches) - set(self.__dataclass_fields__)
        if unknown:
            known = ", ".join(sorted(self.__dataclass_fields__))
            raise ValueError(f"Settings have no switch {', '.join(sorted(unknown))}; there are {known}.")
        code = switches.get("refusal")
        if code is not None and code not in CODES:
            raise ValueError(f"{code} is no code of the CRM; there are {', '.join(sorted(CODES))}.")
        return replace(self, **switches)  # type: ignore[arg-type]
