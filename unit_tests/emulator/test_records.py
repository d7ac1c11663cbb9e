"""Are the generated records what Zoho's are like: stable, related, and awkward in the known ways?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import books_resources
from unit_tests.emulator.builders import Caller

REFERENCES = [
    ("invoices", "customer_id", "contacts", "contact_id"),
    ("bills", "vendor_id", "contacts", "contact_id"),
    ("expenses", "customer_id", "contacts", "contact_id"),
    ("credit_note_refunds", "creditnote_id", "credit_notes", "creditnote_id"),
    ("bank_transactions", "account_id", "bank_accounts", "account_id"),
    ("time_entries", "task_id", "project_tasks", "task_id"),
    ("time_entries", "project_id", "projects", "project_id"),
    ("items", "tax_id", "taxes", "tax_id"),
    ("invoices", "currency_id", "currencies", "currency_id"),
    ("project_users", "user_id", "users", "user_id"),
]


def test_the_same_seed_gives_the_same_records() -> None:
    one, other = Emulator(seed=3), Emulator(seed=3)

    assert one.organization_ids == other.organization_ids
    for resource in books_resources():
        assert one.rows(resource, one.organization_ids[0]) == other.rows(resource, one.organization_ids[0])


def test_another_seed_gives_other_records() -> None:
    one, other = Emulator(seed=3), Emulator(seed=4)

    assert one.rows("invoices", one.organization_ids[0]) != other.rows("invoices", other.organization_ids[0])


@pytest.mark.parametrize(("resource", "field", "target", "target_field"), REFERENCES)
def test_references_lead_to_records_that_exist(
    zoho: Emulator, resource: str, field: str, target: str, target_field: str
) -> None:
    for organization_id in zoho.organization_ids:
        known = {row[target_field] for row in zoho.rows(target, organization_id)}

        assert {row[field] for row in zoho.rows(resource, organization_id)} - {""} <= known


def test_a_name_beside_an_id_is_the_name_of_that_record(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]
    names = {row["contact_id"]: row["contact_name"] for row in zoho.rows("contacts", organization_id)}

    for row in zoho.rows("invoices", organization_id):
        assert row["customer_name"] == names[row["customer_id"]]


def test_invoices_go_to_customers_and_bills_come_from_vendors(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]
    types = {row["contact_id"]: row["contact_type"] for row in zoho.rows("contacts", organization_id)}

    assert {types[row["customer_id"]] for row in zoho.rows("invoices", organization_id)} == {"customer"}
    assert {types[row["vendor_id"]] for row in zoho.rows("bills", organization_id)} == {"vendor"}


def test_ids_are_long_digit_strings_unique_in_the_organization(zoho: Emulator) -> None:
    for organization_id in zoho.organization_ids:
        found: list[str] = []
        for resource in books_resources().values():
            # A tax group goes by the id of its tax.
            if resource.name not in ("organizations", "project_users", "tax_groups"):
                found += [str(row[resource.id]) for row in zoho.rows(resource.name, organization_id)]

        assert len(found) == len(set(found))
        assert all(one.isdigit() and 17 <= len(one) <= 19 for one in found)


def test_some_ids_are_too_long_for_a_double(zoho: Emulator) -> None:
    (row, *_) = zoho.rows("invoices", zoho.organization_ids[1])

    assert int(float(str(row["invoice_id"]))) != int(str(row["invoice_id"]))


def test_missing_values_are_blank_strings_whatever_the_type(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]
    rows = zoho.rows("invoices", organization_id)

    for field in ("last_payment_date", "client_viewed_time", "reminders_sent", "salesperson_id"):
        assert {row[field] == "" for row in rows} == {True, False}, field


def test_some_credit_notes_lack_the_modification_time(zoho: Emulator) -> None:
    rows = zoho.rows("credit_notes", zoho.organization_ids[0])

    assert {"last_modified_time" in row for row in rows} == {True, False}


def test_payment_terms_may_be_negative(zoho: Emulator) -> None:
    assert min(int(str(row["payment_terms"])) for row in zoho.rows("contacts", zoho.organization_ids[0])) < 0


def test_money_is_a_number_with_two_decimals(zoho: Emulator) -> None:
    totals = [row["total"] for row in zoho.rows("invoices", zoho.organization_ids[0])]

    assert all(isinstance(total, float) and round(total, 2) == total for total in totals)


def test_custom_fields_stand_in_an_array_and_flat(zoho: Emulator) -> None:
    for row in zoho.rows("invoices", zoho.organization_ids[0]):
        fields = row["custom_fields"]
        assert isinstance(fields, list)
        values = {field["api_name"]: field["value"] for field in fields}
        assert values == {"cf_region": row["cf_region"], "cf_score": row["cf_score_unformatted"]}


def test_names_need_more_than_ascii(zoho: Emulator) -> None:
    names = "".join(str(row["contact_name"]) for row in zoho.rows("contacts", zoho.organization_ids[0]))

    assert not names.isascii()


def test_stamps_carry_the_offset_of_the_organization(zoho: Emulator) -> None:
    india, pacific = zoho.organization_ids

    assert {str(row["last_modified_time"])[-5:] for row in zoho.rows("bills", india)} == {"+0530"}
    assert {str(row["last_modified_time"])[-5:] for row in zoho.rows("bills", pacific)} == {"-0800", "-0700"}


def test_invoices_have_about_forty_fields(zoho: Emulator) -> None:
    assert 36 <= len(zoho.rows("invoices", zoho.organization_ids[0])[0]) <= 44


def test_parents_of_child_lists_stay_few_in_a_small_world(zoho: Emulator) -> None:
    (organization_id, *_) = zoho.organization_ids
    counts = {name: len(zoho.rows(name, organization_id)) for name in ("contacts", "projects", "chart_of_accounts")}

    assert counts == {"contacts": 38, "projects": 6, "chart_of_accounts": 25}


def test_a_medium_world_has_tens_of_thousands_of_records() -> None:
    zoho = Emulator(size="medium")
    held = zoho.world.organization(zoho.organization_ids[0]).collections

    assert held["invoices"].size == 20_000
    assert 70_000 <= sum(one.size for one in held.values()) <= 150_000


def test_records_end_before_a_clock_that_starts_earlier() -> None:
    zoho = Emulator(now=datetime(2020, 1, 1, tzinfo=UTC))

    assert max(str(row["last_modified_time"]) for row in zoho.rows("bills", zoho.organization_ids[0])) < "2020-01-01T05"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": "huge"}, "expected one of: small, medium, large"),
        ({"sizes": {"unicorns": 3}}, "no resource is called unicorns"),
    ],
)
def test_a_world_that_cannot_be_made_says_why(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Emulator(**options)  # type: ignore[arg-type]


def test_an_empty_world_has_empty_lists_and_blank_references() -> None:
    caller = Caller(Emulator(sizes={"contacts": 0, "items": 0}))

    assert caller.json("/contacts")["contacts"] == []
    assert {row["customer_id"] for row in caller.json("/invoices")["invoices"]} == {""}
