"""Is it said when a module cannot be read by queries, and does what is not about the query go on?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from source_zoho.components import crm_coql
from source_zoho.components.crm_coql import CoqlShape, shape_for
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import ConfigProblem, Unexpected
from source_zoho.oauth import tokens as stores
from unit_tests.components.crm_fakes import CONFIG, a_page, refusal, the_end_of_the_day, trouble
from unit_tests.components.crm_queries import A_ROW, CHANGED, LONG_AGO, NAME, WIDE, a_reader, answered, ids_of, leads
from unit_tests.crm.module_model import moment, stamp


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """What was learned is shared by a process: forget it after each test."""
    yield
    crm_coql.forget()
    stores._stores.clear()


def closed_by(*answers: Any, since: datetime | None = None, after: str = "", fields: Any = None) -> RoadIsClosed:
    with pytest.raises(RoadIsClosed) as raised:
        a_reader(answered(*answers), fields or [CHANGED, NAME]).page(since, after, 200)
    return raised.value


# ── Answers that cannot be ──


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "9"}, {"id": "8"}],
        [{"id": "9"}, {"id": "9"}],
        [{"id": "7"}],
        [{"id": "10"}, {"id": "9"}],
    ],
)
def test_ids_that_do_not_rise_close_the_road(rows: list[dict[str, Any]]) -> None:
    reason = closed_by(a_page(rows), after="7")

    assert (
        str(reason) == "Module Leads is not read by queries: Zoho does not give its records in the order of their ids."
    )


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": "x"}, {"id": 7}, {"id": "-7"}])
def test_rows_without_an_id_close_the_road(row: dict[str, Any]) -> None:
    assert "without an id" in str(closed_by(a_page([row])))


def test_records_that_are_older_than_asked_for_close_the_road() -> None:
    since = moment(LONG_AGO)

    assert "older than asked for" in str(
        closed_by(a_page([{**A_ROW, "Modified_Time": stamp(LONG_AGO - 1)}]), since=since)
    )


def test_the_second_of_the_border_is_not_older() -> None:
    since = moment(LONG_AGO) + timedelta(microseconds=900_000)
    crm = answered(a_page([{**A_ROW, "Modified_Time": stamp(LONG_AGO)}]))

    assert ids_of([a_reader(crm).page(since, "", 200)]) == ["7"]


# ── Refusals ──


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("SYNTAX_ERROR", {"line": 1, "column": 8, "near": "x"}),
        ("INVALID_MODULE", {}),
        ("NOT_SUPPORTED", {}),
        ("API_NOT_SUPPORTED", {}),
        ("NO_PERMISSION", {"permissions": ["Crm_Implied_View_Leads"]}),
        ("INVALID_QUERY", {}),
        ("INVALID_QUERY", {"column_name": "Modified_Time"}),
        ("INVALID_QUERY", {"column_name": "Unknown"}),
        ("LIMIT_EXCEEDED", {}),
        ("SOMETHING_NEW", {}),
    ],
)
def test_a_refusal_closes_the_road_with_zohos_word_for_it(code: str, details: dict[str, Any]) -> None:
    reason = closed_by(refusal(code, **details))

    assert reason.code == code
    assert str(reason) == f"Zoho does not give module Leads by queries. Zoho said {code}."


def test_an_answer_without_a_word_of_zohos_closes_the_road() -> None:
    """A proxy may not let queries through, and let lists through all the same."""
    not_found = traced(Unexpected("Zoho gave an answer that this connector does not know."), -1)

    assert "does not know" in str(closed_by(not_found))


@pytest.mark.parametrize(
    "failure",
    [
        the_end_of_the_day(),
        trouble(),
        traced(ConfigProblem("Zoho accepts neither token."), "INVALID_TOKEN"),
        traced(ConfigProblem("Zoho refused the refresh token.")),
    ],
)
def test_what_is_not_about_the_query_is_no_end_of_the_road(failure: ZohoFailure) -> None:
    reader = a_reader(answered(failure))
    for ask in (partial(reader.page, None, "", 200), reader.count):
        with pytest.raises(ZohoFailure) as raised:
            ask()
        assert raised.value is failure


def test_a_module_whose_name_cannot_be_written_is_not_asked_for() -> None:
    crm = answered(None)

    with pytest.raises(RoadIsClosed, match="no API name of a module"):
        a_reader(crm, api_name="Größen").page(None, "", 200)

    assert crm.calls == []


def test_a_module_of_which_zoho_refuses_column_after_column_is_left_to_other_roads() -> None:
    zoho = leads(refused=tuple(each.api_name for each in WIDE[1:]))

    with pytest.raises(RoadIsClosed, match="refuses too many of its columns"):
        a_reader(zoho, WIDE).page(None, "", 200)

    assert len(zoho.texts) == 40


def test_a_missing_scope_is_met_once_by_all_modules() -> None:
    crm, shape = answered(refusal("OAUTH_SCOPE_MISMATCH")), CoqlShape()
    for name in ("Leads", "Deals"):
        for _ in range(2):
            with pytest.raises(RoadIsClosed) as raised:
                a_reader(crm, shape=shape, api_name=name).count()
            assert raised.value.code == "OAUTH_SCOPE_MISMATCH"

    assert len(crm.calls) == 1
    assert str(raised.value) == "No module is read by queries: the refresh_token lacks the scope ZohoCRM.coql.READ."


def test_a_scope_that_is_missing_for_one_module_closes_no_other() -> None:
    shape = CoqlShape()
    a_reader(leads(), shape=shape).page(None, "", 200)
    with pytest.raises(RoadIsClosed):
        a_reader(answered(refusal("OAUTH_SCOPE_MISMATCH")), shape=shape, api_name="Deals").count()

    assert a_reader(leads(), shape=shape).count() == 3


# ── What a run knows ──


def test_what_was_learned_is_shared_until_the_next_run() -> None:
    shape = shape_for(CONFIG)

    assert shape_for(dict(CONFIG)) is shape
    assert shape_for({**CONFIG, "refresh_token": "another"}) is not shape
    crm_coql.forget()
    assert shape_for(CONFIG) is not shape
