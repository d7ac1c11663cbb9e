"""Are unit tests really kept from the network?"""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_connection_is_refused_with_a_word_on_what_to_do(
    refused_connections: list[object], family: socket.AddressFamily, host: str
) -> None:
    with socket.socket(family) as plain, pytest.raises(AssertionError, match="move the test to integration_tests/"):
        plain.connect((host, 9))

    assert refused_connections == [(host, 9)]
    refused_connections.clear()


def test_sockets_between_parts_of_this_process_are_left_alone() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"hello")

        assert right.recv(5) == b"hello"
