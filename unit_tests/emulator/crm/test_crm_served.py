"""Does the emulated CRM answer over HTTP, and can another process steer it?"""

from __future__ import annotations

from source_zoho.emulator import Emulator
from source_zoho.emulator.controls import control
from source_zoho.emulator.wire import Request
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.crm.crm_caller import Row


def steer(zoho: Emulator, name: str, method: str = "POST", body: bytes = b"", **query: str) -> Row:
    answer = control(zoho, Request(method, f"/_emulator/{name}", query, {}, body), "127.0.0.1")
    assert answer.status == 200, answer.body
    return body_of(answer)


def test_another_process_can_change_records(zoho: Emulator) -> None:
    added = steer(zoho, "crm-add", body=b'{"module": "Leads", "fields": {"Last_Name": "Quispe"}}')["record_id"]
    known = zoho.crm.ids("Leads")[0]
    steer(zoho, "crm-edit", body=b'{"module": "Leads", "record_id": "%s", "fields": {"Fax": "1"}}' % known.encode())
    steer(zoho, "crm-delete", body=b'{"module": "Leads", "record_id": "%s"}' % added.encode())

    rows = steer(zoho, "crm-rows", "GET", module="Leads")["rows"]
    assert rows == zoho.crm.rows("Leads")
    assert rows[0]["Fax"] == "1"
    assert zoho.crm.deleted("Leads")[0]["id"] == added


def test_another_process_can_set_switches_and_ask_what_was_used(zoho: Emulator) -> None:
    steer(zoho, "crm-behave", body=b'{"module": "Leads", "refusal": "NO_PERMISSION"}')

    assert "Leads" not in zoho.crm.readable()
    assert steer(zoho, "crm-usage", "GET") == {
        "credits_used": 0,
        "credits_left": 60_000,
        "credits_by_path": {},
        "most_at_once": 0,
    }


def test_a_configuration_may_name_the_crm(zoho: Emulator) -> None:
    with zoho:
        assert zoho.config(products=["crm"])["products"] == ["crm"]
        assert zoho.config()["products"] == ["books", "billing"]
