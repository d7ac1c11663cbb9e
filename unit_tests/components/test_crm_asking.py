"""Is an answer without its rows asked for again, and then no empty list?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.crm_asking import answer_with
from source_zoho.components.traced import ZohoFailure
from unit_tests.components.crm_fakes import Crm

FRAME: dict[str, Any] = {"info": {"more_records": False}}
A_ROW = {"data": [{"id": "1"}]}


@pytest.mark.parametrize("answer", [{"data": []}, None, 304])
def test_rows_and_the_word_that_there_are_none_are_answers(answer: object) -> None:
    crm = Crm().on("Leads", answer)  # type: ignore[arg-type]

    answer_with("data", crm, "crm_leads", path="Leads")  # type: ignore[arg-type]

    assert len(crm.calls) == 1


@pytest.mark.parametrize("answer", [FRAME, {**FRAME, "data": None}])
def test_an_answer_without_its_rows_is_asked_for_again(answer: Mapping[str, Any]) -> None:
    crm = Crm().on("Leads", answer, answer, A_ROW)

    assert answer_with("data", crm, "crm_leads", path="Leads").json() == A_ROW  # type: ignore[arg-type]


def test_a_setting_that_is_not_set_is_an_answer() -> None:
    crm = Crm().on("settings/taxes", {"org_taxes": None})

    answer_with("org_taxes", crm, "crm_taxes", path="settings/taxes")  # type: ignore[arg-type]

    assert len(crm.calls) == 1


def test_when_it_stays_the_stream_says_so() -> None:
    crm = Crm().on("Leads", FRAME)

    with pytest.raises(ZohoFailure) as raised:
        answer_with("data", crm, "crm_leads", path="Leads")  # type: ignore[arg-type]

    assert raised.value.failure_type is FailureType.transient_error
    assert raised.value.message == (
        "crm_leads: Zoho's answer has no 'data', where its rows should be, asked for it 3 times. "
        "Run again later, and report it if it stays."
    )
    assert len(crm.calls) == 3


@pytest.mark.parametrize("nothing", [None, 304, {"data": []}])
def test_nothing_where_more_was_promised_is_asked_for_once_more(nothing: Any) -> None:
    crm = Crm().on("Leads", nothing, A_ROW)

    assert answer_with("data", crm, "crm_leads", promised=True, path="Leads").json() == A_ROW  # type: ignore[arg-type]


@pytest.mark.parametrize(("answer", "calls"), [(None, 2), (A_ROW, 1)])
def test_a_promise_costs_a_call_more_only_where_it_is_broken_and_that_is_believed_then(answer: Any, calls: int) -> None:
    crm = Crm().on("Leads", answer)

    answer_with("data", crm, "crm_leads", promised=True, path="Leads")  # type: ignore[arg-type]

    assert len(crm.calls) == calls
