"""Does every planned trouble reach the CRM's callers in Zoho's own form?"""

from __future__ import annotations

import orjson
import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.codes import CODES
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal

PATH = "/crm/v8/Deals"


@pytest.mark.parametrize("kind", CODES)
def test_every_code_comes_in_its_envelope_and_once(zoho: Emulator, crm: CrmCaller, kind: str) -> None:
    zoho.faults.add(kind, path=PATH)

    known = CODES[kind]
    assert refusal(crm.get("/Deals", fields="id")) == (known.status, known.code, dict(known.details))
    assert crm.get("/Deals", fields="id").status == 200
    assert zoho.calls.log[-2].code == known.code


def test_a_code_may_come_with_another_status_and_details(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("NO_PERMISSION", path=PATH, status=400, details={"permissions": ["Crm_Implied_Api_Access"]})

    told = refusal(crm.get("/Deals", fields="id"))
    assert told == (400, "NO_PERMISSION", {"permissions": ["Crm_Implied_Api_Access"]})


def test_a_path_with_names_in_brackets_means_many_calls(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("INTERNAL_ERROR", path="/crm/v8/{module}/deleted", times=2)

    assert crm.get("/Deals", fields="id").status == 200
    assert [crm.get(f"/{module}/deleted").status for module in ("Leads", "Deals", "Cases")] == [500, 500, 200]


def test_a_trouble_waits_its_turn(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("EXPIRED_VALUE", path=PATH, after=2)

    assert [crm.get("/Deals", fields="id").status for _ in range(4)] == [200, 200, 400, 200]


def test_troubles_of_the_wire_are_for_every_product(zoho: Emulator, crm: CrmCaller) -> None:
    statuses = []
    for kind in ("502", "html", "empty", "not_json"):
        zoho.faults.add(kind, path=PATH)
        statuses.append(crm.get("/Deals", fields="id").status)

    assert statuses == [502, 502, 200, 200]
    zoho.faults.add("reset", path=PATH)
    zoho.faults.add("truncated", path=PATH)
    assert [crm.get("/Deals", fields="id").wire for _ in range(3)] == ["reset", "truncated", "whole"]


def test_the_list_may_be_missing(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("no_list_key", path=PATH)

    assert orjson.loads(crm.get("/Deals", fields="id").body).keys() == {"info"}


def test_a_token_may_die_between_two_pages(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("expire_token", path=PATH, after=1)

    assert crm.get("/Deals", fields="id").status == 200
    assert refusal(crm.get("/Deals", fields="id"))[:2] == (401, "INVALID_TOKEN")


def test_a_slow_call_passes_time(zoho: Emulator, crm: CrmCaller) -> None:
    before = zoho.clock.seconds()
    zoho.faults.add("slow", path=PATH, seconds=30)
    crm.get("/Deals", fields="id")

    assert zoho.clock.seconds() - before == 30


def test_troubles_of_one_product_leave_the_other_alone(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("44", path="invoices")

    assert crm.get("/Invoices", fields="id").status == 200
