"""Where on this machine can a test listen?"""

from __future__ import annotations

import socket


def a_free_port() -> int:
    """Return a port at which nobody listens now; whoever wants it should take it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
