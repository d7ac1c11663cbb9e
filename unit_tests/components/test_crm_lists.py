"""Do the rows of a list say what they belong to, and does its state say how far it was read?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import Progress
from source_zoho.components.crm_lists import CrmListRetriever
from unit_tests.components.crm_fakes import (
    CONFIG,
    ORGANIZATION,
    Crm,
    a_crm_selector,
    a_page,
    refusal,
    since,
    the_end_of_the_day,
)
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.module_model import NOON


def read(crm: Crm, where: StreamSlice = ORGANIZATION, place: str = "users", **settings: Any) -> Retrieved:
    wanted = {"name": "crm_users", "path": "users", "primary_key": ["id"], "config": CONFIG, **settings}
    retriever = CrmListRetriever(
        requester=crm,  # type: ignore[arg-type]
        record_selector=a_crm_selector(place),
        parameters={},
        **wanted,
    )
    return retrieve_with(retriever, where)


def test_rows_of_the_organization_come_as_they_are() -> None:
    got = read(Crm().on("users", a_page([{"id": "1", "name": "Ada"}], key="users")))

    assert got.records == [{"id": "1", "name": "Ada"}]
    assert not got.messages


@pytest.mark.parametrize(
    ("partition", "written"),
    [
        ({"module": "Leads"}, {"module": "Leads"}),
        ({"user_id": "17", "parent_slice": {"organization_id": "7"}}, {"user_id": "17"}),
    ],
)
def test_rows_say_which_module_or_parent_they_belong_to_and_no_organization(
    partition: dict[str, Any], written: dict[str, Any]
) -> None:
    where = StreamSlice(partition=partition, cursor_slice={})

    got = read(Crm().on("users", a_page([{"id": "1"}], key="users")), where)

    assert got.records == [{"id": "1", **written}]


@pytest.mark.parametrize(("asks_for_pages", "asked"), [(True, {"page": 1, "per_page": 200}), (False, {})])
def test_pages_are_asked_for_where_the_row_of_the_manifest_says_so(asks_for_pages: bool, asked: dict[str, Any]) -> None:
    crm = Crm().on("users", None)

    read(crm, asks_for_pages=asks_for_pages)

    assert crm.calls[0].params == asked


def test_without_a_cursor_the_list_is_read_in_full_and_tells_no_state() -> None:
    Progress([])
    crm = Crm().on("users", a_page([{"id": "1"}], key="users"))

    got = read(crm, since(NOON - 3600))

    assert crm.calls[0].headers == {}
    assert not got.messages


@pytest.mark.parametrize("answer", [a_page([{"id": "1"}], key="users"), 304, None])
def test_with_a_cursor_the_state_is_the_time_of_the_first_answer_whether_something_changed_or_not(answer: Any) -> None:
    Progress([])
    crm = Crm().on("users", answer)

    got = read(crm, since(NOON - 3600), cursor_field="Modified_Time", queries=["type=a", "type=b"])

    assert {call.headers["If-Modified-Since"] for call in crm.calls} == {"2025-06-15T14:06:40+00:00"}
    assert got.checkpoints == [
        {
            "partition": dict(ORGANIZATION.partition),
            "cursor": {"Modified_Time": str(NOON + 1)},
            "not_beyond": NOON + 1,
        }
    ]


def test_a_list_that_breaks_off_tells_no_state() -> None:
    Progress([])
    crm = Crm().on("users", a_page([{"id": "1"}], key="users"), the_end_of_the_day())

    got = read(crm, cursor_field="Modified_Time", queries=["type=a", "type=b"])

    assert got.error is not None
    assert not got.messages


def test_a_feature_that_is_off_is_no_failure() -> None:
    got = read(Crm().on("users", refusal("FEATURE_NOT_ENABLED")))

    assert (got.records, got.error) == ([], None)
