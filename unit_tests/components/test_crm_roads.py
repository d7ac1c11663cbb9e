"""Do the records of a module come by the best road, once and all of them, whichever road ends where?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.crm_position import Position
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.roads import Road
from unit_tests.components.crm_fakes import the_end_of_the_day
from unit_tests.components.crm_road_fakes import (
    BULK,
    COQL,
    NOON,
    THE_CHECK,
    Module,
    a_long_module,
    changed_at,
    claims,
    ids,
    read,
    refused,
    up_to,
)

EVERY_ROAD = ("auto", "rest", "coql", "bulk")
A_SECOND = timedelta(seconds=1)


# ── which road ──


@pytest.mark.parametrize("size", [0, 1, 200])
def test_what_fits_into_one_small_query_takes_no_other_call(size: int) -> None:
    module = Module(size)

    assert read(module.roads()) == up_to(size)
    assert module.asked == ["200 after 0"]


def test_more_than_that_is_counted_and_fetched_in_as_few_queries_as_are_paid_for() -> None:
    module = Module(3_300)

    assert read(module.roads()) == up_to(3_300)
    assert module.asked == ["200 after 0", "count after 200", "2000 after 200", "2000 after 2200"]


def test_a_long_module_comes_in_files() -> None:
    module = a_long_module()

    assert read(module.roads()) == up_to(4_000)
    assert module.asked == ["200 after 0", "count after 200", "job since None", *THE_CHECK]


@pytest.mark.parametrize(("left", "then"), [(None, "job"), (60, "job"), (40, "2000 after 200"), (0, "2000 after 200")])
def test_a_job_is_not_begun_where_the_credits_of_the_day_would_not_see_its_end(left: int | None, then: str) -> None:
    module = a_long_module()
    batches = module.roads(left=left).batches()

    next(batches), next(batches)

    assert module.asked[2].startswith(then)


def test_what_the_queries_of_an_organization_take_is_reckoned_with() -> None:
    module = Module(12_000)
    roads = module.roads()
    roads.queries.shape.rows = 200

    assert read(roads) == up_to(12_000)
    assert module.asked[2] == "job since None", "59 queries of 200 would cost more"


def test_what_has_to_be_completed_is_reckoned_with() -> None:
    module = Module(2_000, groups=1, unsure=set(up_to(2_000)))

    assert read(module.roads()) == up_to(2_000)
    assert "lists since None" in module.asked


def test_records_that_changed_meanwhile_are_found_though_they_were_not_counted() -> None:
    module = Module(1_150)
    batches = module.roads().batches()
    first = [next(batches)]
    module.size += 2_500

    assert sorted(ids([*first, *batches])) == up_to(3_650)


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [("rest", ["lists since None"]), ("coql", ["200 after 0", "2000 after 200"])],
)
def test_a_road_that_is_wanted_by_name_is_taken(wanted: str, asked: list[str]) -> None:
    module = Module(900)

    assert read(module.roads(wanted)) == up_to(900)
    assert module.asked == asked


def test_the_prices_are_told_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="airbyte")

    next(behind_the_first_page := Module(100_200).roads(left=5_000).batches())
    next(behind_the_first_page)
    read(Module(200).roads())

    (said,) = caplog.messages
    assert said == (
        "crm_deals: 200 records are read, 100,000 more of 2 fields by lists 1,510 credits, COQL 150 credits, "
        "Bulk Read 54 credits, of 5,000 that are left. Taking Bulk Read."
    )


# ── roads that end ──


@pytest.mark.parametrize("after", [0, 200, 500, 2_200, 2_999])
@pytest.mark.parametrize("wanted", ["auto", "coql"])
def test_lists_take_over_from_queries(wanted: str, after: int) -> None:
    module = Module(3_000, ends={COQL: (after, refused())})

    assert read(module.roads(wanted)) == up_to(3_000)
    assert module.asked[-1] == "lists since None"


@pytest.mark.parametrize("after", [0, 1, 2_000, 3_999])
def test_queries_take_over_from_files(after: int) -> None:
    module = a_long_module(ends={BULK: (after, refused())})

    assert read(module.roads()) == up_to(4_000)
    assert module.asked[2:4] == ["job since None", "2000 after 200"]


@pytest.mark.parametrize("wanted", EVERY_ROAD)
@pytest.mark.parametrize("left", [None, 1_000, 0])
def test_the_last_road_brings_what_two_others_did_not(wanted: str, left: int | None) -> None:
    module = a_long_module(ends={BULK: (1_200, refused()), COQL: (2_500, refused())})

    assert read(module.roads(wanted, left)) == up_to(4_000)


def test_the_end_of_a_road_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="airbyte")

    read(Module(3_000, ends={COQL: (0, refused())}).roads())

    assert caplog.messages == [
        "crm_deals: COQL ends here; another road brings the rest. Zoho refuses it (INVALID_QUERY)."
    ]


def test_a_road_that_was_closed_before_is_not_asked_again() -> None:
    module = Module(900)

    assert read(module.roads(closed={COQL: refused()})) == up_to(900)
    assert module.asked == ["lists since None"]


def test_where_no_road_is_left_the_reasons_are_told() -> None:
    module = Module(900, ends=dict.fromkeys(Road, (100, refused())))

    with pytest.raises(ZohoFailure) as raised:
        read(module.roads())

    assert raised.value.failure_type is FailureType.system_error
    assert str(raised.value.message).count("Zoho refuses it") == 3


@pytest.mark.parametrize("wanted", EVERY_ROAD)
def test_what_ends_everything_is_no_reason_to_try_another_road(wanted: str) -> None:
    module = a_long_module(ends=dict.fromkeys(Road, (100, the_end_of_the_day())))
    roads = module.roads(wanted)

    with pytest.raises(ZohoFailure, match="credits are used up"):
        read(roads)

    assert not roads.closed
    assert len(module.asked) <= 3


@pytest.mark.parametrize("wanted", EVERY_ROAD)
def test_a_read_began_when_its_first_road_did(wanted: str) -> None:
    roads = a_long_module(ends={BULK: (1_200, refused()), COQL: (2_500, refused())}).roads(wanted)

    read(roads)

    assert roads.began_at == NOON + A_SECOND


# ── how far it has come ──


@pytest.mark.parametrize("unsure", [set(), {150}, set(range(1, 3_000, 7)), set(up_to(3_000))])
@pytest.mark.parametrize("after", [0, 150, 2_200, 5_000])
def test_nothing_is_claimed_that_was_not_handed_out_whoever_takes_over(unsure: set[int], after: int) -> None:
    module = Module(3_000, unsure=unsure, ends={COQL: (after, refused())})

    made = list(claims(list(module.roads("coql").batches()), module.size))

    assert made
    assert [missing for _, missing in made if missing] == []


def test_queries_say_behind_which_record_to_go_on() -> None:
    batches = list(Module(2_700).roads("coql").batches())

    assert [batch.after for batch in batches] == ["200", "2200", "2700"]
    assert {batch.reached for batch in batches} == {None}


def test_a_read_goes_on_where_an_earlier_one_stopped() -> None:
    module = Module(900)
    earlier = Position("300", changed_at(1), NOON - timedelta(days=1))
    roads = module.roads()

    assert read(roads, position=earlier) == list(range(301, 901))
    assert module.asked == ["200 after 300", "count after 500", "1000 after 500"]
    assert roads.began_at == earlier.began_at


@pytest.mark.parametrize("unsure", [set(), set(up_to(2_000))])
def test_where_it_goes_on_lists_do_not_begin_at_the_beginning_for_the_sake_of_some_calls(unsure: set[int]) -> None:
    module = Module(2_000, groups=1, unsure=unsure)

    assert read(module.roads(), position=Position("300", None, NOON)) == list(range(301, 2_001))
    assert not [each for each in module.asked if each.startswith("lists")]


def test_files_are_begun_again_where_that_is_cheaper_than_to_go_on() -> None:
    module = a_long_module()

    assert read(module.roads(), position=Position("200", None, NOON)) == up_to(4_000)
    assert module.asked == ["200 after 200", "count after 400", "job since None", *THE_CHECK]


@pytest.mark.parametrize("wanted", ["rest", "bulk"])
def test_another_road_begins_anew_with_what_the_earlier_read_was_about(wanted: str) -> None:
    module = Module(900)
    earlier = Position("300", changed_at(1), NOON - timedelta(days=1))
    roads = module.roads(wanted)

    assert read(roads, changed_at(500), earlier) == up_to(900)
    assert module.asked[0].endswith(f"since {changed_at(1)}")
    assert roads.began_at == earlier.began_at


def test_lists_take_over_with_all_that_the_earlier_read_was_about() -> None:
    module = Module(900, ends={COQL: (600, refused())})

    found = read(module.roads(), changed_at(500), Position("300", None, NOON))

    assert found == up_to(900)
