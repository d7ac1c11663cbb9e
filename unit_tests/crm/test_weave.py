"""When do the groups of fields of one record become one record, and when is it read again?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.crm.weave import Row, Weave, moment

READ_AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
LONG_AGO = "2026-01-01T09:00:00+05:30"
LATER = "2026-01-02T09:00:00+05:30"


def a_row(record_id: str, changed: str | None = LONG_AGO, **values: Any) -> Row:
    return {"id": record_id, "Modified_Time": changed, **values}


def test_one_group_is_whole_by_itself() -> None:
    rows = [a_row("1"), a_row("2")]

    assert Weave(1).take([rows], READ_AT) == rows


def test_joins_the_groups_of_a_record() -> None:
    weave = Weave(2)

    rows = weave.take([[a_row("1", a=1), a_row("2", a=2)], [a_row("1", b=3), a_row("2", b=4)]], READ_AT)

    assert rows == [a_row("1", a=1, b=3), a_row("2", a=2, b=4)]


def test_joins_by_id_when_the_lists_are_not_in_the_same_order() -> None:
    weave = Weave(2)

    rows = weave.take([[a_row("1", a=1), a_row("2", a=2)], [a_row("2", b=4), a_row("1", b=3)]], READ_AT)

    assert rows == [a_row("1", a=1, b=3), a_row("2", a=2, b=4)]


def test_waits_a_round_for_a_group_that_is_behind() -> None:
    weave = Weave(2)

    first = weave.take([[a_row("1", a=1), a_row("2", a=2)], [a_row("1", b=3)]], READ_AT)
    second = weave.take([[], [a_row("2", b=4)]], READ_AT)

    assert [row["id"] for row in first] == ["1"]
    assert second == [a_row("2", a=2, b=4)]
    assert weave.pop_torn() == []


def test_a_record_that_a_group_lacks_for_longer_is_torn() -> None:
    weave = Weave(2)

    for _ in range(2):
        assert weave.take([[a_row("1")], []], READ_AT) == []

    assert weave.pop_torn() == ["1"]


def test_two_versions_of_a_record_are_torn() -> None:
    weave = Weave(2)

    rows = weave.take([[a_row("1")], [a_row("1", LATER)]], READ_AT)

    assert rows == []
    assert weave.pop_torn() == ["1"]


def test_a_torn_record_that_comes_whole_after_all_is_not_read_again() -> None:
    weave = Weave(2)
    weave.take([[a_row("1"), a_row("2")], [a_row("1", LATER)]], READ_AT)

    rows = weave.take([[a_row("1", LATER), a_row("3")], [a_row("1", LATER)]], READ_AT)

    assert rows == [a_row("1", LATER)]
    assert "1" not in weave.pop_torn()


@pytest.mark.parametrize("seconds_ago", [0, 1])
def test_what_changed_just_now_may_have_changed_again_between_the_groups(seconds_ago: int) -> None:
    just_now = (READ_AT - timedelta(seconds=seconds_ago)).isoformat()
    weave = Weave(2)

    rows = weave.take([[a_row("1", just_now)], [a_row("1", just_now)]], READ_AT)

    assert rows == []
    assert weave.pop_torn() == ["1"]


def test_a_part_that_was_read_in_the_second_of_its_change_stays_doubtful_however_late_the_others_come() -> None:
    """Both say the same second; only the second of them was read after it was over."""
    weave = Weave(2)
    weave.take([[a_row("1", READ_AT.isoformat(), a="old")], []], READ_AT)

    rows = weave.take([[], [a_row("1", READ_AT.isoformat(), b="new")]], READ_AT + timedelta(seconds=5))

    assert rows == []
    assert weave.pop_torn() == ["1"]


def test_nobody_waits_for_what_was_handed_out() -> None:
    weave = Weave(2)

    weave.take([[a_row("1"), a_row("2")], []], READ_AT, known={"1"})
    weave.give_up_waiting()

    assert weave.pop_torn() == ["2"]


def test_gives_up_waiting_for_what_lies_behind() -> None:
    weave = Weave(2)
    weave.take([[a_row("1"), a_row("2", LATER)], []], READ_AT)

    weave.give_up_waiting(before=moment(LATER))

    assert weave.pop_torn() == ["1"]
    assert weave.take([[], [a_row("2", LATER)]], READ_AT) == [a_row("2", LATER)]


def test_joins_records_that_do_not_say_when_they_changed() -> None:
    rows = Weave(2).take([[a_row("1", None, a=1)], [a_row("1", None, b=2)]], READ_AT)

    assert rows == [a_row("1", None, a=1, b=2)]


def test_an_answer_of_the_leader_alone_ends_the_waiting() -> None:
    weave = Weave(3)

    assert weave.take([[]], READ_AT) == []


@pytest.mark.parametrize("text", [None, "", "yesterday", 5, "2026-01-31T10:00:00"])
def test_a_text_without_an_offset_is_no_instant(text: Any) -> None:
    assert moment(text) is None


def test_an_instant_is_the_same_whatever_its_offset() -> None:
    assert moment("2026-01-31T17:30:00+05:30") == moment("2026-01-31T12:00:00Z") == READ_AT
