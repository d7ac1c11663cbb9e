"""Is a list of CRM read to its end however it goes on, and is nothing told as nothing?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.crm_pages import CrmPages
from source_zoho.components.traced import ZohoFailure
from unit_tests.components.crm_fakes import ORGANIZATION, Call, Crm, a_page, refusal, the_end_of_the_day, trouble

LEADS = StreamSlice(partition={"module": "Leads"}, cursor_slice={})


def a_list(crm: Crm, path: str = "users", place: str = "users", **settings: Any) -> CrmPages:
    wanted = {"name": "crm_users", "path": path, "place": place, "primary_key": ["id"], **settings}
    return CrmPages(requester=crm, **wanted)  # type: ignore[arg-type]


def ids(pages: CrmPages, where: StreamSlice = ORGANIZATION) -> list[str]:
    return [row["id"] for rows, _ in pages.pages(where) for row in rows]


def paged(count: int, key: str = "users", most: int = 200) -> Callable[[Call], Any]:
    """Return how a list of *count* rows is answered page by page."""

    def answer(call: Call) -> Any:
        size = min(int(call.params.get("per_page", most)), most)
        start = (int(call.params.get("page", 1)) - 1) * size
        rows = [{"id": str(number)} for number in range(start, min(start + size, count))]
        return a_page(rows, key=key, more_records=start + size < count, per_page=size) if rows else None

    return answer


# ── pages by number ──


@pytest.mark.parametrize("count", [0, 1, 200, 201, 399, 650])
def test_a_list_is_read_to_its_end_each_row_once(count: int) -> None:
    crm = Crm().on("users", paged(count))

    assert ids(a_list(crm)) == [str(number) for number in range(count)]


def test_the_first_question_names_the_page() -> None:
    crm = Crm().on("users", paged(3))

    ids(a_list(crm))

    assert [call.params for call in crm.calls] == [{"page": 1, "per_page": 200}]


def test_a_list_with_a_page_size_of_its_own_is_read_in_its_steps() -> None:
    assert len(ids(a_list(Crm().on("users", paged(130, most=50))))) == 130


def test_a_row_that_goes_while_we_read_takes_no_other_with_it() -> None:
    rows = [{"id": str(number)} for number in range(450)]
    crm = Crm()

    def answer(call: Call) -> Any:
        if len(crm.calls) == 2:
            del rows[:3]
        size, number = int(call.params["per_page"]), int(call.params["page"])
        part = rows[(number - 1) * size : number * size]
        return a_page(part, key="users", more_records=number * size < len(rows), per_page=size)

    found = ids(a_list(crm.on("users", answer)))

    assert set(found) >= {row["id"] for row in rows}
    assert len(found) == len(set(found))


@pytest.mark.parametrize("parameter", ["page", "per_page"])
def test_a_list_that_knows_no_pages_is_asked_without_from_then_on(parameter: str) -> None:
    def answer(call: Call) -> Any:
        return refusal("INVALID_DATA", param_name=parameter) if "page" in call.params else paged(5)(call)

    crm = Crm().on("users", answer)
    pages = a_list(crm)

    assert len(ids(pages)) == len(ids(pages)) == 5
    assert [bool(call.params) for call in crm.calls] == [True, False, False]


def test_a_refusal_of_something_else_is_not_taken_for_one_of_pages() -> None:
    with pytest.raises(ZohoFailure, match="INVALID_DATA"):
        ids(a_list(Crm().on("users", refusal("INVALID_DATA", param_name="type"))))


# ── lists without pages ──


def test_a_list_documented_without_pages_is_asked_without() -> None:
    crm = Crm().on("users", paged(3))

    assert len(ids(a_list(crm, follows="nothing"))) == 3
    assert [call.params for call in crm.calls] == [{}]


def test_a_list_documented_without_pages_is_read_on_when_zoho_says_that_more_follows() -> None:
    crm = Crm().on("users", paged(450))

    assert len(ids(a_list(crm, follows="nothing"))) == 450
    assert [call.params.get("page") for call in crm.calls] == [None, 2, 3]


# ── marks ──


@pytest.mark.parametrize(
    ("follows", "said", "asked"), [("token", "next_page_token", "page_token"), ("index", "next_index", "index")]
)
def test_a_list_goes_on_at_the_mark_that_the_answer_gives(follows: str, said: str, asked: str) -> None:
    crm = Crm().on(
        "users",
        a_page([{"id": "1"}], key="users", more_records=True, **{said: "a"}),
        a_page([{"id": "2"}], key="users", more_records=True, **{said: "b"}),
        a_page([{"id": "3"}], key="users"),
    )

    assert ids(a_list(crm, follows=follows, queries=["per_page=200"])) == ["1", "2", "3"]
    assert [call.params for call in crm.calls] == [
        {"per_page": "200"},
        {"per_page": "200", asked: "a"},
        {"per_page": "200", asked: "b"},
    ]


def test_a_mark_that_leads_to_itself_ends_the_list() -> None:
    crm = Crm().on("users", {"users": [{"id": "1"}], "info": {"next_page_token": "a"}})

    assert ids(a_list(crm, follows="token")) == ["1"]
    assert len(crm.calls) == 2


def test_a_mark_that_leads_to_itself_although_there_is_more_is_passing_trouble() -> None:
    crm = Crm().on("users", a_page([{"id": "1"}], key="users", more_records=True, next_page_token="t"))

    with pytest.raises(ZohoFailure, match="says that there is more, and repeats itself") as raised:
        ids(a_list(crm, follows="token"))

    assert raised.value.failure_type == FailureType.transient_error


@pytest.mark.parametrize(
    ("follows", "first"),
    [
        ("page", {"more_records": True, "per_page": 200}),
        ("token", {"more_records": True, "next_page_token": "t"}),
        ("index", {"more_records": True, "next_index": "i"}),
    ],
)
@pytest.mark.parametrize("nothing", [None, {"users": [], "info": {}}])
def test_nothing_where_more_was_promised_is_asked_for_once_more(
    follows: str, first: dict[str, Any], nothing: Any
) -> None:
    crm = Crm().on("users", a_page([{"id": "1"}], key="users", **first), nothing, a_page([{"id": "2"}], key="users"))

    assert ids(a_list(crm, follows=follows)) == ["1", "2"]


@pytest.mark.parametrize("follows", ["page", "token", "index"])
def test_what_is_gone_meanwhile_is_believed_the_second_time(follows: str) -> None:
    more = {"more_records": True, "per_page": 200, "next_page_token": "t", "next_index": "i"}
    crm = Crm().on("users", a_page([{"id": "1"}], key="users", **more), None)

    assert ids(a_list(crm, follows=follows)) == ["1"]
    assert len(crm.calls) == 3


def test_several_queries_are_asked_for_and_a_row_counts_once() -> None:
    both = {"AllUsers": ["1", "2"], "DeletedUsers": ["2", "3"]}
    crm = Crm().on("users", lambda call: a_page([{"id": each} for each in both[call.params["type"]]], key="users"))

    assert ids(a_list(crm, queries=["type=AllUsers", "type=DeletedUsers"])) == ["1", "2", "3"]
    assert len(crm.calls) == 2


def test_rows_without_a_key_are_told_apart_by_all_that_they_say() -> None:
    rows = [{"id": None, "name": "a"}, {"id": None, "name": "b"}, {"id": None, "name": "a"}]

    pages = a_list(Crm().on("users", a_page(rows, key="users")))

    assert [row["name"] for page, _ in pages.pages(ORGANIZATION) for row in page] == ["a", "b"]


def test_path_and_query_may_name_what_the_slice_holds_each_value_in_its_place() -> None:
    crm = Crm().on("users/a%2Fb/territories", None)
    where = StreamSlice(partition={"user_id": "a/b", "parent_slice": {"organization_id": "7"}}, cursor_slice={})

    ids(a_list(crm, path="users/{user_id}/territories", queries=["user={user_id}"]), where)

    assert crm.calls[0].params["user"] == "a/b"


def test_what_changed_since_is_asked_for_with_every_page() -> None:
    crm = Crm().on("users", paged(250))

    list(a_list(crm).pages(ORGANIZATION, datetime(2026, 1, 31, tzinfo=UTC)))

    assert [call.headers for call in crm.calls] == [{"If-Modified-Since": "2026-01-31T00:00:00+00:00"}] * 2


# ── where the rows stand ──


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"org_taxes": {"taxes": [{"id": "1"}, {"id": "2"}]}}, ["1", "2"]),
        ({"org_taxes": {"taxes": {"id": "1"}}}, ["1"]),
        ({"org_taxes": {"taxes": {}}}, []),
        ({"org_taxes": {"taxes": None}}, []),
        ({"org_taxes": {"taxes": ["text", {"id": "1"}]}}, ["1"]),
        ({"org_taxes": None}, []),
        ({"org_taxes": []}, []),
        (None, []),
        (304, []),
    ],
)
def test_rows_are_taken_from_their_place(body: Any, found: list[str]) -> None:
    assert ids(a_list(Crm().on("org/taxes", body), path="org/taxes", place="org_taxes.taxes")) == found


@pytest.mark.parametrize("info", [None, [], "text", {"more_records": "no", "per_page": "200"}])
def test_an_odd_info_is_none(info: Any) -> None:
    body = {"users": [{"id": "1"}], "info": info}

    assert ids(a_list(Crm().on("users", body, None))) == ["1"]


# ── nothing of the kind ──


@pytest.mark.parametrize("code", ["FEATURE_NOT_ENABLED", "TERRITORY_NOT_ENABLED", "CURRENCIES_NOT_ENABLED"])
def test_a_feature_that_is_off_has_no_rows_and_is_asked_about_once(code: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    crm = Crm().on("users", refusal(code))
    pages = a_list(crm, queries=["type=a", "type=b"])

    for _ in range(3):
        assert ids(pages) == []

    assert len(crm.calls) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"crm_users has no rows: the feature is off in this organization ({code})."
    ]


@pytest.mark.parametrize("code", ["INVALID_MODULE", "API_NOT_SUPPORTED", "NOT_SUPPORTED", "RESOURCE_NOT_FOUND"])
def test_a_module_or_parent_without_such_a_list_has_no_rows(code: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    crm = Crm().on("users", refusal(code))

    assert ids(a_list(crm), LEADS) == []
    assert [record.getMessage() for record in caplog.records] == [f"crm_users: Zoho has none for Leads ({code})."]


@pytest.mark.parametrize("code", ["INVALID_MODULE", "API_NOT_SUPPORTED", "RESOURCE_NOT_FOUND", "INVALID_DATA"])
def test_a_list_of_the_organization_that_is_refused_is_a_gap(code: str) -> None:
    with pytest.raises(ZohoFailure, match=code):
        ids(a_list(Crm().on("users", refusal(code))))


@pytest.mark.parametrize(
    "failure", [the_end_of_the_day(), trouble(), refusal("NO_PERMISSION"), refusal("OAUTH_SCOPE_MISMATCH")]
)
@pytest.mark.parametrize("where", [ORGANIZATION, LEADS])
def test_a_refusal_that_says_something_else_is_a_gap(failure: ZohoFailure, where: StreamSlice) -> None:
    with pytest.raises(ZohoFailure) as caught:
        ids(a_list(Crm().on("users", failure)), where)

    assert caught.value is failure


def test_when_the_requester_gives_up_that_is_passing_trouble() -> None:
    crm = Crm(gives_up=True)

    with pytest.raises(ZohoFailure) as caught:
        ids(a_list(crm))

    assert caught.value.failure_type is FailureType.transient_error
