"""Which emulator do unit tests use? A small one that does not serve, with its clock stopped."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.builders import Caller

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def zoho() -> Emulator:
    emulator = Emulator(seed=7, now=NOON, calls_per_minute=100_000, calls_per_day=100_000)
    emulator.clock.freeze()
    return emulator


@pytest.fixture
def caller(zoho: Emulator) -> Caller:
    return Caller(zoho)
