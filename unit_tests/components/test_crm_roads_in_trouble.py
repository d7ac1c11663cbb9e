"""Does another road bring the records when Zoho has trouble on one of them?"""

from __future__ import annotations

import pytest

from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.roads import Road
from source_zoho.errors import ConfigProblem, Transient, Unexpected
from unit_tests.components.crm_fakes import the_end_of_the_day
from unit_tests.components.crm_road_fakes import BULK, COQL, REST, Module, ids

TROUBLE = traced(Transient("Zoho has trouble of its own."), "INTERNAL_ERROR")
TOO_LONG = traced(Unexpected("Zoho lists no more of it."), "PAGINATION_LIMIT_EXCEEDED")


def read(module: Module, wanted: str = "auto") -> list[int]:
    """Return the numbers of all records; none may come twice."""
    found = ids(list(module.roads(wanted).batches(None)))
    assert len(found) == len(set(found))
    return sorted(found)


def test_lists_take_over_when_zoho_has_trouble_with_the_first_query() -> None:
    module = Module(500, ends={COQL: (0, TROUBLE)})

    assert read(module) == list(range(1, 501))
    assert module.asked == ["200 after 0", "lists since None"]


def test_trouble_is_not_remembered_as_a_refusal() -> None:
    roads = Module(500, ends={COQL: (0, TROUBLE)}).roads()
    list(roads.batches(None))

    assert roads.closed[COQL].code == ""


def test_trouble_in_the_middle_of_queries_is_for_the_next_sync_which_goes_on_there() -> None:
    module = Module(5_000, ends={COQL: (2_200, TROUBLE)})

    with pytest.raises(ZohoFailure, match="trouble of its own"):
        read(module)

    assert "lists since None" not in module.asked


def test_another_road_takes_over_when_zoho_has_trouble_with_a_job() -> None:
    module = Module(4_000, groups=10, columns=30, ends={BULK: (1_500, TROUBLE)})

    assert read(module) == list(range(1, 4_001))
    assert module.asked[2].startswith("job")


@pytest.mark.parametrize(
    "failure", [the_end_of_the_day(), traced(ConfigProblem("No token is taken."), "INVALID_TOKEN")]
)
@pytest.mark.parametrize("road", [COQL, BULK])
def test_what_would_end_the_others_too_ends_the_read(road: Road, failure: ZohoFailure) -> None:
    module = Module(4_000, groups=10, columns=30, ends={road: (0, failure)})

    with pytest.raises(ZohoFailure) as raised:
        read(module)

    assert raised.value is failure
    assert "lists since None" not in module.asked


def test_a_module_that_is_too_long_for_lists_comes_by_another_road() -> None:
    module = Module(500, ends={REST: (300, TOO_LONG)})

    assert read(module, "rest") == list(range(1, 501))


@pytest.mark.parametrize("wanted", ["auto", "coql"])
def test_zohos_words_tell_why_a_road_ends_and_no_advice_is_given_for_a_stream_that_comes_whole(
    wanted: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="airbyte")
    advice = "crm_deals: Zoho has trouble of its own; gave up after 7 tries, run again later"
    trouble = traced(Transient(f"{advice} (Zoho said INTERNAL_ERROR: Internal Server Error)."), "INTERNAL_ERROR")

    assert read(Module(500, ends={COQL: (0, trouble)}), wanted) == list(range(1, 501))
    (said,) = [line for line in caplog.messages if "ends here" in line]
    assert said == (
        "crm_deals: COQL ends here; another road brings the rest. Zoho said INTERNAL_ERROR: Internal Server Error."
    )


def test_the_user_is_told_when_no_road_is_left() -> None:
    ends = {REST: (300, TOO_LONG), COQL: (0, RoadIsClosed("No queries.")), BULK: (0, RoadIsClosed("No jobs."))}

    with pytest.raises(ZohoFailure, match="no way is left to read the rest") as raised:
        read(Module(500, ends=ends))

    for reason in ("Zoho lists no more than 100,000 records", "No queries.", "No jobs.", "Please report it."):
        assert reason in str(raised.value.message)
