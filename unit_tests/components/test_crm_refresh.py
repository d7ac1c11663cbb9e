"""Are modules with formulas read in full when it is time, and only when somebody wants that?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components import checkpoints, crm_organization, crm_refresh
from source_zoho.components.crm_metadata import Described
from source_zoho.components.crm_refresh import Refresh
from source_zoho.crm.modules import Module
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import CONFIG, ORGANIZATION
from unit_tests.crm.metadata import field

TODAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
LAST_SYNC = TODAY - timedelta(hours=1)
WEEKLY = {"crm_formula_refresh_days": 7}


@pytest.fixture(autouse=True)
def a_day_in_march(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(crm_refresh, "zoho_now", lambda config: TODAY)
    monkeypatch.setattr(checkpoints, "_notes", {})
    yield
    crm_organization.forget()
    tokens._stores.clear()


def a_module(*kinds: str) -> Described:
    fields = [field(f"Field_{number}", kind) for number, kind in enumerate(kinds)]
    return Described(Module("Deals", "Deals"), "crm_deals", (), fields)


def a_refresh(*kinds: str, read_in_full_at: Any = None, **config: Any) -> Refresh:
    entry = {"partition": dict(ORGANIZATION.partition), "notes": {"read_in_full_at": read_in_full_at}}
    checkpoints._notes["crm_deals"] = [entry] if read_in_full_at is not None else []
    return Refresh({**CONFIG, **config}, "crm_deals", ORGANIZATION, a_module(*(kinds or ("formula",))))


def ago(**much: float) -> int:
    return int((TODAY - timedelta(**much)).timestamp())


def test_by_default_only_what_changed_is_read() -> None:
    refresh = a_refresh()

    assert refresh.begin(LAST_SYNC) == LAST_SYNC
    assert refresh.notes_at_the_end() == {}


@pytest.mark.parametrize("kind", ["formula", "rollup_summary"])
def test_what_was_never_read_in_full_since_it_is_wanted_is_due(kind: str) -> None:
    refresh = a_refresh("text", kind, **WEEKLY)

    assert refresh.begin(LAST_SYNC) is None
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


@pytest.mark.parametrize(("days", "due"), [(6.99, False), (7, True), (30, True)])
def test_a_refresh_is_due_after_so_many_days(days: float, due: bool) -> None:
    refresh = a_refresh(read_in_full_at=ago(days=days), **WEEKLY)

    assert refresh.begin(LAST_SYNC) == (None if due else LAST_SYNC)
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp()) if due else ago(days=days)}


def test_until_the_end_the_notes_are_those_of_the_last_sync() -> None:
    refresh = a_refresh(read_in_full_at=ago(days=9), **WEEKLY)

    refresh.begin(LAST_SYNC)

    assert refresh.notes == {"read_in_full_at": ago(days=9)}


def test_notes_that_nobody_understands_make_it_due() -> None:
    assert a_refresh(read_in_full_at="yesterday", **WEEKLY).begin(LAST_SYNC) is None


def test_a_module_without_computed_fields_is_never_due() -> None:
    refresh = a_refresh("text", "lookup", **WEEKLY)

    assert refresh.begin(LAST_SYNC) == LAST_SYNC
    assert refresh.notes_at_the_end() == {}


def test_a_module_whose_fields_stand_in_the_manifest_is_never_due() -> None:
    refresh = Refresh({**CONFIG, **WEEKLY}, "crm_notes", ORGANIZATION, None)

    assert refresh.begin(LAST_SYNC) == LAST_SYNC


def test_a_first_sync_counts_as_one_in_full() -> None:
    refresh = a_refresh(**WEEKLY)

    assert refresh.begin(None) is None
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


def test_in_full_means_from_the_start_date_on() -> None:
    start = "2025-01-01T00:00:00Z"
    due, first = a_refresh(**WEEKLY, start_date=start), a_refresh(**WEEKLY, start_date=start)

    assert due.begin(LAST_SYNC) == datetime(2025, 1, 1, tzinfo=UTC)
    assert first.begin(datetime(2025, 1, 1, tzinfo=UTC)) == datetime(2025, 1, 1, tzinfo=UTC)
    assert first.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


def test_a_refresh_is_said_with_the_fields_that_want_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="airbyte")

    a_refresh("formula", "text", "rollup_summary", **WEEKLY).begin(LAST_SYNC)

    assert [record.getMessage() for record in caplog.records] == [
        "crm_deals is read in full, as every 7 days: Field_0, Field_2 change without moving Modified_Time."
    ]


# ── a read that is taken up ──


def test_a_refresh_that_stopped_at_a_record_is_one_when_it_goes_on() -> None:
    refresh = a_refresh(read_in_full_at=ago(days=9), **WEEKLY)

    assert refresh.take_up(None, LAST_SYNC) is None
    assert refresh.notes_on_the_way(LAST_SYNC) == {
        "read_in_full_at": ago(days=9),
        "refreshed_until": int(LAST_SYNC.timestamp()),
    }
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


def test_a_refresh_that_had_come_to_a_time_before_it_stopped_at_a_record_is_one_too() -> None:
    half_way = TODAY - timedelta(days=300)
    refresh = a_refresh(read_in_full_at=ago(days=9), **WEEKLY)
    refresh.notes["refreshed_until"] = int(half_way.timestamp())

    assert refresh.take_up(half_way, LAST_SYNC) == half_way
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


def test_a_first_sync_that_goes_on_is_in_full_and_no_refresh() -> None:
    refresh = a_refresh(**WEEKLY)

    refresh.take_up(None, None)

    assert refresh.notes_on_the_way(LAST_SYNC) == {}
    assert refresh.notes_at_the_end() == {"read_in_full_at": int(TODAY.timestamp())}


def test_a_sync_of_what_changed_that_goes_on_is_none_in_full() -> None:
    refresh = a_refresh(read_in_full_at=ago(days=2), **WEEKLY)

    assert refresh.take_up(LAST_SYNC, LAST_SYNC + timedelta(minutes=10)) == LAST_SYNC
    assert refresh.notes_at_the_end() == {"read_in_full_at": ago(days=2)}
