"""
Which event store does the configuration name?

A run opens it once, whatever the number of streams, and remembers when that failed: what the store answers to one
stream holds for all, and waiting for a dead database takes seconds each time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import webhook_store_url
from source_zoho.errors import ZohoError
from source_zoho.webhooks.store import EventStore

_known: dict[str, EventStore | ZohoFailure] = {}
_warnings: set[str] = set()
_lock = threading.Lock()
_log = logging.getLogger("airbyte")


def store_of(config: Mapping[str, Any]) -> EventStore | None:
    """
    Return the store of *config*, open, or None where none is configured.

    Raises AirbyteTracedException when it cannot be used: of the kind of a config error or of a transient one.
    """
    url = webhook_store_url(config)
    if not url:
        return None
    with _lock:
        if url not in _known:
            _known[url] = _opened(url)
        known = _known[url]
    if isinstance(known, ZohoFailure):
        raise known
    return known


def _opened(url: str) -> EventStore | ZohoFailure:
    from source_zoho.webhooks.stores import existing_store  # its packages come with an extra, and take time to import

    try:
        return existing_store(url)
    except ZohoError as error:
        return traced(error)


@contextmanager
def asking_the_store() -> Iterator[None]:
    """Let a store's refusals inside this block reach the platform with their sentence and kind."""
    try:
        yield
    except ZohoError as error:
        raise traced(error) from None


def warn_once(error: AirbyteTracedException) -> None:
    """Say once in a run that the store is of no use now, where that is no reason to fail."""
    sentence = str(error.message)
    with _lock:
        is_new = sentence not in _warnings
        _warnings.add(sentence)
    if is_new:
        _log.warning("Zoho is asked as if there were no events, which loses nothing: %s", sentence)


def forget() -> None:
    """Close the stores: another run opens its own, and may find one that could not be reached before."""
    with _lock:
        stores = [each for each in _known.values() if not isinstance(each, ZohoFailure)]
        _known.clear()
        _warnings.clear()
    for store in stores:
        store.close()
