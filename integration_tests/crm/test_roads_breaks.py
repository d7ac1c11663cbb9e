"""What when a road breaks off half way: do all records come, each once, by the same road or by another?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration_tests.conftest import StartZoho, Waits
from integration_tests.crm.builders import a_crm_catalog, read
from integration_tests.crm.roads import A_FILE, A_LOOK, JOBS, QUERIES, a_module, assert_whole, roads_taken, said
from source_zoho.crm.roads import Road
from source_zoho.emulator import Emulator

MODULE, STREAM = "Depots", "crm_depots"
FIVE_PAGES, A_PAGE = 900, 200
THREE_FILES, A_FILE_OF = 290, 120
Trouble = Callable[[Emulator], object]


@pytest.fixture
def pages(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho with a module of five pages for queries."""
    zoho = a_zoho()
    a_module(zoho, MODULE, FIVE_PAGES, coql_rows=A_PAGE)
    return zoho


@pytest.fixture
def files(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho with a module of three files."""
    zoho = a_zoho()
    a_module(zoho, MODULE, THREE_FILES, bulk_rows_per_job=A_FILE_OF)
    return zoho


# ── trouble that passes ──


def test_queries_go_on_when_trouble_has_passed(pages: Emulator) -> None:
    for after, kind in enumerate(("503", "html", "truncated", "TOO_MANY_REQUESTS", "expire_token"), start=2):
        pages.faults.add(kind, path=QUERIES, after=after)

    run = read(pages, catalog=a_crm_catalog(pages, STREAM), crm_transport="coql")

    assert_whole(pages, run, MODULE)
    assert roads_taken(pages, MODULE) == {Road.COQL}


def test_files_go_on_when_trouble_has_passed(files: Emulator) -> None:
    for after, kind in enumerate(("truncated", "html_200", "TOO_MANY_REQUESTS", "truncated"), start=1):
        files.faults.add(kind, path=A_FILE, after=after)
    for after, kind in enumerate(("expire_token", "502", "TOO_MANY_REQUESTS"), start=2):
        files.faults.add(kind, path=A_LOOK, after=after)
    files.faults.add("TOO_MANY_REQUESTS", path=JOBS, after=1)

    run = read(files, catalog=a_crm_catalog(files, STREAM), crm_transport="bulk")

    assert_whole(files, run, MODULE)
    assert not said(run, STREAM, "ends here")
    assert Road.REST not in roads_taken(files, MODULE)


def test_a_job_that_ends_badly_is_begun_again(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    modules = {"Failing": "bulk_failures", "Forgotten": "bulk_lost", "Expired": "bulk_expired_files"}
    streams = [a_module(zoho, name, THREE_FILES, bulk_rows_per_job=A_FILE_OF) for name in modules]
    for name, trouble in modules.items():
        zoho.crm.behave(name, **{trouble: 1})

    run = read(zoho, catalog=a_crm_catalog(zoho, *streams), crm_transport="bulk")

    assert_whole(zoho, run, *modules)
    for module in modules:
        assert len([job for job in zoho.crm.jobs if job.module == module]) == 4
        assert roads_taken(zoho, module) == {Road.BULK, Road.COQL}, "counted, and no more"


# ── trouble that stays ──


@pytest.mark.parametrize("kind", ["INVALID_QUERY", "OAUTH_SCOPE_MISMATCH"])
def test_lists_take_over_from_queries(pages: Emulator, kind: str) -> None:
    pages.faults.add(kind, path=QUERIES, after=3, times=1000)

    run = read(pages, catalog=a_crm_catalog(pages, STREAM), crm_transport="coql")

    assert_whole(pages, run, MODULE)
    assert roads_taken(pages, MODULE) == {Road.COQL, Road.REST}
    assert len(said(run, STREAM, "COQL ends here")) == 1


def tokens_expire(zoho: Emulator) -> None:
    """Let a day go by before the second job is asked for."""
    zoho.on_call(2, lambda zoho: zoho.clock.advance(seconds=25 * 3600), path=JOBS)


def looks_are_refused(zoho: Emulator) -> None:
    zoho.faults.add("NO_PERMISSION", path=A_LOOK, after=3, times=1000)


def jobs_end(trouble: str) -> Trouble:
    """Return what lets the second job end badly, and the one in its place too."""
    return lambda zoho: zoho.on_call(1, lambda zoho: zoho.crm.behave(MODULE, **{trouble: 2}), path=A_FILE)


def files_come_as(trouble: str) -> Trouble:
    """Return what spoils every file but the first."""
    return lambda zoho: zoho.faults.add(trouble, path=A_FILE, after=1, times=1000)


STAYING = {
    "failures": jobs_end("bulk_failures"),
    "jobs that Zoho forgets": jobs_end("bulk_lost"),
    "files that expire": jobs_end("bulk_expired_files"),
    "files that break off": files_come_as("truncated"),
    "pages in the place of files": files_come_as("html_200"),
    "tokens that expire": tokens_expire,
    "looks that are refused": looks_are_refused,
}


@pytest.mark.parametrize("trouble", STAYING.values(), ids=STAYING)
def test_lists_take_over_from_files(files: Emulator, waits: Waits, trouble: Trouble) -> None:
    trouble(files)

    run = read(files, catalog=a_crm_catalog(files, STREAM), crm_transport="bulk")

    assert_whole(files, run, MODULE)
    assert roads_taken(files, MODULE) == {Road.BULK, Road.REST}
    assert len(said(run, STREAM, "Bulk Read ends here")) == 1
    assert waits.total_seconds < 600
