"""
Is a record the same to the byte whether lists, queries or files bring it, and whatever Zoho's documents leave open?

What lists bring is the measure; that it is what Zoho has is for other tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog

from integration_tests.builders import Run, forget_earlier_syncs
from integration_tests.conftest import StartZoho, nobody_waits
from integration_tests.crm.builders import ROOT_PATH, a_crm_catalog, attempt, stream_of_module
from integration_tests.crm.every_type import add_every_type
from integration_tests.golden_files import problems
from source_zoho.emulator import Emulator
from source_zoho.ledger import bill_in

ROADS = ("rest", "coql", "bulk", "auto")
AN_HOUR_SECONDS = 3600
# Modules of every kind: what activities are about, converted leads, sub-forms, links, histories, and a wide one.
STANDARD = {
    "Leads": 20,
    "Tasks": 8,
    "Events": 4,
    "Solutions": 4,
    "Quoted_Items": 4,
    "Odd_Shapes": 8,
    "Odd_Shapes_X_Products": 5,
    "Wide_Load": 4,
    "DealHistory": 9,
    "Appointments__s": 4,
    "Meter_Readings": 5,
}
# Modules with a field of every type, and how Zoho treats each: what its documents leave open of queries and of files.
OPEN: dict[str, dict[str, Any]] = {
    "As_Documented": {},
    "Commas_And_Digits": {"bulk_separator": ",", "bulk_booleans": "1/0", "coql_nulls": "left_out"},
    "Words_In_Utc": {"bulk_booleans": "Yes/No", "bulk_datetimes": "utc", "coql_lookup_names": True},
    "No_Is_Empty": {"bulk_booleans": "true/empty", "bulk_datetimes": "z", "coql_rich_text": "cut"},
    "Some_Refused": {"bulk_refused_fields": ["Day", "Flag"], "coql_refused_fields": ["Fraction", "Rich_Text"]},
    "Many_Refused": {"bulk_refused_fields": ["Day", "Big", "Name", "Rich_Text"], "coql_refused_fields": ["select"]},
    "Hidden": {"hidden_fields": ["Day", "Choices", "Rich_Text", "Pictures"]},
    "Small_Jobs": {"bulk_rows_per_job": 7, "bulk_separator": ",", "coql_nulls": "left_out"},
    "Undated": {},
    "Just_Now": {},  # changed in the second in which it is read
    "Chosen": {},
}
# The fields of the last one that the user chose; not among them is the one that tells when a record changed.
CHOSEN = {"Name", "Rich_Text_2", "Choices", "Flag", "Account", "Files", "Formula_Double", "Distance"}
# So many records that a call for each would tell, and so many fields that a job cannot name them.
LONG, LONG_ROWS, VERY_WIDE = "Long", 430, "Very_Wide"
MODULES = [*STANDARD, *OPEN, LONG, VERY_WIDE]
# Where there are few records ``auto`` is queries, or lists.
BY_AUTO = ["Leads", "Tasks", "Odd_Shapes", "DealHistory", "As_Documented", "Some_Refused", "Undated", LONG]
# How many columns and rows a query may have, what a larger one meets, and how much that tells.
QUERIES: dict[str, dict[str, Any]] = {
    "fewer rows": {"coql_rows": 200},
    "fewer rows than asked for without a word": {"coql_rows": 200, "coql_over_limit": "clamp"},
    "fewer columns": {"coql_columns": 200},
    "fewer of both, not said of which": {"coql_rows": 200, "coql_columns": 50, "coql_limit_details": "bare"},
    "fewer of both, one without a word": {"coql_rows": 200, "coql_columns": 50, "coql_over_limit": "clamp"},
}
BIG = ["crm_long", "crm_very_wide"]
CREDITS_OF_A_JOB, CREDITS_OF_A_FILE = 50, 1
AS_DOCUMENTED: dict[str, Any] = {"coql_rows": 2000, "coql_columns": 500}
AS_DOCUMENTED |= {"coql_limit_details": "clause", "coql_over_limit": "refuse"}


@dataclass(frozen=True)
class Read:
    """What one road brought of a Zoho, and what it took."""

    run: Run
    schemas: dict[str, dict[str, Any]]
    lists: set[str]
    queries: list[str]
    jobs: set[str]
    looks: Counter[str]

    def records(self, stream: str) -> dict[str, bytes]:
        """Return the records of *stream* as they are sent, by id; each has to be there once."""
        rows = self.run.records(stream)
        found = {row["id"]: orjson.dumps(row) for row in rows}
        assert len(found) == len(rows), f"{len(rows) - len(found)} records came twice"
        return found

    def credits(self, stream: str) -> int:
        """Return what *stream* cost."""
        bill = next(filter(None, map(bill_in, self.run.log)))
        return sum(cost.credits for place, cost in bill.costs.items() if place.stream == stream)

    def credits_but_looks(self, module: str) -> int:
        """Return what *module* cost but for looking whether jobs are done: those of others make it wait, or do not."""
        return self.credits(stream_of_module(module)) - self.looks[module]


def read_by(road: str, zoho: Emulator, catalog: ConfiguredAirbyteCatalog) -> Read:
    """Sync *catalog* by *road*, whatever comes of it, and tell how Zoho was asked."""
    begin, queries, jobs = len(zoho.calls.log), len(zoho.crm.queries), len(zoho.crm.jobs)
    run = attempt(zoho, catalog=catalog, crm_transport=road)
    lists = {
        call.path.removeprefix(f"{ROOT_PATH}/")
        for call in zoho.calls.log[begin:]
        if "fields" in call.query and "ids" not in call.query
    }
    schemas = {each.stream.name: each.stream.json_schema for each in catalog.streams}
    modules = {job.id: job.module for job in zoho.crm.jobs[jobs:]}
    looks = Counter(
        modules[call.path.rpartition("/")[2]]
        for call in zoho.calls.log[begin:]
        if call.method == "GET" and call.path.rpartition("/")[2] in modules
    )
    return Read(run, schemas, lists, zoho.crm.queries[queries:], set(modules.values()), looks)


def a_zoho_of_every_kind(zoho: Emulator) -> ConfiguredAirbyteCatalog:
    """Fill *zoho* with what is hard to read the same way, and return the catalog of it."""
    for module, switches in OPEN.items():
        add_every_type(zoho, module, modified_time=module != "Undated")
        zoho.crm.behave(module, **switches)
    zoho.crm.add_module(LONG, fields=16, rows=LONG_ROWS)
    zoho.crm.add_module(VERY_WIDE, fields=215, rows=3)
    zoho.crm.behave(LONG, coql_refused_fields=["Field_13"], bulk_refused_fields=["Field_14"])
    zoho.crm.behave("Leads", bulk_leads_converted=False)
    zoho.crm.add("DealHistory", Stage="Closed Won", Parent_Id=None)  # no file has it
    zoho.crm.edit("Tasks", zoho.crm.ids("Tasks")[1], What_Id=None)
    for deleted in zoho.crm.ids("Accounts")[::2]:
        zoho.crm.delete("Accounts", deleted)
    zoho.clock.advance(seconds=AN_HOUR_SECONDS)
    add_every_type(zoho, "Just_Now")
    catalog = a_crm_catalog(zoho, *map(stream_of_module, MODULES))
    (chosen,) = (each.stream for each in catalog.streams if each.stream.name == stream_of_module("Chosen"))
    properties = chosen.json_schema["properties"]
    chosen.json_schema["properties"] = {name: told for name, told in properties.items() if name in {"id", *CHOSEN}}
    return catalog


@pytest.fixture(scope="module")
def reads() -> Iterator[dict[str, Read]]:
    """Read modules of every kind by every road."""
    with pytest.MonkeyPatch.context() as monkeypatch, Emulator(sizes=STANDARD) as zoho:
        nobody_waits(monkeypatch).move(zoho)
        catalog = a_zoho_of_every_kind(zoho)
        some = {stream_of_module(module) for module in BY_AUTO}
        a_few = ConfiguredAirbyteCatalog(streams=[each for each in catalog.streams if each.stream.name in some])
        yield {road: read_by(road, zoho, a_few if road == "auto" else catalog) for road in ROADS}
    forget_earlier_syncs()


@pytest.mark.parametrize("road", ROADS)
def test_no_road_ends_with_a_failure(reads: dict[str, Read], road: str) -> None:
    assert not reads[road].run.errors


@pytest.mark.parametrize("module", [*OPEN, VERY_WIDE])
def test_records_are_what_the_discovered_schema_promises(reads: dict[str, Read], module: str) -> None:
    stream = stream_of_module(module)

    assert not problems(reads["rest"].schemas[stream], reads["rest"].run.records(stream))


@pytest.mark.parametrize(("road", "module"), [*product(("coql", "bulk"), MODULES), *product(("auto",), BY_AUTO)])
def test_a_record_is_the_same_to_the_byte_by_every_road(reads: dict[str, Read], road: str, module: str) -> None:
    stream = stream_of_module(module)
    by_lists = reads["rest"].records(stream)

    assert by_lists, "proves too little"
    assert reads[road].records(stream) == by_lists


def test_the_road_that_is_wanted_is_taken_by_every_module(reads: dict[str, Read]) -> None:
    queried = {module for module in MODULES if any(f" from {module} " in text for text in reads["coql"].queries)}

    assert (reads["rest"].lists, reads["rest"].queries, reads["rest"].jobs) == (set(MODULES), [], set())
    assert (reads["coql"].lists, queried, reads["coql"].jobs) == (set(), set(MODULES), set())
    assert (reads["bulk"].lists, reads["bulk"].jobs) == (set(), set(MODULES))


@pytest.mark.parametrize("missing", [("Leads", "Converted__s", True), ("DealHistory", "Parent_Id", None)])
def test_files_did_lack_what_came_all_the_same(reads: dict[str, Read], missing: tuple[str, str, object]) -> None:
    module, field, value = missing
    rows = reads["bulk"].run.records(stream_of_module(module))

    assert [row for row in rows if row.get(field) == value]
    assert any(f" from {module} " in text for text in reads["bulk"].queries)


@pytest.mark.parametrize("module", ["Leads", "DealHistory"])
def test_no_file_is_believed_that_may_lack_records_where_nobody_counts_them(a_zoho: StartZoho, module: str) -> None:
    zoho = a_zoho(sizes={"Leads": 20, "DealHistory": 9, "Deals": 5})
    zoho.crm.behave(coql=False, bulk_leads_converted=False)
    zoho.crm.add("DealHistory", Stage="Closed Won", Parent_Id=None)
    stream = stream_of_module(module)

    by_files = read_by("bulk", zoho, a_crm_catalog(zoho, stream))

    assert by_files.records(stream).keys() == set(zoho.crm.ids(module))
    assert not by_files.jobs


@pytest.fixture(scope="module")
def big() -> Iterator[tuple[Emulator, ConfiguredAirbyteCatalog, Read]]:
    """Read, in lists, modules with more rows and more columns than some queries may have."""
    with pytest.MonkeyPatch.context() as monkeypatch, Emulator() as zoho:
        nobody_waits(monkeypatch).move(zoho)
        zoho.crm.add_module(LONG, fields=12, rows=LONG_ROWS)
        zoho.crm.add_module(VERY_WIDE, fields=215, rows=3)
        catalog = a_crm_catalog(zoho, *BIG)
        yield zoho, catalog, read_by("rest", zoho, catalog)
    forget_earlier_syncs()


@pytest.mark.parametrize("switches", QUERIES.values(), ids=QUERIES)
def test_it_is_so_however_much_zoho_takes_in_a_query(
    big: tuple[Emulator, ConfiguredAirbyteCatalog, Read], switches: dict[str, Any]
) -> None:
    zoho, catalog, by_lists = big
    zoho.crm.behave(**AS_DOCUMENTED | switches)

    by_queries = read_by("coql", zoho, catalog)

    assert not by_queries.run.errors
    assert not by_queries.lists
    assert {each: by_queries.records(each) for each in BIG} == {each: by_lists.records(each) for each in BIG}
    # What was refused teaches all modules: pages of 200 rows, five groups of 50 columns, and as many questions in vain.
    assert by_queries.credits("crm_long") + by_queries.credits("crm_very_wide") <= 3 + 5 + 8


# ── what it costs ──


def test_a_field_that_queries_do_not_give_costs_a_call_for_a_hundred_records(reads: dict[str, Read]) -> None:
    refused, page, by_ids = 3, 3, -(-LONG_ROWS // 100)

    assert refused + page < reads["coql"].credits("crm_long") <= refused + page + 1 + by_ids


@pytest.mark.parametrize(("module", "jobs"), [(LONG, 2), ("Some_Refused", 3), ("Many_Refused", 4), ("Small_Jobs", 3)])
def test_a_field_that_files_do_not_give_costs_a_job_at_most(reads: dict[str, Read], module: str, jobs: int) -> None:
    by_ids = -(-LONG_ROWS // 100) if module == LONG else 4

    assert reads["bulk"].credits_but_looks(module) <= jobs * (CREDITS_OF_A_JOB + CREDITS_OF_A_FILE) + by_ids + 2


@pytest.mark.parametrize(
    "module", [*STANDARD, *(each for each in OPEN if "Refused" not in each and each != "Small_Jobs")]
)
def test_what_files_leave_open_costs_a_few_calls(reads: dict[str, Read], module: str) -> None:
    check, tags, by_ids, whole_texts = 1 + 2, 1, 1, 1  # of the records: the count, and what is deleted
    # A count beforehand, what is behind the last record, the check once more, and what is before it.
    by_queries = 1 + 1 + check + 1 if module in {"Leads", "DealHistory"} else 0
    a_few = check + tags + by_ids + whole_texts + by_queries

    assert reads["bulk"].credits_but_looks(module) <= CREDITS_OF_A_JOB + CREDITS_OF_A_FILE + a_few
