"""How does a test build only some streams, where no catalog says which? All of them together take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from integration_tests.builders import attempt, read
from source_zoho.manifest import read_manifest, with_streams

__all__ = ["attempt", "only", "read"]

_ALWAYS = {"books_organizations", "billing_organizations"}  # check reads them


@contextmanager
def only(*names: str) -> Iterator[None]:
    """Let the source read a manifest that has the rows of *names* and no others."""
    with patch("source_zoho.source.read_manifest", lambda: with_streams(read_manifest(), {*_ALWAYS, *names})):
        yield
