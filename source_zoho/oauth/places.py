"""
In which data centre does a user live, and which of Zoho's hosts may therefore be given the secret?

The way back from the consent page names both a location and an accounts server:
https://www.zoho.com/accounts/protocol/oauth/multi-dc.html. Whoever sends a browser to our address can write whatever
they like there, so a host that is not on our list of Zoho's own is given nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from source_zoho.data_centers import DATA_CENTERS, DataCenter, is_on_this_machine, may_receive_a_token
from source_zoho.errors import ConfigProblem, RefusedByZoho
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.words import plain

DEFAULT = "us"
_BY_ACCOUNTS_URL = {center.accounts_url: center for center in DATA_CENTERS.values()}


@dataclass(frozen=True)
class Place:
    """A data centre, and where to sign in there: at the table's host unless the user says otherwise."""

    center: DataCenter
    accounts_url: str

    @classmethod
    def of(cls, key: str, accounts_url: str = "") -> Place:
        """Return the place called *key*; *accounts_url* stands in for its host. Raises ConfigProblem for a stranger."""
        center = DATA_CENTERS[key]
        if accounts_url and not may_receive_a_token(accounts_url):
            raise ConfigProblem(  # the value itself stays out of the sentence: an address may carry a password
                "--accounts-url (in a configuration: accounts_base_url) points neither at one of Zoho's own hosts over "
                "https nor at this machine (http://localhost:8080, say), so it is given no secret. Leave it out to "
                "sign in at Zoho."
            )
        url = (accounts_url or center.accounts_url).rstrip("/")
        return cls(_BY_ACCOUNTS_URL.get(url, center), url)

    @property
    def words(self) -> str:
        """Return the place as a sentence names it."""
        return f"data_center '{self.center.key}' ({self.center.title})"

    @property
    def is_elsewhere(self) -> bool:
        """Whether its host is not the table's."""
        return self.accounts_url != self.center.accounts_url

    @property
    def console_url(self) -> str:
        """Return where clients of this data centre are made."""
        return self.center.accounts_url.replace("//accounts.", "//api-console.")


def place_told(first: Place, location: str, accounts_server: str, info: Callable[[str], Answer]) -> Place:
    """
    Return where a code has to be traded that came back with *location* and *accounts_server*.

    *first* is where consent was asked for, *info* asks an accounts server what it knows of the others. Raises
    RefusedByZoho when Zoho names a data centre that is not on our list.
    """
    server = accounts_server.rstrip("/")
    if first.is_elsewhere:
        # A proxy or the sandbox: no one but it knows where its codes are good; only this machine may name itself.
        trusted = is_on_this_machine(first.accounts_url) and is_on_this_machine(server)
        return Place(DATA_CENTERS.get(location, first.center), server if trusted else first.accounts_url)
    center, unheard = _BY_ACCOUNTS_URL.get(server) or DATA_CENTERS.get(location), ""
    if center is None and location:
        answer = info(f"{first.accounts_url}/oauth/serverinfo")
        locations = _locations(answer.body)
        center = _BY_ACCOUNTS_URL.get(locations.get(location, ""))
        unheard = "" if locations else f" Its list of them could not be had ({answer.reason or 'it has no locations'})."
    if center is not None:
        return Place(center, center.accounts_url)
    if not location and not server:
        return first
    named = plain(location)[:20] or plain(server)
    raise RefusedByZoho(
        f"Zoho says that this account lives in data centre {named!r}, which this version does not know, so nothing was "
        f"sent there.{unheard} Known are: {', '.join(DATA_CENTERS)}. If it is one of Zoho's, please report it."
    )


def places_to_try(key: str, accounts_url: str = "") -> Iterator[Place]:
    """Yield where a code of a self client may have been made: at *key* alone if it is given, else everywhere."""
    if key or accounts_url:
        yield Place.of(key or DEFAULT, accounts_url)
        return
    for each in DATA_CENTERS:  # the table begins with those where most accounts are
        yield Place.of(each)


def _locations(body: Any) -> Mapping[str, str]:
    told = body.get("locations") if isinstance(body, Mapping) else None
    if not isinstance(told, Mapping):
        return {}
    return {str(key): str(url).rstrip("/") for key, url in told.items()}
