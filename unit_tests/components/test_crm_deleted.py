"""Are all deletions told that Zoho still knows, and is it said once when it may know them no more?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import Progress
from source_zoho.components.crm_deleted import DeletedRecordsRetriever
from unit_tests.components.crm_fakes import CONFIG, Call, Crm, a_crm_selector, a_page, refusal, since, trouble
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.module_model import NOON

LEADS = StreamSlice(partition={"module": "Leads"}, cursor_slice={})
DAY = 86_400
LOOKBACK = 600


def a_deletion(number: int, at: int = NOON, kind: str = "recycle") -> dict[str, Any]:
    moment = datetime.fromtimestamp(at, UTC).isoformat()
    return {"id": str(number), "type": kind, "deleted_time": moment, "display_name": f"Lead {number}"}


class Bin:
    """Plays the list of deletions, newest first, of which no more than *limit* rows can be paged through."""

    def __init__(self, rows: list[dict[str, Any]], limit: int = 100_000) -> None:
        self.rows = rows
        self.limit = limit

    def __call__(self, call: Call) -> Any:
        size, number = int(call.params["per_page"]), int(call.params["page"])
        if (number - 1) * size >= self.limit:
            return refusal("PAGINATION_LIMIT_EXCEEDED", limit=self.limit)
        listed = [row for row in self.rows if call.params["type"] in ("all", row["type"])]
        part = listed[(number - 1) * size : number * size]
        return a_page(part, more_records=number * size < len(listed), per_page=size) if part else None


def read(crm: Crm, where: StreamSlice = LEADS, **config: Any) -> Retrieved:
    retriever = DeletedRecordsRetriever(
        requester=crm,  # type: ignore[arg-type]
        record_selector=a_crm_selector(),
        config={**CONFIG, **config},
        parameters={},
        name="crm_deleted_records",
    )
    return retrieve_with(retriever, where)


# ── what is told ──


def test_a_deletion_says_of_which_module_it_is() -> None:
    crm = Crm().on("Leads/deleted", a_page([a_deletion(1)]))

    got = read(crm)

    assert got.records == [{**a_deletion(1), "module": "Leads"}]
    assert crm.calls[0].params == {"type": "all", "page": 1, "per_page": 200}
    assert crm.calls[0].headers == {}


@pytest.mark.parametrize("nothing", [204, 304, {"data": []}])
def test_without_deletions_one_call_is_enough(nothing: Any) -> None:
    crm = Crm().on("Leads/deleted", nothing)

    got = read(crm)

    assert (got.records, got.error, len(crm.calls)) == ([], None, 1)


@pytest.mark.parametrize("count", [199, 200, 201, 700])
def test_a_long_list_is_read_page_by_page_each_deletion_once(count: int) -> None:
    got = read(Crm().on("Leads/deleted", Bin([a_deletion(number) for number in range(count)])))

    assert [int(record["id"]) for record in got.records] == list(range(count))


@pytest.mark.parametrize("nothing", [204, {"data": []}])
def test_nothing_where_more_deletions_were_promised_is_asked_for_once_more(nothing: Any) -> None:
    first = a_page([a_deletion(1)], more_records=True, per_page=200)
    crm = Crm().on("Leads/deleted", first, nothing, a_page([a_deletion(2)]))

    assert [row["id"] for row in read(crm).records] == ["1", "2"]


def test_a_list_that_is_too_long_for_zohos_pages_is_read_in_its_two_parts() -> None:
    kinds = ["recycle", "permanent"]
    rows = [a_deletion(number, kind=kinds[number % 2]) for number in range(700)]
    crm = Crm().on("Leads/deleted", Bin(rows, limit=400))

    got = read(crm)

    assert got.error is None
    assert sorted(int(record["id"]) for record in got.records) == list(range(700))
    assert list(dict.fromkeys(call.params["type"] for call in crm.calls)) == ["all", "recycle", "permanent"]


def test_when_even_a_part_is_too_long_the_stream_ends_and_keeps_its_state() -> None:
    Progress([])
    crm = Crm().on("Leads/deleted", Bin([a_deletion(number) for number in range(700)], limit=200))

    got = read(crm)

    assert "PAGINATION_LIMIT_EXCEEDED" in str(got.error)
    assert not got.messages


# ── from the cursor on ──


def test_a_sync_asks_for_what_was_deleted_since_and_tells_nothing_older() -> None:
    crm = Crm().on("Leads/deleted", a_page([a_deletion(3), a_deletion(2, NOON - 50), a_deletion(1, NOON - 51)]))

    got = read(crm, since(NOON - 50, module="Leads"))

    assert crm.calls[0].headers == {"If-Modified-Since": "2025-06-15T15:05:50+00:00"}
    assert [record["id"] for record in got.records] == ["3", "2"]


def test_a_deletion_that_does_not_say_when_is_told() -> None:
    crm = Crm().on("Leads/deleted", a_page([{"id": "1", "deleted_time": None}]))

    assert [record["id"] for record in read(crm, since(NOON, module="Leads")).records] == ["1"]


@pytest.mark.parametrize("answer", [a_page([a_deletion(1)]), 304])
def test_the_state_of_a_module_is_the_time_of_the_first_answer(answer: Any) -> None:
    Progress([])

    got = read(Crm().on("Leads/deleted", answer))

    assert got.checkpoints == [
        {"partition": {"module": "Leads"}, "cursor": {"deleted_time": str(NOON + 1)}, "not_beyond": NOON + 1}
    ]


def test_a_list_that_breaks_off_tells_no_state() -> None:
    Progress([])
    whole = Bin([a_deletion(number) for number in range(500)])
    crm = Crm()
    crm.on("Leads/deleted", lambda call: whole(call) if len(crm.calls) < 2 else trouble())

    got = read(crm)

    assert got.error is not None
    assert not got.messages


# ── a pause that was too long ──


def last_sync(days: float) -> StreamSlice:
    """Return the slice of a sync so many days after the last: the CDK asks for the look-back too."""
    return since(NOON + 1 - days * DAY - LOOKBACK, module="Leads")


def test_after_a_pause_that_zoho_does_not_bridge_the_stream_says_so_after_what_there_is() -> None:
    Progress([])
    crm = Crm().on("Leads/deleted", a_page([a_deletion(1)]))

    got = read(crm, last_sync(days=130))

    assert len(got.records) == 1
    assert got.checkpoints[0]["cursor"] == {"deleted_time": str(NOON + 1)}, "so that it is said once"
    assert isinstance(got.error, AirbyteTracedException)
    assert got.error.failure_type is FailureType.config_error
    assert str(got.error.message).startswith(
        "crm_deleted_records: the last sync of Leads was 130 days ago, and Zoho tells deletions for 120 days, so some "
        "may be missing. Refresh the stream of Leads in full"
    )


@pytest.mark.parametrize("days", [0.1, 60, 120])
def test_a_shorter_pause_is_none(days: float) -> None:
    assert read(Crm().on("Leads/deleted", 304), last_sync(days)).error is None


def test_the_first_sync_is_no_pause_however_long_ago_the_start_date_is() -> None:
    start = datetime.fromtimestamp(NOON, UTC).replace(microsecond=0) - timedelta(days=900)
    crm = Crm().on("Leads/deleted", a_page([a_deletion(1)]))

    got = read(crm, since(start.timestamp(), module="Leads"), start_date=start.isoformat())

    assert (len(got.records), got.error) == (1, None)


def test_when_the_requester_gives_up_that_is_passing_trouble() -> None:
    got = read(Crm(gives_up=True))

    assert isinstance(got.error, AirbyteTracedException)
    assert got.error.failure_type is FailureType.transient_error
