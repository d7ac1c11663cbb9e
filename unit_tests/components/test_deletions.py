"""Does the stream of deletions tell each once, remember what it must, and keep still when nothing is tracked?"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import checkpoints, deletions
from source_zoho.components.checkpoints import Progress
from source_zoho.components.counts import Counted
from source_zoho.components.deletions import DeletionsRetriever, TrackingOrganizations
from source_zoho.components.traced import traced
from source_zoho.components.tracked import Columns, Found
from source_zoho.errors import ConfigProblem, Transient, ZohoError
from unit_tests.components.lists import a_paginator

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
WHERE = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
INVOICES = "books_invoices"


def a_row(name: str) -> dict[str, Any]:
    entry = name.removeprefix("books_")
    return {
        "name": name,
        "path": entry,
        "records": [entry],
        "primary_key": ["organization_id", "id"],
        "query": {},
        "stable_sort": "",
        "scope": f"{entry}.READ",
    }


@dataclass
class FakeList:
    """Stands in for a tracked list: what it shows, what exists beside that, and what it was asked."""

    columns: Columns
    shown: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    counts: bool = False
    now: datetime = NOON
    asked: list[Any] = field(default_factory=list)
    breaks_at: str = ""
    trouble: ZohoError = field(default_factory=lambda: Transient("Zoho has trouble of its own."))
    code: int | None = None

    def count(self, where: StreamSlice) -> Counted:
        self.asked.append("count")
        return Counted(len(self.shown), "count", self.now)

    def changed(self, where: StreamSlice, since: datetime) -> set[str]:
        self.asked.append(since)
        return set()

    def everything(self, where: StreamSlice) -> tuple[set[str], datetime]:
        self.asked.append("everything")
        return set(self.shown), self.now

    def ask_for(self, where: StreamSlice, record_id: str) -> Found:
        self.asked.append(record_id)
        if record_id == self.breaks_at:
            raise traced(self.trouble, self.code)
        return Found(record_id not in self.shown | self.hidden, "HTTP 404, code 1002", self.now + timedelta(minutes=1))


@dataclass
class Account:
    """The lists of an organization, and what syncs told of them."""

    monkeypatch: pytest.MonkeyPatch
    lists: dict[str, FakeList] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    states: int = 0

    def sync(self, *tracked: str, **config: Any) -> list[dict[str, Any]]:
        """Look for deletions in the lists called *tracked*, and return the records of this sync."""
        told = len(self.records)
        self.monkeypatch.setattr(deletions, "notes_of", lambda *_: dict(self.notes))
        retriever = self.a_retriever(track_deletions=list(tracked), **config)
        for each in retriever.read_records({}, WHERE):
            if isinstance(each, AirbyteMessage):
                assert each.state
                assert each.state.stream
                (checkpoint,) = vars(each.state.stream.stream_state).values()
                self.notes = json.loads(json.dumps(checkpoint["notes"]))
                self.states += 1
            else:
                self.records.append(dict(each))
        return self.records[told:]

    def a_retriever(self, **config: Any) -> DeletionsRetriever:
        self.monkeypatch.setattr(deletions, "TrackedList", lambda columns, *_: self.lists[columns.name])
        return DeletionsRetriever(
            requester=None,  # type: ignore[arg-type]
            paginator=a_paginator(),
            config=config,
            parameters={},
            name="books_deleted_records",
            filtered=[a_row(INVOICES)],
            scanned=[a_row("books_users")],
        )

    def later(self) -> None:
        for each in self.lists.values():
            each.now += timedelta(days=1)
            each.asked.clear()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Return an account with three invoices and two users, of which nothing is known yet."""
    Progress([])  # a source listens
    account = Account(monkeypatch)
    for name, shown in ((INVOICES, {"1", "2", "3"}), ("books_users", {"1", "8"})):
        account.lists[name] = FakeList(Columns.of(a_row(name), tells_changes=False), shown)
    return account


def test_the_first_sync_remembers_and_tells_nothing(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")

    assert account.sync(INVOICES) == []
    assert account.notes[INVOICES]["count"] == 3
    assert "remembers the 3 ids of books_invoices" in caplog.text


def test_a_deletion_is_told_with_the_two_times_between_which_it_happened(account: Account) -> None:
    account.sync(INVOICES)
    account.later()
    account.lists[INVOICES].shown.discard("2")

    assert account.sync(INVOICES) == [
        {
            "organization_id": "7",
            "stream": INVOICES,
            "record_id": "2",
            "last_seen_at": "2025-06-15T12:00:00+0000",
            "missed_at": "2025-06-16T12:01:00+0000",
            "confirmed_by": "HTTP 404, code 1002",
        }
    ]


def test_a_deletion_is_told_once(account: Account) -> None:
    account.sync(INVOICES)
    account.lists[INVOICES].shown.discard("2")

    assert [len(account.sync(INVOICES)) for _ in range(3)] == [1, 0, 0]


def test_a_record_that_the_list_hides_was_not_deleted(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    account.sync(INVOICES)
    invoices = account.lists[INVOICES]
    invoices.shown, invoices.hidden = {"1", "3"}, {"2"}

    assert account.sync(INVOICES) == []
    assert "0 of books_invoices deleted, 1 exist that its list does not show" in caplog.text
    invoices.hidden.clear()
    assert [record["record_id"] for record in account.sync(INVOICES)] == ["2"]


def test_a_record_that_comes_back_can_be_deleted_again(account: Account) -> None:
    account.sync(INVOICES)
    told = []
    for _ in range(2):
        account.lists[INVOICES].shown.discard("2")
        told += account.sync(INVOICES)
        account.lists[INVOICES].shown.add("2")
        told += account.sync(INVOICES)

    assert [record["record_id"] for record in told] == ["2", "2"]


def test_the_same_id_in_two_lists_is_two_records(account: Account) -> None:
    account.sync(INVOICES, "books_users")
    account.lists["books_users"].shown.discard("1")

    assert [(record["stream"], record["record_id"]) for record in account.sync(INVOICES, "books_users")] == [
        ("books_users", "1")
    ]


def test_the_state_is_written_after_each_list(account: Account) -> None:
    account.sync(INVOICES, "books_users")

    assert account.states == 2
    assert set(account.notes) == {INVOICES, "books_users"}


def test_a_break_keeps_the_lists_and_the_records_before_it(account: Account) -> None:
    account.sync(INVOICES, "books_users")
    account.later()
    account.lists[INVOICES].shown.clear()
    account.lists[INVOICES].breaks_at = "2"

    with pytest.raises(AirbyteTracedException, match="trouble"):
        account.sync(INVOICES, "books_users")
    assert [record["record_id"] for record in account.records] == ["1"]
    account.lists[INVOICES].breaks_at = ""

    again = account.sync(INVOICES, "books_users")

    assert [record["record_id"] for record in again] == ["2", "3"]
    assert {record["last_seen_at"] for record in again} == {"2025-06-15T12:00:00+0000"}


def test_what_the_user_has_to_mend_in_one_list_does_not_stop_the_others(account: Account) -> None:
    account.sync(INVOICES, "books_users")
    for each in account.lists.values():
        each.shown.discard("1")
    account.lists[INVOICES].breaks_at = "1"
    account.lists[INVOICES].trouble = ConfigProblem("The scope is missing.")

    with pytest.raises(AirbyteTracedException, match=r"^.*The scope is missing\.$"):
        account.sync(INVOICES, "books_users")

    assert [record["stream"] for record in account.records] == ["books_users"]


def test_many_deletions_are_kept_while_they_are_told(account: Account) -> None:
    account.lists[INVOICES].shown = {str(number) for number in range(120)}
    account.sync(INVOICES)
    account.states = 0
    account.lists[INVOICES].shown.clear()

    assert len(account.sync(INVOICES)) == 120
    assert account.states == 3


def test_a_list_taken_out_and_put_in_again_goes_on_where_it_was(account: Account) -> None:
    account.sync(INVOICES, "books_users")
    account.sync("books_users")
    account.lists[INVOICES].shown.discard("3")

    assert [record["record_id"] for record in account.sync(INVOICES)] == ["3"]


# ── The price ──


def test_a_long_list_that_counts_is_not_read_again_while_nothing_is_deleted(account: Account) -> None:
    invoices = account.lists[INVOICES]
    invoices.shown, invoices.counts = {str(number) for number in range(401)}, True
    account.sync(INVOICES)
    account.later()

    assert account.sync(INVOICES, lookback_minutes=10) == []
    assert invoices.asked == ["count", NOON - timedelta(minutes=10)]


def test_a_short_list_is_read_again_instead_of_counted(account: Account) -> None:
    invoices = account.lists[INVOICES]
    invoices.shown, invoices.counts = {str(number) for number in range(400)}, True
    account.sync(INVOICES)
    account.later()
    account.sync(INVOICES)

    assert invoices.asked == ["everything"]


def test_nothing_tracked_asks_nothing(account: Account) -> None:
    checkpoints._somebody_merges.clear()

    assert account.sync() == []
    assert not account.states


# ── What can go wrong ──


def test_a_runner_that_keeps_no_notes_is_told_so(account: Account) -> None:
    checkpoints._somebody_merges.clear()

    with pytest.raises(AirbyteTracedException, match="only the command source-zoho can do"):
        account.sync(INVOICES)


def test_a_state_that_somebody_changed_is_refused_in_words(account: Account) -> None:
    account.sync(INVOICES)
    account.notes[INVOICES]["count"] = 77

    with pytest.raises(
        AirbyteTracedException, match=r"of organization 7: the state holds a note that somebody changed"
    ):
        account.sync(INVOICES)


# ── Organizations ──


@dataclass
class NoOrganizations:
    asked: int = 0

    def send_request(self) -> None:
        self.asked += 1


def test_without_a_tracked_list_of_the_product_no_organization_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    requester = NoOrganizations()
    router = TrackingOrganizations(
        requester=requester,  # type: ignore[arg-type]
        config={"track_deletions": ["billing_plans"], "organization_ids": ["7"]},
        parameters={},
        tracked_product="books",
    )

    assert list(router.stream_slices()) == []
    assert requester.asked == 0
    (told,) = caplog.messages
    assert told == (
        "books_deleted_records: track_deletions names no list of this product, so no call is made and there are no "
        'records. To follow deletions, set it to a list such as ["books_invoices"].'
    )


def test_with_one_every_organization_is_looked_through() -> None:
    router = TrackingOrganizations(
        requester=NoOrganizations(),  # type: ignore[arg-type]
        config={"track_deletions": ["billing_plans"], "organization_ids": ["7", "8"]},
        parameters={},
        tracked_product="billing",
    )

    assert [each.partition["organization_id"] for each in router.stream_slices()] == ["7", "8"]
