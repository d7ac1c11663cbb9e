"""
Does the whole connector lose anything in lists that people work on while it reads them?

One stream of each archetype is read twice, the first time while rows are edited, added and deleted between its pages,
in several organizations: building a source takes longer than reading a list, so one sync tries many histories.
Hypothesis draws them, the same in every run; ``unit_tests/paging/test_histories.py`` draws thousands for the walk
alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integration_tests.builders import UNHURRIED, Run, forget_earlier_syncs, key_of, read, resource_of
from source_zoho.emulator import Emulator

ARCHETYPES = {
    "books_invoices": "keyset",
    "books_expenses": "filter",
    "books_delivery_challans": "newest_first",
    "books_sales_receipts": "scan",
    "books_bank_transactions": "full",
}
ORGANIZATIONS = 5
ROWS = 410  # three pages
EDITED = "reference_number"

Key = tuple[str, ...]


@dataclass(frozen=True)
class Deed:
    """What somebody does just before a call for a list, in the organization that is being read, to row *place*."""

    stream: str
    call: int
    kind: str
    place: int

    def happens_to(self, zoho: Emulator) -> None:
        """Change the list behind the stream."""
        resource, organization_id = resource_of(self.stream), self._organization_read_now(zoho)
        if self.kind == "add":
            zoho.add(resource, organization_id, **{EDITED: f"added at call {self.call}"})
            return
        rows = zoho.rows(resource, organization_id)
        record_id = str(rows[self.place % len(rows)][key_of(self.stream)[1]])
        if self.kind == "edit":
            zoho.edit(resource, organization_id, record_id, **{EDITED: f"edited at call {self.call}"})
        else:
            zoho.delete(resource, organization_id, record_id)

    def _organization_read_now(self, zoho: Emulator) -> str:
        """Return the organization of the last call for this list, whose walk is most likely still under way."""
        path = "/" + resource_of(self.stream).replace("_", "")
        called = [call.query["organization_id"] for call in zoho.calls.log if call.path.endswith(path)]
        return called[-1] if called else zoho.organization_ids[0]


deeds = st.builds(
    Deed,
    stream=st.sampled_from(sorted(ARCHETYPES)),
    call=st.integers(1, 3 * ORGANIZATIONS),
    kind=st.sampled_from(["delete", "delete", "edit", "add"]),
    place=st.integers(0, ROWS),
)


@settings(
    max_examples=2,  # of 25 histories each
    phases=[Phase.generate],  # a failure is worth a look at the walk's own histories, not an hour of shrinking
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(happens=st.lists(deeds, min_size=60, max_size=90, unique=True))
def test_two_runs_bring_what_the_lists_hold_whatever_happens_during_the_first(happens: list[Deed]) -> None:
    sizes = {resource_of(stream): ROWS for stream in ARCHETYPES}
    with Emulator(sizes=sizes, calls_per_minute=UNHURRIED) as zoho:
        for number in range(2, ORGANIZATIONS):
            zoho.add_organization(f"Organization {number + 1}")
        to_do = set(happens)
        for deed in happens:
            zoho.on_call(deed.call, partial(_do, to_do, deed), path=resource_of(deed.stream))
        first = read(zoho, *ARCHETYPES, num_workers=1)  # one at a time: the same calls in every run
        to_do.clear()  # the second run is in peace
        second = read(zoho, *ARCHETYPES, state=first.state, num_workers=1)

        for stream in ARCHETYPES:
            _assert_nothing_is_lost(zoho, stream, [first, second])
            _assert_no_version_twice(first, stream)
    forget_earlier_syncs()


def _do(to_do: set[Deed], deed: Deed, zoho: Emulator) -> None:
    if deed in to_do:
        deed.happens_to(zoho)


def _assert_nothing_is_lost(zoho: Emulator, stream: str, runs: Iterable[Run]) -> None:
    destination = {_key(stream, row): row for run in runs for row in run.records(stream)}
    for organization_id in zoho.organization_ids:
        for row in zoho.rows(resource_of(stream), organization_id):
            key = _key(stream, {**row, "organization_id": organization_id})
            assert key in destination, f"{stream} ({ARCHETYPES[stream]}) lost {key}"
            assert _version(destination[key]) == _version(row), f"{stream} ({ARCHETYPES[stream]}) kept an old {key}"


def _assert_no_version_twice(run: Run, stream: str) -> None:
    versions = [(_key(stream, row), _version(row)) for row in run.records(stream)]
    assert len(versions) == len(set(versions)), f"{stream} ({ARCHETYPES[stream]}) repeated a version within a run"


def _key(stream: str, row: dict[str, Any]) -> Key:
    return tuple(str(row.get(name) or "") for name in key_of(stream))


def _version(row: dict[str, Any]) -> Key:
    """Return what an edit changes in *row*; a missing text may be empty or null."""
    return tuple(str(row.get(name) or "") for name in (EDITED, "last_modified_time"))
