"""How does a test build only some streams, where no catalog says which? All of them together take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from integration_tests.builders import attempt, read
from source_zoho.manifest import read_manifest, with_streams
from source_zoho.source import STREAMS_OF_CHECK

__all__ = ["attempt", "only", "read"]


@contextmanager
def only(*names: str) -> Iterator[None]:
    """Let the source read a manifest that has the rows of *names* and no others."""
    with patch("source_zoho.source.read_manifest", lambda: with_streams(read_manifest(), {*STREAMS_OF_CHECK, *names})):
        yield
