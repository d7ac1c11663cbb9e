"""Do the table, the form and the answer to wrong values name the same streams whose deletions can be told?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from source_zoho.configuration import problems
from source_zoho.manifest import read_manifest, trackable

MANIFEST = read_manifest()


def listed(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that stand in the lists of the streams of deletions."""
    if isinstance(node, list):
        for each in node:
            yield from listed(each)
    if isinstance(node, Mapping):
        yield from [*node.get("filtered", []), *node.get("scanned", [])]
        yield from listed(list(node.values()))


def test_the_table_follows_each_of_them_and_no_other() -> None:
    assert sorted(row["name"] for row in listed(MANIFEST["streams"])) == sorted(trackable())


def test_nothing_is_tracked_that_nobody_asked_for() -> None:
    assert MANIFEST["spec"]["connection_specification"]["properties"]["track_deletions"]["default"] == []


def test_they_stand_by_product_in_the_order_of_their_names() -> None:
    for product in ("books_", "billing_"):
        names = [name for name in trackable() if name.startswith(product)]

        assert names == sorted(names)


@pytest.mark.parametrize("row", list(listed(MANIFEST["streams"])), ids=lambda row: row["name"])
def test_each_has_a_key_of_one_id_under_its_organization(row: Mapping[str, Any]) -> None:
    organization, _ = row["primary_key"]

    assert organization == "organization_id"
    assert "{" not in f"{row['path']}{''.join(row['query'].values())}", "a child goes with its parent"


@pytest.mark.parametrize("value", [None, [], ["books_invoices", "billing_plans"]])
def test_right_values_are_taken(value: Any) -> None:
    assert not [sentence for sentence in problems({"track_deletions": value}) if "track_deletions" in sentence]


@pytest.mark.parametrize("value", ["books_invoices", [7], {"books_invoices": True}])
def test_something_else_than_a_list_of_names_is_refused(value: Any) -> None:
    (told,) = [sentence for sentence in problems({"track_deletions": value}) if "track_deletions" in sentence]

    assert told.endswith('expected a list of streams such as ["books_invoices"].')


def test_an_unknown_name_is_answered_with_the_right_ones() -> None:
    value = ["books_invoices", "books_invoice"]
    (told,) = [sentence for sentence in problems({"track_deletions": value}) if "track_deletions" in sentence]

    assert told == f"track_deletions contains books_invoice; expected one or more of: {', '.join(trackable())}."
