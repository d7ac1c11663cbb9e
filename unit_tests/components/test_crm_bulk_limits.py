"""Are there never too many Bulk Read jobs under way, nor too many files fetched in a minute?"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from source_zoho import credits as quotas
from source_zoho.components import crm_bulk_limits
from source_zoho.components.crm_bulk_limits import FILES_IN_A_MINUTE, JOBS_AT_A_TIME, BulkLimits, begin_run, bulk_limits
from source_zoho.components.crm_road import RoadIsClosed
from unit_tests.components.crm_fakes import CONFIG


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """The quota is shared by a process: forget it after each test."""
    yield
    quotas._quotas.clear()


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []
        monkeypatch.setattr(crm_bulk_limits, "_wait", self.wait)

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_only_some_jobs_are_under_way_at_a_time() -> None:
    limits = BulkLimits()
    slots = [limits.slot() for _ in range(JOBS_AT_A_TIME)]
    assert limits.slot_if_free() is None

    slots[0].leave()

    assert limits.slot_if_free() is not None
    assert limits.slot_if_free() is None


def test_a_place_is_left_once_however_often_that_is_said() -> None:
    limits = BulkLimits()
    slots = [limits.slot() for _ in range(JOBS_AT_A_TIME)]

    slots[0].leave()
    slots[0].leave()

    assert limits.slot_if_free() is not None
    assert limits.slot_if_free() is None


def test_who_has_to_wait_goes_on_when_a_place_is_left() -> None:
    limits = BulkLimits()
    slots = [limits.slot() for _ in range(JOBS_AT_A_TIME)]
    waiting = Thread(target=limits.slot, daemon=True)
    waiting.start()

    slots[0].leave()
    waiting.join(timeout=60)

    assert not waiting.is_alive()
    assert limits.slot_if_free() is None


def test_as_many_files_as_zoho_gives_are_fetched_without_waiting(clock: Clock) -> None:
    limits = BulkLimits(clock)

    for _ in range(FILES_IN_A_MINUTE):
        limits.wait_for_a_file()
    assert clock.waits == []

    clock.now += 20
    limits.wait_for_a_file()
    assert sum(clock.waits) == pytest.approx(40, abs=0.1)


def test_there_are_never_more_files_in_any_minute(clock: Clock) -> None:
    limits = BulkLimits(clock)
    fetched_at = []
    for number in range(50):
        clock.now += number % 7
        limits.wait_for_a_file()
        fetched_at.append(clock.now)

    for first, last in zip(fetched_at, fetched_at[FILES_IN_A_MINUTE:], strict=False):
        assert last - first > 60


def test_the_streams_of_an_organization_share_its_limits_and_no_others() -> None:
    sandbox = {**CONFIG, "crm_environment": "sandbox"}

    assert bulk_limits(CONFIG) is bulk_limits(dict(CONFIG))
    assert bulk_limits(CONFIG) is not bulk_limits(sandbox)


def test_a_new_run_believes_that_the_road_is_open() -> None:
    limits = bulk_limits(CONFIG)
    limits.closed, limits.has_worked = RoadIsClosed("The scope is missing."), True

    begin_run()

    again = bulk_limits(CONFIG)
    assert again is limits
    assert (again.closed, again.has_worked) == (None, False)
