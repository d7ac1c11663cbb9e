"""Is a deletion told that an event told of, once, and only when Zoho says of the record itself that it is gone?"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import event_stores, told_deletions
from source_zoho.components.lists import NO_SUCH_ADDRESS
from source_zoho.components.told_deletions import Heeded, ToldDeletions, were_told
from source_zoho.components.tracked import Columns
from source_zoho.deletions.known import Known
from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import POLL, TEST, Event
from unit_tests.components.test_deletions import INVOICES, NOON, WHERE, FakeList, a_row
from unit_tests.webhooks.fakes import MemoryStore

USERS = "books_users"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Told:
    """An organization with three invoices and two users, the events about it, and what syncs made of them."""

    store: MemoryStore = field(default_factory=MemoryStore)
    lists: dict[str, FakeList] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def event(self, entity: str, record_id: str, **changes: Any) -> None:
        self.count += 1
        payload = json.dumps({entity: {"id": record_id}})
        event = Event(f"key {self.count}", "books", "7", entity, "deleted", "", (record_id,), None, LONG_AGO, payload)
        self.store.append([replace(event, **changes)])

    def delete(self, name: str, record_id: str, **changes: Any) -> None:
        self.lists[name].shown.discard(record_id)
        self.event(name.removeprefix("books_").removesuffix("s"), record_id, **changes)

    def sync(self) -> list[tuple[str, str]]:
        return [(each["stream"], each["record_id"]) for each in self.records()]

    def records(self) -> list[dict[str, Any]]:
        for each in self.lists.values():
            each.asked.clear()
        columns = [each.columns for each in self.lists.values()]
        told = ToldDeletions(columns, lambda each: self.lists[each.name], "books", {})  # type: ignore[arg-type,return-value]
        try:
            return list(told.find(WHERE, self.notes, "books_deleted_records of organization 7"))
        finally:
            self.notes = json.loads(json.dumps(self.notes))

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(name, record_id) for name, each in self.lists.items() for record_id in each.asked]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    event_stores.forget()
    told = Told()
    for name, shown in ((INVOICES, {"1", "2", "3"}), (USERS, {"1", "8"})):
        told.lists[name] = FakeList(Columns.of(a_row(name), tells_changes=False), shown)
    monkeypatch.setattr(told_deletions, "store_of", lambda _: told.store)
    return told


def test_a_deletion_is_told_with_zohos_words_and_that_an_event_told(told: Told) -> None:
    told.delete(INVOICES, "2")

    (record,) = told.records()

    assert record == {
        "organization_id": "7",
        "stream": INVOICES,
        "record_id": "2",
        "last_seen_at": None,
        "missed_at": "2025-06-15T12:01:00+0000",
        "confirmed_by": "HTTP 404, code 1002; told by an event",
    }


def test_it_is_told_once_and_asked_about_once(told: Told) -> None:
    told.delete(INVOICES, "2")
    told.event("invoice", "2")

    assert told.sync() == [(INVOICES, "2")]
    assert told.asked == [(INVOICES, "2")]
    assert told.sync() == []
    assert told.asked == []


def test_what_still_exists_was_not_deleted(told: Told) -> None:
    told.event("invoice", "1")

    assert told.sync() == []
    assert told.asked == [(INVOICES, "1")]


def test_what_zoho_still_shows_just_after_the_event_is_asked_about_again(told: Told) -> None:
    told.event("invoice", "1", received_at=datetime.now(UTC))
    assert told.sync() == []

    told.lists[INVOICES].shown.discard("1")

    assert told.sync() == [(INVOICES, "1")]
    assert told.sync() == [], "it is remembered as long as its event is looked at"


@pytest.mark.parametrize(
    "changes",
    [{"operation": "updated"}, {"origin": TEST}, {"origin": POLL}],
    ids=["an edit", "a proof", "from a list"],
)
def test_only_deletions_that_zoho_told_count(told: Told, changes: dict[str, str]) -> None:
    told.event("user", "8")
    told.sync()
    told.event("invoice", "1", **changes)

    assert told.sync() == []
    assert told.asked == []


def test_the_same_id_in_two_lists_is_two_records(told: Told) -> None:
    told.delete(INVOICES, "1")
    told.delete(USERS, "1")

    assert told.sync() == [(INVOICES, "1"), (USERS, "1")]


def test_events_about_other_lists_and_organizations_are_nobodys(told: Told) -> None:
    told.event("user", "8")
    told.event("bill", "1")

    assert told.sync() == []
    assert told.asked == [(USERS, "8")]


# ── With lists that are compared as well ──


def test_a_list_that_is_compared_misses_it_no_more(told: Told) -> None:
    told.notes[INVOICES] = Known(frozenset({"1", "2"}), NOON, frozenset({"3"})).note()
    told.delete(INVOICES, "2")
    told.delete(INVOICES, "3")

    assert {each["last_seen_at"] for each in told.records()} == {"2025-06-15T12:00:00+0000"}
    assert Known.of(told.notes[INVOICES]) == Known(frozenset({"1"}), NOON)


def test_notes_that_somebody_changed_are_left_to_whom_they_belong(told: Told) -> None:
    told.notes[INVOICES] = {"at": "noon"}
    told.delete(INVOICES, "2")

    assert told.sync() == [(INVOICES, "2")]
    assert told.notes[INVOICES] == {"at": "noon"}


# ── What can go wrong ──


def test_a_break_leaves_the_position_and_repeats_none(told: Told) -> None:
    for record_id in ("1", "2", "3"):
        told.delete(INVOICES, record_id)
    told.lists[INVOICES].breaks_at = "3"

    with pytest.raises(AirbyteTracedException):
        told.sync()
    assert Heeded.of(told.notes["events"]) == Heeded(Bookmark(), {(INVOICES, "1"): 1, (INVOICES, "2"): 2})

    told.lists[INVOICES].breaks_at = ""
    assert told.sync() == [(INVOICES, "3")]
    assert Heeded.of(told.notes["events"]) == Heeded(Bookmark(3, "a store"))


def test_a_missing_scope_of_one_list_does_not_stop_the_others_and_forgets_nothing(told: Told) -> None:
    told.delete(INVOICES, "1")
    told.delete(INVOICES, "2")
    told.delete(USERS, "8")
    told.lists[INVOICES].breaks_at, told.lists[INVOICES].trouble = "1", ConfigProblem("The scope invoices is missing.")

    with pytest.raises(AirbyteTracedException, match=r"^The scope invoices is missing\.$"):
        told.sync()
    assert told.asked == [(INVOICES, "1"), (USERS, "8")]

    told.lists[INVOICES].breaks_at = ""
    assert told.sync() == [(INVOICES, "1"), (INVOICES, "2")]


@pytest.mark.parametrize(
    "trouble",
    [Unexpected("Zoho did not say."), ConfigProblem("This organization does not have this part.")],
    ids=["no clear answer", "no such address"],
)
def test_a_list_without_documents_is_named_and_stops_nothing(
    told: Told, trouble: ZohoError, caplog: pytest.LogCaptureFixture
) -> None:
    told.delete(INVOICES, "1")
    told.delete(INVOICES, "2")
    told.delete(USERS, "8")
    invoices = told.lists[INVOICES]
    invoices.breaks_at, invoices.trouble, invoices.code = "1", trouble, NO_SUCH_ADDRESS

    with caplog.at_level(logging.WARNING, "airbyte"):
        assert told.sync() == [(USERS, "8")]
    (line,) = caplog.messages
    assert line.startswith("books_invoices: an event told of a deletion, and Zoho does not say whether it is true: ")
    assert told.sync() == []


def test_pruned_events_are_no_secret(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.delete(INVOICES, "1")
    told.sync()
    told.delete(INVOICES, "2")
    told.store.prune(datetime.now(UTC))
    told.event("user", "8")

    with caplog.at_level(logging.WARNING, "airbyte"):
        assert told.sync() == []
    assert sum(line.startswith("Events were pruned before a sync had read them") for line in caplog.messages) == 1


def test_a_store_in_trouble_tells_nothing_now_and_loses_nothing(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.delete(INVOICES, "1")
    told.store.trouble = Transient("The event store cannot be reached.")
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert told.sync() == []
        assert not were_told({}, "books")
    assert told.notes == {}

    told.store.trouble = None
    assert told.sync() == [(INVOICES, "1")]


def test_without_events_nothing_is_noted(told: Told) -> None:
    told.event("invoice", "1", operation="updated")

    assert told.sync() == []
    assert told.notes == {}


@pytest.mark.parametrize(
    "note",
    [
        None,
        {},
        {"sequence": "3", "told": []},
        {"sequence": 3, "store": 7, "told": []},
        {"sequence": 3},
        {"sequence": 3, "told": [["a", "b"]]},
    ],
)
def test_notes_that_nobody_wrote_so_begin_at_the_beginning(note: object) -> None:
    assert Heeded.of(note) == Heeded()


# ── Another store ──


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize("events_before", [3, 0], ids=["with more events", "with fewer"])
def test_another_store_is_heeded_from_its_beginning_aloud(
    told: Told, events_before: int, caplog: pytest.LogCaptureFixture
) -> None:
    told.delete(INVOICES, "1")
    told.event("user", "1")
    told.sync()
    told.store = MemoryStore(name="another store")
    told.delete(INVOICES, "2")
    for _ in range(events_before):
        told.event("user", "8")

    assert told.sync() == [(INVOICES, "2")]
    (sentence,) = warnings(caplog)
    assert sentence.startswith(
        "books_deleted_records of organization 7: events were heeded up to sequence 2 of another"
    )
    assert Heeded.of(told.notes["events"]).reached == Bookmark(1 + events_before, "another store")

    caplog.clear()
    assert told.sync() == []
    assert (told.asked, warnings(caplog)) == ([], [])


def test_what_was_told_of_one_store_is_not_told_of_another_that_has_the_same_events(told: Told) -> None:
    told.event("user", "8")
    told.delete(INVOICES, "1", received_at=datetime.now(UTC))
    assert told.sync() == [(INVOICES, "1")]
    told.store = MemoryStore(name="another store")
    told.event("invoice", "1")

    assert told.sync() == []
    assert Heeded.of(told.notes["events"]) == Heeded(Bookmark(1, "another store")), "it is forgotten with its event"


def test_notes_of_version_0_5_0_are_believed_and_completed(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.delete(INVOICES, "1")
    told.delete(INVOICES, "2")
    told.notes["events"] = {"sequence": 1, "told": []}

    assert told.sync() == [(INVOICES, "2")]
    assert told.notes["events"] == {"sequence": 2, "store": "a store", "told": []}
    assert not warnings(caplog)


def test_whether_deletions_were_told_is_known_for_each_product(told: Told) -> None:
    assert not were_told({}, "books")

    told.event("invoice", "1")

    assert were_told({}, "books")
    assert not were_told({}, "billing")


def test_many_events_are_read_to_their_end(told: Told) -> None:
    for _ in range(2_100):
        told.event("invoice", "1", operation="updated")
    told.delete(INVOICES, "2")

    assert told.sync() == [(INVOICES, "2")]
    assert told.notes["events"]["sequence"] == 2_101
