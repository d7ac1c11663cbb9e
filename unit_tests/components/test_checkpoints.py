"""Do checkpoints reach the state, without going back and without losing what the state says of others?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)

from source_zoho.components.checkpoints import Progress, checkpoint, notes_of, position, store_before
from source_zoho.webhooks.bookmarks import Bookmark

BILLS, INVOICES = "books_bills", "books_invoices"


def an_entry(organization_id: str, reached: int) -> dict[str, Any]:
    return {"partition": {"organization_id": organization_id}, "cursor": {"last_modified_time": str(reached)}}


def a_state(*entries: dict[str, Any], stream: str = BILLS, **more: Any) -> AirbyteStateMessage:
    blob = AirbyteStateBlob({"states": [dict(entry) for entry in entries], **more})
    described = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=stream), stream_state=blob)
    return AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=described)


def a_state_message(*entries: dict[str, Any], stream: str = BILLS, **more: Any) -> AirbyteMessage:
    return AirbyteMessage(type=Type.STATE, state=a_state(*entries, stream=stream, **more))


def a_checkpoint(
    organization_id: str, reached: int, stream: str = BILLS, notes: dict[str, Any] | None = None
) -> AirbyteMessage:
    partition = {"organization_id": organization_id}
    return checkpoint(stream, partition, "last_modified_time", datetime.fromtimestamp(reached, tz=UTC), notes)


def told(message: AirbyteMessage) -> dict[str, Any]:
    assert message.state
    assert message.state.stream
    return dict(vars(message.state.stream.stream_state))


def reached(message: AirbyteMessage) -> dict[str, int]:
    entries = told(message)["states"]
    return {entry["partition"]["organization_id"]: int(entry["cursor"]["last_modified_time"]) for entry in entries}


def test_a_checkpoint_becomes_a_state_of_its_stream() -> None:
    message = Progress([]).apply(a_checkpoint("17", 500))

    assert message.state
    assert message.state.stream
    assert message.state.stream.stream_descriptor.name == BILLS
    assert told(message) == {"use_global_cursor": False, "states": [an_entry("17", 500)]}


def test_a_checkpoint_keeps_what_the_state_before_the_read_says_of_others() -> None:
    progress = Progress(
        [a_state(an_entry("17", 100), an_entry("18", 200)), a_state(an_entry("17", 7), stream=INVOICES)]
    )

    assert reached(progress.apply(a_checkpoint("17", 500))) == {"17": 500, "18": 200}


def test_a_checkpoint_keeps_what_a_state_during_the_read_said_of_others() -> None:
    progress = Progress([])
    progress.apply(a_state_message(an_entry("18", 900)))

    assert reached(progress.apply(a_checkpoint("17", 500))) == {"17": 500, "18": 900}


def test_checkpoints_of_several_organizations_stand_side_by_side() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    assert reached(progress.apply(a_checkpoint("18", 600))) == {"17": 500, "18": 600}


def test_a_later_checkpoint_replaces_an_earlier_one() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    assert reached(progress.apply(a_checkpoint("17", 700))) == {"17": 700}


def test_a_state_that_knows_less_than_a_checkpoint_is_brought_up_to_it() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    assert reached(progress.apply(a_state_message(an_entry("17", 100), an_entry("18", 900)))) == {"17": 500, "18": 900}


def test_a_state_that_knows_more_than_a_checkpoint_stays_as_it_is() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    assert reached(progress.apply(a_state_message(an_entry("17", 800)))) == {"17": 800}


def test_a_state_without_the_organization_of_a_checkpoint_is_given_it() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    assert reached(progress.apply(a_state_message(an_entry("18", 900)))) == {"18": 900, "17": 500}


def test_what_else_a_state_says_is_kept() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))

    message = progress.apply(a_state_message(an_entry("18", 900), parent_state={"a": 1}, use_global_cursor=False))

    assert told(message)["parent_state"] == {"a": 1}


def test_the_states_of_other_streams_pass_unchanged() -> None:
    progress = Progress([])
    progress.apply(a_checkpoint("17", 500))
    other = a_state_message(an_entry("17", 7), stream=INVOICES)

    assert progress.apply(other) is other
    assert reached(other) == {"17": 7}


# ── a place among events ──


EVENTS = "books_webhook_events"


def a_place(sequence: int, store: str = "a store") -> AirbyteMessage:
    return position(EVENTS, Bookmark(sequence, store))


def what_the_cdk_saw(sequence: int, **more: Any) -> AirbyteMessage:
    """Return what the CDK tells: the largest sequence of a record, or of the state, and what else the state said."""
    blob = AirbyteStateBlob({"sequence": sequence, **more})
    described = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=EVENTS), stream_state=blob)
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=described))


def progress_after(**state: Any) -> Progress:
    before = what_the_cdk_saw(**state).state
    assert before
    return Progress([before])


def test_a_place_among_events_is_the_whole_state() -> None:
    assert told(Progress([]).apply(a_place(7))) == {"sequence": 7, "store": "a store"}


def test_a_place_is_not_given_up_for_what_the_cdk_saw_of_records() -> None:
    progress = Progress([])
    progress.apply(a_place(7))

    assert told(progress.apply(what_the_cdk_saw(3))) == {"sequence": 7, "store": "a store"}


def test_a_place_in_another_store_may_be_a_smaller_one() -> None:
    progress = progress_after(sequence=30, store="the old one")
    messages = [a_place(4, "the new one"), what_the_cdk_saw(30, store="the old one"), a_place(5, "the new one")]

    assert [told(progress.apply(each)) for each in messages] == [
        {"sequence": 4, "store": "the new one"},
        {"sequence": 4, "store": "the new one"},
        {"sequence": 5, "store": "the new one"},
    ]


def test_the_place_of_the_state_is_kept_by_a_read_that_comes_no_further() -> None:
    progress = progress_after(sequence=7, store="a store")

    assert told(progress.apply(what_the_cdk_saw(0))) == {"sequence": 7, "store": "a store"}


def test_a_read_that_never_came_to_a_store_begins_at_the_beginning() -> None:
    assert told(Progress([]).apply(what_the_cdk_saw(0))) == {"sequence": 0}


def test_the_store_of_the_state_is_known_to_the_next_sync_and_to_no_other() -> None:
    progress_after(sequence=7, store="a store")
    assert (store_before(EVENTS), store_before("billing_webhook_events")) == ("a store", "")

    progress_after(sequence=7)
    assert store_before(EVENTS) == "", "version 0.5.0 did not say"


def test_what_was_told_already_does_not_change_afterwards() -> None:
    progress = Progress([])
    first = progress.apply(a_checkpoint("17", 500))

    progress.apply(a_checkpoint("17", 900))
    progress.apply(a_state_message(an_entry("17", 1000)))

    assert reached(first) == {"17": 500}


def test_the_state_given_to_the_read_does_not_change() -> None:
    before = a_state(an_entry("17", 100))

    Progress([before]).apply(a_checkpoint("17", 500))

    assert before.stream
    assert vars(before.stream.stream_state)["states"] == [an_entry("17", 100)]


def test_a_state_without_a_stream_passes_unchanged() -> None:
    message = AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.GLOBAL))

    assert Progress([]).apply(message) is message


def test_a_reached_instant_is_rounded_down_so_that_its_second_is_read_again() -> None:
    moment = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)

    message = checkpoint(BILLS, {"organization_id": "17"}, "last_modified_time", moment)

    assert reached(Progress([]).apply(message)) == {"17": int(moment.timestamp())}


# ── notes ──


def noted(message: AirbyteMessage) -> dict[str, Any]:
    return {entry["partition"]["organization_id"]: entry.get("notes") for entry in told(message)["states"]}


def notes(organization_id: str, stream: str = BILLS) -> dict[str, Any]:
    return notes_of(stream, {"organization_id": organization_id})


def test_notes_stand_in_the_state_of_their_organization() -> None:
    progress = Progress([a_state(an_entry("17", 100), an_entry("18", 200))])

    assert noted(progress.apply(a_checkpoint("17", 500, notes={"seen": {"1": 5}}))) == {
        "17": {"seen": {"1": 5}},
        "18": None,
    }


def test_the_next_sync_finds_the_notes_of_each_organization_and_stream() -> None:
    seen = {**an_entry("17", 100), "notes": {"seen": {"1": 5}}}
    Progress([a_state(seen, an_entry("18", 200)), a_state(an_entry("17", 100), stream=INVOICES)])

    assert notes("17") == {"seen": {"1": 5}}
    assert notes("18") == notes("19") == notes("17", INVOICES) == {}


def test_a_sync_without_a_state_finds_no_notes_of_the_one_before() -> None:
    Progress([a_state({**an_entry("17", 100), "notes": {"seen": {"1": 5}}})])

    Progress([])

    assert notes("17") == {}


def test_notes_are_kept_when_the_cdk_tells_a_state_that_does_not_know_them() -> None:
    progress = Progress([a_state({**an_entry("18", 200), "notes": {"seen": {"8": 8}}})])
    progress.apply(a_checkpoint("17", 500, notes={"seen": {"1": 5}}))

    message = progress.apply(a_state_message(an_entry("17", 900), an_entry("18", 200)))

    assert reached(message) == {"17": 900, "18": 200}
    assert noted(message) == {"17": {"seen": {"1": 5}}, "18": {"seen": {"8": 8}}}


def test_later_notes_replace_earlier_ones_even_where_the_position_was_further_before() -> None:
    progress = Progress([a_state({**an_entry("17", 900), "notes": {"seen": {"1": 5}}})])

    message = progress.apply(a_checkpoint("17", 500, notes={"seen": {"2": 6}}))

    assert reached(message) == {"17": 900}
    assert noted(message) == {"17": {"seen": {"2": 6}}}


def test_empty_notes_are_notes() -> None:
    progress = Progress([a_state({**an_entry("17", 100), "notes": {"seen": {"1": 5}}})])

    assert noted(progress.apply(a_checkpoint("17", 500, notes={"seen": {}}))) == {"17": {"seen": {}}}


def test_notes_that_were_found_can_be_changed_without_changing_the_state() -> None:
    before = a_state({**an_entry("17", 100), "notes": {"seen": {"1": 5}}})
    progress = Progress([before])

    notes("17")["more"] = 1

    assert notes("17") == {"seen": {"1": 5}}
    assert noted(progress.apply(a_state_message(an_entry("17", 100)))) == {"17": {"seen": {"1": 5}}}


def test_a_list_below_a_parent_has_notes_of_its_own() -> None:
    partition = {"module": "cm_a", "parent_slice": {"organization_id": "17"}}
    entry = {"partition": partition, "cursor": {"last_modified_time": "100"}, "notes": {"seen": {"1": 5}}}
    Progress([a_state(entry)])

    assert notes_of(BILLS, partition) == {"seen": {"1": 5}}
    assert notes_of(BILLS, {**partition, "module": "cm_b"}) == {}


# ── what changed after the first answer ──


def a_last_checkpoint(organization_id: str, reached: int, not_beyond: int) -> AirbyteMessage:
    moments = (datetime.fromtimestamp(each, tz=UTC) for each in (reached, not_beyond))
    first, bound = moments
    return checkpoint(BILLS, {"organization_id": organization_id}, "last_modified_time", first, not_beyond=bound)


def test_the_state_that_the_cdk_makes_of_the_latest_row_stays_within_the_bound() -> None:
    progress = Progress([])
    progress.apply(a_last_checkpoint("17", 500, not_beyond=600))

    assert reached(progress.apply(a_state_message(an_entry("17", 900)))) == {"17": 600}


def test_a_state_within_the_bound_stays_as_it_is() -> None:
    progress = Progress([])
    progress.apply(a_last_checkpoint("17", 500, not_beyond=600))

    assert reached(progress.apply(a_state_message(an_entry("17", 550)))) == {"17": 550}


def test_a_bound_holds_for_its_own_partition() -> None:
    progress = Progress([])
    progress.apply(a_last_checkpoint("17", 500, not_beyond=600))

    assert reached(progress.apply(a_state_message(an_entry("17", 900), an_entry("18", 900)))) == {"17": 600, "18": 900}


def test_a_bound_is_never_part_of_a_state() -> None:
    progress = Progress([])

    for message in (a_last_checkpoint("17", 500, not_beyond=600), a_state_message(an_entry("17", 900))):
        assert told(progress.apply(message))["states"][0].keys() == {"partition", "cursor"}
