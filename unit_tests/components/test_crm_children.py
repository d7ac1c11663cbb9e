"""Is what hangs below a record read once for each record that changed, and from where an interrupted sync stood?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage

from source_zoho.components import checkpoints, crm_metadata
from source_zoho.components.checkpoints import Progress
from source_zoho.components.crm_children import ModulesOfRecords, RecordChildrenRetriever, oldest_change_first
from source_zoho.components.crm_reader import Batch
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.errors import Unexpected
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import (
    ANYWHERE,
    CONFIG,
    Call,
    Crm,
    Records,
    a_crm_selector,
    a_page,
    composite,
    refusal,
    since,
    the_end_of_the_day,
    trouble,
)
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.metadata import field_row, module_row
from unit_tests.crm.module_model import NOON, ModuleModel, stamp

LONG_AGO = NOON - 100_000
LEADS = {"module": "Leads"}
LOOKBACK_SECONDS = 600
NO_SUCH_LIST = traced(
    Unexpected("Zoho said INVALID_DATA: the relation name given seems to be invalid"), "INVALID_DATA", {}
)


@pytest.fixture(autouse=True)
def a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nobody merge checkpoints but who says so, and leave nothing for other tests."""
    monkeypatch.setattr(checkpoints, "_somebody_merges", threading.Event())
    monkeypatch.setattr(checkpoints, "_notes", {})
    yield
    crm_metadata.forget()
    tokens._stores.clear()


def leads(count: int = 3, below: Any = None, **model: Any) -> Crm:
    """Return *count* leads, numbered from 7 on, that changed an hour after each other; *below* answers for each."""
    moments = range(LONG_AGO, LONG_AGO + 3600 * count, 3600)
    records = Records(ModuleModel(**model).add_many(moments))
    return records.crm().on(ANYWHERE, below or one_thing)


def one_thing(call: Call) -> dict[str, Any]:
    return a_page([{"id": f"of {lead_in(call)}"}], key="things")


def lead_in(call: Call) -> str:
    return call.path.split("/")[1]


def except_of(lead: str, answer: Any) -> Callable[[Call], Any]:
    """Return how all leads are answered for but one."""
    return lambda call: answer if lead_in(call) == lead else one_thing(call)


def a_retriever(crm: Crm, **settings: Any) -> RecordChildrenRetriever:
    wanted = {
        "name": "crm_things",
        "path": "{module}/{record_id}/things",
        "primary_key": ["record_id", "id"],
        "record_selector": a_crm_selector("things"),
        "config": {**CONFIG, "lookback_minutes": LOOKBACK_SECONDS // 60},
        **settings,
    }
    return RecordChildrenRetriever(requester=crm, parameters={}, **wanted)  # type: ignore[arg-type]


def read(crm: Crm, instant: float = 0, **settings: Any) -> Retrieved:
    return retrieve_with(a_retriever(crm, **settings), since(instant, **LEADS))


def followed(crm: Crm) -> list[str]:
    """Return the leads that were asked about, in the order of the calls."""
    return [lead_in(call) for call in crm.calls if "/" in call.path]


# ── what is read ──


def test_a_row_says_whose_it_is_and_when_that_changed() -> None:
    got = read(leads(1))

    (row,) = got.records
    assert row == {"id": "of 7", "record_id": "7", "module": "Leads", "parent_modified_time": stamp(LONG_AGO, 7)}


def test_the_record_may_have_a_name_of_its_own() -> None:
    got = read(leads(1), called="lead_id", primary_key=["lead_id", "id"])

    assert got.records[0].keys() == {"id", "lead_id", "module", "parent_modified_time"}


def test_records_are_asked_about_once_and_oldest_change_first() -> None:
    crm = leads(12)

    got = read(crm)

    assert followed(crm) == [str(number) for number in range(7, 19)]
    assert [row["record_id"] for row in got.records] == followed(crm)


def test_only_records_that_changed_are_asked_about() -> None:
    crm = leads(5)

    read(crm, LONG_AGO + 3 * 3600)

    assert followed(crm) == ["10", "11"]


def test_of_the_records_themselves_only_their_change_is_asked_for() -> None:
    crm = leads(1)

    read(crm)

    assert {call.params["fields"] for call in crm.calls if call.path == "Leads"} == {"Modified_Time"}


@pytest.mark.parametrize("habit", [{"sort": "ignored"}, {"filter": "ignored"}, {"sort": "refused"}])
def test_records_that_come_in_no_order_are_sorted_first(habit: dict[str, Any]) -> None:
    crm = leads(12, **habit)

    read(crm, LONG_AGO + 1)

    assert followed(crm) == [str(number) for number in range(8, 19)]


@pytest.mark.parametrize(
    ("follows", "said", "asked"), [("token", "next_page_token", "page_token"), ("index", "next_index", "index")]
)
def test_a_list_goes_on_by_the_mark_that_each_answer_gives(follows: str, said: str, asked: str) -> None:
    def below(call: Call) -> dict[str, Any]:
        number = int(call.params.get(asked, "0"))
        more = {said: str(number + 1), "more_records": True} if number < 2 else {said: None}
        return a_page([{"id": f"{lead_in(call)}-{number}"}], key="things", **more)

    crm = leads(2, below)
    got = read(crm, follows=follows, queries=["per_page=200"])

    assert [row["id"] for row in got.records] == ["7-0", "7-1", "7-2", "8-0", "8-1", "8-2"]
    marks = [call.params for call in crm.calls if "/" in call.path][:3]
    assert marks == [{"per_page": "200"}, {"per_page": "200", asked: "1"}, {"per_page": "200", asked: "2"}]


def test_a_list_goes_on_by_page_numbers() -> None:
    def below(call: Call) -> dict[str, Any]:
        page = call.params["page"]
        return a_page([{"id": f"{page}"}], key="things", more_records=page < 3, per_page=200)

    got = read(leads(1, below), follows="page")

    assert [row["id"] for row in got.records] == ["1", "2", "3"]


def test_a_mark_that_leads_nowhere_ends_the_list() -> None:
    crm = leads(1, lambda _: a_page([{"id": "1"}], key="things", next_page_token="again", more_records=True))

    got = read(crm, follows="token")

    assert len(got.records) == 1
    assert len(followed(crm)) == 2


def test_a_record_with_nothing_below_it_has_no_rows() -> None:
    got = read(leads(3, except_of("8", None)))

    assert [row["record_id"] for row in got.records] == ["7", "9"]


# ── what cannot be read ──


@pytest.mark.parametrize(
    "answer", [refusal("INVALID_DATA"), refusal("INVALID_DATA", param="id"), refusal("RECORD_NOT_FOUND")]
)
def test_a_record_that_was_deleted_meanwhile_is_passed_over(answer: ZohoFailure) -> None:
    got = read(leads(3, except_of("8", answer)))

    assert got.error is None
    assert [row["record_id"] for row in got.records] == ["7", "9"]


@pytest.mark.parametrize("answer", [NO_SUCH_LIST, refusal("INVALID_MODULE"), refusal("NOT_SUPPORTED")])
def test_a_module_whose_records_have_no_such_list_is_asked_once(
    answer: ZohoFailure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    crm = leads(3, answer)

    got = read(crm)

    assert (got.error, got.records, followed(crm)) == (None, [], ["7"])
    assert "crm_things: Zoho has none for Leads (" in caplog.text


def test_a_feature_that_is_off_is_asked_for_once() -> None:
    crm = leads(3, refusal("FEATURE_NOT_ENABLED"))

    got = read(crm)

    assert (got.error, got.records, followed(crm)) == (None, [], ["7"])


@pytest.mark.parametrize(
    "answer",
    [refusal("INVALID_DATA", param_name="fields"), refusal("NO_PERMISSION"), trouble(), the_end_of_the_day()],
    ids=lambda answer: str(answer.message),
)
def test_a_refusal_that_does_not_speak_of_the_record_is_no_empty_list(answer: ZohoFailure) -> None:
    got = read(leads(3, except_of("8", answer)))

    assert got.error is answer
    assert [row["record_id"] for row in got.records] == ["7"]


# ── how far it came ──


def positions(got: Retrieved) -> list[int]:
    """Return the positions that were reported, in epoch seconds."""
    return [int(each["cursor"]["parent_modified_time"]) for each in got.checkpoints]


def test_nobody_hears_of_checkpoints_without_a_source() -> None:
    assert read(leads(3)).checkpoints == []


def test_a_walk_reports_every_ten_records_and_at_its_end() -> None:
    Progress([])

    got = read(leads(12))

    assert positions(got) == [LONG_AGO + 9 * 3600, LONG_AGO + 11 * 3600]


def test_a_walk_that_breaks_reports_the_last_record_that_was_read_whole() -> None:
    Progress([])

    got = read(leads(3, except_of("9", trouble())))

    assert positions(got) == [LONG_AGO + 3600]


def test_a_change_after_the_first_answer_is_for_the_next_sync() -> None:
    Progress([])
    crm = leads(1)
    crm.now = LONG_AGO - 60

    got = read(crm)

    assert positions(got) == [LONG_AGO - 59]
    assert got.checkpoints[0]["not_beyond"] == LONG_AGO - 59


def test_a_module_without_records_reports_nothing() -> None:
    Progress([])

    assert read(leads(0)).checkpoints == []


def test_a_module_whose_list_was_refused_is_asked_again_in_the_next_sync() -> None:
    Progress([])

    assert read(leads(3, refusal("INVALID_MODULE"))).checkpoints == []


class Platform:
    """Syncs one time after the other, and keeps the state in between."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.rows: list[str] = []
        self.state: AirbyteMessage | None = None

    def sync(self) -> Retrieved:
        """Sync once, and let the state be what the source makes of it."""
        progress = Progress([self.state.state] if self.state and self.state.state else [])
        got = read(self.crm, self._begins_at())
        self.rows += [row["record_id"] for row in got.records]
        for message in got.messages:
            self.state = progress.apply(message)
        return got

    def _begins_at(self) -> int:
        if not (self.state and self.state.state and self.state.state.stream):
            return 0
        (entry,) = vars(self.state.state.stream.stream_state)["states"]
        return int(entry["cursor"]["parent_modified_time"]) - LOOKBACK_SECONDS


def test_an_idle_sync_asks_about_no_record() -> None:
    platform = Platform(leads(3))
    platform.sync()
    platform.crm.calls.clear()

    platform.sync()

    assert followed(platform.crm) == []


def test_a_record_that_changed_again_is_asked_about_again() -> None:
    records = Records(ModuleModel().add_many([LONG_AGO, LONG_AGO + 60]))
    platform = Platform(records.crm().on(ANYWHERE, one_thing))
    platform.sync()
    platform.crm.calls.clear()
    records.model.edit(7)

    platform.sync()

    assert followed(platform.crm) == ["7"]


@pytest.mark.parametrize("calls_a_day", range(3, 16))
@pytest.mark.parametrize("habit", [{}, {"sort": "ignored"}], ids=["in order", "in no order"])
def test_days_that_end_at_any_call_lose_nothing_and_ask_about_nothing_twice(
    calls_a_day: int, habit: dict[str, Any]
) -> None:
    platform, days = Platform(leads(12, **habit)), 0
    enough_to_list = 8 if habit else 3

    def ends_the_day(number: int) -> None:
        if number > calls_a_day + enough_to_list:
            raise the_end_of_the_day()

    platform.crm.before_call = ends_the_day
    while platform.sync().error:
        days += 1
        assert days < 20, "gets nowhere"
        platform.crm.calls.clear()

    assert sorted(set(platform.rows), key=int) == [str(number) for number in range(7, 19)]
    assert len(platform.rows) == 12


# ── the order ──


def a_batch(*changes: int | None, reached: int | None = None) -> Batch:
    rows = [{"id": str(each), CHANGED_AT: None if each is None else stamp(each, 7)} for each in changes]
    return Batch(rows, None if reached is None else datetime.fromtimestamp(reached, UTC))


@pytest.mark.parametrize(
    ("batches", "order"),
    [
        ([a_batch(1, 2, reached=2), a_batch(3, reached=3)], "1 2 3"),
        ([a_batch(2, 1, reached=2), a_batch(4, 3)], "1 2 3 4"),
        ([a_batch(5, 1, reached=2), a_batch(3, reached=4)], "1 3 5"),
        ([a_batch(4, 2), a_batch(3, 1)], "1 2 3 4"),
        ([a_batch(2, None)], "None 2"),
        ([a_batch(None, 2, reached=2), a_batch(None)], "None 2 None"),
        ([], ""),
    ],
)
def test_a_record_waits_for_everything_older(batches: list[Batch], order: str) -> None:
    assert " ".join(each.key for each in oldest_change_first(batches)) == order


def test_a_record_waits_no_longer_than_it_has_to() -> None:
    def batches() -> Iterator[Batch]:
        yield a_batch(1, 2, reached=2)
        raise AssertionError("the first two need not wait for more")

    records = oldest_change_first(batches())

    assert [next(records).key, next(records).key] == ["1", "2"]


# ── modules ──


def an_organization() -> Crm:
    """Return an organization with modules of several kinds, all with a time of change but one."""
    modules = [
        module_row("Leads"),
        module_row("CustomModule1", generated_type="custom"),
        module_row("Lines", generated_type="subform"),
        module_row("Deals_X_Products", generated_type="linking"),
        module_row("DealHistory", generated_type="field_tracker"),
        module_row("Readings", generated_type="custom"),
    ]

    def fields_of(module: str) -> dict[str, Any]:
        times = [] if module == "Readings" else [field_row("Modified_Time", "datetime")]
        return {"fields": [field_row("Name"), *times]}

    crm = Crm().on("settings/modules", {"modules": modules}).on("__composite_requests", composite(fields_of))
    return crm.on("settings/fields", lambda call: fields_of(call.params["module"]))


def slices(crm: Crm, details: str | None = "changed", **settings: Any) -> list[dict[str, Any]]:
    config = {**CONFIG, **({"document_details": details} if details else {})}
    router = ModulesOfRecords(one=crm, five=crm, config=config, parameters={}, **settings)  # type: ignore[arg-type]
    return [dict(each.partition) for each in router.stream_slices()]


@pytest.mark.parametrize("details", [None, "none"])
def test_nobody_is_asked_anything_unless_details_are_wanted(details: str | None) -> None:
    crm = an_organization()

    assert slices(crm, details) == []
    assert crm.calls == []


def test_modules_that_people_work_in_are_followed_where_they_tell_of_changes() -> None:
    assert slices(an_organization()) == [{"module": "Leads"}, {"module": "CustomModule1"}]


def test_a_stream_may_be_of_certain_modules_only() -> None:
    assert slices(an_organization(), modules=["Leads", "Deals"]) == [{"module": "Leads"}]
