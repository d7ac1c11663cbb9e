"""What may a unit test reach? Nothing beyond this process."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERNET_FAMILIES = frozenset({socket.AF_INET, socket.AF_INET6})


class SocketOpenedInUnitTestError(AssertionError):
    """A unit test tried to talk to a network, loopback included."""

    def __init__(self, address: object) -> None:
        super().__init__(
            f"A unit test opened a connection to {address}. Unit tests open no sockets: "
            "answer the request with requests_mock, or move the test to integration_tests/."
        )


@pytest.fixture(autouse=True)
def refused_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Refuse every internet connection; what needs one, a loopback server included, is an integration test."""
    addresses: list[object] = []

    def guard(name: str) -> None:
        original = getattr(socket.socket, name)

        def refuse(self: socket.socket, address: Any) -> Any:
            if self.family not in INTERNET_FAMILIES:
                return original(self, address)
            addresses.append(address)
            raise SocketOpenedInUnitTestError(address)

        monkeypatch.setattr(socket.socket, name, refuse)

    guard("connect")
    guard("connect_ex")
    yield addresses
    # Code under test may have caught the refusal, as it would a failing network: the test fails all the same.
    if addresses:
        raise SocketOpenedInUnitTestError(addresses[0])
