"""How does a module treat what Zoho's documents leave open, and what has a test forbidden?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from .codes import CODES

_CHOICES: dict[str, tuple[object, ...]] = {
    "token_style": ("keyset", "offset"),
    "if_modified_since": ("inclusive", "exclusive", "ignored", "refused"),
    "sort": ("honoured", "refused", "ignored"),
    "not_modified": ("304", "204"),
    "refusal": (None, *CODES),
    "fields_refusal": (None, *CODES),
}


@dataclass(frozen=True)
class ModuleBehaviour:
    """
    The switches of one module.

    `token_style` says what a page token remembers: the last record ("keyset"), or how many came before ("offset"), so
    that changes shift what follows. `sort` is about sort_by=Modified_Time and Created_Time. `ids_limit` is how many ids
    one call takes. `refused_fields` are refused by name, `hidden_fields` left out without a word. `refusal` is the code
    for every call of the module, `fields_refusal` for /settings/fields alone.
    """

    token_style: Literal["keyset", "offset"] = "keyset"  # noqa: S105 - page tokens are no secrets
    if_modified_since: Literal["inclusive", "exclusive", "ignored", "refused"] = "inclusive"
    sort: Literal["honoured", "refused", "ignored"] = "honoured"
    ids_limit: int = 100
    not_modified: Literal["304", "204"] = "304"
    refused_fields: tuple[str, ...] = ()
    hidden_fields: tuple[str, ...] = ()
    refusal: str | None = None
    fields_refusal: str | None = None

    @property
    def counts_rows(self) -> bool:
        """Tell whether page tokens remember how many rows came before."""
        return self.token_style != "keyset"  # noqa: S105 - no secret

    def changed(self, switches: Mapping[str, object]) -> ModuleBehaviour:
        """Return this behaviour with some switches set."""
        known = [one.name for one in fields(self)]
        given: dict[str, Any] = {}
        for name, value in switches.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}; expected one of: {', '.join(known)}.")
            if name in _CHOICES and value not in _CHOICES[name]:
                allowed = ", ".join(str(one) for one in _CHOICES[name])
                raise ValueError(f"{name} is {value!r}; expected one of: {allowed}.")
            given[name] = tuple(value) if isinstance(value, list) else value
        return replace(self, **given)
