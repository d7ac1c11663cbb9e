"""
Who signs in, where, and for what?

From flags, from the environment, from a configuration that is there already, and from questions, in this order; a
secret comes from a hidden prompt or the environment, never from a flag, since command lines are seen by others.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rich_click as click
from rich.text import Text

from source_zoho import scopes
from source_zoho.cli.terminal import notices
from source_zoho.configuration import PRODUCTS
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import ConfigProblem
from source_zoho.oauth.codes import Client
from source_zoho.oauth.places import DEFAULT, Place

CLIENT_ID, CLIENT_SECRET = "SOURCE_ZOHO_CLIENT_ID", "SOURCE_ZOHO_CLIENT_SECRET"


@dataclass(frozen=True)
class Wish:
    """What the flags say."""

    output: Path
    data_center: str = ""
    products: str = ""
    streams: Sequence[str] = ()
    added: Sequence[str] = ()
    without: Sequence[str] = ()
    client_id: str = ""
    accounts_url: str = ""
    is_self_client: bool = False

    def names(self) -> list[str]:
        """Return the streams that were named, by flags or with commas. Raises ConfigProblem when none was."""
        names = list(dict.fromkeys(_split(self.streams)))
        if self.streams and not names:
            raise ConfigProblem("--streams names nothing; expected streams such as books_invoices,crm_leads.")
        return names


@dataclass(frozen=True)
class Plan:
    """Where to sign in first, whether only there, for which scopes, and which products to write down."""

    place: Place
    data_center: str
    scopes: Sequence[str]
    products: Sequence[str] = ()

    @property
    def titles(self) -> str:
        """Return the products that the scopes belong to, as a sentence names them."""
        titles = {"books": "Books", "billing": "Billing", "crm": "CRM"}
        return ", ".join(titles[each] for each in dict.fromkeys(map(scopes.product_of, self.scopes)))


def plan_of(wish: Wish, config: Mapping[str, Any]) -> Plan:
    """Return what *wish* comes to, with *config* for what it leaves open. Raises ConfigProblem."""
    told = wish.data_center or _text(config, "data_center")
    if told and told not in DATA_CENTERS:
        raise ConfigProblem(f"data_center is {told!r}; expected one of: {', '.join(DATA_CENTERS)}.")
    place = Place.of(told or DEFAULT, wish.accounts_url or _text(config, "accounts_base_url"))
    names, products = wish.names(), _products(wish, config)
    if wish.products and names:
        raise ConfigProblem("Name --products or --streams, not both: the streams say which products they belong to.")
    asked = scopes.for_streams(names) if names else scopes.for_products(products or PRODUCTS)
    named = list(dict.fromkeys(map(scopes.product_of, names))) or products
    return Plan(place, told, _without([*asked, *_added(wish, asked)], _split(wish.without)), named)


def client_of(wish: Wish, config: Mapping[str, Any], place: Place, advice: str) -> Client:
    """Return the client, asking for what is missing; *advice* says how one is made. Raises ConfigProblem."""
    client_id = wish.client_id.strip() or os.environ.get(CLIENT_ID, "").strip() or _text(config, "client_id")
    secret = os.environ.get(CLIENT_SECRET, "").strip()
    if not secret and client_id == _text(config, "client_id"):
        secret = _text(config, "client_secret")
    if not client_id:
        notices().print(Text(advice), soft_wrap=True)
        client_id = asked("Client ID", f"the client ID: name it with --client-id or in {CLIENT_ID}")
    if not secret:
        missing = f"the client secret: put it into {CLIENT_SECRET}"
        secret = asked(f"Client secret ({place.console_url})", missing, is_secret=True)
    return Client(client_id.strip(), secret.strip())


def asked(question: str, missing: str, *, is_secret: bool = False) -> str:
    """Return the answer to *question*, hidden while it is typed if it is a secret. Raises ConfigProblem."""
    if not is_somebody_there():
        raise ConfigProblem(f"Nobody can be asked here, as this is no terminal. Missing is {missing}.")
    try:
        answer: str = click.prompt(question, hide_input=is_secret, err=True)
    except click.Abort:
        raise KeyboardInterrupt from None
    return answer.strip()


def confirmed(question: str) -> bool:
    """Tell whether somebody says yes to *question*; nobody does where there is nobody."""
    try:
        return is_somebody_there() and click.confirm(question, err=True)
    except click.Abort:
        raise KeyboardInterrupt from None


def is_somebody_there() -> bool:
    """Tell whether somebody can answer questions."""
    return sys.stdin.isatty()


def _products(wish: Wish, config: Mapping[str, Any]) -> list[str]:
    """Return the products that were named, or those of the configuration; none means all."""
    if not wish.products:
        known = config.get("products")
        return [each for each in PRODUCTS if isinstance(known, list) and each in known]
    named = _split([wish.products])
    strangers = [each for each in named if each not in PRODUCTS]
    if strangers or not named:
        raise ConfigProblem(
            f"--products names {', '.join(strangers) or 'nothing'}; expected one or more of: "
            f"{', '.join(PRODUCTS)}, separated by commas."
        )
    return [each for each in PRODUCTS if each in named]


def _added(wish: Wish, asked_for: Sequence[str]) -> list[str]:
    named = list(dict.fromkeys(_split(wish.added)))
    strangers = [each for each in named if not scopes.has_form(each)]
    if strangers:
        raise ConfigProblem(
            f"--with-scope names {', '.join(strangers)}; expected scopes such as ZohoCRM.share.leads.READ, separated "
            "by commas."
        )
    return [each for each in named if each not in asked_for]


def _without(asked_for: Sequence[str], left_out: Sequence[str]) -> list[str]:
    strangers = [each for each in left_out if each not in asked_for]
    if strangers:
        raise ConfigProblem(
            f"--without-scope names {', '.join(strangers)}, which would not be asked for; it would be these: "
            f"{', '.join(asked_for)}."
        )
    kept = [scope for scope in asked_for if scope not in left_out]
    if not kept:
        raise ConfigProblem("Nothing is left to ask for: these streams need no sign-in, or --without-scope took all.")
    return kept


def _split(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _text(config: Mapping[str, Any], key: str) -> str:
    value = config.get(key)
    return value if isinstance(value, str) else ""
