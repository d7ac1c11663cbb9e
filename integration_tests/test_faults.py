"""What does the user read when something goes wrong, and does the sync go on?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import Run, identities, key_of
from integration_tests.conftest import StartZoho, Waits
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator

BILLS, EXPENSES, TAXES = "books_bills", "books_expenses", "books_taxes"
PERSONS = "books_contact_persons"
PAGES_OF_BILLS = 6  # 450 bills in each of two organizations
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho whose bills take three pages in each organization."""
    return a_zoho(sizes={"bills": 450})


def assert_whole(run: Run, zoho: Emulator, *streams: str) -> None:
    """Every record of *streams* arrived, each once, and the platform was told so."""
    for stream in streams:
        resource = stream.removeprefix("books_")
        expected = [
            {**row, "organization_id": each} for each in zoho.organization_ids for row in zoho.rows(resource, each)
        ]
        assert identities(run.records(stream), key_of(stream)) == identities(expected, key_of(stream))
        assert run.status(stream) is COMPLETE


def the_reasons(run: Run, stream: str = BILLS) -> list[str]:
    """Return what the platform shows about *stream*, without the summary of the sync."""
    return [sentence for sentence in run.errors if sentence.startswith(f"{stream} of organization ")]


def the_kinds(run: Run) -> set[FailureType]:
    traces = [message.trace for message in run.output.errors]
    return {trace.error.failure_type for trace in traces if trace and trace.error and trace.error.failure_type}


# ── trouble that passes: the user reads nothing of it ──


@pytest.mark.parametrize(
    ("kind", "waits_at_least_seconds"),
    [
        ("43", 2 * 90),
        ("44", 2 * 60),
        ("1070", 2 * 5),
        ("500", 2 + 4),
        ("502", 2 + 4),
        ("503", 2 + 4),
        ("504", 2 + 4),
        ("html", 2 + 4),
        ("html_200", 2 + 4),
        ("not_json", 2 + 4),
        ("empty", 2 + 4),
        ("reset", 2 + 4),
        ("truncated", 2 + 4),
        ("no_list_key", 0),
    ],
)
def test_trouble_that_passes_between_two_pages_costs_time_and_no_record(
    kind: str, waits_at_least_seconds: float, zoho: Emulator, waits: Waits
) -> None:
    zoho.faults.add(kind, path="bills", after=1, times=2, organization_id=zoho.organization_ids[0])

    run = read(zoho, BILLS, EXPENSES, TAXES)

    assert_whole(run, zoho, BILLS, EXPENSES, TAXES)
    assert zoho.calls.by_path["/books/v3/bills"] == PAGES_OF_BILLS + 2
    assert waits.total_seconds >= waits_at_least_seconds


@pytest.mark.parametrize("kind", ["44", "503"])
def test_zohos_own_word_on_when_to_come_back_is_kept(kind: str, zoho: Emulator, waits: Waits) -> None:
    zoho.faults.add(kind, path="bills", retry_after=17)

    assert_whole(read(zoho, BILLS), zoho, BILLS)

    assert 17 <= waits.total_seconds <= 20


def test_a_slow_zoho_is_waited_for(zoho: Emulator) -> None:
    zoho.faults.add("slow", path="bills", times=3, seconds=90)

    assert_whole(read(zoho, BILLS), zoho, BILLS)


# ── trouble that stays: its stream ends with a sentence, the others go on ──

TRY_LATER = ["43", "44", "1070", "500", "502", "503", "504", "html", "html_200", "not_json", "empty", "no_list_key"]


@pytest.mark.parametrize("kind", [*TRY_LATER, "reset", "truncated"])
def test_trouble_that_stays_is_given_up_after_a_few_tries_and_says_where_and_when_to_come_back(
    kind: str, zoho: Emulator
) -> None:
    zoho.faults.add(kind, path="bills", times=1000, organization_id=zoho.organization_ids[0])

    run = attempt(zoho, BILLS, EXPENSES, TAXES)

    assert_whole(run, zoho, EXPENSES, TAXES)
    assert run.status(BILLS) is INCOMPLETE
    assert len(run.records(BILLS, zoho.organization_ids[1])) == 450
    assert zoho.calls.by_path["/books/v3/bills"] <= 3 + 7
    assert the_kinds(run) == {FailureType.transient_error}
    (reason,) = the_reasons(run)
    assert reason.startswith(f"{BILLS} of organization {zoho.organization_ids[0]}: ")
    assert "run again" in reason.lower()
    assert "trying again" not in reason, "it is not: this was the last try"


@pytest.mark.parametrize(
    ("kind", "part", "failure"),
    [
        ("5", "its plan or country edition lacks it, or the feature is off", FailureType.config_error),
        ("9", "check data_center and api_base_url", FailureType.config_error),
        ("14", "lacks the scope ZohoBooks.bills.READ", FailureType.config_error),
        ("57", "lacks the scope ZohoBooks.bills.READ", FailureType.config_error),
        ("error_in_200", "cannot be read with this refresh_token", FailureType.config_error),
        ("2", "Invalid value passed for last_modified_time", FailureType.system_error),
    ],
)
def test_a_refusal_ends_its_stream_in_its_organization_and_nothing_else(
    kind: str, part: str, failure: FailureType, zoho: Emulator
) -> None:
    refusing, other = zoho.organization_ids
    zoho.faults.add(kind, path="bills", times=1000, organization_id=refusing)

    run = attempt(zoho, BILLS, EXPENSES, TAXES)

    assert_whole(run, zoho, EXPENSES, TAXES)
    assert run.status(BILLS) is INCOMPLETE
    assert len(run.records(BILLS, other)) == 450
    (reason,) = the_reasons(run)
    assert reason.startswith(f"{BILLS} of organization {refusing}: ")
    assert part in reason
    assert the_kinds(run) == {failure}
    assert zoho.calls.by_path["/books/v3/bills"] <= 3 + 5
    assert zoho.calls.tokens <= 2


def test_the_last_sentence_says_which_streams_are_incomplete(zoho: Emulator) -> None:
    zoho.faults.add("5", path="bills", times=1000)

    run = attempt(zoho, BILLS, EXPENSES, TAXES)

    assert run.errors[-1] == (
        "1 of 3 streams could not be read completely: books_bills. The others are complete. "
        "The reason of each is told above, with its name."
    )


def test_what_was_read_before_trouble_is_kept_and_the_next_sync_goes_on_from_there(zoho: Emulator) -> None:
    zoho.faults.add("503", path="bills", after=1, times=7, organization_id=zoho.organization_ids[0])

    broken = attempt(zoho, BILLS)
    whole = read(zoho, BILLS, state=broken.state)

    both = {(row["organization_id"], row["bill_id"]) for row in broken.records(BILLS) + whole.records(BILLS)}
    assert broken.status(BILLS) is INCOMPLETE
    assert len(both) == 900
    assert len(whole.records(BILLS, zoho.organization_ids[0])) < 260, (
        "the 250 that were missing, and those of the same second"
    )


def test_a_list_that_zoho_says_does_not_exist_is_no_empty_list(zoho: Emulator) -> None:
    zoho.faults.add("1002", path="bills", after=1, times=1000)

    run = attempt(zoho, BILLS, EXPENSES)

    assert run.status(BILLS) is INCOMPLETE, "rows are missing, and nobody was told"
    assert_whole(run, zoho, EXPENSES)


def test_children_of_a_parent_that_was_deleted_meanwhile_are_no_reason_to_stop(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]
    everybody = identities(read(zoho, PERSONS, organization_ids=[organization_id]).records(PERSONS), ["contact_id"])
    (gone, missing), *_ = everybody.items()
    zoho.on_call(3, lambda zoho: zoho.delete("contacts", organization_id, gone[0]))

    run = read(zoho, PERSONS, organization_ids=[organization_id])

    assert run.status(PERSONS) is COMPLETE
    assert len(run.records(PERSONS)) >= sum(everybody.values()) - missing


# ── organizations ──


@pytest.mark.parametrize("which", ["inactive", "a stranger's"])
def test_an_organization_that_cannot_be_read_leaves_the_others_whole(which: str, zoho: Emulator) -> None:
    unreadable = zoho.inactive_organization_ids[0] if which == "inactive" else "999"

    run = attempt(zoho, BILLS, TAXES, organization_ids=[*zoho.organization_ids, unreadable])

    assert (run.status(BILLS), run.status(TAXES)) == (INCOMPLETE, INCOMPLETE)
    assert len(run.records(BILLS)) == 900
    assert f"Organization {unreadable} cannot be read with this refresh_token" in the_reasons(run)[0]
    assert the_kinds(run) == {FailureType.config_error}
    assert set(run.cursors(BILLS)) >= set(zoho.organization_ids)


def test_trouble_with_the_list_of_organizations_is_met_once_and_not_for_every_stream(
    zoho: Emulator, waits: Waits
) -> None:
    zoho.faults.add("500", path="organizations", times=1000)

    run = attempt(zoho, BILLS, EXPENSES, TAXES, "books_items", "books_users", "books_projects")

    assert zoho.calls.by_path["/books/v3/organizations"] <= 7
    assert waits.total_seconds < 600
    assert the_kinds(run) == {FailureType.transient_error}
