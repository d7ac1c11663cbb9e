"""Does a module become the records of its stream, with the fields that were chosen and a state to go on from?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStream,
    AirbyteStreamState,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    FailureType,
    StreamDescriptor,
    SyncMode,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import checkpoints, crm_metadata, crm_organization, selection
from source_zoho.components.checkpoints import Progress
from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_module import ModuleRetriever
from source_zoho.components.crm_position import Position
from source_zoho.components.selection import choose
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import (
    CONFIG,
    FIELDS,
    ORGANIZATION,
    Crm,
    Records,
    a_crm_selector,
    a_page,
    refusal,
    since,
    the_end_of_the_day,
)
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.metadata import field_row, module_row
from unit_tests.crm.module_model import NOON, ModuleModel

LONG_AGO = NOON - 100_000
BY_LISTS = {**CONFIG, "crm_transport": "rest"}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Leave nothing for other tests."""
    yield
    crm_metadata.forget()
    crm_organization.forget()
    tokens._stores.clear()
    choose([])


def described(crm: Crm, *fields: dict[str, Any]) -> Crm:
    """Let *crm* describe Leads with *fields*, or with those that its records have."""
    rows = list(fields) or [field_row(name, "datetime" if name == CHANGED_AT else "text") for name in FIELDS]
    return crm.on("settings/modules", {"modules": [module_row("Leads")]}).on("settings/fields", {"fields": rows})


def leads(count: int = 3, **model: Any) -> Crm:
    return described(Records(ModuleModel(**model).add_many(range(LONG_AGO, LONG_AGO + count))).crm())


def a_retriever(crm: Crm, **settings: Any) -> ModuleRetriever:
    wanted = {"name": "crm_leads", "module": "Leads", "cursor_field": CHANGED_AT, "config": BY_LISTS, **settings}
    requesters: dict[str, Any] = dict.fromkeys(("requester", "coql", "bulk_create", "bulk_ask", "bulk_fetch"), crm)
    return ModuleRetriever(record_selector=a_crm_selector(), parameters={}, **requesters, **wanted)


def read(crm: Crm, where: Any = ORGANIZATION, **settings: Any) -> Retrieved:
    return retrieve_with(a_retriever(crm, **settings), where)


def choose_fields(*names: str, stream: str = "crm_leads") -> None:
    schema = {"type": "object", "properties": {name: {} for name in names}}
    chosen = AirbyteStream(name=stream, json_schema=schema, supported_sync_modes=[SyncMode.full_refresh])
    choose(
        [
            ConfiguredAirbyteStream(
                stream=chosen, sync_mode=SyncMode.full_refresh, destination_sync_mode=DestinationSyncMode.append
            )
        ]
    )


def asked_fields(crm: Crm) -> list[list[str]]:
    return [call.fields for call in crm.calls if call.path == "Leads"]


# ── fields ──


def test_all_fields_that_lists_hold_are_read() -> None:
    got = read(leads())

    assert got.error is None
    assert [set(record) for record in got.records] == [{"id", *FIELDS}] * 3


def test_only_chosen_fields_are_asked_for_and_the_cursor_with_them() -> None:
    choose_fields("id", "Field_3", "Field_100", "Gone_Meanwhile")
    crm = leads()

    got = read(crm)

    assert asked_fields(crm) == [[CHANGED_AT, "Field_3", "Field_100"]]
    assert [set(record) for record in got.records] == [{"id", CHANGED_AT, "Field_3", "Field_100"}] * 3


def test_the_choice_for_one_stream_is_none_for_another() -> None:
    choose_fields("id", "Field_3", stream="crm_deals")
    crm = leads()

    read(crm)

    assert len(asked_fields(crm)) == 3


def test_a_catalog_without_properties_chooses_nothing() -> None:
    choose_fields()

    assert selection.chosen_fields("crm_leads") is None


def test_a_module_with_a_schema_of_its_own_asks_for_its_fields_and_nobody_for_metadata() -> None:
    crm = Crm().on("Notes", a_page([{"id": "1", CHANGED_AT: "2025-01-01T00:00:00Z", "Note_Title": "t"}]))

    got = read(crm, name="crm_notes", module="Notes", asks_for=["Note_Title", CHANGED_AT])

    assert crm.paths == ["Notes"]
    assert crm.calls[0].fields == [CHANGED_AT, "Note_Title"]
    assert got.records == [{"id": "1", CHANGED_AT: "2025-01-01T00:00:00Z", "Note_Title": "t"}]


def test_rich_text_is_made_whole_when_it_was_chosen() -> None:
    zoho = Records(ModuleModel().add_many([LONG_AGO]), texts={"Story": "x" * 500})
    story = field_row("Story", "textarea", textarea={"type": "rich_text"})
    crm = described(zoho.crm(), field_row(CHANGED_AT, "datetime"), story)
    crm.on("Leads/actions/fetch_full_data", a_page([{"id": "7", "Story": "x" * 900}]))

    assert [len(record["Story"]) for record in read(crm).records] == [900]

    choose_fields("id", CHANGED_AT)
    assert "Story" not in read(crm).records[0]
    assert crm.counted["Leads/actions/fetch_full_data"] == 1


def test_all_streams_share_what_the_metadata_told() -> None:
    crm = leads()

    read(crm)
    read(crm)

    assert crm.counted["settings/fields"] == 1


# ── state ──


def test_the_start_of_the_slice_is_where_the_read_begins() -> None:
    crm = leads(10)

    got = read(crm, since(LONG_AGO + 8))

    assert [record["id"] for record in got.records] == ["15", "16"]


def test_a_module_without_a_cursor_is_read_in_full_and_tells_no_state() -> None:
    Progress([])
    got = read(leads(8), since(LONG_AGO + 8), cursor_field="")

    assert len(got.records) == 8
    assert not got.messages


def test_without_somebody_who_merges_no_checkpoint_is_sent() -> None:
    assert not read(leads(8)).messages


def test_at_the_end_the_state_stands_shortly_before_the_first_answer() -> None:
    Progress([])
    crm = leads(12)

    got = read(crm)

    last = got.checkpoints[-1]
    assert last["partition"] == dict(ORGANIZATION.partition)
    assert last["cursor"] == {CHANGED_AT: str(last["not_beyond"] - 60)}
    # The first two calls ask for modules and fields; the records come with the third.
    assert last["not_beyond"] == NOON + 3


def state_of(message: AirbyteMessage) -> dict[str, Any]:
    assert message.state
    assert message.state.stream
    (entry,) = vars(message.state.stream.stream_state)["states"]
    return dict(entry)


def a_cdk_state(reached: int) -> AirbyteMessage:
    """Return what the CDK says at the end of a partition: the latest record that it saw."""
    entry = {"partition": dict(ORGANIZATION.partition), "cursor": {CHANGED_AT: str(reached)}}
    described = AirbyteStreamState(
        stream_descriptor=StreamDescriptor(name="crm_leads"), stream_state=AirbyteStateBlob({"states": [entry]})
    )
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=described))


def test_what_changed_after_the_first_answer_stays_for_the_next_sync_whatever_the_cdk_saw() -> None:
    progress = Progress([])
    model = ModuleModel().add_many(range(LONG_AGO, LONG_AGO + 12))
    crm = described(Records(model).crm())

    def edit(number: int) -> None:
        model.now = crm.now
        if number == 4:
            model.edit(18)

    crm.before_call = edit
    got = read(crm)
    for message in got.messages:
        progress.apply(message)

    assert max(record[CHANGED_AT] for record in got.records) > "2025-06-15T15:06:42"
    assert state_of(progress.apply(a_cdk_state(NOON + 4)))["cursor"] == {CHANGED_AT: str(NOON + 3)}
    assert "not_beyond" not in str(state_of(progress.apply(a_cdk_state(NOON + 4))))


def test_a_read_that_breaks_off_says_how_far_it_came() -> None:
    Progress([])
    crm = leads(300, page=5)
    played: Any = crm.ready["Leads"][0]
    crm.on("Leads", lambda call: the_end_of_the_day() if crm.counted["Leads"] > 90 else played(call))

    got = read(crm)

    assert isinstance(got.error, AirbyteTracedException)
    assert got.error.failure_type is FailureType.transient_error
    assert len(got.checkpoints) >= 2
    assert "not_beyond" not in got.checkpoints[-1]
    assert LONG_AGO < int(got.checkpoints[-1]["cursor"][CHANGED_AT]) < LONG_AGO + 300


def test_a_sync_that_breaks_off_at_once_loses_nothing_of_its_state() -> None:
    Progress([])
    crm = leads().on("Leads", the_end_of_the_day())

    assert read(crm, since(LONG_AGO)).checkpoints == [
        {"partition": dict(ORGANIZATION.partition), "cursor": {CHANGED_AT: str(LONG_AGO)}, "notes": {}}
    ]
    assert read(crm).checkpoints == []


# ── a place among the ids ──


def a_place(after: str, since: int | None = None) -> None:
    """Let the last sync have stopped at this record."""
    moment = None if since is None else datetime.fromtimestamp(since, UTC)
    noted = Position(after, moment, datetime.fromtimestamp(NOON, UTC)).noted({})
    checkpoints._notes["crm_leads"] = [{"partition": dict(ORGANIZATION.partition), "notes": noted}]


def test_a_place_is_forgotten_when_lists_have_taken_over_and_say_how_far_they_are() -> None:
    Progress([])
    a_place("100")
    crm = leads(300, page=5)
    played: Any = crm.ready["Leads"][0]
    crm.on("Leads", lambda call: the_end_of_the_day() if crm.counted["Leads"] > 90 else played(call))

    last = read(crm).checkpoints[-1]

    assert last["notes"] == {}
    assert int(last["cursor"][CHANGED_AT]) > LONG_AGO


def test_a_place_stays_until_there_is_a_better_one() -> None:
    Progress([])
    a_place("100", LONG_AGO)

    got = read(leads().on("Leads", the_end_of_the_day()))

    assert got.checkpoints[-1]["notes"]["by_id"]["after"] == "100"


def test_a_place_is_forgotten_at_the_end() -> None:
    Progress([])
    a_place("8", LONG_AGO)

    got = read(leads())

    assert len(got.records) == 3
    assert got.checkpoints[-1]["notes"] == {}
    assert got.checkpoints[-1]["not_beyond"] == NOON


# ── gaps ──


def test_a_gap_ends_the_stream_after_all_its_records_and_its_state() -> None:
    Progress([])
    zoho = Records(ModuleModel().add_many(range(LONG_AGO, LONG_AGO + 3)), refused=("Field_7",))

    got = read(described(zoho.crm()))

    assert len(got.records) == 3
    assert "not_beyond" in got.checkpoints[-1]
    assert isinstance(got.error, AirbyteTracedException)
    assert got.error.failure_type is FailureType.config_error
    assert got.error.message == (
        "crm_leads: Zoho refuses the field Field_7 (INVALID_DATA), so it is missing. Let the profile of the user see "
        "it, or leave it out of the fields that are synced. All records were read."
    )


def test_a_module_that_is_refused_ends_its_stream_without_a_record() -> None:
    got = read(leads().on("Leads", refusal("NO_PERMISSION")))

    assert not got.records
    assert "NO_PERMISSION" in str(got.error)


# ── formulas ──


def with_a_formula(count: int = 10) -> Crm:
    zoho = Records(ModuleModel().add_many(range(LONG_AGO, LONG_AGO + count)))
    return described(
        zoho.crm(),
        field_row(CHANGED_AT, "datetime"),
        field_row("Field_1", "formula", formula={"return_type": "double"}),
    )


def test_a_refresh_that_is_due_reads_everything_and_notes_when() -> None:
    Progress([])
    crm = with_a_formula()
    metadata_for(BY_LISTS, crm)  # type: ignore[arg-type]

    got = read(crm, since(LONG_AGO + 8), config={**BY_LISTS, "crm_formula_refresh_days": 7})

    assert len(got.records) == 10
    assert got.checkpoints[-1]["notes"]["read_in_full_at"] > NOON


def test_without_being_asked_for_no_refresh_is_made() -> None:
    Progress([])

    got = read(with_a_formula(), since(LONG_AGO + 8))

    assert len(got.records) == 2
    assert got.checkpoints[-1]["notes"] == {}
