"""What does the demo do in Zoho between its reads, and how does it tell?"""

from __future__ import annotations

from source_zoho.cli.changes import Change, summary


def a_change(done: str, resource: str, record_id: str = "1") -> Change:
    return Change(done, resource, "10", record_id)


def test_changes_are_told_by_what_was_done_and_where() -> None:
    changes = [
        a_change("edited", "invoices", "1"),
        a_change("edited", "invoices", "2"),
        a_change("added", "items"),
        a_change("deleted", "expenses"),
    ]

    assert summary(changes) == "edited 2 invoices, added 1 item, deleted 1 expense"
