"""Does the whole result of a query come, each row once, and is it said when that cannot be?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.coql_reader import QueryReader
from source_zoho.components.traced import ZohoFailure
from source_zoho.coql.shape import CoqlShape
from unit_tests.components.coql_fakes import CITIES, LEADS, TOP, a_part, asked, cities, rows, wanted_query
from unit_tests.components.crm_fakes import Crm, a_page, refusal, the_end_of_the_day, trouble

BY_ID = "select Last_Name, id from Leads where"


def a_zoho(*answers: Any) -> Crm:
    return Crm().on("coql", *answers)


def read(crm: Crm, query: str = LEADS, shape: CoqlShape | None = None, conditions: tuple[str, ...] = ()) -> list[Any]:
    reader = QueryReader(wanted_query(query), crm, shape or CoqlShape())  # type: ignore[arg-type]
    return [row for page in reader.pages(conditions) for row in page.rows]


def ends(crm: Crm) -> list[str]:
    """Return what the queries say behind their conditions."""
    return [query[query.index(" order by") :] for query in asked(crm)]


# ── by id ──


def test_what_is_behind_the_last_id_is_asked_for_until_there_is_no_more() -> None:
    crm = a_zoho(a_part(rows(1, 2)), a_part(rows(3)), a_part(rows(7), more=False))

    assert read(crm) == rows(1, 2, 3, 7)
    assert asked(crm) == [
        f"{BY_ID} City = 'Bern' order by id asc limit 200",
        f"{BY_ID} ((City = 'Bern') and id > '2') order by id asc limit 2000",
        f"{BY_ID} ((City = 'Bern') and id > '3') order by id asc limit 2000",
    ]


def test_nothing_there_is_no_row() -> None:
    assert read(a_zoho(None)) == []


@pytest.mark.parametrize("nothing", [None, {"data": []}, {"data": None}])
def test_an_end_where_there_should_be_more_is_believed_when_zoho_says_it_twice(nothing: Any) -> None:
    assert read(a_zoho(a_part(rows(1, 2)), nothing, a_part(rows(3), more=False))) == rows(1, 2, 3)
    assert read(a_zoho(a_part(rows(1, 2)), None, None)) == rows(1, 2)


def test_conditions_hold_on_every_page() -> None:
    crm = a_zoho(a_part(rows(1)), None)

    read(crm, conditions=("A >= 1",))

    assert asked(crm)[1].startswith(f"{BY_ID} (((City = 'Bern') and A >= 1) and id > '1') order")


def test_a_page_that_does_not_say_whether_there_are_more_is_the_last_when_it_is_not_full() -> None:
    crm = a_zoho({"data": rows(*range(1, 201))}, {"data": rows(201)})

    assert len(read(crm)) == 201
    assert len(asked(crm)) == 2


def test_a_limit_is_respected() -> None:
    crm = a_zoho(a_part(rows(1, 2)), a_part(rows(3)))

    assert read(crm, f"{LEADS} limit 3") == rows(1, 2, 3)
    assert ends(crm) == [" order by id asc limit 3", " order by id asc limit 1"]


@pytest.mark.parametrize("second", [rows(1), rows(4, 3), [{"Last_Name": "no id"}]])
def test_rows_that_do_not_come_in_the_order_of_ids_end_the_stream(second: list[dict[str, Any]]) -> None:
    with pytest.raises(ZohoFailure, match="not give the rows in the order of ids") as failure:
        read(a_zoho(a_part(rows(1, 2)), a_part(second)))

    assert failure.value.failure_type is FailureType.system_error


# ── how many rows an organization takes ──


def test_an_organization_that_takes_fewer_rows_is_asked_for_fewer_from_then_on() -> None:
    shape = CoqlShape()
    crm = a_zoho(a_part(rows(1)), refusal("LIMIT_EXCEEDED", limit=200), a_part(rows(2)), a_part(rows(3), more=False))

    assert read(crm, shape=shape) == rows(1, 2, 3)
    assert [query.rpartition(" ")[2] for query in asked(crm)] == ["200", "2000", "200", "200"]
    assert shape.rows == 200


def test_an_organization_that_gives_fewer_rows_than_asked_for_loses_none() -> None:
    shape = CoqlShape()
    full = [range(1, 201), range(201, 401), range(401, 601)]
    crm = a_zoho(*(a_part(rows(*page)) for page in full), a_part(rows(601), more=False))

    assert len(read(crm, shape=shape)) == 601
    assert shape.rows == 200


def test_a_limit_that_is_not_about_rows_is_the_users_and_teaches_nothing() -> None:
    shape = CoqlShape()

    with pytest.raises(ZohoFailure, match="asks for more than Zoho allows"):
        read(a_zoho(refusal("LIMIT_EXCEEDED", limit=5, clause="select")), shape=shape)

    assert (shape.rows, shape.columns) == (CoqlShape().rows, CoqlShape().columns)


# ── by places ──


def test_each_page_begins_with_the_last_row_of_the_one_before() -> None:
    crm = a_zoho(a_part(cities("a", "b")), a_part(cities("b", "c")), a_part(cities("c", "d"), more=False))

    assert read(crm, CITIES) == cities("a", "b", "c", "d")
    assert ends(crm) == [
        " order by City asc limit 200",
        " order by City asc limit 2000 offset 1",
        " order by City asc limit 2000 offset 2",
    ]


def test_rows_that_moved_are_looked_at_once_more_and_none_comes_twice() -> None:
    crm = a_zoho(
        a_part(cities("a", "c")), a_part(cities("b", "d")), a_part(cities("b", "c")), a_part(cities("c"), more=False)
    )

    assert read(crm, CITIES) == cities("a", "c", "b")


def test_the_last_row_may_be_gone() -> None:
    crm = a_zoho(a_part(cities("a", "b")), None, a_part(cities("a"), more=False))

    assert read(crm, CITIES) == cities("a", "b")


def test_rows_that_keep_moving_are_no_complete_result() -> None:
    with pytest.raises(ZohoFailure, match="moved while its pages were read") as failure:
        read(a_zoho(*[a_part(cities("a", "b")), a_part(cities("c"))] * 3), CITIES)

    assert failure.value.failure_type is FailureType.transient_error


def test_rows_that_nothing_tells_apart_are_not_read_twice() -> None:
    query = "select COUNT(id) as leads from Leads where id is not null group by City, State"
    crm = a_zoho(a_part([{"leads": 1}, {"leads": 1}]), a_part([{"leads": 2}], more=False))

    with pytest.raises(ZohoFailure, match="moved"):
        read(crm, query)
    assert len(asked(crm)) == 2


def test_the_first_of_an_order_are_read_up_to_the_limit() -> None:
    crm = a_zoho(a_part(rows(*range(2000))), a_part(rows(*range(1999, 3999))), a_part(rows(*range(3998, 5000))))

    assert len(read(crm, TOP)) == 5000
    assert [query.partition("limit ")[2] for query in asked(crm)] == ["2000", "2000 offset 1999", "1002 offset 3998"]


def test_a_page_that_is_all_that_is_wanted_is_asked_for_as_it_was_written() -> None:
    query = "select id, Last_Name from Leads where A = 1 order by Last_Name limit 2"
    crm = a_zoho(a_part(rows(3, 1)))

    assert read(crm, query) == rows(3, 1)
    assert asked(crm) == [query]


def test_an_offset_of_the_users_is_where_the_result_begins() -> None:
    crm = a_zoho(a_part(rows(3, 1)), a_part(rows(1, 2), more=False))

    assert read(crm, f"{LEADS} order by City limit 100 offset 40") == rows(3, 1, 2)
    assert [query.partition("asc ")[2] for query in asked(crm)] == ["limit 100 offset 40", "limit 99 offset 41"]


# ── the window ──


def test_a_result_that_is_longer_than_zoho_gives_is_no_complete_one() -> None:
    crm = a_zoho(a_part(cities("a", "b", "c")), refusal("LIMIT_EXCEEDED", limit=3, clause="offset"))

    with pytest.raises(ZohoFailure, match="no more than 3 rows") as failure:
        read(crm, CITIES)

    assert "Narrow its where in coql_queries" in str(failure.value.message)
    assert failure.value.failure_type is FailureType.config_error


def test_what_is_left_of_the_window_is_read_first() -> None:
    crm = a_zoho(
        a_part([{"City": f"{number:04}"} for number in range(200)]),
        refusal("LIMIT_EXCEEDED", limit=1000, clause="offset"),
        a_part([{"City": f"{number:04}"} for number in range(199, 1000)]),
        refusal("LIMIT_EXCEEDED", limit=1000, clause="offset"),
    )

    with pytest.raises(ZohoFailure, match="no more than 1,000 rows"):
        read(crm, CITIES)
    assert [query.partition("limit ")[2] for query in asked(crm)] == [
        *("200", "2000 offset 199", "801 offset 199", "2000 offset 999")
    ]


def test_the_window_that_zoho_documents_is_not_overstepped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_zoho.components.coql_reader._WINDOW", 3)
    crm = a_zoho(a_part(cities("a", "b", "c")))

    with pytest.raises(ZohoFailure, match="no more than 3 rows"):
        read(crm, CITIES)
    assert len(asked(crm)) == 1


# ── trouble ──


@pytest.mark.parametrize("failure", [trouble(), the_end_of_the_day(), refusal("OAUTH_SCOPE_MISMATCH")])
def test_what_is_not_about_the_query_is_told_as_it_is(failure: ZohoFailure) -> None:
    with pytest.raises(ZohoFailure) as raised:
        read(a_zoho(failure))

    assert raised.value is failure


def test_an_answer_without_rows_is_asked_for_again() -> None:
    crm = a_zoho({"info": {}}, a_page(rows(1)))

    assert read(crm) == rows(1)
