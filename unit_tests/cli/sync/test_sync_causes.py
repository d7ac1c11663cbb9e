"""Is what was said of many streams told once, with all that it was said of?"""

from __future__ import annotations

from source_zoho.cli.sync.causes import Case, causes

SCOPE = (
    "{stream} of organization {where}: Zoho does not allow this read. Either the refresh_token lacks the scope "
    "{scope}, or its user may not see this in organization {where}; grant it, or leave the stream out (Zoho said code "
    "57: No)."
)


def of(stream: str, where: str, scope: str = "ZohoBooks.bills.READ") -> tuple[str, str]:
    return stream, SCOPE.format(stream=stream, where=where, scope=scope)


def test_the_same_words_about_several_streams_are_told_once() -> None:
    (cause,) = causes(
        [
            of("books_taxes", "7", "ZohoBooks.settings.READ"),
            of("books_bills", "7"),
            of("books_bills", "9"),
            of("books_bills", "8"),
        ]
    )

    assert cause.what == "Zoho does not allow this read."
    assert cause.then == (
        "Either the refresh_token lacks its scope, or its user may not see this in this organization; grant it, or "
        "leave the stream out (Zoho said code 57: No)."
    )
    assert cause.cases == (
        Case(("books_bills", "books_taxes"), ("7",), ("ZohoBooks.bills.READ", "ZohoBooks.settings.READ")),
        Case(("books_bills",), ("8", "9"), ("ZohoBooks.bills.READ",)),
    )
    assert (cause.streams, cause.organizations) == (["books_bills", "books_taxes"], ["7", "8", "9"])


def test_what_was_said_once_keeps_its_own_words() -> None:
    (cause,) = causes([("crm_roles", "crm_roles: The refresh_token lacks the scope ZohoCRM.a.READ; make a new one.")])

    assert (cause.what, cause.then) == ("The refresh_token lacks the scope ZohoCRM.a.READ.", "Make a new one.")
    assert cause.cases == (Case(("crm_roles",), (), ("ZohoCRM.a.READ",)),)


def test_a_list_of_streams_in_the_words_is_left_to_the_list_beside_them() -> None:
    words = "These streams have no rows: crm_a, books_b. Set it to changed; nothing else: it, matters."

    (cause,) = causes([("crm_a", words), ("books_b", words)])

    assert (cause.what, cause.streams) == ("These streams have no rows.", ["books_b", "crm_a"])
    assert cause.then == "Set it to changed; nothing else: it, matters."


def test_most_streams_come_first_and_names_are_not_turned_into_sentences() -> None:
    found = causes([("a", "One."), ("b", "Two; books_x is small."), ("c", "Two; books_x is small.")])

    assert [(cause.what, cause.then) for cause in found] == [("Two.", "books_x is small."), ("One.", "")]


def test_warnings_without_a_stream_name_their_organizations() -> None:
    told = [
        ("", f"Custom fields of bills are left out. books_custom_fields of organization {id_}: No.") for id_ in "78"
    ]

    (cause,) = causes(told)

    assert cause.then == "books_custom_fields of this organization: No."
    assert cause.cases == (Case((), ("7", "8"), ()),)
