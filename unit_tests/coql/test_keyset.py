"""Which query brings the next records, and which counts them?"""

from __future__ import annotations

from datetime import UTC, datetime

from source_zoho.coql.keyset import Reach, count, page

SINCE = datetime(2026, 1, 31, 12, 0, 0, 500_000, UTC)


def test_the_first_page_of_everything() -> None:
    assert page(Reach("Leads"), ["id", "Modified_Time"], 2000).text == (
        "select id, Modified_Time from Leads where id is not null order by id asc limit 2000"
    )


def test_the_first_page_of_changes_includes_the_second_of_the_border() -> None:
    assert page(Reach("Leads", since=SINCE), ["id"], 200).text == (
        "select id from Leads where Modified_Time >= '2026-01-31T12:00:00+00:00' order by id asc limit 200"
    )


def test_the_page_behind_an_id() -> None:
    assert page(Reach("Leads", since=SINCE, after="77"), ["id"], 200).text == (
        "select id from Leads where (Modified_Time >= '2026-01-31T12:00:00+00:00' and id > '77') "
        "order by id asc limit 200"
    )
    assert page(Reach("Leads", after="77"), ["id"], 5).text == (
        "select id from Leads where id > '77' order by id asc limit 5"
    )


def test_another_field_may_say_when_a_record_changed() -> None:
    assert "where Created_Time >= " in page(Reach("Deal_History", "Created_Time", SINCE), ["id"], 5).text


def test_records_are_counted_without_a_limit() -> None:
    assert count(Reach("Leads")).text == "select COUNT(id) from Leads where id is not null"
    assert count(Reach("Leads", since=SINCE, after="77")).text == (
        "select COUNT(id) from Leads where (Modified_Time >= '2026-01-31T12:00:00+00:00' and id > '77')"
    )
