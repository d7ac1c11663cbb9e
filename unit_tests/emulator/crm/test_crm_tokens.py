"""Do page tokens live, bind and end as Zoho documents them?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal

HOUR = 3600


def first_token(crm: CrmCaller, since: str | None = None, **query: Any) -> str:
    token: str = crm.json("/Deals", since, **{"fields": "id", "per_page": 50, **query})["info"]["next_page_token"]
    return token


def test_a_chain_has_every_record_once(zoho: Emulator, crm: CrmCaller) -> None:
    pages = list(crm.chain("/Deals", fields="Deal_Name", sort_order="asc", per_page=50))

    assert [len(page) for page in pages[:-1]] == [50] * (len(pages) - 1)
    assert ids([row for page in pages for row in page]) == zoho.crm.ids("Deals")


@pytest.mark.parametrize(
    "change",
    [
        {"fields": "Deal_Name"},
        {"per_page": 60},
        {"sort_order": "desc"},
        {"sort_by": "id"},
        {"converted": "both"},
        {"ids": "1"},
    ],
)
def test_a_token_is_bound_to_every_parameter(crm: CrmCaller, change: dict[str, Any]) -> None:
    token = first_token(crm, sort_order="asc")
    query: dict[str, Any] = {"fields": "id", "per_page": 50, "sort_order": "asc", "page_token": token, **change}

    assert refusal(crm.get("/Deals", **query)) == (400, "TOKEN_BOUND_DATA_MISMATCH", {"param_name": next(iter(change))})


def test_a_token_is_bound_to_the_module(crm: CrmCaller) -> None:
    query: dict[str, Any] = {"fields": "id", "per_page": 50, "page_token": first_token(crm)}

    assert refusal(crm.get("/Leads", **query))[1] == "TOKEN_BOUND_DATA_MISMATCH"


def test_a_token_is_bound_to_if_modified_since(crm: CrmCaller) -> None:
    token = first_token(crm, "2023-01-01T00:00:00+00:00")
    query: dict[str, Any] = {"fields": "id", "per_page": 50, "page_token": token}

    assert crm.get("/Deals", "2023-01-01T00:00:00+00:00", **query).status == 200
    assert refusal(crm.get("/Deals", **query))[1] == "TOKEN_BOUND_DATA_MISMATCH"
    assert refusal(crm.get("/Deals", "2023-01-01T05:30:00+05:30", **query))[1] == "TOKEN_BOUND_DATA_MISMATCH"


def test_a_token_is_bound_to_the_user_but_not_to_the_access_token(zoho: Emulator, crm: CrmCaller) -> None:
    query: dict[str, Any] = {"fields": "id", "per_page": 50, "page_token": first_token(crm)}

    assert CrmCaller(zoho).get("/Deals", **query).status == 200
    zoho.crm.become("2")
    assert refusal(crm.get("/Deals", **query))[1] == "TOKEN_BOUND_DATA_MISMATCH"


def test_a_token_lives_for_24_hours(zoho: Emulator, crm: CrmCaller) -> None:
    token = first_token(crm)
    zoho.clock.advance(24 * HOUR - 1)
    crm.token = CrmCaller(zoho).token
    still = crm.get("/Deals", fields="id", per_page=50, page_token=token).status
    zoho.clock.advance(1)

    assert still == 200
    crm.token = CrmCaller(zoho).token
    expired = refusal(crm.get("/Deals", fields="id", per_page=50, page_token=token))
    assert expired == (400, "EXPIRED_VALUE", {"param_name": "page_token"})


def test_each_page_begins_a_new_life(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.limits(token_hours=1)
    token = first_token(crm)
    zoho.clock.advance(HOUR // 2)
    second = crm.json("/Deals", fields="id", per_page=50, page_token=token)["info"]["next_page_token"]
    zoho.clock.advance(HOUR // 2 + 60)
    crm.token = CrmCaller(zoho).token

    assert crm.get("/Deals", fields="id", per_page=50, page_token=second).status == 200
    assert refusal(crm.get("/Deals", fields="id", per_page=50, page_token=token))[1] == "EXPIRED_VALUE"


def test_a_chain_ends_at_its_limit(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.limits(chain=100)
    second = crm.json("/Deals", fields="id", per_page=50, page_token=first_token(crm))["info"]

    assert second["more_records"] is True
    third = crm.get("/Deals", fields="id", per_page=50, page_token=second["next_page_token"])
    assert refusal(third) == (400, "PAGINATION_LIMIT_EXCEEDED", {"limit": 100})


def test_a_whole_last_page_has_no_token_behind_it(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Even", fields=20, rows=104)
    kept = zoho.crm.count("Even")

    pages = [crm.json("/Even", fields="id", per_page=kept // 2)]
    pages.append(crm.json("/Even", fields="id", per_page=kept // 2, page_token=pages[0]["info"]["next_page_token"]))
    assert [page["info"]["more_records"] for page in pages] == [True, False]
    assert pages[1]["info"]["next_page_token"] is None


def test_a_token_that_remembers_the_record_is_not_shifted_by_changes(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Deals")
    first = crm.json("/Deals", fields="id", sort_order="asc", per_page=50)
    zoho.crm.delete("Deals", known[10])
    zoho.crm.delete("Deals", known[49])

    second = crm.rows("/Deals", fields="id", sort_order="asc", per_page=50, page_token=first["info"]["next_page_token"])
    assert ids(second) == known[50:100]


def test_a_token_that_counts_rows_is_shifted_by_changes(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Deals", token_style="offset")
    known = zoho.crm.ids("Deals")
    first = crm.json("/Deals", fields="id", sort_order="asc", per_page=50)
    zoho.crm.delete("Deals", known[10])

    second = crm.rows("/Deals", fields="id", sort_order="asc", per_page=50, page_token=first["info"]["next_page_token"])
    assert ids(second) == known[51:101]


def test_an_edited_record_moves_behind_the_reader_of_modifications(zoho: Emulator, crm: CrmCaller) -> None:
    query: dict[str, Any] = {"fields": "id", "sort_by": "Modified_Time", "sort_order": "asc", "per_page": 100}
    first = crm.json("/Deals", **query)
    edited = first["data"][0]["id"]
    zoho.crm.edit("Deals", edited, Next_Step="Call")
    rest: list[str] = []
    token = first["info"]["next_page_token"]
    while token:
        body = crm.json("/Deals", page_token=token, **query)
        rest += ids(body["data"])
        token = body["info"]["next_page_token"]

    assert rest[-1] == edited
    assert sorted({*ids(first["data"]), *rest}) == zoho.crm.ids("Deals")
