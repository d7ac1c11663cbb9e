"""Is what hangs below a record read for each record that changed, and told from what cannot be read?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.components.crm_children import oldest_change_first
from source_zoho.components.crm_reader import Batch
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.errors import Unexpected
from unit_tests.components.crm_fakes import Call, a_page, refusal, the_end_of_the_day, trouble
from unit_tests.components.crm_leads import LONG_AGO, except_of, followed, lead_in, leads, read
from unit_tests.crm.module_model import stamp

NO_SUCH_LIST = traced(
    Unexpected("Zoho said INVALID_DATA: the relation name given seems to be invalid"), "INVALID_DATA", {}
)


# ── what is read ──


def test_a_row_says_whose_it_is_and_when_that_changed() -> None:
    got = read(leads(1))

    (row,) = got.records
    assert row == {"id": "of 7", "record_id": "7", "module": "Leads", "parent_modified_time": stamp(LONG_AGO, 7)}


def test_the_record_may_have_a_name_of_its_own() -> None:
    got = read(leads(1), called="lead_id", primary_key=["lead_id", "id"])

    assert got.records[0].keys() == {"id", "lead_id", "module", "parent_modified_time"}


def test_records_are_asked_about_once_and_oldest_change_first() -> None:
    crm = leads(12)

    got = read(crm)

    assert followed(crm) == [str(number) for number in range(7, 19)]
    assert [row["record_id"] for row in got.records] == followed(crm)


def test_only_records_that_changed_are_asked_about() -> None:
    crm = leads(5)

    read(crm, LONG_AGO + 3 * 3600)

    assert followed(crm) == ["10", "11"]


def test_of_the_records_themselves_only_their_change_is_asked_for() -> None:
    crm = leads(1)

    read(crm)

    assert {call.params["fields"] for call in crm.calls if call.path == "Leads"} == {"Modified_Time"}


@pytest.mark.parametrize("habit", [{"sort": "ignored"}, {"filter": "ignored"}, {"sort": "refused"}])
def test_records_that_come_in_no_order_are_sorted_first(habit: dict[str, Any]) -> None:
    crm = leads(12, **habit)

    read(crm, LONG_AGO + 1)

    assert followed(crm) == [str(number) for number in range(8, 19)]


@pytest.mark.parametrize(
    ("follows", "said", "asked"), [("token", "next_page_token", "page_token"), ("index", "next_index", "index")]
)
def test_a_list_goes_on_by_the_mark_that_each_answer_gives(follows: str, said: str, asked: str) -> None:
    def below(call: Call) -> dict[str, Any]:
        number = int(call.params.get(asked, "0"))
        more = {said: str(number + 1), "more_records": True} if number < 2 else {said: None}
        return a_page([{"id": f"{lead_in(call)}-{number}"}], key="things", **more)

    crm = leads(2, below)
    got = read(crm, follows=follows, queries=["per_page=200"])

    assert [row["id"] for row in got.records] == ["7-0", "7-1", "7-2", "8-0", "8-1", "8-2"]
    marks = [call.params for call in crm.calls if "/" in call.path][:3]
    assert marks == [{"per_page": "200"}, {"per_page": "200", asked: "1"}, {"per_page": "200", asked: "2"}]


def test_a_list_goes_on_by_page_numbers() -> None:
    def below(call: Call) -> dict[str, Any]:
        page = call.params["page"]
        return a_page([{"id": f"{page}"}], key="things", more_records=page < 3, per_page=200)

    got = read(leads(1, below), follows="page")

    assert [row["id"] for row in got.records] == ["1", "2", "3"]


def test_a_mark_that_leads_nowhere_ends_the_list() -> None:
    crm = leads(1, lambda _: a_page([{"id": "1"}], key="things", next_page_token="again", more_records=True))

    got = read(crm, follows="token")

    assert len(got.records) == 1
    assert len(followed(crm)) == 2


def test_a_record_with_nothing_below_it_has_no_rows() -> None:
    got = read(leads(3, except_of("8", None)))

    assert [row["record_id"] for row in got.records] == ["7", "9"]


# ── what cannot be read ──


@pytest.mark.parametrize(
    "answer", [refusal("INVALID_DATA"), refusal("INVALID_DATA", param="id"), refusal("RECORD_NOT_FOUND")]
)
def test_a_record_that_was_deleted_meanwhile_is_passed_over(answer: ZohoFailure) -> None:
    got = read(leads(3, except_of("8", answer)))

    assert got.error is None
    assert [row["record_id"] for row in got.records] == ["7", "9"]


@pytest.mark.parametrize("answer", [NO_SUCH_LIST, refusal("INVALID_MODULE"), refusal("NOT_SUPPORTED")])
def test_a_module_whose_records_have_no_such_list_is_asked_once(
    answer: ZohoFailure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    crm = leads(3, answer)

    got = read(crm)

    assert (got.error, got.records, followed(crm)) == (None, [], ["7"])
    assert "crm_things: Zoho has none for Leads (" in caplog.text


def test_a_feature_that_is_off_is_asked_for_once() -> None:
    crm = leads(3, refusal("FEATURE_NOT_ENABLED"))

    got = read(crm)

    assert (got.error, got.records, followed(crm)) == (None, [], ["7"])


@pytest.mark.parametrize(
    "answer",
    [refusal("INVALID_DATA", param_name="fields"), refusal("NO_PERMISSION"), trouble(), the_end_of_the_day()],
    ids=lambda answer: str(answer.message),
)
def test_a_refusal_that_does_not_speak_of_the_record_is_no_empty_list(answer: ZohoFailure) -> None:
    got = read(leads(3, except_of("8", answer)))

    assert got.error is answer
    assert [row["record_id"] for row in got.records] == ["7"]


# ── the order ──


def a_batch(*changes: int | None, reached: int | None = None) -> Batch:
    rows = [{"id": str(each), CHANGED_AT: None if each is None else stamp(each, 7)} for each in changes]
    return Batch(rows, None if reached is None else datetime.fromtimestamp(reached, UTC))


@pytest.mark.parametrize(
    ("batches", "order"),
    [
        ([a_batch(1, 2, reached=2), a_batch(3, reached=3)], "1 2 3"),
        ([a_batch(2, 1, reached=2), a_batch(4, 3)], "1 2 3 4"),
        ([a_batch(5, 1, reached=2), a_batch(3, reached=4)], "1 3 5"),
        ([a_batch(4, 2), a_batch(3, 1)], "1 2 3 4"),
        ([a_batch(2, None)], "None 2"),
        ([a_batch(None, 2, reached=2), a_batch(None)], "None 2 None"),
        ([], ""),
    ],
)
def test_a_record_waits_for_everything_older(batches: list[Batch], order: str) -> None:
    assert " ".join(each.key for each in oldest_change_first(batches)) == order


def test_a_record_waits_no_longer_than_it_has_to() -> None:
    def batches() -> Iterator[Batch]:
        yield a_batch(1, 2, reached=2)
        raise AssertionError("the first two need not wait for more")

    records = oldest_change_first(batches())

    assert [next(records).key, next(records).key] == ["1", "2"]
