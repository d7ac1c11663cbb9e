"""
Does what hangs below single records come with every record that changed, and only where it is asked for?

Contact roles, e-mails, shares and timelines cost a call for each record, so they are read with
``document_details: changed`` and follow the records of the modules that people work in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Record, Run, State, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import PER_RECORD, ROOT_PATH, as_promised, attempt, keyed, read
from source_zoho.emulator import Emulator

ROLES, EMAILS, SHARES, TIMELINES = PER_RECORD
# Where each is asked for below a record.
LISTS = {ROLES: "Contact_Roles", EMAILS: "Emails", SHARES: "actions/share", TIMELINES: "__timeline"}
MODULES_WITH_EMAILS = {"Leads", "Contacts", "Accounts", "Deals", "Cases", "Vendors"}
# Zoho's flags say of scores that nobody can read them, and its documents how: they are followed like others.
SCORES = "Entity_Scores__s"
SIZES = {**dict.fromkeys(Emulator().crm.readable(), 3), SCORES: 0}
NO_RECORDS = dict.fromkeys(SIZES, 0)
DETAILS: dict[str, Any] = {"document_details": "changed"}
A_DAY_SECONDS = 24 * 3600


def followed(zoho: Emulator, stream: str) -> set[str]:
    """Return the modules whose records *stream* is to follow."""
    if stream == ROLES:
        return {"Deals"}
    kinds = {row["api_name"]: row["generated_type"] for row in zoho.crm.settings("modules")}
    tells_of_changes = {name for name in zoho.crm.readable() if "Modified_Time" in zoho.crm.listed_fields(name)}
    theirs = {name for name in tells_of_changes if kinds[name] in {"default", "custom"}}
    return theirs & MODULES_WITH_EMAILS if stream == EMAILS else theirs


def there(zoho: Emulator, stream: str) -> list[Record]:
    """Return what Zoho has for *stream*, as records."""
    rows = [{"module": "Deals", **row} for row in zoho.crm.settings(stream.removeprefix("crm_"))]
    modules = followed(zoho, stream)
    return [as_promised(named(zoho, row, stream), stream) for row in rows if row["module"] in modules]


def named(zoho: Emulator, row: Record, stream: str) -> Record:
    """Return *row* with what the connector adds: when the record changed, and a key where Zoho's has none."""
    record = zoho.crm.record(row["module"], row["deal_id" if stream == ROLES else "record_id"])
    key = {"shared_with_id": row["shared_with"]["id"]} if stream == SHARES else {}
    return {**row, **key, "parent_modified_time": record["Modified_Time"]}


def asked(zoho: Emulator, stream: str) -> Counter[str]:
    """Return how often each record was asked about with success, as "module/id"."""
    found: Counter[str] = Counter()
    for call in zoho.calls.log:
        module, _, rest = call.path.removeprefix(f"{ROOT_PATH}/").partition("/")
        record_id, _, below = rest.partition("/")
        if below == LISTS[stream] and call.status in {200, 204}:
            found[f"{module}/{record_id}"] += 1
    return found


def records_of(zoho: Emulator, stream: str) -> set[str]:
    """Return every record that *stream* is to follow, as "module/id"."""
    return {f"{module}/{each}" for module in followed(zoho, stream) for each in zoho.crm.ids(module)}


# ── a full sync ──


@dataclass(frozen=True)
class FullSync:
    """A sync of all four, the Zoho that it read, and how often each record was asked about."""

    zoho: Emulator
    run: Run
    asked: dict[str, Counter[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def full_sync() -> Iterator[FullSync]:
    with Emulator(sizes=SIZES) as zoho:
        run = read(zoho, *PER_RECORD, **DETAILS)
        yield FullSync(zoho, run, {stream: asked(zoho, stream) for stream in PER_RECORD})
    forget_earlier_syncs()


@pytest.mark.parametrize("stream", PER_RECORD)
def test_everything_below_a_record_comes_once_as_zoho_has_it(full_sync: FullSync, stream: str) -> None:
    expected = there(full_sync.zoho, stream)

    assert expected, "proves too little"
    assert keyed(full_sync.run.records(stream), stream) == keyed(expected, stream)


@pytest.mark.parametrize("stream", [ROLES, SHARES, TIMELINES])
def test_a_record_costs_one_call(full_sync: FullSync, stream: str) -> None:
    assert full_sync.asked[stream] == Counter(records_of(full_sync.zoho, stream))


def test_a_record_costs_a_call_for_each_ten_emails(full_sync: FullSync) -> None:
    emails = Counter(f"{row['module']}/{row['record_id']}" for row in full_sync.run.records(EMAILS))

    assert max(emails.values()) > 20, "proves too little"
    wanted = {record: max(1, -(-emails[record] // 10)) for record in records_of(full_sync.zoho, EMAILS)}
    assert full_sync.asked[EMAILS] == Counter(wanted)


def test_timelines_are_asked_for_in_the_largest_pages(full_sync: FullSync) -> None:
    calls = [call for call in full_sync.zoho.calls.log if call.path.endswith("/__timeline")]

    assert {call.query.get("per_page") for call in calls} == {"200"}


def test_every_stream_says_for_each_module_how_far_it_came(full_sync: FullSync) -> None:
    told = {
        (state.stream.stream_descriptor.name, entry["partition"]["module"])
        for state in full_sync.run.state
        if state.stream and state.stream.stream_state
        for entry in vars(state.stream.stream_state)["states"]
    }

    wanted = {(stream, module) for stream in PER_RECORD for module in followed(full_sync.zoho, stream)}
    assert told == wanted | {(SHARES, SCORES), (TIMELINES, SCORES)}


# ── when nobody asks for them ──


@pytest.mark.parametrize("details", [{}, {"document_details": "none"}])
def test_nothing_is_read_and_nothing_asked_unless_details_are_wanted(
    a_zoho: StartZoho, details: dict[str, Any]
) -> None:
    zoho = a_zoho(sizes=SIZES)

    run = read(zoho, *PER_RECORD, **details)

    assert not run.counts()
    assert [call.path for call in zoho.calls.log if call.path.startswith(ROOT_PATH)] == []
    assert {run.status(stream) for stream in PER_RECORD} == {AirbyteStreamStatus.COMPLETE}


# ── paging ──


def test_a_long_timeline_is_read_to_its_end(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 2})
    zoho.crm.behave("timelines", sizes={zoho.crm.ids("Leads")[0]: 450})

    run = read(zoho, TIMELINES, **DETAILS)

    assert keyed(run.records(TIMELINES), TIMELINES) == keyed(there(zoho, TIMELINES), TIMELINES)
    assert sorted(asked(zoho, TIMELINES).values()) == [1, 3]


def test_many_contacts_of_a_deal_are_read_to_the_last(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Deals": 1, "Contacts": 250})
    zoho.crm.behave("deal_contact_roles", size=230)

    run = read(zoho, ROLES, **DETAILS)

    assert len(keyed(run.records(ROLES), ROLES)) == 230
    assert list(asked(zoho, ROLES).values()) == [2]


# ── the next sync ──


@pytest.mark.parametrize("stream", PER_RECORD)
def test_only_records_that_changed_are_asked_about_again(a_zoho: StartZoho, stream: str) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Deals": 4, "Contacts": 4})
    before = read(zoho, stream, **DETAILS)
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    changed = zoho.crm.ids("Deals")[1]
    zoho.crm.edit("Deals", changed, Description="Grüße")
    added = zoho.crm.add("Deals", Deal_Name="New")
    zoho.calls.reset()

    after = read(zoho, stream, state=before.state, **DETAILS)

    assert set(asked(zoho, stream)) == {f"Deals/{changed}", f"Deals/{added}"}
    again = [row for row in there(zoho, stream) if row.get("deal_id", row.get("record_id")) in {changed, added}]
    assert keyed(after.records(stream), stream) == keyed(again, stream)


def test_a_sync_with_nothing_changed_asks_about_no_record(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 5, "Deals": 5})
    before = read(zoho, SHARES, TIMELINES, **DETAILS)
    zoho.calls.reset()

    after = read(zoho, SHARES, TIMELINES, state=before.state, **DETAILS)

    assert not after.counts()
    assert not asked(zoho, SHARES) + asked(zoho, TIMELINES)
    assert positions(after.state) == positions(before.state)


def positions(state: State) -> dict[str, str]:
    """Return how far each stream came in each module."""
    return {
        f"{each.stream.stream_descriptor.name}/{entry['partition']['module']}": entry["cursor"]["parent_modified_time"]
        for each in state
        if each.stream and each.stream.stream_state
        for entry in vars(each.stream.stream_state)["states"]
    }


def test_the_start_date_spares_records_that_did_not_change_since(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 4})
    changed = zoho.crm.ids("Leads")[2]
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    zoho.crm.edit("Leads", changed, Description="Now")
    changed_at = zoho.crm.record("Leads", changed)["Modified_Time"]

    read(zoho, TIMELINES, start_date=an_hour_before(changed_at), **DETAILS)

    assert set(asked(zoho, TIMELINES)) == {f"Leads/{changed}"}


def an_hour_before(stamp: str) -> str:
    moment = datetime.fromisoformat(stamp).astimezone(UTC) - timedelta(hours=1)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_record_that_changes_while_we_read_is_asked_about_in_the_next_sync(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 6})
    first, *_ = zoho.crm.ids("Leads")
    zoho.on_call(4, lambda zoho: edit_later(zoho, first), path=f"{ROOT_PATH}/Leads/{{record_id}}/__timeline")
    before = read(zoho, TIMELINES, **DETAILS)
    zoho.calls.reset()

    after = read(zoho, TIMELINES, state=before.state, **DETAILS)

    assert f"Leads/{first}" in asked(zoho, TIMELINES)
    assert after.records(TIMELINES)[0]["parent_modified_time"] == zoho.crm.record("Leads", first)["Modified_Time"]


def edit_later(zoho: Emulator, lead: str) -> None:
    zoho.clock.advance(seconds=60)
    zoho.crm.edit("Leads", lead, Description="Meanwhile")


# ── interruption ──


@pytest.mark.parametrize("credits_a_day", [16, 19, 24])
def test_days_that_end_at_any_record_lose_none_and_ask_about_none_twice(a_zoho: StartZoho, credits_a_day: int) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Deals": 25, "Contacts": 3})
    runs: list[Run] = []
    while not runs or runs[-1].errors:
        assert len(runs) < 15, "gets nowhere"
        state = runs[-1].state if runs else None
        runs.append(attempt(zoho, ROLES, state=state, daily_call_limit=credits_a_day, **DETAILS))

    rows = [row for run in runs for row in run.records(ROLES)]
    assert len(runs) > 1
    assert keyed(rows, ROLES) == keyed(there(zoho, ROLES), ROLES)
    assert asked(zoho, ROLES) == Counter(records_of(zoho, ROLES))
    assert "daily_call_limit" in runs[0].errors[0]


def test_trouble_with_one_module_keeps_the_others_and_what_was_followed(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 8, "Contacts": 8})
    zoho.faults.add("500", path=f"{ROOT_PATH}/Leads/{{record_id}}/__timeline", times=10_000, after=5)

    broken = attempt(zoho, TIMELINES, **DETAILS)
    zoho.faults.clear()
    whole = asked(zoho, TIMELINES)
    zoho.calls.reset()
    resumed = read(zoho, TIMELINES, state=broken.state, **DETAILS)

    assert broken.status(TIMELINES) is AirbyteStreamStatus.INCOMPLETE
    assert whole + asked(zoho, TIMELINES) == Counter(records_of(zoho, TIMELINES))
    rows = broken.records(TIMELINES) + resumed.records(TIMELINES)
    assert keyed(rows, TIMELINES) == keyed(there(zoho, TIMELINES), TIMELINES)


# ── what is not there, or not allowed ──


@pytest.mark.parametrize("stream", PER_RECORD)
def test_a_record_that_is_deleted_before_its_turn_takes_no_other_with_it(a_zoho: StartZoho, stream: str) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Deals": 4, "Contacts": 4})
    by_change = sorted(zoho.crm.rows("Deals"), key=lambda row: str(row["Modified_Time"]))
    victim = str(by_change[-1]["id"])
    zoho.on_call(1, lambda zoho: zoho.crm.delete("Deals", victim), path=f"{ROOT_PATH}/Deals/{{record_id}}/*")

    run = read(zoho, stream, **DETAILS)

    assert keyed(run.records(stream), stream) == keyed(there(zoho, stream), stream)


def test_a_module_whose_records_have_no_such_list_costs_one_call_and_is_named_in_the_log(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Leads": 5, "Contacts": 5})
    path = f"{ROOT_PATH}/Leads/{{record_id}}/Emails"
    zoho.faults.add("INVALID_MODULE", path=path, times=10_000)

    run = read(zoho, EMAILS, **DETAILS)

    assert {row["module"] for row in run.records(EMAILS)} == {"Contacts"}
    assert len([call for call in zoho.calls.log if call.path.endswith("/Emails") and call.status == 400]) == 1
    assert f"{EMAILS}: Zoho has none for Leads (INVALID_MODULE)." in run.log


@pytest.mark.parametrize("stream", PER_RECORD)
def test_a_token_without_the_scope_is_told_which_it_lacks(a_zoho: StartZoho, stream: str) -> None:
    zoho = a_zoho(sizes={**NO_RECORDS, "Deals": 2, "Contacts": 2})
    scope = {ROLES: "modules.contacts", EMAILS: "modules.emails", SHARES: "share", TIMELINES: "modules"}[stream]
    zoho.faults.add("OAUTH_SCOPE_MISMATCH", path=f"{ROOT_PATH}/Deals/{{record_id}}/{LISTS[stream]}", times=10)

    run = attempt(zoho, stream, **DETAILS)

    assert f"{stream}: The refresh_token lacks the scope ZohoCRM.{scope}.READ" in run.errors[0]
    assert run.status(stream) is AirbyteStreamStatus.INCOMPLETE
