"""Does the demo know which calls were made for which stream?"""

from __future__ import annotations

from source_zoho.cli.endpoints import endpoints, endpoints_of
from source_zoho.cli.report import Endpoint, calls_by_stream
from source_zoho.files import schema_path


def test_a_row_is_found_wherever_it_stands_in_the_manifest() -> None:
    row = {
        "$ref": "#/definitions/x",
        "$parameters": {"name": "books_bills", "path": "bills", "query": {"filter_by": "All"}},
    }

    assert list(endpoints_of({"streams": [{"type": "ConditionalStreams", "streams": [row]}]})) == [
        Endpoint("books_bills", "/books/v3/bills", {"filter_by": "All"})
    ]


def test_what_a_path_interpolates_is_a_placeholder() -> None:
    path = "contacts/{{ stream_partition.contact_id }}/contactpersons"

    (endpoint,) = endpoints_of({"$parameters": {"name": "books_contact_persons", "path": path, "query": {}}})

    assert endpoint.is_at("/books/v3/contacts/46/contactpersons")
    assert not endpoint.is_at("/books/v3/contacts/46/address")


def test_parameters_that_are_no_row_are_left_alone() -> None:
    assert list(endpoints_of({"paginator": {"$parameters": {"url_base": ""}}})) == []


def test_every_stream_of_the_manifest_has_its_endpoint() -> None:
    names = [endpoint.stream for endpoint in endpoints()]

    assert len(names) == len(set(names))
    assert {path.stem for path in schema_path("any").parent.glob("books_*.json")} == set(names)


def test_invoices_and_debit_notes_share_a_path_and_are_told_apart() -> None:
    calls = [
        ("/books/v3/invoices", {"filter_by": "Status.All", "page": "1"}),
        ("/books/v3/invoices", {"filter_by": "Type.DebitNote", "page": "1"}),
        ("/books/v3/invoices", {"filter_by": "Type.DebitNote", "page": "2"}),
    ]

    assert calls_by_stream(calls, endpoints()) == {"books_invoices": 1, "books_customer_debit_notes": 2}
