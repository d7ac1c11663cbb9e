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
    "coql": (True, False),
    "coql_over_limit": ("refuse", "clamp"),
    "coql_nulls": ("given", "left_out"),
    "coql_rich_text": ("whole", "cut"),
    "coql_lookup_names": (True, False),
    "coql_se_module": (True, False),
    "coql_formulas": ("dynamic", "all"),
    "coql_limit_details": ("clause", "bare"),
    "coql_empty_count": ("row", "204"),
}


@dataclass(frozen=True)
class ModuleBehaviour:
    """
    The switches of one module.

    `token_style` says what a page token remembers: the last record ("keyset"), or how many came before ("offset"), so
    that changes shift what follows. `sort` is about sort_by=Modified_Time and Created_Time. `ids_limit` is how many ids
    one call takes. `refused_fields` are refused by name, `hidden_fields` left out without a word. `refusal` is the code
    for every call of the module, `fields_refusal` for /settings/fields alone.

    Of queries: `coql` False refuses the module, `coql_rows` and `coql_columns` are how much one takes, and
    `coql_over_limit` what a larger LIMIT meets. `coql_refused_fields` are unknown columns. `coql_nulls` says whether
    rows have keys without a value, `coql_rich_text` whether long texts come whole, `coql_lookup_names` whether lookups
    have names, `coql_se_module` whether $se_module is a column, `coql_formulas` which of them count against the five,
    `coql_limit_details` whether LIMIT_EXCEEDED says of which clause, `coql_empty_count` what counting nothing answers.
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
    coql: bool = True
    coql_rows: int = 2_000
    coql_columns: int = 500
    coql_over_limit: Literal["refuse", "clamp"] = "refuse"
    coql_nulls: Literal["given", "left_out"] = "given"
    coql_refused_fields: tuple[str, ...] = ()
    coql_rich_text: Literal["whole", "cut"] = "whole"
    coql_lookup_names: bool = False
    coql_se_module: bool = False
    coql_formulas: Literal["dynamic", "all"] = "dynamic"
    coql_limit_details: Literal["clause", "bare"] = "clause"
    coql_empty_count: Literal["row", "204"] = "row"

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
