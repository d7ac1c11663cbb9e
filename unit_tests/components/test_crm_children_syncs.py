"""Does a sync of what hangs below records go on from where the last one stood, wherever that broke off?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage

from source_zoho.components.checkpoints import Progress
from unit_tests.components.crm_fakes import ANYWHERE, Crm, Records, refusal, the_end_of_the_day, trouble
from unit_tests.components.crm_leads import LONG_AGO, LOOKBACK_SECONDS, except_of, followed, leads, one_thing, read
from unit_tests.components.lists import Retrieved
from unit_tests.crm.module_model import ModuleModel


def positions(got: Retrieved) -> list[int]:
    """Return the positions that were reported, in epoch seconds."""
    return [int(each["cursor"]["parent_modified_time"]) for each in got.checkpoints]


def test_nobody_hears_of_checkpoints_without_a_source() -> None:
    assert read(leads(3)).checkpoints == []


def test_a_walk_reports_every_ten_records_and_at_its_end() -> None:
    Progress([])

    got = read(leads(12))

    assert positions(got) == [LONG_AGO + 9 * 3600, LONG_AGO + 11 * 3600]


def test_a_walk_that_breaks_reports_the_last_record_that_was_read_whole() -> None:
    Progress([])

    got = read(leads(3, except_of("9", trouble())))

    assert positions(got) == [LONG_AGO + 3600]


def test_a_change_after_the_first_answer_is_for_the_next_sync() -> None:
    Progress([])
    crm = leads(1)
    crm.now = LONG_AGO - 60

    got = read(crm)

    assert positions(got) == [LONG_AGO - 59]
    assert got.checkpoints[0]["not_beyond"] == LONG_AGO - 59


def test_a_module_without_records_reports_nothing() -> None:
    Progress([])

    assert read(leads(0)).checkpoints == []


@pytest.mark.parametrize("code", ["INVALID_MODULE", "FEATURE_NOT_ENABLED"])
def test_what_there_is_not_yet_is_asked_for_again_in_the_next_sync(code: str) -> None:
    Progress([])

    assert read(leads(3, refusal(code))).checkpoints == []


class Platform:
    """Syncs one time after the other, and keeps the state in between."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.rows: list[str] = []
        self.state: AirbyteMessage | None = None

    def sync(self) -> Retrieved:
        """Sync once, and let the state be what the source makes of it."""
        progress = Progress([self.state.state] if self.state and self.state.state else [])
        got = read(self.crm, self._begins_at())
        self.rows += [row["record_id"] for row in got.records]
        for message in got.messages:
            self.state = progress.apply(message)
        return got

    def _begins_at(self) -> int:
        if not (self.state and self.state.state and self.state.state.stream):
            return 0
        (entry,) = vars(self.state.state.stream.stream_state)["states"]
        return int(entry["cursor"]["parent_modified_time"]) - LOOKBACK_SECONDS


def test_an_idle_sync_asks_about_no_record() -> None:
    platform = Platform(leads(3))
    platform.sync()
    platform.crm.calls.clear()

    platform.sync()

    assert followed(platform.crm) == []


def test_a_record_that_changed_again_is_asked_about_again() -> None:
    records = Records(ModuleModel().add_many([LONG_AGO, LONG_AGO + 60]))
    platform = Platform(records.crm().on(ANYWHERE, one_thing))
    platform.sync()
    platform.crm.calls.clear()
    records.model.edit(7)

    platform.sync()

    assert followed(platform.crm) == ["7"]


@pytest.mark.parametrize("calls_a_day", range(3, 16))
@pytest.mark.parametrize("habit", [{}, {"sort": "ignored"}], ids=["in order", "in no order"])
def test_days_that_end_at_any_call_lose_nothing_and_ask_about_nothing_twice(
    calls_a_day: int, habit: dict[str, Any]
) -> None:
    platform, days = Platform(leads(12, **habit)), 0
    enough_to_list = 10 if habit else 3  # in no order: what was edited and deleted meanwhile, too

    def ends_the_day(number: int) -> None:
        if number > calls_a_day + enough_to_list:
            raise the_end_of_the_day()

    platform.crm.before_call = ends_the_day
    while platform.sync().error:
        days += 1
        assert days < 20, "gets nowhere"
        platform.crm.calls.clear()

    assert sorted(set(platform.rows), key=int) == [str(number) for number in range(7, 19)]
    assert len(platform.rows) == 12
