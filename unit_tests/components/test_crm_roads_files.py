"""Does what files of Bulk Read leave out come all the same, and is nothing taken for it that is not?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.crm.roads import Road
from unit_tests.components.crm_fakes import refusal, trouble
from unit_tests.components.crm_road_fakes import (
    BULK,
    COQL,
    NOON,
    REST,
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


@pytest.mark.parametrize("wanted", ["auto", "bulk"])
def test_what_a_file_lacks_is_fetched_by_queries(wanted: str, caplog: pytest.LogCaptureFixture) -> None:
    module = a_long_module(leaves_out={BULK: {300, 2_000, 3_999}})

    assert read(module.roads(wanted)) == up_to(4_000)
    (said,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert said == (
        "crm_deals: Bulk Read gave 3,997 records, and Zoho counts 4,000. Reading them once more by COQL; none comes "
        "twice."
    )


def test_it_is_enough_to_look_behind_the_last_record_of_a_file_when_others_came_and_went() -> None:
    module = a_long_module(leaves_out={BULK: {3_999, 4_000}})
    module.happens["job"] = lambda: module.delete(150)  # which came in the first page

    assert read(module.roads()) == up_to(4_000)
    assert module.asked[3:] == [*THE_CHECK, "200 after 3998", *THE_CHECK]


@pytest.mark.parametrize("wanted", ["auto", "bulk"])
@pytest.mark.parametrize("when", ["count", "deletions"])
def test_a_record_that_was_deleted_does_not_stand_in_for_one_that_a_file_lacks(
    wanted: str, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    module = a_long_module(leaves_out={BULK: {300}})
    # of those that came; and only when the job is done
    module.happens["job"] = lambda: module.happens.update({when: lambda: module.delete(3_000)})

    assert read(module.roads(wanted)) == up_to(4_000)
    (said,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert said == (
        "crm_deals: Bulk Read gave 3,999 records, of which 1 is deleted meanwhile, and Zoho counts 3,999. Reading them "
        "once more by COQL; none comes twice."
    )


def test_a_record_that_was_added_does_not_stand_in_for_one_that_a_file_lacks() -> None:
    module = a_long_module(4_001, leaves_out={BULK: {300}})
    module.deleted[4_001] = NOON - timedelta(days=1)
    module.happens["job"] = module.deleted.clear  # 4,000 were counted, and 4,000 are in the file

    assert read(module.roads()) == up_to(4_001)


def test_what_is_deleted_between_the_two_answers_is_no_reason_to_read_all_again() -> None:
    module = a_long_module()
    module.happens["job"] = lambda: module.happens.update(deletions=lambda: module.delete(3_000))

    assert read(module.roads()) == up_to(4_000)
    assert module.asked[3:] == [*THE_CHECK, "200 after 4000", *THE_CHECK]


def test_deletions_alone_cost_a_count_and_a_list_of_them() -> None:
    module = a_long_module()
    module.happens["count"] = lambda: module.happens.update({"count": lambda: module.delete(150, 2_000)})

    assert read(module.roads()) == up_to(4_000)
    assert module.asked[3:] == THE_CHECK


def test_what_was_edited_into_the_time_that_is_read_does_not_cost_a_read_of_all_of_it() -> None:
    module = a_long_module()
    module.happens["job"] = lambda: module.happens.update(count=lambda: module.edit(10, 20))

    assert read(module.roads(), since=changed_at(100)) == [10, 20, *range(100, 4_001)]
    assert module.asked[3:] == [*THE_CHECK, "200 after 4000", *THE_CHECK, "200 after 0", *THE_CHECK]


@pytest.mark.parametrize("lacks", [set(), {300}])
def test_where_zoho_lists_no_deletions_the_count_alone_tells(lacks: set[int], caplog: pytest.LogCaptureFixture) -> None:
    module = a_long_module(leaves_out={BULK: lacks}, keeps_deletions=refusal("API_NOT_SUPPORTED"))

    assert read(module.roads()) == up_to(4_000)
    assert bool([record for record in caplog.records if record.levelname == "WARNING"]) is bool(lacks)
    assert module.asked.count("deletions") == 1


def test_trouble_with_the_deletions_leaves_the_rest_to_another_road() -> None:
    module = a_long_module(leaves_out={BULK: {300}}, keeps_deletions=trouble())

    assert read(module.roads()) == up_to(4_000)


def test_looking_behind_the_last_record_is_no_place_to_go_on_from() -> None:
    module = a_long_module(leaves_out={BULK: {300, 4_000}})

    batches = list(module.roads().batches())

    made = list(claims(batches, module.size))
    assert [missing for _, missing in made if missing] == []
    assert sorted(ids(batches)) == up_to(4_000)


def test_lists_bring_what_a_file_lacks_where_queries_end() -> None:
    module = a_long_module(leaves_out={BULK: {300, 2_000, 3_999}}, ends={COQL: (200, refused())})

    assert read(module.roads()) == up_to(4_000)
    assert module.asked[-1] == "lists since None"


@pytest.mark.parametrize("closed", [{}, {COQL: refused()}])
def test_files_are_believed_where_nobody_counts_and_they_are_wanted(closed: dict[Road, RoadIsClosed]) -> None:
    module = a_long_module(uncounted=refused("NOT_SUPPORTED"))

    assert read(module.roads("bulk", closed=closed)) == up_to(4_000)
    assert module.asked == ["job since None", "count after 0"][: 1 if closed else 2]


@pytest.mark.parametrize("name", ["Leads", "DealHistory"])
def test_files_that_may_lack_records_are_not_believed_where_nobody_counts(name: str) -> None:
    module = a_long_module(uncounted=refused("NOT_SUPPORTED"), leaves_out={BULK: {7}}, api_name=name)

    assert read(module.roads("bulk")) == up_to(4_000)
    assert module.asked == ["count after 0", "lists since None"]


@pytest.mark.parametrize("name", ["Leads", "DealHistory"])
def test_files_that_may_lack_records_are_still_better_than_nothing(name: str) -> None:
    module = a_long_module(api_name=name)

    assert read(module.roads("bulk", closed={REST: refused(), COQL: refused()})) == up_to(4_000)
    assert module.asked == ["job since None"]


def test_files_that_may_lack_records_lack_none_when_they_have_as_many_as_were_counted() -> None:
    module = a_long_module(api_name="Leads")

    assert read(module.roads("bulk")) == up_to(4_000)
    assert module.asked == ["count after 0", "job since None", *THE_CHECK]


def test_queries_go_on_where_nobody_counts() -> None:
    module = Module(3_000, uncounted=refused("NOT_SUPPORTED"))
    roads = module.roads()

    assert read(roads) == up_to(3_000)
    assert module.asked == ["200 after 0", "count after 200", "2000 after 200", "2000 after 2200"]
    assert not roads.closed
