"""
Does a module that is wider than a call and longer than Zoho's pages come out whole while people work in it?

Zoho's own limits are 2,000 records by page and 100,000 by token; they are lowered here.
"""

from __future__ import annotations

from itertools import product

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import ROOT_PATH, a_crm_catalog, attempt, by_id, calls_of, expected, read
from integration_tests.crm.meanwhile import Meanwhile
from source_zoho.emulator import Emulator

LONG, STREAM = "Long_And_Wide", "crm_long_and_wide"
# Texts in each of the three groups of fields that 120 take, and in both of 60.
IN_THREE_GROUPS, IN_TWO_GROUPS = ("Field_13", "Field_61", "Field_109"), ("Field_13", "Field_49")


def a_module(zoho: Emulator, *, rows: int, fields: int) -> None:
    zoho.crm.add_module(LONG, fields=fields, rows=rows)


def assert_once_and_whole(run: Run, meanwhile: Meanwhile) -> None:
    """Every record that was there all the time came once, and every one that came is a version that Zoho had."""
    received = by_id(run.records(STREAM))
    assert meanwhile.edited, "proves too little"
    assert not meanwhile.lived_through - received.keys()
    assert not meanwhile.half_new(received)


def assert_the_next_sync_brings_the_rest(zoho: Emulator, run: Run, meanwhile: Meanwhile) -> None:
    """What was read, and what the sync after it reads, is what Zoho has now."""
    meanwhile.stop()
    after = read(zoho, STREAM, state=run.state)
    brought = by_id(run.records(STREAM)) | by_id(after.records(STREAM))
    there = expected(zoho, LONG, STREAM)
    assert there.keys() == brought.keys() - meanwhile.deleted
    assert not [name for name, row in there.items() if meanwhile.versions[name][-1] != row], "the test forgot a version"
    old = [name for name in there if brought[name] != there[name]]
    assert not old


def test_every_record_comes_once_and_whole_whatever_is_edited_added_and_deleted_meanwhile(
    a_zoho: StartZoho,
) -> None:
    zoho = a_zoho()
    a_module(zoho, rows=5000, fields=120)
    zoho.crm.limits(discrete=400, chain=2000)
    meanwhile = Meanwhile(zoho, LONG, IN_THREE_GROUPS)

    run = read(zoho, STREAM)

    assert_once_and_whole(run, meanwhile)
    assert len(meanwhile.edited) > 50
    assert_the_next_sync_brings_the_rest(zoho, run, meanwhile)


EVERY_READING = [
    {"token_style": token_style, "if_modified_since": since, "sort": sort}
    for token_style, since, sort in product(
        ("keyset", "offset"),
        ("inclusive", "exclusive", "ignored", "refused"),
        ("honoured", "ignored", "refused"),
    )
]


@pytest.mark.parametrize("reading", EVERY_READING, ids=lambda reading: "-".join(reading.values()))
def test_it_does_so_whichever_way_zoho_reads_what_its_documents_leave_open(
    a_zoho: StartZoho, reading: dict[str, str]
) -> None:
    zoho = a_zoho()
    a_module(zoho, rows=450, fields=60)
    zoho.crm.limits(discrete=400, chain=300)
    zoho.crm.behave(LONG, **reading)
    # Where there is no order of change, and tokens count records, a deletion hides the first record of the next page.
    counts_to_the_end = reading["token_style"] == "offset" and set(reading.values()) & {"ignored", "refused"}
    meanwhile = Meanwhile(zoho, LONG, IN_TWO_GROUPS, every=2, deletes=not counts_to_the_end)

    run = read(zoho, STREAM)

    assert_once_and_whole(run, meanwhile)
    assert_the_next_sync_brings_the_rest(zoho, run, meanwhile)


def test_a_module_without_a_time_of_change_comes_whole_though_longer_than_a_chain(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=620, modified_time=False)
    zoho.crm.limits(discrete=400, chain=400)

    run = read(zoho, STREAM)

    assert by_id(run.records(STREAM)) == expected(zoho, LONG, STREAM)


def test_records_that_changed_in_one_second_come_once_though_they_are_more_than_a_page(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=620, same_second=True)
    zoho.crm.limits(discrete=400)
    meanwhile = Meanwhile(zoho, LONG, IN_TWO_GROUPS, every=3)

    run = read(zoho, STREAM)

    assert_once_and_whole(run, meanwhile)
    assert_the_next_sync_brings_the_rest(zoho, run, meanwhile)


def test_more_records_of_one_second_than_a_chain_holds_still_come(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=620, same_second=True)
    zoho.crm.limits(discrete=400, chain=400)

    run = read(zoho, STREAM)

    assert by_id(run.records(STREAM)).keys() == set(zoho.crm.ids(LONG))


def test_more_records_than_zoho_lists_from_both_ends_are_no_quiet_gap(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    a_module(zoho, rows=900, fields=10)
    zoho.crm.limits(chain=400)
    zoho.crm.behave(LONG, sort="refused", coql=False, bulk=False)

    run = attempt(zoho, STREAM)

    assert run.status(STREAM) is AirbyteStreamStatus.INCOMPLETE
    assert len(by_id(run.records(STREAM))) == 800
    assert run.errors[0].startswith(
        f"{STREAM}: no way is left to read the rest of it. Zoho lists no more than 100,000 records of this module from "
        "either end."
    )
    zoho.crm.behave(LONG, coql=True)
    assert len(by_id(read(zoho, STREAM).records(STREAM))) == zoho.crm.count(LONG), "queries have no such end"


def test_a_wide_module_takes_a_call_for_each_page_and_group_and_one_to_see_that_the_order_is_kept(
    a_zoho: StartZoho,
) -> None:
    zoho = a_zoho()
    a_module(zoho, rows=2000, fields=120)
    catalog = a_crm_catalog(zoho, STREAM)

    read(zoho, catalog=catalog)

    # Each page after the first begins with the last records of the one before.
    assert 3 * 10 <= calls_of(zoho, LONG) <= 3 * (10 + 1) + 1
    assert zoho.crm.credits_by_path[f"{ROOT_PATH}/{LONG}"] == calls_of(zoho, LONG)
