"""Does whoever wrote a query learn what Zoho has against it, and where?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.coql_refusals import in_the_users_words
from source_zoho.components.traced import ZohoFailure
from source_zoho.coql.rewrite import Ask
from unit_tests.components.coql_fakes import wanted_query
from unit_tests.components.crm_fakes import refusal, the_end_of_the_day

QUERY = "select Last_Name,\n  'Order' as o\nfrom Leads\nwhere Nonsense = 'Nonsens'"


def told(code: str, words: str = "", query: str = QUERY, **details: Any) -> ZohoFailure:
    failure = refusal(code, **details)
    failure.words = words
    wanted = wanted_query(query)
    return in_the_users_words(failure, wanted, wanted.reading.script(Ask(200, "7")))


def the_place(failure: ZohoFailure) -> str:
    """Return what the caret points at, up to the end of the line."""
    line, caret = str(failure.message).rstrip().split("\n")[-2:]
    return line[caret.index("^") :]


def test_zohos_words_and_the_place_are_told() -> None:
    asked = wanted_query(QUERY).reading.script(Ask(200, "7")).text.split("\n")
    column = asked[1].index("= 'Nonsens'") + 1

    failure = told("SYNTAX_ERROR", "error occurred while parsing", line=2, column=column, near="= 'Nonsens') and id")

    assert str(failure.message) == (
        "crm_query_leads: Zoho refuses the query. It is not COQL (Zoho said SYNTAX_ERROR: error occurred while "
        "parsing). Mend it in coql_queries. See line 4, column 16 of the query:\n"
        "  where Nonsense = 'Nonsens'\n"
        "                 ^\n"
    )
    assert failure.failure_type is FailureType.config_error
    assert (failure.code, failure.details["line"]) == ("SYNTAX_ERROR", 2)


@pytest.mark.parametrize(
    ("details", "place"),
    [
        ({"column_name": "Nonsense"}, "Nonsense = 'Nonsens'"),
        ({"column_name": "nonsense", "operator": "="}, "Nonsense = 'Nonsens'"),
        ({"column_name": "Order"}, "'Order' as o"),
        ({"alias": "o", "column_name": ""}, "o"),
        ({"near": "Nonsens'"}, "Nonsens'"),
        ({"clause": "where", "limit": 25}, "Nonsense = 'Nonsens'"),
        ({"clause": "select"}, "Last_Name,"),
        ({"line": 99, "column": 1, "near": "as o"}, "as o"),
    ],
)
def test_what_zoho_names_is_found_in_the_query(details: dict[str, Any], place: str) -> None:
    assert the_place(told("INVALID_QUERY", **details)) == place


def test_a_module_that_there_is_not_is_pointed_at() -> None:
    failure = told("INVALID_MODULE", "the module name given seems to be invalid")

    assert the_place(failure) == "Leads"
    assert "no such module for queries" in str(failure.message)


@pytest.mark.parametrize("details", [{}, {"line": 1, "column": 999}, {"clause": "limit"}, {"near": "id > '7'"}])
def test_where_zoho_points_at_nothing_of_the_users_the_question_is_shown(details: dict[str, Any]) -> None:
    message = str(told("SYNTAX_ERROR", "odd", query="select A from Leads where B = 1", **details).message)

    assert "It was asked: select A, id from Leads where ((B = 1) and id > '7') order by id asc limit 200" in message


def test_lists_are_told_in_words() -> None:
    assert "alias o; referred_columns A, B)" in str(told("DUPLICATE_ALIAS", alias="o", referred_columns=["A", "B"]))


@pytest.mark.parametrize("failure", [refusal("NO_PERMISSION"), refusal("OAUTH_SCOPE_MISMATCH"), the_end_of_the_day()])
def test_what_is_not_about_the_query_stays_as_it_is(failure: ZohoFailure) -> None:
    wanted = wanted_query()

    assert in_the_users_words(failure, wanted, wanted.reading.script(Ask(200))) is failure
