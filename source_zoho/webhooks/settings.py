"""
Which secrets and which store do the verbs of webhooks use?

The environment says it, or the connector's configuration; the environment wins. Never a flag: command lines are seen by
every user of a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from source_zoho.configuration import webhook_store_url
from source_zoho.errors import ConfigProblem

SECRET, TOKEN, STORE_URL = "SOURCE_ZOHO_WEBHOOK_SECRET", "SOURCE_ZOHO_CRM_TOKEN", "SOURCE_ZOHO_WEBHOOK_STORE_URL"
SECRET_KEY, TOKEN_KEY = "webhook_secret", "crm_notification_token"


@dataclass(frozen=True)
class Settings:
    """What is shared with Zoho, and where events are kept; empty where nobody said it."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    crm_token: str = field(default="", repr=False)
    store_url: str = field(default="", repr=False)

    def proves(self, product: str) -> bool:
        """Tell whether deliveries of *product* can prove where they come from."""
        return bool(self.crm_token if product == "crm" else self.secrets)

    def needed_store_url(self) -> str:
        """Return where events are kept. Raises ConfigProblem when nobody said it."""
        if self.store_url:
            return self.store_url
        raise ConfigProblem(
            f"No event store is named: give --store URL, set {STORE_URL}, or put webhook_store_url into the "
            "configuration; for instance sqlite:///events.db."
        )


def settings(environ: Mapping[str, str], config: Any = None, store_url: str | None = None) -> Settings:
    """Return what *environ* says, else *config*, the connector's configuration; *store_url* wins over both."""
    known = config if config is not None else {}
    if not isinstance(known, Mapping):
        raise ConfigProblem("The configuration must be a JSON object.")
    secrets = (environ.get(SECRET) or _text(known, SECRET_KEY)).split(",")
    return Settings(
        secrets=tuple(stripped for secret in secrets if (stripped := secret.strip())),
        crm_token=(environ.get(TOKEN) or _text(known, TOKEN_KEY)).strip(),
        store_url=store_url or environ.get(STORE_URL) or webhook_store_url(known),
    )


def where_to_set(product: str) -> str:
    """Return which setting proves deliveries of *product*."""
    variable, key = (TOKEN, TOKEN_KEY) if product == "crm" else (SECRET, SECRET_KEY)
    return f"set {variable} in the environment of the receiver, or {key} in its configuration"


def _text(config: Mapping[str, Any], key: str) -> str:
    value = config.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise ConfigProblem(f"{key} must be a text.")
