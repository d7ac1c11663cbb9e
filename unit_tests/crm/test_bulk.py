"""Is a Bulk Read job asked for what is wanted, looked at as seldom as possible, and its answer understood?"""

from __future__ import annotations

from itertools import accumulate, pairwise, takewhile
from typing import Any

import pytest

from source_zoho.crm.bulk import (
    LONGEST_JOB_SECONDS,
    MOST_FIELDS,
    Job,
    Stage,
    job_body,
    job_in,
    new_job_id,
    next_job_bodies,
    waits,
)

NAMES = [f"Field_{number}" for number in range(MOST_FIELDS + 1)]


def told(state: str = "COMPLETED", **result: Any) -> Job:
    job = job_in({"data": [{"id": "7", "operation": "read", "state": state, "result": result}]})
    assert job is not None
    return job


# ── The question ──


def test_all_records_are_asked_for_without_a_criterion() -> None:
    assert job_body("Leads", ["Last_Name"], "Modified_Time") == {
        "query": {"module": {"api_name": "Leads"}, "fields": ["Last_Name"]},
        "file_type": "csv",
    }


def test_changes_are_asked_for_from_a_moment_on() -> None:
    body = job_body("Leads", ["Last_Name"], "Modified_Time", "2025-01-31T12:00:00+00:00")

    assert body["query"]["criteria"] == {
        "field": {"api_name": "Modified_Time"},
        "comparator": "greater_equal",
        "value": "2025-01-31T12:00:00+00:00",
    }


def test_as_many_fields_are_named_as_may_be_and_all_are_asked_for_when_there_are_more() -> None:
    assert job_body("Leads", NAMES[:-1])["query"]["fields"] == NAMES[:-1]
    assert "fields" not in job_body("Leads", NAMES)["query"]
    assert "fields" not in job_body("Leads", [])["query"]


def test_the_next_job_is_asked_for_by_the_token_and_failing_that_by_the_whole_question() -> None:
    first = job_body("Leads", ["Last_Name"], "Modified_Time", "2025-01-31T12:00:00+00:00")

    alone, whole = next_job_bodies(first, "a-token")

    assert alone == {"query": {"page_token": "a-token"}}
    assert whole == {**first, "query": {**first["query"], "page_token": "a-token"}}
    assert "page_token" not in first["query"]


# ── When to look ──


@pytest.mark.parametrize(
    ("job_takes_seconds", "looks"),
    [(3.5, 1), (30, 3), (60, 4), (600, 10), (3600, 19)],
)
def test_a_job_is_looked_at_a_few_times_however_long_it_takes(job_takes_seconds: float, looks: int) -> None:
    looked_at = list(accumulate(waits()))

    assert len(list(takewhile(lambda at: at < job_takes_seconds, looked_at))) + 1 <= looks


def test_a_look_is_never_much_later_than_the_job_has_taken() -> None:
    looked_at = list(accumulate(waits()))

    assert all(later <= 3.5 * earlier for earlier, later in pairwise(looked_at))


def test_a_job_is_not_waited_for_without_end() -> None:
    assert LONGEST_JOB_SECONDS - 300 <= sum(waits()) <= LONGEST_JOB_SECONDS


# ── The answer ──


def test_the_answer_to_the_question_names_the_job() -> None:
    assert new_job_id({"data": [{"code": "ADDED_SUCCESSFULLY", "details": {"id": "7", "state": "ADDED"}}]}) == "7"


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": []}, {"data": [{}]}, {"data": [{"details": "7"}]}])
def test_an_answer_of_another_shape_names_no_job(body: dict[str, Any]) -> None:
    assert new_job_id(body) == ""
    assert job_in(body) is None


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("ADDED", Stage.UNDER_WAY),
        ("QUEUED", Stage.UNDER_WAY),
        ("IN PROGRESS", Stage.UNDER_WAY),
        ("IN_PROGRESS", Stage.UNDER_WAY),
        ("SOMETHING NEW", Stage.UNKNOWN),
        ("COMPLETED", Stage.READY),
        ("Completed", Stage.READY),
        ("FAILURE", Stage.FAILED),
        ("FAILED", Stage.FAILED),
        ("DELETED", Stage.FAILED),
    ],
)
def test_the_words_for_the_state_are_understood(word: str, stage: Stage) -> None:
    job = told(word)

    assert (job.stage, job.state) == (stage, word)


def test_a_finished_job_says_how_many_records_it_has_and_how_to_get_the_others() -> None:
    job = told(count=200_000, more_records=True, next_page_token="a-token", download_url="/crm/bulk/v8/read/7/result")

    assert job == Job("7", Stage.READY, "COMPLETED", 200_000, more=True, next_page_token="a-token")


def test_a_token_tells_that_there_are_more_where_nothing_else_does() -> None:
    assert told(count=1, next_page_token="a-token").more
    assert not told(count=1, more_records=False, next_page_token="a-token").more
    assert not told(count=1).more


def test_what_is_not_said_is_not_known() -> None:
    assert told().rows is None
    assert told(count="many").rows is None


def test_a_failed_job_says_why_in_words_or_in_an_envelope() -> None:
    envelope = {"status": "error", "code": "INTERNAL_SERVER_ERROR", "message": "Zoho's reason", "details": {}}

    assert told("FAILURE", error_message=envelope).reason == "INTERNAL_SERVER_ERROR: Zoho's reason"
    assert told("FAILURE").reason == ""
    assert told("FAILURE", error_message="Zoho's reason" * 100).reason == ("Zoho's reason" * 100)[:300]
