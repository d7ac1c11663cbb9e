"""Does a check ask for what it needs and no more?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from source_zoho.deletions.check import Check, What
from source_zoho.deletions.known import Known

EARLIER = datetime(2025, 6, 15, 12, tzinfo=UTC)
NOW = EARLIER + timedelta(days=1)


def a_known(*ids: str, hidden: frozenset[str] = frozenset(), agreed_at: datetime | None = EARLIER) -> Known:
    return Known(frozenset(ids), EARLIER, hidden, agreed_at)


def asks(check: Check) -> What | None:
    return check.question.what if check.question else None


def test_the_first_check_reads_the_list_and_asks_about_nobody() -> None:
    check = Check(None, can_count=False)

    assert check.is_first
    assert asks(check) is What.EVERYTHING
    check.showed(["1", "2"], NOW)
    assert check.question is None
    assert check.known == Known(frozenset({"1", "2"}), NOW)


def test_a_count_that_agrees_with_the_list_makes_the_next_count_worth_something() -> None:
    check = Check(None, can_count=True)
    check.counted(2, NOW)
    check.showed(["1", "2"], NOW)

    assert check.known
    assert check.known.count_agreed_at == NOW


def test_as_many_rows_as_we_know_with_the_new_ones_means_that_nothing_was_deleted() -> None:
    check = Check(a_known("1", "2"), can_count=True)
    check.counted(3, NOW)

    assert check.question
    assert (check.question.what, check.question.since) == (What.CHANGED, EARLIER)
    check.changed(["2", "3"])
    assert check.question is None
    assert check.known == Known(frozenset({"1", "2", "3"}), NOW, count_agreed_at=EARLIER)


def test_another_count_means_that_the_list_is_read() -> None:
    check = Check(a_known("1", "2"), can_count=True)
    check.counted(2, NOW)
    check.changed(["3"])

    assert asks(check) is What.EVERYTHING
    assert check.known == a_known("1", "2"), "nothing is believed before the list has been read"


def test_fewer_rows_than_we_know_need_no_look_at_the_changes() -> None:
    check = Check(a_known("1", "2"), can_count=True)
    check.counted(1, NOW)

    assert asks(check) is What.EVERYTHING


@pytest.mark.parametrize("known", [a_known("1", agreed_at=None), a_known("1"), None])
def test_a_list_without_a_count_is_read(known: Known | None) -> None:
    check = Check(known, can_count=True)
    check.counted(None, NOW)

    assert asks(check) is What.EVERYTHING


def test_a_count_that_did_not_agree_is_not_compared_again() -> None:
    check = Check(a_known("1", agreed_at=None), can_count=True)
    check.counted(1, NOW)

    assert asks(check) is What.EVERYTHING


def test_after_a_week_the_list_is_read_whatever_the_count_says() -> None:
    check = Check(a_known("1", agreed_at=NOW - timedelta(days=7)), can_count=True)
    check.counted(1, NOW)

    assert asks(check) is What.EVERYTHING


def test_an_id_that_the_list_does_not_show_is_asked_about() -> None:
    check = Check(a_known("1", "2", "3"), can_count=False)
    check.showed(["2"], NOW)

    assert check.question
    assert check.question.record_id == "1"
    assert check.exists(gone=True) == "1"
    assert check.question.record_id == "3"
    assert check.exists(gone=False) is None
    assert check.question is None
    assert check.known == Known(frozenset({"2"}), NOW, hidden=frozenset({"3"}))


def test_a_hidden_record_is_asked_about_until_it_shows_or_is_gone() -> None:
    check = Check(a_known("1", hidden=frozenset({"8", "9"})), can_count=False)
    check.showed(["1", "8"], NOW)

    assert check.question
    assert check.question.record_id == "9"
    assert check.exists(gone=True) == "9"
    assert check.known == Known(frozenset({"1", "8"}), NOW)


def test_while_a_record_is_hidden_no_count_is_believed() -> None:
    check = Check(a_known("1", "2"), can_count=True)
    check.counted(1, NOW)
    check.showed(["1"], NOW)
    check.exists(gone=False)

    assert check.known
    assert check.known.count_agreed_at is None


def test_a_check_that_ends_in_the_middle_goes_on_with_those_it_had_not_asked_about() -> None:
    first = Check(a_known("1", "2", "3"), can_count=False)
    first.showed([], NOW)
    first.exists(gone=True)
    assert first.known
    assert first.known.at == EARLIER, "the others were last seen then"

    second = Check(Known.of(first.known.note()), can_count=False)
    second.showed([], NOW)

    assert [second.exists(gone=True), second.exists(gone=True)] == ["2", "3"]
    assert second.question is None


@pytest.mark.parametrize("answer", ["changed", "exists"])
def test_an_answer_that_nobody_asked_for_is_a_mistake(answer: str) -> None:
    check = Check(None, can_count=False)

    with pytest.raises(ValueError, match="nobody asked"):
        check.changed([]) if answer == "changed" else check.exists(gone=True)
