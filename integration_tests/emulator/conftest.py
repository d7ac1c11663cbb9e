"""Which emulator do its own integration tests talk to? One that serves on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration_tests.emulator.client import Client
from source_zoho.emulator import Emulator


@pytest.fixture
def zoho() -> Iterator[Emulator]:
    with Emulator(seed=7, calls_per_minute=100_000) as emulator:
        yield emulator


@pytest.fixture
def client(zoho: Emulator) -> Iterator[Client]:
    with Client(zoho) as client:
        yield client
