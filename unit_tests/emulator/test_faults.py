"""Does every fault spoil exactly the calls that it is meant for?"""

from __future__ import annotations

import orjson
import pytest

from source_zoho.emulator.faults import BROKEN, KINDS, TOKEN, ZOHO_ERRORS
from unit_tests.emulator.builders import Caller, body_of, refusal


@pytest.mark.parametrize("kind", ZOHO_ERRORS)
def test_zohos_own_errors_come_with_status_code_words_and_quota(caller: Caller, kind: str) -> None:
    status, code, message = ZOHO_ERRORS[kind]
    caller.zoho.faults.add(kind)

    answer = caller.get("/items")

    assert (answer.status, body_of(answer)) == (status, {"code": code, "message": message})
    assert "X-Rate-Limit-Remaining" in answer.headers
    assert caller.get("/items").status == 200


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_answers_are_nobodys_json(caller: Caller, kind: str) -> None:
    caller.zoho.faults.add(kind)

    answer = caller.get("/items")

    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.body)
    assert "X-Rate-Limit-Limit" not in answer.headers
    assert caller.get("/items").status == 200


@pytest.mark.parametrize("kind", TOKEN)
def test_faults_of_the_accounts_server_leave_books_alone(caller: Caller, kind: str) -> None:
    caller.new_token()
    caller.zoho.faults.add(kind)

    assert caller.get("/items").status == 200
    assert b"access_token" not in caller.ask_token().body
    assert b"access_token" in caller.ask_token().body


def test_a_fault_lets_some_calls_pass_and_spoils_some(caller: Caller) -> None:
    caller.zoho.faults.add("500", times=2, after=1)

    assert [caller.get("/items").status for _ in range(4)] == [200, 500, 500, 200]


@pytest.mark.parametrize("path", ["/invoices", "invoices", "/books/v3/invoices"])
def test_a_fault_may_be_meant_for_one_path(caller: Caller, path: str) -> None:
    caller.zoho.faults.add("503", path=path)

    assert caller.get("/items").status == 200
    assert caller.get("/invoices/4711").status == 404
    assert caller.get("/invoices").status == 503


def test_a_fault_may_be_meant_for_a_child_list_by_name(caller: Caller) -> None:
    contact_id = caller.zoho.rows("contacts", caller.organization_id)[0]["contact_id"]
    caller.zoho.faults.add("1002", path="contact_persons")

    assert refusal(caller.get(f"/contacts/{contact_id}/contactpersons")) == (404, 1002)


def test_a_fault_may_be_meant_for_one_organization(caller: Caller) -> None:
    here, there = caller.zoho.organization_ids
    caller.zoho.faults.add("57", organization_id=there)

    assert caller.get("/items", organization_id=here).status == 200
    assert refusal(caller.get("/items", organization_id=there)) == (401, 57)


def test_a_fault_may_say_how_long_to_wait(caller: Caller) -> None:
    caller.zoho.faults.add("43", retry_after=3600)
    caller.zoho.faults.add("503", retry_after=5)

    assert caller.get("/items").headers["Retry-After"] == "3600"
    assert caller.get("/items").headers["Retry-After"] == "5"


def test_an_expired_token_stays_expired_until_a_new_one_is_made(caller: Caller) -> None:
    caller.zoho.faults.add("expire_token", after=2)

    assert [caller.get("/items").status for _ in range(4)] == [200, 200, 401, 401]
    caller.new_token()
    assert caller.get("/items").status == 200


def test_an_answer_may_lack_its_list(caller: Caller) -> None:
    caller.zoho.faults.add("no_list_key")

    assert sorted(caller.json("/items")) == ["code", "message", "page_context"]


def test_a_slow_call_takes_the_emulators_time_and_nobody_elses(caller: Caller) -> None:
    before = caller.zoho.clock.now()
    caller.zoho.faults.add("slow", seconds=90)

    assert caller.get("/items").status == 200
    assert (caller.zoho.clock.now() - before).total_seconds() == 90


def test_planned_faults_can_be_cleared(caller: Caller) -> None:
    caller.zoho.faults.add("500", times=99)

    caller.zoho.faults.clear()

    assert caller.get("/items").status == 200


def test_an_unknown_kind_is_answered_with_the_known_ones(caller: Caller) -> None:
    with pytest.raises(ValueError, match="expected one of: 2, 5, 9"):
        caller.zoho.faults.add("meteor")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_planned(caller: Caller, kind: str) -> None:
    assert caller.zoho.faults.add(kind).kind == kind
