"""What do the verbs of webhooks have in common: which configuration, which store, which word to know Zoho by?"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import rich_click as click

from source_zoho.configuration import problems
from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.webhooks.settings import STORE_URL, TOKEN, TOKEN_KEY, settings
from source_zoho.webhooks.store import EventStore

store_option = click.option(
    "--store",
    "store_url",
    metavar="URL",
    help=f"Where events are kept; without, what {STORE_URL} says, or webhook_store_url in the configuration.",
)
config_option = click.option(
    "--config", "config_path", type=click.Path(), help="The connector's configuration, for what it says of webhooks."
)


@contextmanager
def opened(store_url: str | None, config: Any = None, *, makes: bool = False) -> Iterator[EventStore]:
    """
    Give the block the store that is meant, which only a command that *makes* one need not find there.

    Raises ConfigProblem when none is meant or there, ZohoError when it cannot be used.
    """
    from source_zoho.webhooks.stores import existing_store, open_store  # what they need is an extra

    url = settings(os.environ, config, store_url).needed_store_url()
    with open_store(url) if makes else existing_store(url) as store:
        yield store


def some_config(path: str | None) -> Any:
    """Return what is in the file at *path*, if one is named; it need not be a configuration that can be read with."""
    config = read_json(path, "configuration") if path else {}
    if not isinstance(config, dict):
        raise ConfigProblem(f"The configuration file {path} must hold a JSON object.")
    return config


def token_of(config: Mapping[str, Any]) -> str:
    """Return the word that notifications of CRM are to carry. Raises ConfigProblem when there is none."""
    token = settings(os.environ, config).crm_token
    wrong = problems({**config, TOKEN_KEY: token})  # the environment's is checked nowhere else
    if token and not wrong:
        return token
    raise ConfigProblem(
        " ".join(wrong)
        or f"There is no token for the notifications to carry: set {TOKEN}, or {TOKEN_KEY} in the configuration, to a "
        "word that nobody guesses, the same for the receiver."
    )
