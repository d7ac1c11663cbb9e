"""Which questions does it take to read a module of CRM, and what do they bring, while nobody disturbs?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest

from source_zoho.crm.walk import Answer, Ask, Method, StuckError, Walk
from unit_tests.crm.module_model import LIMIT, NOON, PAGE, ModuleModel, moment
from unit_tests.crm.walk_reader import Reading, read

LONG_AGO = NOON - 10_000
NOON_OF_A_DAY = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_module(records: int, gap: float = 7, **habits: object) -> ModuleModel:
    """Return a module of which a record changed every *gap* seconds, long ago."""
    return ModuleModel(**habits).add_many(LONG_AGO + gap * place for place in range(records))  # type: ignore[arg-type]


def assert_all_came_once(reading: Reading) -> None:
    assert sorted(reading.ids, key=int) == [str(number) for number in sorted(reading.model.entries)]


@pytest.mark.parametrize("records", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * LIMIT])
@pytest.mark.parametrize("habit", ["inclusive", "exclusive"])
def test_reads_a_module_of_any_length_whether_since_means_from_or_after(records: int, habit: str) -> None:
    reading = read(a_module(records, filter=habit))

    assert_all_came_once(reading)
    assert reading.walk.remarks == []
    assert len(reading.asks) <= ceil(records / (PAGE - 1)) + (1 if habit == "inclusive" else 2)


def test_needs_one_question_for_a_page() -> None:
    reading = read(a_module(PAGE))

    assert reading.asks == [Ask("Modified_Time")]


def test_goes_on_where_the_page_ended_once_the_other_end_has_shown_that_there_is_an_order() -> None:
    reading = read(a_module(PAGE + 1))

    end_of_the_page = moment(LONG_AGO + 7 * (PAGE - 1))
    assert reading.asks == [
        Ask("Modified_Time"),
        Ask("Modified_Time", descending=True, only_of_the_leader=True),
        Ask("Modified_Time", since=end_of_the_page),
    ]


def test_the_look_at_the_other_end_costs_one_question_however_many_groups_there_are() -> None:
    reading = read(a_module(PAGE + 1, groups=3))

    assert_all_came_once(reading)
    assert reading.questions == 3 + 1 + 3


def test_an_idle_sync_costs_one_question_and_none_for_other_groups() -> None:
    reading = read(a_module(20, groups=3), moment(NOON))

    assert (reading.questions, reading.rows, reading.walk.ask) == (1, [], None)
    assert reading.walk.began_at == moment(NOON + 1)


def test_follows_tokens_through_the_records_of_one_second() -> None:
    module = a_module(LIMIT - 1, gap=0)

    reading = read(module)

    assert_all_came_once(reading)
    assert len(reading.asks) == ceil(len(module.entries) / PAGE) + 1, "and what was edited meanwhile"
    assert reading.deletions_asked == 1


def test_leaves_the_chain_after_an_import_of_more_than_a_page() -> None:
    import_of_one_second = [LONG_AGO] * (PAGE + 2)
    module = ModuleModel().add_many([*import_of_one_second, *(NOON - 100 + each for each in range(2 * PAGE))])

    reading = read(module)

    assert_all_came_once(reading)
    assert [bool(ask.tokens) for ask in reading.asks].count(True) == 1


def test_an_import_of_nearly_a_page_in_each_second_costs_no_more_than_two_pages_for_one() -> None:
    of_each = PAGE - 1
    module = ModuleModel().add_many(LONG_AGO + place // of_each for place in range(30 * of_each))

    reading = read(module)

    assert_all_came_once(reading)
    assert len(reading.asks) <= 2 * ceil(len(module.entries) / PAGE) + 1


def test_half_pages_of_one_second_cost_two_pages_at_most() -> None:
    seconds, of_each = 12, PAGE // 2 + 1
    module = ModuleModel().add_many(LONG_AGO + place // of_each for place in range(seconds * of_each))

    reading = read(module)

    assert_all_came_once(reading)
    assert len(reading.asks) <= 2 * len(module.entries) / PAGE + 2
    assert not any(ask.tokens for ask in reading.asks)


def test_reads_what_changed_since_and_nothing_older() -> None:
    module = a_module(30)
    twenty_first = sorted(module.entries)[20]

    reading = read(module, moment(LONG_AGO + 7 * 20))

    assert reading.ids == [str(number) for number in module.entries if number >= twenty_first]


@pytest.mark.parametrize("habit", ["inclusive", "exclusive"])
def test_what_changed_later_in_the_second_of_the_last_sync_is_not_lost(habit: str) -> None:
    module = ModuleModel(filter=habit).add_many([NOON + 0.2, NOON + 0.7])  # type: ignore[arg-type]

    reading = read(module, moment(NOON + 0.5))

    assert_all_came_once(reading)


def test_says_how_far_it_has_come() -> None:
    walk = Walk()
    rows = [{"id": str(each), "Modified_Time": f"2026-01-31T10:00:0{each}+01:00"} for each in range(1, 4)]
    turned = [{"id": str(each), "Modified_Time": f"2026-01-31T10:30:0{each}+01:00"} for each in range(9, 6, -1)]

    walk.take([Answer(rows, more=True, token="t")], NOON_OF_A_DAY)
    before_there_is_proof = walk.reached
    walk.take([Answer(turned, more=True, token="t")], NOON_OF_A_DAY)

    assert before_there_is_proof is None
    assert walk.reached == datetime(2026, 1, 31, 9, 0, 3, tzinfo=UTC)
    assert walk.ask == Ask("Modified_Time", since=walk.reached)


def test_the_last_page_says_how_far_it_has_come() -> None:
    walk = Walk(since=NOON_OF_A_DAY - timedelta(days=1))
    row = {"id": "1", "Modified_Time": "2026-01-31T10:00:00+01:00"}

    walk.take([Answer([row])], NOON_OF_A_DAY)

    assert (walk.ask, walk.reached) == (None, datetime(2026, 1, 31, 9, tzinfo=UTC))
    assert walk.began_at == NOON_OF_A_DAY


def test_nothing_is_reached_by_an_order_that_does_not_go_by_change() -> None:
    reading = read(a_module(30, sort="ignored"))

    assert_all_came_once(reading)
    assert reading.walk.reached is None


def test_ids_are_numbers_although_they_are_written_as_text() -> None:
    module = a_module(LIMIT + PAGE, sort="refused")  # from 7 on, so that 10 comes after 9

    reading = read(module)

    assert_all_came_once(reading)
    assert reading.methods[-1] is Method.BY_ID


@pytest.mark.parametrize(
    "answers",
    [
        [Answer([{"id": "1"}], more=True)],
        [Answer([{"id": "1"}], more=True, token="t"), Answer([{"id": "1"}], more=True)],
    ],
    ids=["the leader", "another group"],
)
def test_a_list_that_says_there_is_more_but_not_where_is_no_silent_end(answers: list[Answer]) -> None:
    walk = Walk(len(answers), methods=[Method.PLAIN])

    with pytest.raises(StuckError, match="does not say where"):
        walk.take(answers, NOON_OF_A_DAY)


def test_a_token_that_leads_to_itself_is_no_endless_loop() -> None:
    walk = Walk(methods=[Method.PLAIN])
    walk.take([Answer([{"id": "1"}], more=True, token="t")], NOON_OF_A_DAY)

    with pytest.raises(StuckError, match="where we are already"):
        walk.take([Answer([{"id": "1"}], more=True, token="t")], NOON_OF_A_DAY)
