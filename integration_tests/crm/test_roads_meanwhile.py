"""
Does nothing get lost that is edited, added or deleted while queries or files are read, and does nothing come twice?

What a sync brings may be older than what Zoho has at its end, but no mixture; the next sync brings the rest.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import ROOT_PATH, a_crm_catalog, by_id, expected, position, read
from integration_tests.crm.meanwhile import Meanwhile
from integration_tests.crm.roads import A_FILE, A_LOOK, JOBS, QUERIES, let_files_be_cheap, said
from source_zoho.emulator import Emulator

MODULE, STREAM = "Depots", "crm_depots"
ROWS, FIELDS = 480, 60
# Texts in two groups of the columns that a query may have here.
IN_TWO_GROUPS = ("Field_13", "Field_59")
EVERY_PATH = (QUERIES, JOBS, A_LOOK, A_FILE, f"{ROOT_PATH}/{MODULE}")
AN_HOUR = 3600
Trouble = Callable[[Emulator], object]


def queries_end(zoho: Emulator) -> None:
    zoho.faults.add("INVALID_QUERY", path=QUERIES, after=5, times=1000)


def files_end(zoho: Emulator) -> None:
    zoho.faults.add("NO_PERMISSION", path=A_LOOK, after=3, times=1000)


def nothing_ends(zoho: Emulator) -> None:
    """Let everything be."""


@pytest.mark.parametrize(
    ("transport", "trouble"),
    [
        pytest.param("coql", nothing_ends, id="queries"),
        pytest.param("coql", queries_end, id="queries, then lists"),
        pytest.param("bulk", nothing_ends, id="files"),
        pytest.param("auto", files_end, id="files, then queries"),
    ],
)
def test_two_syncs_bring_what_zoho_has_whatever_changes_meanwhile(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch, transport: str, trouble: Trouble
) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(MODULE, fields=FIELDS, rows=ROWS)
    zoho.crm.behave(MODULE, coql_rows=200, coql_columns=50, bulk_rows_per_job=180)
    catalog = a_crm_catalog(zoho, STREAM)
    let_files_be_cheap(monkeypatch)
    trouble(zoho)
    meanwhile = Meanwhile(zoho, MODULE, IN_TWO_GROUPS, every=1, paths=EVERY_PATH)

    first = read(zoho, catalog=catalog, crm_transport=transport)
    meanwhile.stop()
    zoho.clock.advance(seconds=AN_HOUR)
    second = read(zoho, catalog=catalog, state=first.state, crm_transport=transport)

    rows = by_id(first.records(STREAM))
    assert len(meanwhile.edited) > 20
    assert not meanwhile.half_new(rows)
    assert meanwhile.lived_through <= rows.keys()
    assert bool(said(first, STREAM, "ends here")) == (trouble is not nothing_ends)
    there, brought = expected(zoho, MODULE, STREAM), rows | by_id(second.records(STREAM))
    assert brought.keys() - meanwhile.deleted == there.keys()
    assert [name for name in there if brought[name] != there[name]] == []
    assert len(second.records(STREAM)) <= len(meanwhile.edited | meanwhile.added)


@pytest.mark.parametrize("transport", ["coql", "bulk"])
def test_the_state_never_claims_more_than_was_there_when_zoho_first_answered(a_zoho: StartZoho, transport: str) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(MODULE, fields=8, rows=250)
    zoho.crm.behave(MODULE, coql_rows=200, bulk_rows_per_job=100)
    catalog, late = a_crm_catalog(zoho, STREAM), zoho.crm.ids(MODULE)[7]
    began = zoho.clock.seconds()

    def edit_much_later(zoho: Emulator) -> None:
        zoho.clock.advance(seconds=AN_HOUR)
        zoho.crm.edit(MODULE, late, Name="later")
        zoho.clock.advance(seconds=AN_HOUR)

    zoho.on_call(2, edit_much_later, path=A_FILE if transport == "bulk" else QUERIES)
    first = read(zoho, catalog=catalog, crm_transport=transport)
    second = read(zoho, catalog=catalog, state=first.state, crm_transport=transport)

    assert began - AN_HOUR < position(first, STREAM) <= began + AN_HOUR / 2
    assert [(row["id"], row["Name"]) for row in second.records(STREAM)] == [(late, "later")]
