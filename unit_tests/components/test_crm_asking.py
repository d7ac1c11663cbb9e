"""Is an answer without its rows asked for again, and then no empty list?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.crm_asking import answer_with
from source_zoho.components.traced import ZohoFailure
from unit_tests.components.crm_fakes import Crm

FRAME = {"info": {"more_records": False}}


@pytest.mark.parametrize("answer", [{"data": []}, {"data": None}, None, 304])
def test_rows_and_the_word_that_there_are_none_are_answers(answer: object) -> None:
    crm = Crm().on("Leads", answer)  # type: ignore[arg-type]

    answer_with("data", crm, "crm_leads", path="Leads")  # type: ignore[arg-type]

    assert len(crm.calls) == 1


def test_an_answer_without_its_rows_is_asked_for_again() -> None:
    crm = Crm().on("Leads", FRAME, FRAME, {"data": [{"id": "1"}]})

    assert answer_with("data", crm, "crm_leads", path="Leads").json() == {"data": [{"id": "1"}]}  # type: ignore[arg-type]


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
