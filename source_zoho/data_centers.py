"""
Which hosts serve which Zoho data centre, and which addresses may ever be given a token?

The eight API hosts of Books and Billing are published at
https://www.zoho.com/books/api/v3/introduction/#multiple-data-centers. The accounts hosts follow
https://www.zoho.com/accounts/protocol/oauth/multi-dc.html: Canada's lives on zohocloud.ca. The hosts of the United
Kingdom and the Emirates are used by other Zoho products and not yet listed by Books. CRM's sandbox and developer
environments have hosts of their own beside the API hosts, as Zoho's own SDK calls them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit


@dataclass(frozen=True)
class DataCenter:
    """One place where Zoho keeps accounts: a key for the configuration, a title for people, two base URLs."""

    key: str
    title: str
    api_url: str
    accounts_url: str


_ALL = (
    DataCenter("us", "United States", "https://www.zohoapis.com", "https://accounts.zoho.com"),
    DataCenter("eu", "Europe", "https://www.zohoapis.eu", "https://accounts.zoho.eu"),
    DataCenter("in", "India", "https://www.zohoapis.in", "https://accounts.zoho.in"),
    DataCenter("au", "Australia", "https://www.zohoapis.com.au", "https://accounts.zoho.com.au"),
    DataCenter("jp", "Japan", "https://www.zohoapis.jp", "https://accounts.zoho.jp"),
    DataCenter("ca", "Canada", "https://www.zohoapis.ca", "https://accounts.zohocloud.ca"),
    DataCenter("cn", "China", "https://www.zohoapis.com.cn", "https://accounts.zoho.com.cn"),
    DataCenter("sa", "Saudi Arabia", "https://www.zohoapis.sa", "https://accounts.zoho.sa"),
    DataCenter("uk", "United Kingdom", "https://www.zohoapis.uk", "https://accounts.zoho.uk"),
    DataCenter("ae", "United Arab Emirates", "https://www.zohoapis.ae", "https://accounts.zoho.ae"),
)

DATA_CENTERS: Mapping[str, DataCenter] = MappingProxyType({center.key: center for center in _ALL})

PRODUCTION = "production"
ENVIRONMENTS = (PRODUCTION, "sandbox", "developer")
_API_HOST = re.compile(r"^https://(?:www|sandbox|developer)\.zohoapis\.")


def environment_url(api_url: str, environment: str) -> str:
    """Return the API host beside *api_url* that serves *environment*; what is none of Zoho's stays as it is."""
    label = "www" if environment == PRODUCTION else environment
    return _API_HOST.sub(f"https://{label}.zohoapis.", api_url)


_ZOHO_HOSTS = frozenset(
    urlsplit(url).hostname
    for center in _ALL
    for url in (center.accounts_url, *(environment_url(center.api_url, each) for each in ENVIRONMENTS))
)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def may_receive_a_token(url: str) -> bool:
    """
    Tell whether *url* is one of Zoho's own hosts (https only) or this machine.

    Credentials travel to these addresses, so a URL that somebody slipped into a configuration must not decide where.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.username or parts.password or parts.query or parts.fragment:
        return False
    if host in _LOOPBACK_HOSTS:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and host in _ZOHO_HOSTS


def is_on_this_machine(url: str) -> bool:
    """Tell whether *url* is one of this machine's own, as the offline Zoho's is."""
    return may_receive_a_token(url) and urlsplit(url).hostname in _LOOPBACK_HOSTS
