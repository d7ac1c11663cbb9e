"""Do lists below a parent (persons of a contact, records of a custom module) bring their changes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration_tests.builders import UNHURRIED, Run, forget_earlier_syncs, read, stream_of
from source_zoho.emulator import Emulator

PERSONS, RECORDS = "books_contact_persons", "books_custom_module_records"


@dataclass(frozen=True)
class TwoSyncs:
    """A sync of one organization, changes to it, and a sync of that one and another."""

    zoho: Emulator
    known: str
    newcomer: str
    module: str
    contact_changed_since: str
    person_added: str
    records_changed: frozenset[str]
    before: Run
    after: Run
    persons_asked_of: frozenset[str]


@pytest.fixture(scope="module")
def two_syncs() -> Iterator[TwoSyncs]:
    with Emulator(sizes={"contacts": 6, "custom_module_records": 6}, calls_per_minute=UNHURRIED) as zoho:
        known, newcomer = zoho.organization_ids
        first, second, *_ = contact_ids(zoho, known)
        # The state of the first sync is then later than any change in the other organization.
        zoho.edit("contacts", known, first, phone="1")
        zoho.clock.advance(seconds=60)  # what changed at the moment of reading would be asked for again
        before = read(zoho, PERSONS, RECORDS, organization_ids=[known])
        zoho.edit("contacts", known, second, phone="2")
        person = zoho.add("contact_persons", known, contact_id=second)
        module = str(zoho.rows("custom_modules", known)[0]["module_api_name"])
        records = change_records(zoho, known, module)
        zoho.calls.reset()
        after = read(zoho, PERSONS, RECORDS, state=before.state)
        asked = frozenset(path.split("/")[4] for path in zoho.calls.by_path if path.endswith("/contactpersons"))
        yield TwoSyncs(zoho, known, newcomer, module, second, person, records, before, after, asked)
    forget_earlier_syncs()


def change_records(zoho: Emulator, organization_id: str, module: str) -> frozenset[str]:
    edited = str(zoho.rows("custom_module_records", organization_id, module)[0]["module_record_id"])
    zoho.edit("custom_module_records", organization_id, edited)
    return frozenset({edited, zoho.add("custom_module_records", organization_id, module_api_name=module)})


def contact_ids(zoho: Emulator, organization_id: str) -> list[str]:
    return [str(row["contact_id"]) for row in zoho.rows("contacts", organization_id)]


def person_ids(run: Run, organization_id: str) -> set[str]:
    return {row["contact_person_id"] for row in run.records(PERSONS, organization_id)}


def record_ids(run: Run, organization_id: str) -> set[str]:
    return {row["module_record_id"] for row in run.records(RECORDS, organization_id)}


def test_the_persons_of_a_changed_contact_come_again(two_syncs: TwoSyncs) -> None:
    again = two_syncs.after.records(PERSONS, two_syncs.known)

    assert two_syncs.person_added in person_ids(two_syncs.after, two_syncs.known)
    assert {row["contact_id"] for row in again} == {two_syncs.contact_changed_since}


def test_no_other_contact_is_asked_for_its_persons(two_syncs: TwoSyncs) -> None:
    asked_in_known = two_syncs.persons_asked_of & set(contact_ids(two_syncs.zoho, two_syncs.known))

    assert asked_in_known == {two_syncs.contact_changed_since}


def test_persons_are_complete_in_an_organization_that_comes_later(two_syncs: TwoSyncs) -> None:
    everybody = {str(row["contact_person_id"]) for row in two_syncs.zoho.rows("contact_persons", two_syncs.newcomer)}

    assert person_ids(two_syncs.after, two_syncs.newcomer) == everybody


def test_reading_contacts_for_their_persons_does_not_move_the_contacts_own_state(two_syncs: TwoSyncs) -> None:
    assert {stream_of(state) for state in two_syncs.after.state} == {PERSONS, RECORDS}


def test_changed_records_of_a_custom_module_come_again(two_syncs: TwoSyncs) -> None:
    before, after = (record_ids(run, two_syncs.known) for run in (two_syncs.before, two_syncs.after))

    assert two_syncs.records_changed <= after
    assert len(after) < len(before)


def test_each_custom_module_of_each_organization_has_its_own_state(two_syncs: TwoSyncs) -> None:
    expected = {
        f"{organization_id}/{row['module_api_name']}"
        for organization_id in two_syncs.zoho.organization_ids
        for row in two_syncs.zoho.rows("custom_modules", organization_id)
    }

    assert set(two_syncs.after.cursors(RECORDS)) == expected


def test_records_of_custom_modules_are_complete_in_an_organization_that_comes_later(two_syncs: TwoSyncs) -> None:
    everything = {
        str(row["module_record_id"]) for row in two_syncs.zoho.rows("custom_module_records", two_syncs.newcomer)
    }

    assert record_ids(two_syncs.after, two_syncs.newcomer) == everything
