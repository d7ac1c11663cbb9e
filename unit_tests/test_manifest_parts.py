"""What is left of the manifest when only some streams or products are wanted?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from source_zoho.files import schema_names
from source_zoho.manifest import has_modules, only_queries, read_manifest, rows, with_products, with_streams

MANIFEST = read_manifest()


def names(manifest: Mapping[str, Any]) -> set[str]:
    return {row["$parameters"]["name"] for row in rows(manifest)}


def resolvers(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each["components_resolver"] for each in manifest["dynamic_streams"]]


def modules_asked_about(manifest: Mapping[str, Any]) -> list[Any]:
    return [each["retriever"].get("only") for each in resolvers(manifest) if "retriever" in each]


# ── streams ──


def test_only_the_rows_of_the_wanted_streams_are_left() -> None:
    left = with_streams(MANIFEST, ["books_bills", "crm_users", "crm_territories"])

    assert names(left) == {"books_bills", "crm_users", "crm_territories"}


def test_when_no_module_is_wanted_nobody_looks_for_modules() -> None:
    assert with_streams(MANIFEST, ["books_bills", "crm_users"])["dynamic_streams"] == []


def test_when_modules_are_wanted_nobody_looks_for_others() -> None:
    left = with_streams(MANIFEST, ["crm_leads", "books_bills", "crm_deals", "crm_users"])

    assert modules_asked_about(left) == [["crm_deals", "crm_leads"]] * len(modules_asked_about(MANIFEST))
    assert len(modules_asked_about(left)) == len(resolvers(left)), "nor for queries"


def test_when_queries_are_wanted_nobody_looks_for_modules() -> None:
    left = with_streams(MANIFEST, ["crm_users", "crm_query_open_deals"], {"crm_query_open_deals", "crm_query_other"})

    assert len(resolvers(left)) == 2
    assert modules_asked_about(left) == []
    assert not has_modules(left)
    assert has_modules(MANIFEST)
    assert resolvers(only_queries(MANIFEST)) == resolvers(left)


def test_a_query_that_the_configuration_does_not_have_is_looked_for_among_the_modules() -> None:
    assert modules_asked_about(with_streams(MANIFEST, ["crm_query_gone"]))[0] == ["crm_query_gone"]


def test_the_manifest_itself_stays_as_it_is() -> None:
    before = names(MANIFEST)

    with_streams(MANIFEST, ["crm_leads"])

    assert names(MANIFEST) == before
    assert modules_asked_about(MANIFEST) == [None, None, None]


# ── products ──


@pytest.mark.parametrize("products", [["books"], ["billing", "crm"], ["books", "billing", "crm"]])
def test_only_the_rows_of_the_wanted_products_are_left(products: list[str]) -> None:
    left = with_products(MANIFEST, products)

    assert {name.partition("_")[0] for name in names(left)} == set(products)
    assert bool(left["dynamic_streams"]) is ("crm" in products)


def test_a_stream_of_a_product_that_is_switched_off_is_not_looked_for() -> None:
    left = with_streams(with_products(MANIFEST, ["books"]), ["books_bills", "crm_users", "crm_leads"])

    assert names(left) == {"books_bills"}
    assert left["dynamic_streams"] == []


# ── names that are taken ──


def test_a_stream_with_a_schema_of_its_own_keeps_its_name_from_modules() -> None:
    taken = schema_names("crm_")

    assert {"crm_users", "crm_notes", "crm_deleted_records"} <= set(taken)
    assert all(name.startswith("crm_") for name in taken)
    assert taken == sorted(taken)
