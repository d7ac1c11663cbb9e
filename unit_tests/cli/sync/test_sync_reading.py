"""Is everything read out of the messages of a sync that they say, whoever wrote them?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.cli.sync.reading import NO_MESSAGE, sync_in
from unit_tests.cli.messages import a_record, a_status
from unit_tests.cli.sync.reads import a_bill, a_count, a_failure, a_log, at, in_lines, the_sync


def test_rows_are_counted_by_organization_and_the_newest_change_is_an_instant() -> None:
    sync = the_sync(
        a_record(organization_id="7", last_modified_time="2025-06-01T09:30:00+0530"),
        a_record(organization_id="7", last_modified_time="2025-06-01T05:00:00+0000"),
        a_record(organization_id="8", last_modified_time=""),
    )

    invoices = sync.streams["books_invoices"]
    assert invoices.rows == {"7": 2, "8": 1}
    assert invoices.newest == datetime(2025, 6, 1, 5, tzinfo=UTC)


def test_a_stream_that_never_said_how_it_ended_is_unfinished() -> None:
    sync = the_sync(a_status(status="STARTED"), a_status("books_bills"), a_status("books_taxes", status="INCOMPLETE"))

    assert {name: each.status for name, each in sync.streams.items()} == {
        "books_invoices": "unfinished",
        "books_bills": "complete",
        "books_taxes": "incomplete",
    }


def test_a_stream_without_rows_is_given_the_words_that_name_it() -> None:
    asleep = "document_details is none, so these streams have no rows and cost no call: books_bill_details, books_x."

    sync = the_sync(
        a_log("Syncing stream: books_bill_details"),
        a_log(asleep, "WARN"),
        a_status("books_bill_details"),
        a_status("books_bill"),
        a_record("books_x"),
        a_status("books_x"),
    )

    assert sync.streams["books_bill_details"].reasons == [asleep]
    assert sync.streams["books_bill"].reasons == []  # part of a name is another stream
    assert sync.streams["books_x"].reasons == []


def test_what_is_said_of_a_failed_or_empty_stream_is_no_warning_besides() -> None:
    failure = "books_bills of organization 7: Zoho wants another scope."

    sync = the_sync(
        a_log("books_bills: 5 records by COQL."),
        a_failure(failure, "books_bills"),
        a_failure(failure, "books_bills"),
        a_log(f"Exception while syncing stream books_bills: {failure}", "ERROR"),
        a_log(
            f"During the sync, the following streams did not sync successfully: books_bills: X('{failure}')", "ERROR"
        ),
        a_status("books_bills", status="INCOMPLETE"),
        a_failure("1 of 2 streams could not be read completely: books_bills."),
        a_failure("The token is dead."),
        a_log("The token is dead.", "ERROR"),
        a_log("Zoho is slow today.", "WARN"),
    )

    assert sync.streams["books_bills"].reasons == [failure]
    assert sync.failures == ["The token is dead."]
    assert sync.warnings == ["Zoho is slow today."]


def test_organizations_are_known_by_the_names_that_they_give_themselves() -> None:
    sync = the_sync(
        a_record("books_organizations", organization_id="7", name=" Kingfisher "),
        a_record("billing_organizations", organization_id="8", name=""),
        a_record("crm_organization", id="1", company_name="Heron"),
        a_record("books_contacts", organization_id="7", name="Somebody"),
    )

    assert (sync.names, sync.crm_name) == ({"7": "Kingfisher"}, "Heron")


def test_the_connectors_own_count_shows_what_was_lost_on_the_way() -> None:
    sync = the_sync(a_record(), a_count(2.0), a_record(), a_count(1), a_status(), a_record("books_bills"))

    invoices = sync.streams["books_invoices"]
    assert (invoices.counted, invoices.rows.total(), invoices.lost) == (3, 2, 1)
    assert sync.streams["books_bills"].counted is None
    assert sync.streams["books_bills"].lost == 0


def test_lines_that_are_no_messages_are_counted_and_passed_over() -> None:
    lines = [b"Traceback ...\n", b"[1]\n", b"\n", b"{}\n", *in_lines(a_record(), {"type": "HOLOGRAM"})]

    sync = sync_in(lines)

    assert sync.streams["books_invoices"].rows.total() == 1
    assert sync.strange == {NO_MESSAGE: 3, "HOLOGRAM": 1}
    assert not sync.is_cut_off


def test_half_a_message_at_the_end_is_told_from_a_missing_newline() -> None:
    whole = b"".join(in_lines(a_record(), a_record()))

    assert sync_in(whole[:-9].splitlines(keepends=True)).is_cut_off
    assert not sync_in(whole[:-1].splitlines(keepends=True)).is_cut_off


def test_reads_one_after_the_other_are_noticed() -> None:
    sync = the_sync(a_bill(crm_leads=3), a_bill(crm_leads=5), a_log("source-zoho-costs: {"))

    assert sync.bills == 2
    assert [cost.credits for cost in sync.costs.values()] == [5]


ODD: list[dict[str, Any]] = [
    {"type": "RECORD", "record": {"stream": 5, "data": {}}},
    {"type": "RECORD", "record": None},
    {"type": "RECORD", "record": {"stream": "users", "data": {"organization_id": {"a": 1}, "updated_time": 5}}},
    {"type": "STATE", "state": {"type": "GLOBAL", "global": {}}},
    {
        "type": "STATE",
        "state": {"stream": {"stream_descriptor": {"name": "users"}}, "sourceStats": {"recordCount": "?"}},
    },
    {"type": "TRACE", "trace": {"stream_status": {"stream_descriptor": {"name": "users"}}, "emitted_at": "noon"}},
    {"type": "TRACE", "trace": {"error": {"message": "Oh.", "stream_descriptor": "users"}}},
    {"type": "TRACE", "trace": {"error": {"message": None}}},
    {"type": "LOG", "log": "hello"},
    {"type": "LOG", "log": {"message": ["hello"]}},
    {"type": ["RECORD"]},
    {"type": "CONTROL", "control": {}},
]


@pytest.mark.parametrize("message", ODD)
def test_messages_of_another_shape_do_no_harm(message: dict[str, Any]) -> None:
    assert the_sync(message, at(1, a_status())).streams["books_invoices"].status == "complete"
