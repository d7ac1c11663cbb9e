"""
Does a walk along the ids lose anything while people work on the records?

Modules, people and organizations are drawn at random, the same ones in every run. Whatever happens between two queries,
a record that was there all along comes out once: as a part of one version, or among the torn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_zoho.components.crm_coql import CoqlPage, CoqlReader, CoqlShape
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_queries import LONG_AGO, WIDE, Queries, a_reader
from unit_tests.crm.module_model import ModuleModel, moment

many_histories = settings(
    max_examples=100,
    derandomize=True,  # the same examples in every run: a failure is never a matter of luck
    database=None,
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow],
)
FIELDS = WIDE[:7]


@dataclass(frozen=True)
class Deed:
    """What somebody does before a query; *place* picks the record from those in order of creation."""

    query: int
    kind: str
    place: int = 0

    def happens_to(self, model: ModuleModel) -> None:
        if self.kind == "add":
            model.add()
        elif model.entries:
            numbers = sorted(model.entries)
            change = model.edit if self.kind == "edit" else model.delete
            change(numbers[self.place % len(numbers)])


@dataclass(frozen=True)
class History:
    """A module, what happens to it, and how it is read."""

    changed: list[int]
    deeds: list[Deed]
    rows: int
    columns: int
    since: int | None
    habits: dict[str, Any] = field(default_factory=dict)

    def read(self) -> tuple[list[CoqlPage], Queries, set[str]]:
        """Read while everything happens; return the ids, too, that have to come out."""
        zoho = Queries(ModuleModel().add_many([LONG_AGO + each for each in self.changed]), **self.habits)
        border = LONG_AGO + self.since if self.since is not None else 0
        wanted = {str(number) for number, each in zoho.model.entries.items() if (each.second or 0) >= border}
        self._let_it_happen(zoho)
        found = self._pages(a_reader(zoho, FIELDS, CoqlShape(columns=self.columns)))
        return found, zoho, wanted & {str(number) for number in zoho.model.entries}

    def _let_it_happen(self, zoho: Queries) -> None:
        def disturb(query: int) -> None:
            zoho.model.now = zoho.crm.now
            for deed in self.deeds:
                if deed.query == query:
                    deed.happens_to(zoho.model)

        zoho.crm.before_call = disturb

    def _pages(self, reader: CoqlReader) -> list[CoqlPage]:
        since = None if self.since is None else moment(LONG_AGO + self.since)
        found: list[CoqlPage] = []
        while not found or found[-1].more:
            found.append(reader.page(since, found[-1].last_id if found else "", self.rows))
            assert len(found) < 200
        return found


deeds = st.builds(
    Deed, st.integers(1, 25), st.sampled_from(["edit", "edit", "add", "delete", "delete"]), st.integers(0, 30)
)
organizations: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "clamps": st.booleans(),
        "most_rows": st.integers(3, 9),
        "leaves_out_nulls": st.booleans(),
        "refused": st.sampled_from([(), (), ("Field_2",), ("Field_0", "Field_5")]),
    }
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw a module, what people do, and an organization; rows and groups are small, so that few records do."""
    habits = draw(organizations)
    return History(
        changed=draw(st.lists(st.integers(0, 50), max_size=30)),
        deeds=draw(st.lists(deeds, max_size=10)),
        rows=draw(st.integers(1, 9 if habits["clamps"] else habits["most_rows"])),
        columns=draw(st.sampled_from([500, 6, 5, 4, 3])),
        since=draw(st.none() | st.integers(0, 50)),
        habits=habits,
    )


@many_histories
@given(history=histories())
def test_what_was_there_all_along_comes_once_and_of_one_version(history: History) -> None:
    found, zoho, wanted = history.read()

    parts = [part for page in found for part in page.parts]
    came = Counter([*(part.row["id"] for part in parts), *(each for page in found for each in page.torn)])
    assert not wanted - came.keys()
    assert not [each for each, times in came.items() if times > 1]
    for part in parts:
        told = {
            name: value for name, value in part.row.items() if name.startswith("Field_") and name not in part.unsure
        }
        assert {str(value).split()[-1] for value in told.values()} <= {str(_version(zoho, part.row["id"], told))}, part
        assert None not in told.values()


@many_histories
@given(history=histories())
def test_pages_go_on_where_the_one_before_ended(history: History) -> None:
    found, _, _ = history.read()

    last = 0
    for page in found:
        ids = sorted(int(each) for each in (*(part.row["id"] for part in page.parts), *page.torn))
        assert not ids or (last < ids[0] and ids[-1] <= int(page.last_id))
        assert not page.more or int(page.last_id) > last
        last = int(page.last_id or last)


def _version(zoho: Queries, record_id: str, told: dict[str, object]) -> int:
    """Return the version of which all values have to be: that of the first, if there ever was one."""
    version = int(str(next(iter(told.values()))).split()[-1])
    assert any((each, number) == (record_id, version) for each, _, number in zoho.model.versions)
    return version


def test_an_edit_moves_no_record_and_hides_none() -> None:
    history = History(list(range(12)), [Deed(2, "edit", 0), Deed(3, "edit", 11)], rows=4, columns=500, since=None)

    found, zoho, wanted = history.read()

    assert [part.row["id"] for page in found for part in page.parts] == sorted(wanted, key=int)
    assert len(zoho.texts) == 3
    assert all(part.row[CHANGED_AT] for page in found for part in page.parts)
