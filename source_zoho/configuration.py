"""
Is this configuration usable, and if not, which sentence helps its owner?

The form that a platform shows comes from the specification in ``manifest.yaml``; here are the answers to wrong values,
each with the right ones. Values of secrets are never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from source_zoho.coql import wanted as coql_queries
from source_zoho.data_centers import DATA_CENTERS, ENVIRONMENTS, may_receive_a_token
from source_zoho.manifest import trackable

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)")
PRODUCTS = ("books", "billing", "crm")
DETAIL_LEVELS = ("none", "changed")
TRANSPORTS = ("auto", "rest", "coql", "bulk")
SECRETS = ("client_id", "client_secret", "refresh_token")
_INTEGERS = {
    "num_workers": (1, 10),
    "calls_per_minute": (1, 100_000),
    "daily_call_limit": (1, 10_000_000),
    "daily_call_reserve": (0, 10_000_000),
    "lookback_minutes": (0, 10_080),
    "crm_formula_refresh_days": (1, 365),
    "webhook_full_scan_days": (0, 31),
}
# Zoho's bound, in characters: https://www.zoho.com/crm/developer/docs/api/v8/notifications/enable.html
MOST_OF_A_TOKEN = 50


DEFAULT_LOOKBACK_MINUTES = 10
DEFAULT_FULL_SCAN_DAYS = 1
_STORES = ("sqlite", "postgresql")
_CLOCKS_DIFFER_BY = timedelta(days=1)


def lookback_minutes(config: Mapping[str, Any]) -> int:
    """Return by how many minutes a sync overlaps the one before."""
    value = config.get("lookback_minutes")
    return DEFAULT_LOOKBACK_MINUTES if value is None else int(value)


def wants_details(config: Mapping[str, Any]) -> bool:
    """Tell whether streams that cost a call for each document are to be read."""
    return config.get("document_details") == "changed"


def wants(config: Mapping[str, Any], product: str) -> bool:
    """Tell whether *product* is to be read."""
    return product in (config.get("products") or PRODUCTS)


def webhook_store_url(config: Mapping[str, Any]) -> str:
    """Return where events are kept; empty when there is no store."""
    return str(config.get("webhook_store_url") or "")


def full_scan_days(config: Mapping[str, Any]) -> int:
    """Return after how many days a list that follows events is read in full all the same; 0 for in each sync."""
    value = config.get("webhook_full_scan_days")
    return DEFAULT_FULL_SCAN_DAYS if value is None else int(value)


def start_date(config: Mapping[str, Any]) -> datetime | None:
    """Return the moment before which nothing is to be read, None for everything."""
    value = config.get("start_date")
    return datetime.fromisoformat(value) if value else None


def crm_transport(config: Mapping[str, Any]) -> str:
    """Return how the records of CRM's modules are to be fetched, one of ``TRANSPORTS``."""
    return config.get("crm_transport") or TRANSPORTS[0]


def formula_refresh_days(config: Mapping[str, Any]) -> int:
    """Return after how many days modules with formulas are read in full again; 0 for never."""
    return int(config.get("crm_formula_refresh_days") or 0)


def problems(config: Any) -> list[str]:
    """Return a sentence for everything that is wrong with *config*; an empty list means that it can be used."""
    if not isinstance(config, Mapping):
        return ["The configuration must be a JSON object with data_center, client_id, client_secret and refresh_token."]
    found = [_required(config, key) for key in SECRETS]
    found.extend(check(config) for check in _CHECKS)
    found.extend(coql_queries.problems(config.get(coql_queries.SETTING)))
    found.extend(_integer(config, key, *bounds) for key, bounds in _INTEGERS.items())
    found.extend(_base_url(config, key) for key in ("api_base_url", "accounts_base_url"))
    return [sentence for sentence in found if sentence]


def _required(config: Mapping[str, Any], key: str) -> str | None:
    value = config.get(key)
    if value is None:
        return f"{key} is missing from the configuration; copy it from Zoho's API console (api-console.zoho.com)."
    if not isinstance(value, str) or not value.strip():
        return f"{key} must be a text that is not empty; copy it from Zoho's API console (api-console.zoho.com)."
    return None


def _data_center(config: Mapping[str, Any]) -> str | None:
    value, expected = config.get("data_center"), ", ".join(DATA_CENTERS)
    if value is None:
        return f"data_center is missing from the configuration; expected one of: {expected}."
    if not isinstance(value, str) or value not in DATA_CENTERS:
        return f"data_center is {value!r}; expected one of: {expected}."
    return None


def _products(config: Mapping[str, Any]) -> str | None:
    value = config.get("products")
    if value is None:
        return None
    if not isinstance(value, list) or any(name not in PRODUCTS for name in value):
        return f"products is {value!r}; expected a list with one or more of: {', '.join(PRODUCTS)}."
    return None


def _crm_environment(config: Mapping[str, Any]) -> str | None:
    value = config.get("crm_environment")
    if value is None or (isinstance(value, str) and value in ENVIRONMENTS):
        return None
    return f"crm_environment is {value!r}; expected one of: {', '.join(ENVIRONMENTS)}."


def _crm_transport(config: Mapping[str, Any]) -> str | None:
    value = config.get("crm_transport")
    if value is None or value in TRANSPORTS:
        return None
    return f"crm_transport is {value!r}; expected one of: {', '.join(TRANSPORTS)}."


def _document_details(config: Mapping[str, Any]) -> str | None:
    value = config.get("document_details")
    if value is None or value in DETAIL_LEVELS:
        return None
    return f"document_details is {value!r}; expected one of: {', '.join(DETAIL_LEVELS)}."


def _organization_ids(config: Mapping[str, Any]) -> str | None:
    value = config.get("organization_ids")
    if value is None:
        return None
    if not isinstance(value, list) or any(not isinstance(item, str) or not item.isdigit() for item in value):
        return (
            f'organization_ids is {value!r}; expected a list of texts of digits such as ["10234695"], '
            "or leave it out to read every active organization."
        )
    return None


def _track_deletions(config: Mapping[str, Any]) -> str | None:
    value = config.get("track_deletions")
    if value is None:
        return None
    if not isinstance(value, list) or any(not isinstance(name, str) for name in value):
        return f'track_deletions is {value!r}; expected a list of streams such as ["books_invoices"].'
    unknown = [name for name in value if name not in trackable()]
    if unknown:
        return f"track_deletions contains {', '.join(unknown)}; expected one or more of: {', '.join(trackable())}."
    return None


def _start_date(config: Mapping[str, Any]) -> str | None:
    value = config.get("start_date")
    if value is None:
        return None
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):  # the 31st of February has the right form
            if datetime.fromisoformat(value) <= datetime.now(UTC) + _CLOCKS_DIFFER_BY:
                return None
            # The state would keep it, and nothing would ever be read, also after it was corrected.
            return f"start_date is {value!r}, which is yet to come; expected a moment in the past."
    return f"start_date is {value!r}; expected a moment in UTC such as 2024-01-31T00:00:00Z."


def _webhook_store_url(config: Mapping[str, Any]) -> str | None:
    value = config.get("webhook_store_url")
    if value is None or value == "":
        return None
    kind = value.partition("://")[0] if isinstance(value, str) else ""
    if kind.partition("+")[0] in _STORES:
        return None
    return (  # the value itself stays out of the sentence: it may carry a password
        "webhook_store_url names no store; expected an address such as sqlite:////var/lib/source-zoho/events.db "
        "or postgresql://user:password@host/database."
    )


def _crm_notification_token(config: Mapping[str, Any]) -> str | None:
    value = config.get("crm_notification_token")
    if value is None or (isinstance(value, str) and len(value) <= MOST_OF_A_TOKEN):
        return None
    return f"crm_notification_token must be a text of at most {MOST_OF_A_TOKEN} characters, as Zoho takes no more."


def _integer(config: Mapping[str, Any], key: str, low: int, high: int) -> str | None:
    value = config.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high):
        return None
    return f"{key} is {value!r}; expected a whole number from {low} to {high}."


def _base_url(config: Mapping[str, Any], key: str) -> str | None:
    value = config.get(key)
    if value is None or value == "" or (isinstance(value, str) and may_receive_a_token(value)):
        return None
    return (  # the value itself stays out of the sentence: an address may carry a password
        f"{key} points neither at one of Zoho's own hosts over https nor at this machine (http://localhost:8080, say), "
        "so it is given no token. Leave it out to use the hosts of data_center."
    )


_CHECKS: tuple[Callable[[Mapping[str, Any]], str | None], ...] = (
    _data_center,
    _products,
    _organization_ids,
    _start_date,
    _track_deletions,
    _document_details,
    _crm_environment,
    _crm_transport,
    _webhook_store_url,
    _crm_notification_token,
)
