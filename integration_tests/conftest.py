"""What does an integration test start from? An honest Zoho on this machine, and time that passes when asked to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from airbyte_cdk.test.standard_tests.pytest_hooks import pytest_generate_tests

from integration_tests.builders import UNHURRIED, forget_earlier_syncs
from source_zoho import pace
from source_zoho.components import crm_bulk_limits
from source_zoho.emulator import Emulator
from source_zoho.oauth import tokens

__all__ = ["pytest_generate_tests"]  # a hook: gives Airbyte's certification suite its scenarios

_WORTH_NOTING_SECONDS = 1.0  # the CDK looks after its threads in naps shorter than this


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write what users receive now to golden/*.jsonl")


def pytest_configure(config: pytest.Config) -> None:
    # Airbyte's suite puts this mark on every configuration in secrets/; ours points at the emulator.
    config.addinivalue_line("markers", "requires_creds: reads secrets/config.json, which the tests write themselves")


@dataclass
class Waits:
    """Stands in for waiting: notes every wait, and lets the clocks of Zoho and of the connector pass it at once."""

    seconds: list[float] = field(default_factory=list)
    _zohos: list[Emulator] = field(default_factory=list)
    _nap: Callable[[float], None] = time.sleep
    _clock: Callable[[], float] = time.monotonic

    def wait(self, seconds: float) -> None:
        if seconds < _WORTH_NOTING_SECONDS:
            self._nap(seconds)
            return
        self.seconds.append(seconds)
        for zoho in self._zohos:
            zoho.clock.advance(seconds=seconds)

    def clock(self) -> float:
        return self._clock() + sum(self.seconds)

    def move(self, zoho: Emulator) -> None:
        self._zohos.append(zoho)

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Let nobody wait in this process; the fixture tells how long everybody would have."""
    return nobody_waits(monkeypatch)


def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Let nobody wait as long as *monkeypatch* lasts, and return who counts how long everybody would have."""
    waits = Waits()
    monkeypatch.setattr(time, "sleep", waits.wait)
    # Their clock is an argument with a default, so a changed time.monotonic would not reach them.
    monkeypatch.setattr(pace, "Pace", partial(pace.Pace, clock=waits.clock))
    monkeypatch.setattr(tokens, "TokenStore", partial(tokens.TokenStore, clock=waits.clock))
    monkeypatch.setattr(crm_bulk_limits, "BulkLimits", partial(crm_bulk_limits.BulkLimits, clock=waits.clock))
    return waits


StartZoho = Callable[..., Emulator]


@pytest.fixture
def a_zoho(waits: Waits) -> Iterator[StartZoho]:
    """Return a way to start a Zoho with settings of its own; all of them stop after the test."""
    with ExitStack() as stack:

        def start(**settings: Any) -> Emulator:
            zoho = stack.enter_context(Emulator(**{"calls_per_minute": UNHURRIED, **settings}))
            waits.move(zoho)
            return zoho

        yield start
    forget_earlier_syncs()


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a small Zoho: two active organizations, one inactive."""
    return a_zoho()
