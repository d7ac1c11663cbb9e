"""Does a sync bring every event that was acknowledged, once, whatever interrupts it or happens to the store?"""

from __future__ import annotations

import json
import logging
import subprocess
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, AirbyteStateMessageSerializer, AirbyteStreamStatus
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector

from integration_tests.builders import (
    Run,
    State,
    a_config,
    attempt,
    environment,
    heard,
    read,
    stream_of,
    write_for_the_command,
)
from integration_tests.crm.builders import read as read_crm
from integration_tests.webhooks.builders import an_event, at, some_events
from integration_tests.webhooks.told import BILLING, BOOKS, CRM, a_store_with_events
from source_zoho.components import WebhookEventsRetriever, event_stores
from source_zoho.components.checks import STREAMS_OF_CHECK
from source_zoho.components.records import KeyExtractor, SchemaNormalizer
from source_zoho.emulator import Emulator
from source_zoho.errors import ConfigProblem
from source_zoho.inputs import read_state
from source_zoho.source import SourceZoho
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store

COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
LISTED = "billing_taxes"
PATIENCE_SECONDS = 300  # only so that a hanging command fails its test instead of holding it for ever


@pytest.fixture(scope="module")
def zoho() -> Iterator[Emulator]:
    """Return a Zoho that nothing is asked of: its calls are counted."""
    with Emulator(seed=7, size="small") as zoho:
        yield zoho


@pytest.fixture
def store(sqlite_url: str) -> Iterator[EventStore]:
    """Return what the receiver writes into; the sync has a connection of its own."""
    with open_store(sqlite_url) as store:
        yield store


def keys(run: Run, stream: str = BILLING) -> list[str]:
    return [row["key"] for row in run.records(stream)]


def as_a_platform_keeps_it(state: Sequence[AirbyteStateMessage]) -> State:
    texts = [json.dumps(AirbyteStateMessageSerializer.dump(each), default=vars) for each in state]
    return [AirbyteStateMessageSerializer.load(json.loads(text)) for text in texts]


def positions(state: Sequence[AirbyteStateMessage]) -> dict[str, int]:
    return {stream_of(each): Bookmark(**vars(each.stream.stream_state)).sequence for each in state if each.stream}


def names(first: int, last: int) -> list[str]:
    return [f"event {number}" for number in range(first, last + 1)]


# ── from sync to sync ──


def test_two_syncs_bring_each_event_once_and_ask_nobody(zoho: Emulator, store_url: str) -> None:
    zoho.calls.reset()
    with open_store(store_url) as store:
        store.append([*some_events(3), an_event("other", product="books")])
        first = read(zoho, BILLING, BOOKS, webhook_store_url=store_url)
        store.append([an_event("event 1"), an_event("new")])
        second = read(zoho, BILLING, BOOKS, state=as_a_platform_keeps_it(first.state), webhook_store_url=store_url)
        third = read(zoho, BILLING, BOOKS, state=second.state, webhook_store_url=store_url)
        last = store.last_sequence()

    assert (keys(first), keys(first, BOOKS)) == (names(0, 2), ["other"])
    assert (keys(second), keys(second, BOOKS)) == (["new"], [])
    assert not third.output.records
    assert positions(first.state) == {BILLING: 4, BOOKS: 4}
    assert positions(second.state) == {BILLING: last, BOOKS: last}, "both looked so far"
    assert positions(third.state) == positions(second.state), "an empty sync keeps it"
    assert zoho.calls.total == 0


def test_the_same_state_gives_the_same_events(zoho: Emulator, store: EventStore, sqlite_url: str) -> None:
    store.append(some_events(2))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    store.append(some_events(3, "later"))

    again = [read(zoho, BILLING, state=state, webhook_store_url=sqlite_url) for _ in range(2)]

    assert [keys(run) for run in again] == [["later 0", "later 1", "later 2"]] * 2
    assert store.confirmed()[BILLING][0] == 2, "pruning may rely on what came back in a state, and on nothing else"


def test_notifications_of_crm_come_without_a_call(zoho: Emulator, tmp_path: Path) -> None:
    zoho.calls.reset()
    url = a_store_with_events(tmp_path, [])

    run = read_crm(zoho, CRM, webhook_store_url=url)

    assert [row["ids"] for row in run.records(CRM)] == [["70000000001"], ["70000000002"]]
    assert positions(run.state) == {CRM: 2}
    assert zoho.calls.total == 0


def test_a_position_passes_events_that_are_left_out(zoho: Emulator, store: EventStore, sqlite_url: str) -> None:
    store.append([an_event("ours", organization_id="17"), *some_events(3, organization_id="18")])

    run = read(zoho, BILLING, webhook_store_url=sqlite_url, organization_ids=["17"])

    assert keys(run) == ["ours"]
    assert positions(run.state) == {BILLING: 4}


# ── what happens to the store meanwhile ──


def test_what_is_pruned_after_it_was_read_is_not_missed(zoho: Emulator, store: EventStore, sqlite_url: str) -> None:
    store.append(some_events(3))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    store.prune(at(1))
    store.append(some_events(2, "later"))

    run = read(zoho, BILLING, state=state, webhook_store_url=sqlite_url)

    assert keys(run) == ["later 0", "later 1"]
    assert not [line for line in run.log if "pruned" in line]


def test_what_is_pruned_before_it_was_read_is_named(zoho: Emulator, store: EventStore, sqlite_url: str) -> None:
    store.append(some_events(3))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    store.append(some_events(4, "lost"))
    store.prune(at(1))
    store.append(some_events(1, "kept"))

    run = read(zoho, BILLING, state=state, webhook_store_url=sqlite_url)

    assert keys(run) == ["kept 0"]
    (warning,) = [line for line in run.log if "pruned" in line]
    assert warning.startswith(f"{BILLING}: events after sequence 3 and up to 7 were pruned")


def test_replayed_events_come_again(zoho: Emulator, store: EventStore, sqlite_url: str) -> None:
    store.append(some_events(3))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    store.replay(2, 3)

    assert keys(read(zoho, BILLING, state=state, webhook_store_url=sqlite_url)) == names(1, 2)


# ── interruptions ──


def test_a_sync_that_is_killed_goes_on_behind_its_last_state(
    zoho: Emulator, store: EventStore, sqlite_url: str, tmp_path: Path
) -> None:
    store.append(some_events(2000))

    broken = killed_at_its_first_state(
        write_for_the_command(tmp_path, zoho, BILLING, webhook_store_url=sqlite_url), tmp_path
    )
    rest = read(zoho, BILLING, state=broken.state, webhook_store_url=sqlite_url)

    (position,) = positions(broken.state).values()
    assert keys(broken) == names(0, position - 1)
    assert keys(rest) == names(position, 1999)


def killed_at_its_first_state(command: list[str], folder: Path) -> Run:
    """Run *command* and kill it when its first state is read: what is behind that is more than a pipe holds."""
    lines = []
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if line.startswith('{"type":"STATE"'):
                break
        process.kill()
        assert process.wait(PATIENCE_SECONDS) == -9, "it was not at its end"
    return heard(lines)


def test_memory_does_not_grow_with_the_number_of_events(store: EventStore, sqlite_url: str) -> None:
    payload = json.dumps({"text": "x" * 10_000})
    store.append(some_events(3000, payload=payload))
    event_stores.forget()

    tracemalloc.start()
    read_count = sum(1 for each in a_drain(sqlite_url) if not isinstance(each, AirbyteMessage))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read_count == 3000
    assert peak < 3000 * len(payload) / 3, f"{peak:,} bytes at once"


def a_drain(url: str) -> Iterator[Any]:
    selector = RecordSelector(KeyExtractor([]), {}, {}, SchemaNormalizer(), name=BILLING)
    retriever = WebhookEventsRetriever(selector, {"webhook_store_url": url}, {}, name=BILLING)
    yield from retriever.read_records({})


# ── a store that cannot be used ──

NOBODY_LISTENS = "postgresql://zoho:a-secret-word@127.0.0.1:1/events"


def test_a_store_that_cannot_be_reached_ends_the_streams_of_events_only(zoho: Emulator) -> None:
    run = attempt(zoho, BILLING, BOOKS, LISTED, webhook_store_url=NOBODY_LISTENS)

    assert [run.status(name) for name in (BILLING, BOOKS, LISTED)] == [INCOMPLETE, INCOMPLETE, COMPLETE]
    assert "cannot be reached" in run.errors[0]
    assert "a-secret-word" not in " ".join([*run.errors, *run.log])


def test_a_check_says_that_the_store_cannot_be_reached(zoho: Emulator) -> None:
    result = checked(a_config(zoho, products=["books"], webhook_store_url=NOBODY_LISTENS))

    assert result.status.name == "FAILED"
    assert "cannot be reached" in str(result.message)
    assert "a-secret-word" not in str(result.message)


def test_a_store_that_is_not_there_ends_the_streams_of_events_only_and_none_is_made(
    zoho: Emulator, tmp_path: Path
) -> None:
    run = attempt(zoho, BILLING, LISTED, webhook_store_url=f"sqlite:///{tmp_path}/evnets.db")

    assert (run.status(BILLING), run.status(LISTED)) == (INCOMPLETE, COMPLETE)
    assert run.errors[0].startswith(f"The event store {tmp_path}/evnets.db does not exist. Correct its address")
    assert not list(tmp_path.iterdir())


def test_a_check_says_that_the_store_is_not_there(zoho: Emulator, tmp_path: Path) -> None:
    result = checked(a_config(zoho, products=["books"], webhook_store_url=f"sqlite:///{tmp_path}/evnets.db"))

    assert result.status.name == "FAILED"
    assert f"The event store {tmp_path}/evnets.db does not exist" in str(result.message)


def test_a_check_says_what_the_store_has(
    zoho: Emulator, store: EventStore, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    store.append(some_events(3))

    result = checked(a_config(zoho, products=["books"], webhook_store_url=sqlite_url))

    assert result.status.name == "SUCCEEDED"
    assert "The webhook store answers; it has kept events up to sequence 3." in caplog.messages


def checked(config: dict[str, Any]) -> Any:
    return SourceZoho(config=config, only=STREAMS_OF_CHECK).check(logging.getLogger("airbyte"), config)


def test_without_the_packages_of_a_store_everything_else_is_read(zoho: Emulator, tmp_path: Path) -> None:
    (tmp_path / "sqlalchemy.py").write_text("raise ImportError\n", encoding="utf-8")
    command = write_for_the_command(tmp_path, zoho, BILLING, LISTED, webhook_store_url="sqlite:///events.db")

    there = environment()
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**there, "PYTHONPATH": f"{tmp_path}:{there['PYTHONPATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )

    run = heard(done.stdout.splitlines())
    assert done.returncode == 1
    assert (run.status(BILLING), run.status(LISTED)) == (INCOMPLETE, COMPLETE)
    assert run.errors[0] == "An event store needs more packages: pip install 'source-zoho[webhooks]'"
    assert "Traceback" not in done.stdout + done.stderr


# ── what may be given as a state ──


@pytest.mark.parametrize("sequence", ["12", -1, 1.5, True, None, [1]])
def test_a_state_that_names_no_place_is_refused_in_one_sentence(sequence: Any, zoho: Emulator, tmp_path: Path) -> None:
    blob = {"stream_descriptor": {"name": BILLING}, "stream_state": {"sequence": sequence}}
    path = tmp_path / "state.json"
    path.write_text(json.dumps([{"type": "STREAM", "stream": blob}]), encoding="utf-8")

    with pytest.raises(ConfigProblem, match="is not a list of Airbyte state messages"):
        read_state(str(path))
