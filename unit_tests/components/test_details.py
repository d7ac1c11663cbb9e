"""Is a list row made whole by its document, one by one or many at a time, and is no document passed over?"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.follow import FollowRetriever
from unit_tests.components.answers import an_answer
from unit_tests.components.families import Family, Syncs, a_bulk_detailer, a_detailer, going_by
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.paging.list_model import NOON, ListModel, stamp

LONG_AGO = NOON - 100_000
SEVEN = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})


@pytest.fixture
def family() -> Family:
    return Family(ListModel().add_many(LONG_AGO + 10 * number for number in range(5)))


def read(family: Family, retriever: FollowRetriever) -> Retrieved:
    with going_by(family):
        return retrieve_with(retriever, SEVEN)


def ids(got: Retrieved) -> list[str]:
    return [record["id"] for record in got.records]


def united(row: dict[str, Any], document: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return what *row* becomes with its *document*."""
    family = Family(ready=[an_answer({"code": 0, "rows": [row]}), an_answer({"code": 0, "row": document})])
    got = read(family, a_detailer(family, **{"walk": "scan", **settings}))
    assert got.error is None
    (record,) = got.records
    return record


# ── One by one ──


def test_a_record_has_the_fields_of_the_list_and_of_the_document_and_says_that_it_is_whole(family: Family) -> None:
    got = read(family, a_detailer(family))

    assert got.records[1] == {
        "id": "2",
        "version": 0,
        "body": 0,
        "created_time": stamp(NOON - 200_000 + 1),
        "last_modified_time": stamp(LONG_AGO + 10),
        "organization_id": "7",
        "record_source": "detail",
    }


def test_where_both_have_a_field_the_document_wins_even_by_saying_nothing() -> None:
    record = united({"id": "1", "total": 5, "notes": "short"}, {"total": 7, "notes": None})

    assert (record["total"], record["notes"]) == (7, None)


def test_the_cursor_is_what_the_list_says() -> None:
    document = {"last_modified_time": stamp(LONG_AGO + 99), "id": "1"}

    assert united({"id": "1", "last_modified_time": stamp(LONG_AGO)}, document)["last_modified_time"] == stamp(LONG_AGO)


@pytest.mark.parametrize("said", ["", None, "other"])
def test_the_key_is_what_the_list_says_so_that_both_can_be_joined(said: str | None) -> None:
    key = ["organization_id", "id", "account_id"]

    record = united({"id": "1", "account_id": "a"}, {"id": said, "account_id": said}, primary_key=key)

    assert (record["id"], record["account_id"]) == ("1", "a")


def test_the_cursor_may_have_another_name_in_other_accounts() -> None:
    record = united(
        {"id": "1", "last_modified_time": stamp(LONG_AGO)},
        {"body": 1},
        cursor_field="updated_time",
        parent_changed_at="updated_time",
        also_changed_at=["last_modified_time"],
    )

    assert record["updated_time"] == stamp(LONG_AGO)


def test_rows_that_share_an_id_each_become_a_record() -> None:
    rows = [{"id": "1", "account_id": "a"}, {"id": "1", "account_id": "b"}]
    documents = [an_answer({"code": 0, "row": {"id": "1", "account_id": "a", "body": 1}}) for _ in rows]
    family = Family(ready=[an_answer({"code": 0, "rows": rows}), *documents])
    key = ["organization_id", "id", "account_id"]
    parent = {"path": "rows", "records": ["rows"], "primary_key": key}

    got = read(family, a_detailer(family, parent=parent, primary_key=key, cursor_field="", walk="full"))

    assert sorted(record["account_id"] for record in got.records) == ["a", "b"]
    assert all(record["body"] == 1 for record in got.records)


def test_documents_deleted_since_they_were_listed_are_counted(family: Family, caplog: pytest.LogCaptureFixture) -> None:
    def delete(number: int) -> None:
        if number == 2:
            family.model.delete(2)
            family.model.delete(4)

    family.before_call = delete
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = read(family, a_detailer(family))

    assert ids(got) == ["1", "3", "5"]
    assert caplog.messages == ["books_things of organization 7: 2 were deleted while we read, and have no rows."]


def test_an_edit_between_list_and_document_brings_the_document_twice_and_the_last_is_the_latest(
    family: Family,
) -> None:
    family.before_call = lambda number: family.model.edit(3) if number == 2 else None
    syncs = Syncs(family, a_detailer(family))
    syncs.run()
    assert syncs.landed["3", ""]["body"] == 1
    assert syncs.landed["3", ""]["last_modified_time"] == stamp(LONG_AGO + 20)

    family.before_call = lambda number: None
    syncs.run()

    assert family.followed == ["3"]
    assert syncs.landed["3", ""]["last_modified_time"] == stamp(family.model.entries[3].modified)


# ── Many at a time ──


def many(count: int) -> Family:
    return Family(ListModel().add_many(LONG_AGO + number for number in range(count)))


def asked_for(family: Family) -> list[int]:
    """How many documents each call asked for."""
    return [len(each.split(",")) for each in family.followed]


def test_a_hundred_documents_are_had_by_one_call() -> None:
    family = many(250)

    got = read(family, a_bulk_detailer(family))

    assert ids(got) == [str(number) for number in range(1, 251)]
    assert asked_for(family) == [100, 100, 50]
    assert {record["record_source"] for record in got.records} == {"detail"}
    assert all(record["created_time"] and record["body"] == 0 for record in got.records)


def test_documents_may_come_in_any_order_and_as_numbers() -> None:
    family = many(0)
    documents = [{"id": 2, "body": "two"}, {"id": 1, "body": "one"}]
    family.ready = [an_answer({"code": 0, "rows": [{"id": "1"}, {"id": "2"}]}), an_answer({"items": documents})]

    got = read(family, a_bulk_detailer(family, walk="scan"))

    assert {record["id"]: record["body"] for record in got.records} == {"1": "one", "2": "two"}


@pytest.mark.parametrize("most", [99, 40, 7, 1])
def test_when_a_hundred_are_refused_half_as_many_are_asked_for_from_then_on(most: int) -> None:
    family = many(250)
    family.most_documents = most

    got = read(family, a_bulk_detailer(family))

    assert sorted(ids(got), key=int) == [str(number) for number in range(1, 251)]
    refused = [count for count in asked_for(family) if count > most]
    assert len(refused) <= 7, "found out once, not for every hundred"


def test_a_refusal_of_a_single_document_is_reported() -> None:
    family = many(3)
    family.most_documents = 0

    got = read(family, a_bulk_detailer(family))

    assert got.records == []
    assert "Invalid value passed for ids" in str(got.error)


def test_documents_left_out_of_an_answer_were_deleted(caplog: pytest.LogCaptureFixture) -> None:
    family = many(10)
    family.before_call = lambda number: family.model.entries.pop(4, None) if number == 2 else None
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = read(family, a_bulk_detailer(family))

    assert ids(got) == ["1", "2", "3", "5", "6", "7", "8", "9", "10"]
    assert asked_for(family) == [10, 1], "what is missing is asked for once more, alone"
    assert "1 were deleted" in caplog.text


def test_documents_that_an_answer_has_no_room_for_are_asked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    family = many(250)
    family.cuts_off_after = 40
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = read(family, a_bulk_detailer(family))

    assert ids(got) == [str(number) for number in range(1, 251)]
    assert asked_for(family) == [100, 60, 20, 100, 60, 20, 50, 10]
    assert "deleted" not in caplog.text


def test_one_document_that_spoils_the_answer_does_not_take_the_others_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    family = many(10)
    family.poisonous = "4"
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = read(family, a_bulk_detailer(family))

    assert sorted(ids(got), key=int) == ["1", "2", "3", "5", "6", "7", "8", "9", "10"]
    assert "1 were deleted" in caplog.text


def test_an_answer_in_several_pages_is_read_to_its_end() -> None:
    family = many(2)
    more = {"page_context": {"has_more_page": True, "per_page": 1}}
    family.ready = [
        family.model_answer(),
        an_answer({"items": [{"id": "1", "body": 1}], **more}),
        an_answer({"items": [{"id": "2", "body": 2}]}),
    ]

    got = read(family, a_bulk_detailer(family))

    assert (ids(got), got.error) == (["1", "2"], None)


def test_only_documents_that_are_news_are_asked_for() -> None:
    family = many(250)
    syncs = Syncs(family, a_bulk_detailer(family))
    syncs.run()
    family.model.now += 60
    family.model.edit(7)
    family.model.edit(200)

    syncs.run()

    assert family.followed == ["7,200"]
    assert (syncs.landed["7", ""]["body"], syncs.landed["200", ""]["body"]) == (1, 1)


def test_a_sync_that_breaks_between_two_hundreds_goes_on_with_the_second() -> None:
    family = many(250)
    syncs = Syncs(family, a_bulk_detailer(family, walk="filter"))
    assert syncs.run(breaks_at_call=4).error  # two pages of the list, a hundred documents
    assert len(syncs.landed) == 100

    syncs.run()

    assert family.followed[0].split(",")[0] == "101"
    assert len(syncs.landed) == 250


def test_a_hundred_that_broke_off_in_the_middle_are_all_read_in_the_next_sync() -> None:
    family = many(100)
    family.most_documents = 60
    syncs = Syncs(family, a_bulk_detailer(family))
    assert syncs.run(breaks_at_call=4).error  # the list, a refusal, fifty documents
    assert len(syncs.landed) == 50

    syncs.run()

    assert len(syncs.landed) == 100
