"""Do bulk jobs come, wait, run, end and go as Zoho documents it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.bulk_caller import READ, BulkCaller, condition
from unit_tests.emulator.crm.crm_caller import refusal

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.fixture
def bulk(zoho: Emulator) -> BulkCaller:
    return BulkCaller(zoho)


def states(bulk: BulkCaller, job_id: str, polls: int) -> list[str]:
    return [bulk.poll(job_id)["state"] for _ in range(polls)]


def test_a_new_job_is_added(bulk: BulkCaller) -> None:
    answer = bulk.ask({"module": {"api_name": "Leads"}}, callback={"url": "https://example.com/x", "method": "post"})

    body = body_of(answer)
    (told,) = body["data"]
    assert (answer.status, body["info"], told["code"], told["status"]) == (201, {}, "ADDED_SUCCESSFULLY", "success")
    assert told["message"] == "Added successfully."
    assert set(told["details"]) == {"id", "operation", "state", "created_by", "created_time"}
    assert (told["details"]["operation"], told["details"]["state"]) == ("read", "ADDED")
    assert told["details"]["created_time"] == "2026-03-04T17:30:00+05:30"
    assert set(told["details"]["created_by"]) == {"id", "name"}


def test_a_job_tells_what_it_is_about_and_where_its_file_is(bulk: BulkCaller) -> None:
    criteria = condition("Company", "starts_with", "N")
    job_id = bulk.job("Leads", fields=["Company"], criteria=criteria)

    told = bulk.poll(job_id)
    assert "result" not in told
    told = bulk.poll(job_id)
    module_id = bulk.json("/settings/modules/Leads")["modules"][0]["id"]
    assert (told["id"], told["operation"], told["file_type"]) == (job_id, "read", "csv")
    assert told["query"]["module"] == {"id": module_id, "api_name": "Leads"}
    assert (told["query"]["fields"], told["query"]["page"]) == (["Company"], 1)
    field = next(one for one in bulk.zoho.crm.fields("Leads") if one["api_name"] == "Company")
    assert told["query"]["criteria"] == {**criteria, "field": {"api_name": "Company", "id": field["id"]}}
    assert told["result"] == {
        "page": 1,
        "per_page": 200_000,
        "count": len(bulk.table(job_id)) - 1,
        "download_url": f"{READ}/{job_id}/result",
        "more_records": False,
    }


def test_a_job_is_done_at_the_second_poll(bulk: BulkCaller) -> None:
    assert states(bulk, bulk.job(), 3) == ["IN PROGRESS", "COMPLETED", "COMPLETED"]


def test_a_test_may_let_it_take_longer(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_states={"ADDED": 1, "QUEUED": 2, "IN PROGRESS": 1})

    expected = ["ADDED", "QUEUED", "QUEUED", "IN PROGRESS", "COMPLETED"]
    assert states(bulk, bulk.job(), 5) == expected


def test_jobs_wait_for_each_other(bulk: BulkCaller) -> None:
    first, second = bulk.job("Leads"), bulk.job("Deals")

    assert states(bulk, second, 3) == ["QUEUED", "QUEUED", "IN PROGRESS"]
    assert bulk.poll(first)["state"] == "COMPLETED"
    assert bulk.poll(second)["state"] == "COMPLETED"


def test_a_job_that_nobody_asks_about_holds_nobody_up_for_long(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_jobs_at_a_time=1)
    forgotten = bulk.job("Leads")
    assert refusal(bulk.ask({"module": {"api_name": "Deals"}}))[:2] == (429, "TOO_MANY_REQUESTS")

    zoho.clock.advance(10 * MINUTE)
    bulk.job("Deals")
    assert [job.state for job in zoho.crm.jobs] == ["COMPLETED", "ADDED"]
    assert bulk.table(forgotten)


def test_too_many_jobs_at_a_time_are_refused_until_one_is_done(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_jobs_at_a_time=2)
    first, _ = bulk.job("Leads"), bulk.job("Deals")

    assert refusal(bulk.ask({"module": {"api_name": "Tasks"}}))[1] == "TOO_MANY_REQUESTS"
    bulk.done(first)
    bulk.job("Tasks")


def test_a_failed_job_says_why_and_has_no_file(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_failures=1)
    failed, good = bulk.job(), bulk.job()

    told = bulk.done(failed)
    assert told["state"] == "FAILURE"
    assert told["result"]["error_message"]["code"] == "INTERNAL_SERVER_ERROR"
    assert refusal(bulk.file(failed))[:2] == (404, "RESOURCE_NOT_FOUND")
    assert bulk.done(good)["state"] == "COMPLETED"


def test_troubles_may_wait_for_one_module(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave("Deals", bulk_failures=1)

    assert [bulk.done(bulk.job(one))["state"] for one in ("Leads", "Deals", "Deals")] == [
        "COMPLETED",
        "FAILURE",
        "COMPLETED",
    ]


def test_a_lost_job_is_unknown_and_in_nobodys_way(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_lost=1)
    lost, good = bulk.job(), bulk.job()

    for answer in (bulk.call("GET", f"/{lost}"), bulk.file(lost)):
        assert refusal(answer) == (404, "RESOURCE_NOT_FOUND", {"resource": lost})
    assert states(bulk, good, 2) == ["IN PROGRESS", "COMPLETED"]


def test_an_unknown_job_is_refused(bulk: BulkCaller) -> None:
    assert refusal(bulk.call("GET", "/12345")) == (404, "RESOURCE_NOT_FOUND", {"resource": "12345"})
    assert refusal(bulk.file("12345"))[1] == "RESOURCE_NOT_FOUND"


def test_a_file_is_not_there_before_the_job_is_done(bulk: BulkCaller) -> None:
    job_id = bulk.job()
    bulk.poll(job_id)

    assert refusal(bulk.file(job_id))[:2] == (404, "RESOURCE_NOT_FOUND")


def test_a_file_lives_for_a_day(zoho: Emulator, bulk: BulkCaller) -> None:
    job_id = bulk.job()
    bulk.done(job_id)
    zoho.clock.advance(DAY - 1)
    bulk.token = BulkCaller(zoho).token

    assert bulk.table(job_id)
    zoho.clock.advance(1)
    assert refusal(bulk.file(job_id))[:2] == (404, "RESOURCE_NOT_FOUND")
    assert bulk.poll(job_id)["result"]["count"] > 0


def test_a_file_may_be_gone_earlier(zoho: Emulator, bulk: BulkCaller) -> None:
    zoho.crm.behave(bulk_expired_files=1)
    job_id = bulk.job()
    bulk.done(job_id)

    assert [bulk.file(job_id).status for _ in range(2)] == [404, 404]
    again = bulk.job()
    bulk.done(again)
    assert bulk.file(again).status == 200


def test_the_eleventh_download_in_a_minute_closes_the_door_for_a_minute(zoho: Emulator, bulk: BulkCaller) -> None:
    job_id = bulk.job()
    bulk.done(job_id)

    assert [bulk.file(job_id).status for _ in range(11)] == [200] * 10 + [429]
    zoho.clock.advance(MINUTE - 1)
    assert refusal(bulk.file(job_id))[:2] == (429, "TOO_MANY_REQUESTS")
    zoho.clock.advance(1)
    assert bulk.file(job_id).status == 200


def test_ten_downloads_a_minute_go_on_for_ever(zoho: Emulator, bulk: BulkCaller) -> None:
    job_id = bulk.job()
    bulk.done(job_id)
    statuses = []
    for _ in range(30):
        statuses.append(bulk.file(job_id).status)
        zoho.clock.advance(6)

    assert set(statuses) == {200}


def test_rows_are_those_of_the_moment_when_the_job_runs(zoho: Emulator, bulk: BulkCaller) -> None:
    one, other, third = zoho.crm.ids("Deals")[:3]
    job_id = bulk.job("Deals", fields=["Deal_Name", "Modified_Time"])
    zoho.crm.edit("Deals", one, Deal_Name="before")
    bulk.poll(job_id)
    for record_id in (one, other):
        zoho.crm.edit("Deals", record_id, Deal_Name="after")
    zoho.crm.delete("Deals", third)
    zoho.crm.add("Deals", Deal_Name="after")
    bulk.poll(job_id)

    rows = {row[0]: row[1:] for row in bulk.table(job_id)}
    assert rows[one] == ["before", "2026-03-04T17:30:00+05:30"]
    assert rows[other] != ["after", "2026-03-04T17:30:00+05:30"]
    assert third in rows
    assert not [row for row in rows.values() if row[0] == "after"]


def test_what_it_costs(zoho: Emulator, bulk: BulkCaller) -> None:
    job_id = bulk.job()
    bulk.done(job_id)
    bulk.file(job_id)

    assert zoho.crm.credits_by_path == {READ: 50, f"{READ}/{job_id}": 2, f"{READ}/{job_id}/result": 1}


def test_the_price_list_says_the_same(bulk: BulkCaller) -> None:
    listed = {one["path"]: one["operation_types"] for one in bulk.json("/__apis")["__apis"]}

    prices = [
        (listed[path][0]["method"], listed[path][0]["max_credits"]) for path in sorted(listed) if "/bulk/" in path
    ]
    assert prices == [("POST", 50), ("GET", 1), ("GET", 1)]


def test_a_test_sees_all_jobs(zoho: Emulator, bulk: BulkCaller) -> None:
    criteria = condition("Email", "not_equal", "${EMPTY}")
    job_id = bulk.job("Leads", fields=["Email"], criteria=criteria)
    bulk.done(job_id)
    bulk.file(job_id)
    bulk.job("Deals")

    first, second = zoho.crm.jobs
    assert (first.id, first.module, first.fields, first.criteria) == (job_id, "Leads", ("Email",), criteria)
    assert (first.state, first.polls, first.downloads, first.page_token) == ("COMPLETED", 2, 1, None)
    assert (second.module, second.state, second.count) == ("Deals", "ADDED", None)


@pytest.mark.parametrize(
    ("scopes", "is_let_in"),
    [
        (("ZohoCRM.bulk.READ", "ZohoCRM.modules.READ"), True),
        (("ZohoCRM.bulk.ALL", "ZohoCRM.modules.ALL"), True),
        (("ZohoCRM.bulk.READ", "ZohoCRM.modules.leads.READ"), True),
        (("ZohoCRM.bulk.READ", "ZohoCRM.modules.deals.READ"), False),
        (("ZohoCRM.bulk.READ",), False),
        (("ZohoCRM.modules.ALL",), False),
    ],
)
def test_both_scopes_are_needed(scopes: tuple[str, ...], *, is_let_in: bool) -> None:
    answer = BulkCaller(Emulator(now=NOON, scopes=set(scopes))).ask({"module": {"api_name": "Leads"}})

    assert answer.status == (201 if is_let_in else 401)
    assert is_let_in or refusal(answer)[1] == "OAUTH_SCOPE_MISMATCH"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", (400, "INVALID_REQUEST_METHOD")),
        ("DELETE", "/1", (400, "INVALID_REQUEST_METHOD")),
        ("POST", "/1/result", (400, "INVALID_REQUEST_METHOD")),
        ("GET", "/1/2", (404, "INVALID_URL_PATTERN")),
        ("GET", "/", (404, "INVALID_URL_PATTERN")),
    ],
)
def test_other_calls_are_refused(bulk: BulkCaller, method: str, path: str, expected: Any) -> None:
    assert refusal(bulk.call(method, path))[:2] == expected


def test_bulk_jobs_do_not_fit_into_a_composite_call(bulk: BulkCaller) -> None:
    inner = [{"method": "GET", "uri": f"{READ}/1"}]

    (wrapped,) = body_of(bulk.post("/__composite_requests", {"__composite_requests": inner}))["__composite_requests"]
    assert wrapped["details"]["response"]["body"]["code"] == "NOT_SUPPORTED"


@pytest.mark.parametrize(
    "switches",
    [{"bulk_nothing": True}, {"bulk_separator": "|"}, {"bulk_states": {"COMPLETED": 1}}, {"bulk_booleans": "yes"}],
)
def test_an_unknown_switch_is_answered_with_the_right_ones(zoho: Emulator, switches: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        zoho.crm.behave(**switches)
    with pytest.raises(KeyError, match="Nothing"):
        zoho.crm.behave("Nothing", bulk=False)
