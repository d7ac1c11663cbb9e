"""
What is the stream of a module called?

`crm_` and the API name in snake case: Sales_Orders becomes crm_sales_orders, DealHistory crm_deal_history. Renaming a
module leaves its API name as it is. Two modules may come to the same name, or to that of a stream that is there anyway;
then the small letters of the API name follow, so that destinations which ignore case tell them apart, too.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

from source_zoho.crm.modules import Module

PREFIX = "crm_"

# Between "l" and "H" of DealHistory, and between "P" and "Se" of HTTPServer.
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def stream_names(modules: Iterable[Module], reserved: Collection[str] = ()) -> dict[str, str]:
    """
    Return the name of the stream of each of *modules* by API name; none of them is in *reserved*.

    The order of the modules does not matter. Of those that collide, none keeps the plain name: it would be the name of
    another module on the day on which one of them goes.
    """
    api_names = [module.api_name for module in modules]
    names = {api_name: PREFIX + snake_case(api_name) for api_name in api_names}
    for lengthened in (_with_small_letters, _with_digest):
        uses = Counter([*names.values(), *set(reserved)])
        names = {api: lengthened(api) if uses[name] > 1 else name for api, name in names.items()}
    return names


def snake_case(api_name: str) -> str:
    """Return *api_name* in snake case, of nothing but a to z, digits and single underscores."""
    plain = "".join(map(_ascii, unicodedata.normalize("NFKD", api_name)))
    words = _WORD_STARTS.sub("_", plain).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_") or "module"


def _ascii(character: str) -> str:
    """Return *character*, nothing for the accent of the one before, or its number where it has no letter of ours."""
    if character.isascii():
        return character
    return "" if unicodedata.combining(character) else f"_u{ord(character):x}_"


def _with_small_letters(api_name: str) -> str:
    return f"{PREFIX}{snake_case(api_name)}_{re.sub(r'[^a-z0-9_]', '', api_name.lower())}"


def _with_digest(api_name: str) -> str:
    digest = hashlib.sha256(api_name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_with_small_letters(api_name)}_{digest[:12]}"
