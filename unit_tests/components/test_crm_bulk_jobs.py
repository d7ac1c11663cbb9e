"""What becomes of a Bulk Read job that fails, is lost, or takes too long, and of a file that does not come whole?"""

from __future__ import annotations

import logging
import tempfile
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components import crm_bulk_limits
from source_zoho.components.crm_bulk_limits import BulkLimits
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import ConfigProblem, Transient
from unit_tests.components.crm_bulk_fakes import (
    HEADER,
    BulkZoho,
    TornAnswer,
    a_file,
    a_reader,
    a_table,
    an_answer,
    an_archive,
    ids,
    lines,
)
from unit_tests.components.crm_fakes import refusal, the_end_of_the_day, trouble

GONE = refusal("RESOURCE_NOT_FOUND", resource="job1")
NOT_AN_ARCHIVE = b"<html>A proxy has something to say</html>"


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nobody really does."""
    seconds: list[float] = []
    monkeypatch.setattr(crm_bulk_limits, "_wait", seconds.append)
    return seconds


def read(zoho: BulkZoho, **more: Any) -> list[str]:
    return ids(list(a_reader(zoho, **more).parts()))


def why_closed(zoho: BulkZoho, **more: Any) -> RoadIsClosed:
    with pytest.raises(RoadIsClosed) as closed:
        read(zoho, **more)
    return closed.value


def what_fails(zoho: BulkZoho) -> ZohoFailure:
    with pytest.raises(ZohoFailure) as failed:
        read(zoho)
    return failed.value


# ── Jobs that are lost ──


@pytest.mark.parametrize(
    "script",
    [
        {"looks": ["FAILURE"]},
        {"looks": ["QUEUED", "DELETED"]},
        {"looks": ["QUEUED", GONE]},
        {"downloads": [GONE]},
        {"downloads": [refusal("EXPIRED_VALUE")]},
    ],
)
def test_a_job_that_is_lost_is_begun_once_more(script: dict[str, Any]) -> None:
    zoho = BulkZoho(**script)

    assert read(zoho) == ["1", "2", "3"]
    assert zoho.bodies[0] == zoho.bodies[1]


def test_a_later_job_that_is_lost_is_begun_from_where_the_one_before_ended() -> None:
    zoho = BulkZoho([lines(1), lines(1, 2)], looks=[None, "FAILURE"])

    assert read(zoho) == ["1", "2"]
    assert [body["query"].get("page_token") for body in zoho.bodies] == [None, "token1", "token1"]


def test_a_file_that_is_lost_before_it_is_here_has_no_next_job_begun_behind_it() -> None:
    zoho = BulkZoho([lines(1), lines(1, 2)], downloads=[GONE])

    assert read(zoho) == ["1", "2"]
    assert zoho.events[:6] == ["begun job1", "look job1", "file job1", "begun job2", "look job2", "file job2"]


def test_a_job_that_fails_twice_closes_the_road_with_zohos_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        closed = why_closed(BulkZoho(looks=["FAILURE", "FAILED"]))

    assert str(closed) == "Zoho ended Bulk Read job job2 with FAILED Zoho's reason. So it was with another job before."
    assert caplog.messages[0] == "crm_leads: Zoho ended Bulk Read job job1 with FAILURE Zoho's reason."


def test_a_place_that_zoho_has_forgotten_closes_the_road() -> None:
    expired = refusal("EXPIRED_VALUE", param_name="page_token")
    zoho = BulkZoho([lines(1), lines(1, 2)], creations=[None, expired, expired])

    assert "has forgotten where the job before ended (EXPIRED_VALUE)" in str(why_closed(zoho))


def test_a_job_that_never_ends_closes_the_road(waited: list[float]) -> None:
    closed = why_closed(BulkZoho(looks=["QUEUED"] * 100))

    assert "is not done after 2 hours" in str(closed)
    assert 6_900 <= sum(waited) <= 7_200


@pytest.mark.parametrize(("look", "state"), [("ARCHIVED", "ARCHIVED"), ({"data": []}, "in a state that Zoho does not")])
def test_a_state_that_nobody_knows_is_not_waited_for_as_long(look: Any, state: str, waited: list[float]) -> None:
    closed = why_closed(BulkZoho(looks=["QUEUED", *[look] * 100]))

    assert f"Bulk Read job job1 is {state}" in str(closed)
    assert 1_800 <= sum(waited) <= 2_200


def test_a_word_that_nobody_knows_may_be_a_step_on_the_way() -> None:
    assert read(BulkZoho(looks=["QUEUED", *["ARCHIVED"] * 9, *["IN PROGRESS"] * 9])) == ["1", "2", "3"]


def test_an_answer_without_a_state_is_asked_for_again() -> None:
    assert read(BulkZoho(looks=[{"data": []}, {"data": [{"id": "job1"}]}])) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("zoho", "words"),
    [
        (BulkZoho(creations=[{"data": []}]), "names no Bulk Read job"),
        (BulkZoho(result={"count": None}), "does not say how many records"),
    ],
)
def test_an_answer_that_says_too_little_closes_the_road(zoho: BulkZoho, words: str) -> None:
    assert words in str(why_closed(zoho))


# ── Refusals ──


@pytest.mark.parametrize("code", ["MODULE_NOT_SUPPORTED", "MODULE_NOT_AVAILABLE", "NO_PERMISSION", "NEVER_HEARD_OF"])
def test_a_refusal_closes_the_road_and_is_not_repeated(code: str) -> None:
    zoho = BulkZoho(creations=[refusal(code)])

    closed = why_closed(zoho)

    assert (str(closed), closed.code) == (f"Bulk Read is refused. Zoho said {code}.", code)
    assert len(zoho.bodies) == 1


@pytest.mark.parametrize("when", ["creations", "looks", "downloads"])
@pytest.mark.parametrize(
    "failure",
    [
        the_end_of_the_day(),
        trouble(),
        traced(ConfigProblem("No token is taken."), "INVALID_TOKEN"),
        traced(ConfigProblem("No sign-in is taken."), -1),
    ],
)
def test_what_no_other_road_would_help_against_ends_the_stream(when: str, failure: ZohoFailure) -> None:
    script: dict[str, Any] = {when: [failure]}

    assert what_fails(BulkZoho(**script)) is failure


def test_zoho_taking_no_more_jobs_is_a_matter_of_this_road() -> None:
    too_many = traced(Transient("Zoho takes no more jobs."), "TOO_MANY_REQUESTS")

    assert why_closed(BulkZoho(creations=[too_many])).code == "TOO_MANY_REQUESTS"


def test_a_missing_scope_is_found_out_once_in_a_run() -> None:
    limits = BulkLimits()
    why_closed(BulkZoho(creations=[refusal("OAUTH_SCOPE_MISMATCH")]), limits=limits)
    another = BulkZoho()

    assert why_closed(another, limits=limits).code == "OAUTH_SCOPE_MISMATCH"
    assert another.bodies == []


def test_a_scope_that_is_missing_for_one_module_does_not_close_the_road_for_others() -> None:
    limits = BulkLimits()
    read(BulkZoho(), limits=limits)
    why_closed(BulkZoho(creations=[refusal("OAUTH_SCOPE_MISMATCH")]), limits=limits)

    assert read(BulkZoho(), limits=limits) == ["1", "2", "3"]


# ── Files ──


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (lambda: an_answer(b""), "cannot be unpacked"),
        (lambda: an_answer(NOT_AN_ARCHIVE), "cannot be unpacked"),
        (lambda: an_answer(an_archive(a_table([HEADER, *lines(3)]))[:-30]), "cannot be unpacked"),
        (lambda: an_answer(an_archive()), "0 CSV files"),
        (lambda: an_answer(an_archive(b"Id\r\n1\r\n", b"Id\r\n1\r\n")), "2 CSV files"),
        (lambda: a_file(lines(2)), "it has 2 rows where the job told of 3"),
        (lambda: a_file(lines(4)), "it has 4 rows where the job told of 3"),
        (lambda: an_answer(an_archive(b"")), "it has 0 rows"),
    ],
)
def test_a_damaged_file_is_fetched_again_and_closes_the_road_in_the_end(damaged: Any, words: str) -> None:
    assert read(BulkZoho(downloads=[damaged(), damaged()])) == ["1", "2", "3"]

    zoho = BulkZoho(downloads=[damaged() for _ in range(3)])
    assert words in str(why_closed(zoho))
    assert zoho.events.count("file job1") == 3
    assert zoho.events.count("begun job2") == 0


def test_a_file_that_breaks_off_is_fetched_again_and_is_a_matter_of_time_in_the_end() -> None:
    assert read(BulkZoho(downloads=[TornAnswer(), TornAnswer()])) == ["1", "2", "3"]

    failure = what_fails(BulkZoho(downloads=[TornAnswer() for _ in range(3)]))
    assert failure.failure_type is FailureType.transient_error
    assert "does not come over (ChunkedEncodingError), tried 3 times" in str(failure.message)


def test_a_disk_without_room_closes_the_road(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)

    assert "cannot be kept on this machine: [Errno 28] No space left on device" in str(why_closed(BulkZoho()))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"Name\r\nA\r\n", "no column with the ids"),
        (b"Id,Name\r\n1,A,B\r\n", "a line of 3 values where 2 belong"),
        (b'Id,Name\r\n1,"A"B\r\n', "expected after"),
        (b"Id,Name\r\n1,\xff\r\n", "can't decode"),
    ],
)
def test_a_file_that_cannot_be_understood_closes_the_road(table: bytes, words: str) -> None:
    zoho = BulkZoho([lines(1)], downloads=[an_answer(an_archive(table))])

    assert words in str(why_closed(zoho))
