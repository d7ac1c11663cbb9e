"""
What does the configuration say about the connection: which grant, which hosts, which pace?

One place reads these keys, so that every component of a process arrives at the same token store and the same pace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from source_zoho.credits import Quota, quota_for
from source_zoho.data_centers import DATA_CENTERS, PRODUCTION, environment_url
from source_zoho.oauth.tokens import Grant, TokenStore, store_for
from source_zoho.pace import Limits, Pace, pace_for

_DEFAULT_CALLS_PER_MINUTE = 95  # Zoho allows 100; its window and ours do not begin together


def tokens(config: Mapping[str, Any]) -> TokenStore:
    """Return the token store of the grant in *config*."""
    return store_for(Grant.of(config))


def api_url(config: Mapping[str, Any]) -> str:
    """
    Return the base URL of the API: the configured one, else the one that Zoho names with the token, else the table's.

    Zoho asks clients to use the ``api_domain`` of its answer:
    https://www.zoho.com/accounts/protocol/oauth/multi-dc.html.
    """
    configured = _configured_url(config)
    return configured or environment_url(_told_url(config), PRODUCTION)


def crm_url(config: Mapping[str, Any]) -> str:
    """Return the base URL of CRM in the environment that *config* names; in production, where Zoho's token belongs."""
    environment = config.get("crm_environment") or PRODUCTION
    configured = _configured_url(config)
    if configured or environment == PRODUCTION:
        return configured or _told_url(config)
    return environment_url(_told_url(config), environment)


def pace(config: Mapping[str, Any]) -> Pace:
    """Return the pace that *config* asks for, shared by the process."""
    limits = Limits(
        calls_per_minute=config.get("calls_per_minute") or _DEFAULT_CALLS_PER_MINUTE,
        daily_call_limit=config.get("daily_call_limit"),
        daily_call_reserve=config.get("daily_call_reserve") or 0,
    )
    return pace_for(str(config.get("api_base_url") or config["data_center"]), limits)


def crm_quota(config: Mapping[str, Any]) -> Quota:
    """Return what all calls to the CRM organization of *config* share: its credits, and the calls under way."""
    where = _configured_url(config) or config["data_center"], config.get("crm_environment") or PRODUCTION
    return quota_for((*where, Grant.of(config)), config.get("daily_call_limit"), config.get("daily_call_reserve") or 0)


def _configured_url(config: Mapping[str, Any]) -> str:
    return str(config.get("api_base_url") or "").rstrip("/")


def _told_url(config: Mapping[str, Any]) -> str:
    return tokens(config).token().api_url or DATA_CENTERS[config["data_center"]].api_url
