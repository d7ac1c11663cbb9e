"""Are many failures told in few words, and none as if it were another?"""

from __future__ import annotations

from source_zoho.cli.failures import few_of

LACKING = "{stream} of organization {organization}: Zoho does not allow it. Grant the scope ZohoBooks.{stream}.READ."


def test_many_failures_are_told_by_the_first_few() -> None:
    assert few_of([f"failure {number}" for number in range(7)]) == [
        *(f"failure {number}" for number in range(5)),
        "... and 2 more failures.",
    ]


def test_the_summary_that_only_repeats_is_left_out_unless_it_is_all_there_is() -> None:
    summary = "1 of 53 streams could not be read completely: books_bills. The reason of each is told above."

    assert few_of(["books_bills lacks a scope.", summary]) == ["books_bills lacks a scope."]
    assert few_of([summary]) == [summary]


def test_what_is_said_of_many_streams_is_said_once_with_their_organizations_and_scopes() -> None:
    lacking = [
        LACKING.format(stream=stream, organization=organization)
        for stream in ("books_bills", "books_items", "books_taxes")
        for organization in ("7", "8")
    ]

    assert few_of([*lacking, "crm_leads: Zoho has trouble. Run again later."]) == [
        (
            "books_bills, books_items, books_taxes of organizations 7, 8: Zoho does not allow it. Grant its scope. "
            "Scopes: ZohoBooks.books_bills.READ, ZohoBooks.books_items.READ, ZohoBooks.books_taxes.READ."
        ),
        "crm_leads: Zoho has trouble. Run again later.",
    ]


def test_few_failures_keep_their_own_words() -> None:
    told = [LACKING.format(stream="books_bills", organization=organization) for organization in "12345"]

    assert few_of(told) == told


def test_of_very_many_streams_the_first_are_named() -> None:
    (said,) = few_of([LACKING.format(stream=f"books_{number}", organization="7") for number in range(10, 40)])

    assert said.startswith("books_10, books_11, books_12, books_13, books_14, books_15, books_16, books_17 and 22 more")
    assert "ZohoBooks.books_17.READ and 22 more." in said
