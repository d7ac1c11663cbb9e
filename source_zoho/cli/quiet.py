"""How do helper verbs use parts of the connector without its talk?"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_connector() -> Iterator[None]:
    """Let the connector's warnings go to standard error as plain lines, and its other messages nowhere."""
    warnings = logging.StreamHandler()
    warnings.setLevel(logging.WARNING)
    root, connector = logging.getLogger(), logging.getLogger("airbyte")
    before = root.handlers, connector.handlers
    root.handlers, connector.handlers = [warnings], []
    try:
        yield
    finally:
        root.handlers, connector.handlers = before
