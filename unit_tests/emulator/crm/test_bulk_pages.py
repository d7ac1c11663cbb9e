"""Does a chain of bulk jobs have every record once, and do its tokens live and bind as Zoho documents it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.bulk_order import Scramble
from unit_tests.emulator.crm.bulk_caller import BulkCaller, condition
from unit_tests.emulator.crm.crm_caller import refusal

HOUR = 3_600
ALL: dict[str, Any] = {"module": {"api_name": "Deals"}, "fields": ["Deal_Name"]}


@pytest.fixture
def bulk(zoho: Emulator) -> BulkCaller:
    zoho.crm.behave(bulk_rows_per_job=150)
    return BulkCaller(zoho)


def next_token(bulk: BulkCaller, **query: Any) -> str:
    token: str = bulk.done(bulk.made(bulk.ask(query or ALL)))["result"]["next_page_token"]
    return token


def chained(bulk: BulkCaller, query: dict[str, Any], **more: Any) -> list[list[str]]:
    """Follow tokens to the end and return the ids of every job."""
    found: list[list[str]] = []
    while True:
        job_id = bulk.made(bulk.ask(query))
        result = bulk.done(job_id)["result"]
        found.append([row[0] for row in bulk.table(job_id)[1:]])
        assert (result["count"], result["page"], result["per_page"]) == (len(found[-1]), len(found), 150)
        assert result["more_records"] is ("next_page_token" in result)
        if not result["more_records"]:
            return found
        query = {"page_token": result["next_page_token"], **more}


@pytest.mark.parametrize("more", [{}, ALL], ids=["token alone", "token and the whole query"])
def test_a_chain_has_every_record_once(zoho: Emulator, bulk: BulkCaller, more: dict[str, Any]) -> None:
    jobs = chained(bulk, ALL, **more)

    known = zoho.crm.ids("Deals")
    assert [len(ids) for ids in jobs] == [150, 150, len(known) - 300]
    assert sorted(one for ids in jobs for one in ids) == known


def test_no_job_is_in_order_of_ids(bulk: BulkCaller) -> None:
    for ids in chained(bulk, ALL):
        assert ids != sorted(ids)
        assert ids != sorted(ids, reverse=True)


def test_a_chain_is_not_disturbed_by_what_comes_and_goes(zoho: Emulator, bulk: BulkCaller) -> None:
    known = zoho.crm.ids("Deals")
    first = bulk.made(bulk.ask(ALL))
    token = bulk.done(first)["result"]["next_page_token"]
    read = [row[0] for row in bulk.table(first)[1:]]
    for record_id in read[:20]:
        zoho.crm.delete("Deals", record_id)
    added = {zoho.crm.add("Deals") for _ in range(20)}

    rest: list[str] = []
    while token:
        job_id = bulk.job(page_token=token)
        token = bulk.done(job_id)["result"].get("next_page_token")
        rest += [row[0] for row in bulk.table(job_id)[1:]]
    assert sorted({*read, *rest} - added) == known
    assert len(read) + len(rest) == len({*read, *rest})


def test_pages_by_number_have_the_same_records(zoho: Emulator, bulk: BulkCaller) -> None:
    pages = [[row["Id"] for row in bulk.exported("Deals", page=page)] for page in (1, 2, 3, 4)]

    assert sorted(one for ids in pages for one in ids) == zoho.crm.ids("Deals")
    assert pages[3] == []


def test_a_whole_last_job_has_no_token_behind_it(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Deals", bulk_rows_per_job=zoho.crm.count("Deals"))

    assert bulk.done(bulk.job("Deals"))["result"]["more_records"] is False


def test_criteria_go_on_in_the_next_job(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_rows_per_job=20)
    criteria = condition("Stage", "equal", "Closed Won")
    wanted = [row["id"] for row in zoho.crm.rows("Deals") if row["Stage"] == "Closed Won"]
    found, token = [], next_token(bulk, **ALL, criteria=criteria)
    while token:
        job_id = bulk.job(page_token=token)
        token = bulk.done(job_id)["result"].get("next_page_token")
        found += [row[0] for row in bulk.table(job_id)[1:]]

    assert len(found) == len(wanted) - 20
    assert set(found) < set(wanted)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"module": {"api_name": "Leads"}}, "module"),
        ({"fields": ["Stage"]}, "fields"),
        ({"criteria": condition("Stage", "equal", "Closed Won")}, "criteria"),
    ],
)
def test_a_token_is_bound_to_the_whole_query(bulk: BulkCaller, change: dict[str, Any], name: str) -> None:
    answer = bulk.ask({**ALL, "page_token": next_token(bulk), **change})

    assert refusal(answer) == (400, "TOKEN_BOUND_DATA_MISMATCH", {"param_name": name})


def test_a_token_is_bound_to_the_user(zoho: Emulator, bulk: BulkCaller) -> None:
    token = next_token(bulk)
    zoho.crm.become("2")

    assert refusal(bulk.ask({"page_token": token}))[:2] == (400, "TOKEN_BOUND_DATA_MISMATCH")


def test_a_token_lives_for_24_hours(zoho: Emulator, bulk: BulkCaller) -> None:
    token = next_token(bulk)
    zoho.clock.advance(24 * HOUR - 1)
    bulk.token = BulkCaller(zoho).token

    assert bulk.ask({"page_token": token}).status == 201
    zoho.clock.advance(1)
    assert refusal(bulk.ask({"page_token": token}))[:2] == (400, "EXPIRED_VALUE")


def test_an_invented_token_is_refused(bulk: BulkCaller) -> None:
    assert refusal(bulk.ask({"page_token": "abc"}))[1:] == ("INVALID_DATA", {"param_name": "page_token"})
    assert refusal(bulk.ask({"page_token": 7}))[1] == "INVALID_DATA"


def test_page_and_page_token_exclude_each_other(bulk: BulkCaller) -> None:
    assert refusal(bulk.ask({"page_token": next_token(bulk), "page": 2}))[1] == "PAGE_NOT_SUPPORTED"


@pytest.mark.parametrize("size", [0, 1, 255, 256, 1_000])
def test_the_shuffle_can_be_undone(size: int) -> None:
    scramble = Scramble(size)
    places = [scramble.place(number) for number in range(2 * scramble.size)]

    assert [scramble.number(place) for place in places] == list(range(2 * scramble.size))
    assert sorted(places) == list(range(2 * scramble.size))
