"""Does every stream get the mode that costs least and loses nothing?"""

from __future__ import annotations

from source_zoho.cli.catalog import configured, incremental_streams
from unit_tests.cli.messages import a_stream


def test_a_stream_with_a_cursor_is_read_incrementally_and_merged_by_its_key() -> None:
    (entry,) = configured({"streams": [a_stream(key=("organization_id", "invoice_id"), cursor="last_modified_time")]})[
        "streams"
    ]

    assert entry["sync_mode"] == "incremental"
    assert entry["destination_sync_mode"] == "append_dedup"
    assert entry["primary_key"] == [["organization_id"], ["invoice_id"]]
    assert entry["cursor_field"] == ["last_modified_time"]


def test_a_stream_with_a_cursor_but_no_key_is_appended() -> None:
    (entry,) = configured({"streams": [a_stream(cursor="last_modified_time")]})["streams"]

    assert entry["destination_sync_mode"] == "append"


def test_a_stream_without_a_cursor_is_read_whole_and_overwritten() -> None:
    (entry,) = configured({"streams": [a_stream(key=("user_id",))]})["streams"]

    assert (entry["sync_mode"], entry["destination_sync_mode"]) == ("full_refresh", "overwrite")


def test_only_incremental_streams_carry_a_state_to_the_next_run() -> None:
    catalog = configured({"streams": [a_stream("books_taxes"), a_stream("books_bills", cursor="last_modified_time")]})

    assert incremental_streams(catalog) == {"books_bills"}
