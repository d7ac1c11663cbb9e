"""Does the demo know which calls were made for which stream?"""

from __future__ import annotations

from typing import Any

from source_zoho.cli.endpoints import endpoints, endpoints_of, endpoints_of_modules
from source_zoho.cli.report import Endpoint, calls_by_stream
from source_zoho.files import schema_path


def a_manifest(name: str, path: str, query: dict[str, str]) -> dict[str, Any]:
    row = {"$ref": "#/definitions/x", "$parameters": {"name": name, "path": path, "query": query}}
    return {"definitions": {}, "streams": [{"type": "ConditionalStreams", "streams": [row]}]}


def test_a_row_says_where_its_stream_reads() -> None:
    manifest = a_manifest("billing_plans", "plans", {"filter_by": "All"})

    assert list(endpoints_of(manifest)) == [Endpoint("billing_plans", "/billing/v1/plans", {"filter_by": "All"})]


def test_a_row_that_is_a_parent_too_is_found_by_its_name() -> None:
    manifest = a_manifest("books_bills", "bills", {})
    manifest["definitions"]["books_bills"], manifest["streams"][0]["streams"] = (
        manifest["streams"][0]["streams"][0],
        ["#/definitions/books_bills"],
    )

    assert [endpoint.stream for endpoint in endpoints_of(manifest)] == ["books_bills"]


def test_what_stands_in_braces_is_a_placeholder() -> None:
    path = "contacts/{contact_id}/contactpersons"

    (endpoint,) = endpoints_of(a_manifest("books_contact_persons", path, {"x": "{contact_id}"}))

    assert endpoint.is_at("/books/v3/contacts/46/contactpersons")
    assert not endpoint.is_at("/books/v3/contacts/46/address")
    assert not endpoint.query


def test_every_stream_of_the_manifest_has_its_endpoint() -> None:
    names = [endpoint.stream for endpoint in endpoints()]

    assert len(names) == len(set(names))
    assert {path.stem for path in schema_path("any").parent.glob("*.json")} == set(names)


def test_invoices_and_debit_notes_share_a_path_and_are_told_apart() -> None:
    calls = [
        ("/books/v3/invoices", {"filter_by": "Status.All", "page": "1"}),
        ("/books/v3/invoices", {"filter_by": "Type.DebitNote", "page": "1"}),
        ("/books/v3/invoices", {"filter_by": "Type.DebitNote", "page": "2"}),
    ]

    assert calls_by_stream(calls, endpoints()) == {"books_invoices": 1, "books_customer_debit_notes": 2}


def test_the_modules_of_crm_are_told_apart_from_its_lists() -> None:
    calls = [
        ("/crm/v8/Leads", {"fields": "Last_Name"}),
        ("/crm/v8/Leads/actions/fetch_full_data", {"ids": "46"}),
        ("/crm/v8/Leads/deleted", {"type": "all"}),
        ("/crm/v8/Sales_Orders", {"fields": "Subject"}),
        ("/crm/v8/Notes", {"fields": "Note_Title"}),
        ("/crm/v8/settings/fields", {"module": "Leads"}),
    ]

    assert calls_by_stream(calls, [*endpoints(), *endpoints_of_modules(["Leads", "Sales_Orders", "Notes"])]) == {
        "crm_leads": 2,
        "crm_deleted_records": 1,
        "crm_sales_orders": 1,
        "crm_notes": 1,
        "crm_fields": 1,
    }
