"""Does the retriever put the walk's questions to Zoho, and everything it learns where it belongs?"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.extractors.dpath_extractor import DpathExtractor
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import checkpoints
from unit_tests.components.answers import an_answer
from unit_tests.components.lists import Lists, a_retriever, a_selector, retrieve, retrieve_with
from unit_tests.paging.list_model import NOON, ListModel

LONG_AGO = NOON - 100_000


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Lists:
    """Return 450 rows; the connector's clock goes with the model's, a second for each call."""
    lists = Lists(ListModel().add_many(range(LONG_AGO, LONG_AGO + 450)))
    monkeypatch.setattr(time, "monotonic", lambda: float(lists.model.now))
    return lists


def since(instant: int, **partition: str) -> StreamSlice:
    return StreamSlice(partition={"organization_id": "7", **partition}, cursor_slice={"start_time": str(instant)})


# ── Questions ──


def test_pages_are_asked_for_in_zohos_words(lists: Lists) -> None:
    retrieve(lists)

    assert [(asked["page"], asked["per_page"]) for asked in lists.asked] == [(1, 200), (2, 199), (3, 198)]
    assert all(asked["sort_column"] == "created_time" for asked in lists.asked)


def test_the_start_of_the_slice_becomes_the_filter(lists: Lists) -> None:
    got = retrieve(lists, since(LONG_AGO + 440), method="keyset")

    assert [asked["last_modified_time"] for asked in lists.asked] == ["2025-06-14T11:27:20+0000"]
    assert len(got.records) == 10


@pytest.mark.parametrize("start", [946684800, 0])
def test_the_start_that_stands_for_everything_sends_no_filter(lists: Lists, start: int) -> None:
    got = retrieve(lists, since(start), method="filter")

    assert not any("last_modified_time" in asked for asked in lists.asked)
    assert len(got.records) == 450


def test_a_full_refresh_knows_no_start(lists: Lists) -> None:
    got = retrieve(lists, since(LONG_AGO + 440), cursor_field="")

    assert len(got.records) == 450


def test_a_list_documented_without_pages_is_asked_without(lists: Lists) -> None:
    lists.model = ListModel(has_page_context=False).add_many([LONG_AGO] * 150)

    got = retrieve(lists, method="plain", stable_sort="", cursor_field="", asks_for_pages=False)

    assert lists.asked == [{}]
    assert len(got.records) == 150


def test_a_list_documented_without_pages_is_read_on_when_zoho_says_that_more_follows(lists: Lists) -> None:
    got = retrieve(lists, method="plain", stable_sort="", cursor_field="", asks_for_pages=False)

    assert [asked.get("page") for asked in lists.asked] == [None, 2, 3]
    assert len(got.records) == 450


def test_a_list_without_page_context_goes_on_after_a_full_page(lists: Lists) -> None:
    lists.model.has_page_context = False

    assert len(retrieve(lists).records) == 450


def test_path_and_query_may_name_the_parent_each_value_in_its_place(lists: Lists) -> None:
    where = StreamSlice(partition={"plan_code": "a/b c%", "parent_slice": {"organization_id": "7"}}, cursor_slice={})

    retrieve(lists, where, path="plans/{plan_code}/rows", query={"plan": "{plan_code}", "filter_by": "Status.All"})

    assert set(lists.paths) == {"plans/a%2Fb%20c%25/rows"}
    assert all((asked["plan"], asked["filter_by"]) == ("a/b c%", "Status.All") for asked in lists.asked)


def test_what_the_cdk_adds_to_every_mapping_is_not_asked(lists: Lists) -> None:
    retrieve(lists, query={"filter_by": "Status.All", "$parameters": "of the row"})

    assert not any("$parameters" in asked for asked in lists.asked)


# ── Records ──


def test_records_carry_the_organization_and_a_record_comes_once(lists: Lists) -> None:
    records = retrieve(lists).records

    assert {record["organization_id"] for record in records} == {"7"}
    assert len({record["id"] for record in records}) == len(records) == 450


def test_a_record_that_does_not_show_its_change_is_given_the_time_of_the_first_answer(lists: Lists) -> None:
    got = retrieve(lists, method="filter", cursor_field="read_at")

    assert len(lists.asked) > 1
    assert {record["read_at"] for record in got.records} == {"2025-06-15T15:06:41+0000"}


def test_no_other_record_is_given_a_time(lists: Lists) -> None:
    assert not any("read_at" in record for record in retrieve(lists).records)


def test_without_a_date_of_zohos_our_clock_must_do(lists: Lists) -> None:
    lists.says_date = False

    got = retrieve(lists, method="filter", cursor_field="read_at")

    assert len(got.records) == 450
    assert all(record["read_at"].endswith("+0000") for record in got.records)


def test_a_date_without_a_zone_is_no_trouble(lists: Lists) -> None:
    undecided = {"Date": "Sun, 15 Jun 2025 15:06:40 -0000"}
    lists.ready = [an_answer({"code": 0, "rows": [{"id": "1"}]}, headers=undecided)]

    got = retrieve(lists)

    assert got.error is None
    assert [record["id"] for record in got.records] == ["1"]


# ── Answers that are not a list ──


def test_an_answer_without_the_list_is_asked_for_again(lists: Lists) -> None:
    lists.ready = [an_answer({"code": 0, "message": "success"}), None]

    got = retrieve(lists)

    assert got.error is None
    assert len(got.records) == 450


def test_an_answer_that_never_has_the_list_ends_in_a_sentence(lists: Lists) -> None:
    lists.ready = [an_answer({"code": 0, "message": "success"})] * 3

    error = retrieve(lists).error

    assert isinstance(error, AirbyteTracedException)
    assert error.failure_type is FailureType.transient_error
    assert error.message == (
        "books_rows of organization 7: Zoho answered several times without the list. Run again later."
    )


def test_an_empty_list_is_a_list(lists: Lists) -> None:
    lists.ready = [an_answer({"code": 0, "rows": []})]

    got = retrieve(lists)

    assert got.error is None
    assert len(lists.asked) == 1


@pytest.mark.parametrize("habit", ["filter", "sort"])
def test_a_refused_parameter_is_left_out_and_said_once(
    lists: Lists, caplog: pytest.LogCaptureFixture, habit: str
) -> None:
    setattr(lists.model, habit, "refuse")
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = retrieve(lists, since(LONG_AGO + 400), method="keyset")

    assert len(got.records) == 50
    (warning,) = [record.getMessage() for record in caplog.records]
    assert warning.startswith("books_rows of organization 7: Zoho refused the request")
    assert warning.endswith("Nothing is lost; it may cost more calls.")


def test_the_next_organization_need_not_find_out_again(lists: Lists) -> None:
    lists.model.filter = "refuse"
    retriever = a_retriever(lists, method="keyset")
    retrieve_with(retriever, since(LONG_AGO + 400))
    lists.asked.clear()

    got = retrieve_with(retriever, since(LONG_AGO + 400, organization_id="8"))

    assert len(got.records) == 50
    assert not any("last_modified_time" in asked for asked in lists.asked)


def test_a_refusal_of_the_plainest_question_is_reported(lists: Lists) -> None:
    refused = an_answer({"code": 2, "message": "Invalid value passed for page"}, status=400)
    lists.ready = [refused] * 5

    error = retrieve(lists, method="plain").error

    assert isinstance(error, AirbyteTracedException)
    assert error.failure_type is FailureType.system_error
    assert "Invalid value passed for page" in str(error.message)


def test_a_list_whose_parent_was_deleted_is_empty(lists: Lists) -> None:
    gone = an_answer({"code": 1002, "message": "Contact does not exist."}, status=404)
    gone._zoho_gone = True  # type: ignore[attr-defined]  # as the error handler marks it
    lists.ready = [gone]
    of_a_contact = StreamSlice(partition={"contact_id": "5", "parent_slice": {"organization_id": "7"}}, cursor_slice={})

    got = retrieve(lists, of_a_contact)

    assert (got.records, got.error) == ([], None)
    assert len(lists.asked) == 1


def test_a_list_without_parent_that_does_not_exist_is_no_empty_list(lists: Lists) -> None:
    gone = an_answer({"code": 1002, "message": "Resource does not exist."}, status=404)
    gone._zoho_gone = True  # type: ignore[attr-defined]  # as the error handler marks it
    lists.ready = [gone] * 5

    assert "Resource does not exist" in str(retrieve(lists).error)


def test_a_list_that_refuses_its_order_as_if_it_were_not_there_is_read_without(lists: Lists) -> None:
    # Where a child may say "nothing there" by a status, the list of its parents is refused by the same.
    refused = an_answer({"code": 15, "message": "Invalid sort_column"}, status=400)
    refused._zoho_gone = True  # type: ignore[attr-defined]  # as the error handler marks it
    lists.ready = [refused]

    got = retrieve(lists)

    assert (len(got.records), got.error) == (450, None)


def test_an_extractor_that_cannot_tell_a_missing_list_from_an_empty_one_is_a_mistake_of_the_manifest(
    lists: Lists,
) -> None:
    selector = a_selector()
    selector.extractor = DpathExtractor(field_path=["rows"], config={}, parameters={})

    with pytest.raises(TypeError, match="books_rows"):
        a_retriever(lists, record_selector=selector)


# ── Checkpoints ──


@pytest.fixture
def somebody_merges() -> None:
    """Let a source merge checkpoints into its states, as SourceZoho does while it reads."""
    checkpoints.Progress([])


@pytest.mark.usefixtures("somebody_merges")
def test_a_walk_in_the_order_of_change_says_how_far_it_is_every_25_pages(lists: Lists) -> None:
    lists.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 6_000))

    got = retrieve(lists, method="keyset")

    assert [entry["cursor"] for entry in got.checkpoints] == [{"last_modified_time": str(LONG_AGO + 25 * 199)}]
    assert got.checkpoints[0]["partition"] == {"organization_id": "7"}


@pytest.mark.usefixtures("somebody_merges")
def test_a_walk_that_breaks_off_says_how_far_it_came(lists: Lists) -> None:
    lists.breaks_at_call = 2

    got = retrieve(lists, method="keyset")

    assert len(got.records) == 200
    assert [entry["cursor"] for entry in got.checkpoints] == [{"last_modified_time": str(LONG_AGO + 199)}]
    assert "trouble of its own" in str(got.error)


@pytest.mark.usefixtures("somebody_merges")
@pytest.mark.parametrize("method", ["filter", "newest_first", "scan", "plain"])
def test_other_walks_have_no_position_to_report(lists: Lists, method: str) -> None:
    lists.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 6_000))

    assert retrieve(lists, method=method).checkpoints == []


@pytest.mark.usefixtures("somebody_merges")
def test_a_parent_that_is_read_for_its_ids_moves_no_state(lists: Lists) -> None:
    lists.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 6_000))

    assert retrieve(lists, method="keyset", checkpoints=False).checkpoints == []


def test_without_a_source_that_merges_them_no_checkpoint_is_sent(lists: Lists) -> None:
    # A runner that takes the manifest alone would take a checkpoint for the state of the whole stream.
    lists.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 6_000))

    assert retrieve(lists, method="keyset").checkpoints == []


# ── A walk that took longer than the next sync looks back ──


class Edits(ListModel):
    """A list in which record 5 is edited before the third call, behind the reader's back."""

    calls = 0

    def get(self, parameters: dict[str, str]) -> dict[str, object]:  # type: ignore[override]
        self.calls += 1
        if self.calls == 3:
            self.edit(5)
            self.edit(449)
        return super().get(parameters)


@pytest.mark.parametrize(("seconds_per_call", "again"), [(1, False), (400, True)])
def test_edits_during_a_walk_longer_than_the_lookback_are_looked_for_again(
    lists: Lists, seconds_per_call: int, again: bool
) -> None:
    lists.model = Edits().add_many(range(LONG_AGO, LONG_AGO + 450))
    lists.seconds_per_call = seconds_per_call

    got = retrieve(lists)

    versions = [record["version"] for record in got.records if record["id"] == "5"]
    assert versions == ([0, 1] if again else [0])
    assert len(lists.asked) == (6 if again else 3)


def test_a_longer_lookback_makes_looking_again_needless(lists: Lists) -> None:
    lists.model = Edits().add_many(range(LONG_AGO, LONG_AGO + 450))
    lists.seconds_per_call = 400

    retrieve(lists, config={"lookback_minutes": 60})

    assert len(lists.asked) == 3


def test_a_long_walk_without_edits_is_not_repeated(lists: Lists) -> None:
    lists.seconds_per_call = 4_000

    retrieve(lists)

    assert len(lists.asked) == 3


@pytest.mark.parametrize("method", ["keyset", "newest_first"])
def test_a_walk_in_the_order_of_change_need_not_look_again(lists: Lists, method: str) -> None:
    lists.model = Edits().add_many(range(LONG_AGO, LONG_AGO + 450))
    lists.seconds_per_call = 4_000

    retrieve(lists, method=method)

    assert len(lists.asked) <= 4


def test_a_page_that_is_read_again_comes_from_zoho_and_not_from_the_cache_of_parents(lists: Lists) -> None:
    lists.model.add_many(NOON - 1_000 + place for place in range(450))
    answer = lists.model.get

    def answer_after_deletions(parameters: Mapping[str, str]) -> dict[str, Any]:
        if len(lists.asked) == 2:
            lists.model.entries = {number: each for number, each in lists.model.entries.items() if number > 60}
        return answer(parameters)

    lists.model.get = answer_after_deletions  # type: ignore[method-assign]

    retrieve(lists, method="scan", stable_sort="created_time")

    assert lists.headers[:2] == [{}, {}]
    assert lists.headers[2:] == [{"Cache-Control": 'no-cache, again="1"'}] * (len(lists.headers) - 2)
    assert len(lists.headers) > 2
