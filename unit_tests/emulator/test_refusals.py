"""Does Books refuse what Zoho would refuse, in the same words?"""

from __future__ import annotations

import pytest

from unit_tests.emulator.builders import Caller, body_of, refusal


def test_an_unknown_path_is_code_5(caller: Caller) -> None:
    assert refusal(caller.get("/unicorns")) == (404, 5)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_anything_but_get_is_code_37(caller: Caller, method: str) -> None:
    assert refusal(caller.get("/invoices", method=method)) == (405, 37)


def test_a_foreign_organization_is_code_6041(caller: Caller) -> None:
    answer = caller.get("/invoices", organization_id="4711")

    assert refusal(answer) == (400, 6041)
    assert "4711" in body_of(answer)["message"]


def test_a_call_without_an_organization_is_refused(caller: Caller) -> None:
    assert refusal(caller.get("/invoices", organization_id=None)) == (400, 6024)


def test_an_inactive_organization_is_listed_and_refused(caller: Caller) -> None:
    (closed,) = caller.zoho.inactive_organization_ids
    rows = caller.json("/organizations", organization_id=None)["organizations"]

    assert [row["organization_id"] for row in rows if not row["is_org_active"]] == [closed]
    assert refusal(caller.get("/invoices", organization_id=closed)) == (400, 6024)


def test_one_organization_can_be_read_by_its_id(caller: Caller) -> None:
    body = caller.json(f"/organizations/{caller.organization_id}", organization_id=None)

    assert body["organization"]["is_default_org"] is True
    assert refusal(caller.get("/organizations/4711", organization_id=None)) == (404, 1002)
