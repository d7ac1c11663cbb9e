"""Does every module have a stream name of its own, that stays the same and fits every destination?"""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.crm.modules import Module
from source_zoho.crm.names import snake_case, stream_names

API_NAMES = st.lists(
    st.text(max_size=12) | st.from_regex(r"[A-Z][a-z]{0,2}_{0,2}[A-Za-z]{0,3}[0-9]?", fullmatch=True), unique=True
)


def named(api_names: list[str], *reserved: str) -> dict[str, str]:
    return stream_names([Module(api_name, api_name) for api_name in api_names], reserved)


@pytest.mark.parametrize(
    ("api_name", "stream"),
    [
        ("Leads", "crm_leads"),
        ("Sales_Orders", "crm_sales_orders"),
        ("DealHistory", "crm_deal_history"),
        ("Appointments__s", "crm_appointments_s"),
        ("CustomModule1", "crm_custom_module1"),
        ("Leads_X_Users", "crm_leads_x_users"),
        ("LinkingModule5", "crm_linking_module5"),
        ("B2BAccounts", "crm_b2_b_accounts"),
        ("HTTPServers", "crm_http_servers"),
        ("already_snake", "crm_already_snake"),
        ("Café", "crm_cafe"),
        ("Größen", "crm_gro_udf_en"),
        ("契約", "crm_u5951_u7d04"),
        ("__", "crm_module"),
    ],
)
def test_a_stream_is_named_for_its_module(api_name: str, stream: str) -> None:
    assert named([api_name]) == {api_name: stream}


def test_modules_that_collide_keep_their_api_names_as_suffix() -> None:
    assert named(["SalesOrders", "Leads", "Sales_Orders"]) == {
        "SalesOrders": "crm_sales_orders_salesorders",
        "Leads": "crm_leads",
        "Sales_Orders": "crm_sales_orders_sales_orders",
    }


def test_a_stream_that_is_there_anyway_keeps_its_name() -> None:
    assert named(["Users"], "crm_users", "crm_roles") == {"Users": "crm_users_users"}


def test_names_that_differ_in_case_alone_stay_apart_where_case_is_ignored() -> None:
    first, second = named(["Parts", "PARTS"]).values()

    assert first.lower() != second.lower()
    assert first.startswith("crm_parts_parts_")


def test_a_name_with_a_suffix_may_be_the_name_of_a_third_module() -> None:
    names = named(["Users", "Users_Users"], "crm_users")

    assert len({*names.values(), "crm_users"}) == 3


@given(API_NAMES, st.sets(st.sampled_from(["crm_a", "crm_leads", "crm_module"])), st.randoms(use_true_random=False))
def test_names_are_safe_apart_and_independent_of_the_order(
    api_names: list[str], reserved: set[str], chance: random.Random
) -> None:
    names = named(api_names, *reserved)
    shuffled = chance.sample(api_names, len(api_names))

    assert set(names) == set(api_names)
    assert all(re.fullmatch(r"crm_[a-z0-9_]+", name) for name in names.values())
    assert len({*names.values(), *reserved}) == len(names) + len(reserved)
    assert named(shuffled, *reserved) == names


@given(st.text())
def test_snake_case_leaves_its_own_results_alone(api_name: str) -> None:
    assert snake_case(snake_case(api_name)) == snake_case(api_name)
