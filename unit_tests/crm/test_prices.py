"""Does the connector know what a call costs?"""

from __future__ import annotations

from typing import Any

from source_zoho.crm.prices import PriceList


def a_row(path: str, **prices: int) -> dict[str, Any]:
    return {
        "path": path,
        "operation_types": [
            {"method": method, "oauth_scope": "ZohoCRM.modules.READ", "min_credits": price, "max_credits": price + 2}
            for method, price in prices.items()
        ],
    }


def test_a_call_costs_the_fewest_credits_of_its_method() -> None:
    prices = PriceList([a_row("/crm/v8/{module}/deleted", GET=2, DELETE=5)])

    assert prices.price("GET", "/crm/v8/Leads/deleted") == 2
    assert prices.price("DELETE", "/crm/v8/Leads/deleted") == 5
    assert prices.price("POST", "/crm/v8/Leads/deleted") is None


def test_a_path_that_is_written_out_goes_before_one_that_stands_for_any_record() -> None:
    prices = PriceList([a_row("/crm/v8/{module}/{record_id}", GET=7), a_row("/crm/v8/Contacts/roles", GET=1)])

    assert prices.price("GET", "/crm/v8/Contacts/roles") == 1
    assert prices.price("GET", "/crm/v8/Contacts/4876") == 7


def test_a_place_in_a_path_is_one_step_of_it() -> None:
    prices = PriceList([a_row("/crm/v8/{module}", GET=1)])

    assert prices.price("GET", "/crm/v8/Leads") == 1
    assert prices.price("GET", "/crm/v8/Leads/deleted") is None


def test_rows_of_another_shape_are_left_out() -> None:
    prices = PriceList(
        [{}, {"path": "/crm/v8/org"}, {"path": None, "operation_types": "none"}, a_row("/crm/v8/org", GET=1)]
    )

    assert prices.price("GET", "/crm/v8/org") == 1
