"""
How are the records of a module read by Bulk Read, in files of up to 200,000?

A job costs about as much as 50 lists of 200 records, however many it has. The order of its records is not known, so it
tells nothing about how far a read has come before its last file has come to its end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.crm_bulk_file import BROKEN, BulkFile
from source_zoho.components.crm_bulk_jobs import Begun, BulkJobs, JobIsLostError, Place
from source_zoho.components.crm_bulk_limits import BulkLimits, bulk_limits
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_reader import since_text
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.crm.bulk import Job
from source_zoho.crm.canonical import Part

_PARTS_IN_A_BATCH = 1_000
_TRIES = 2
_log = logging.getLogger("airbyte")

# A job begun before its turn, or why it could not be: that is told when its turn comes.
_Ahead = Begun | Exception | None


@dataclass
class BulkReader:
    """
    Reads the module of *facts* by jobs: requesters *create* one, *ask* for its state and *fetch* its file.

    ``missing`` are the fields that no file has had so far: they are unsure in every part.
    """

    facts: ModuleFacts
    create: CrmRequester
    ask: CrmRequester
    fetch: CrmRequester
    limits: BulkLimits | None = None

    def __post_init__(self) -> None:
        if self.facts.canonical is None:
            raise ValueError(f"{self.facts.stream} has no form that records of files could be brought into")
        self._canonical = self.facts.canonical
        self._limits = self.limits or bulk_limits(self.create.config)
        self._jobs = BulkJobs(self.facts, self._canonical.fields, self.create, self.ask, self.fetch, self._limits)
        self._without_column: set[str] = set()

    @property
    def began_at(self) -> datetime | None:
        """The time on Zoho's clock before the first job was begun; None before that."""
        return self._jobs.began_at

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that Bulk Read does not give, as far as it is known."""
        lacking = {*self._jobs.refused, *self._without_column}
        return tuple(name for name in self._canonical.names if name in lacking)

    def parts(self, since: datetime | None = None) -> Iterator[list[Part]]:
        """
        Yield the records that changed at or after *since* (None: all), in batches.

        Raises RoadIsClosed when they cannot be read in this way, or not to the end.
        """
        place: Place | None = Place(since_text(since) if since else "")
        ahead: _Ahead = None
        try:
            while place:
                job, file = self._brought(place, ahead)
                ahead = None
                with file or nullcontext():
                    next_place = self._behind(job, place)
                    ahead = self._begun_ahead(next_place) if next_place else None
                    if file:
                        yield from self._parts_in(file)
                place = next_place
                self._make_sure_of_the_end(job, place)
        finally:
            if isinstance(ahead, Begun):
                ahead.slot.leave()

    # ── jobs ──

    def _brought(self, place: Place, ahead: _Ahead) -> tuple[Job, BulkFile | None]:
        """Return the job of *place* and its file, if it has records; a job that is lost is begun once more."""
        lost: JobIsLostError | None = None
        for _ in range(_TRIES):
            try:
                begun, ahead = self._its_turn(place, ahead), None
                job = self._jobs.finish(begun)
                return job, self._jobs.file(job) if job.rows else None
            except JobIsLostError as error:
                ahead, lost = None, error
                _log.warning("%s: %s", self.facts.stream, error)
        raise RoadIsClosed(f"{lost} So it was with another job before.")

    def _its_turn(self, place: Place, ahead: _Ahead) -> Begun:
        if isinstance(ahead, Exception):
            raise ahead
        return ahead or self._jobs.begin(place, self._limits.slot())

    def _begun_ahead(self, place: Place) -> _Ahead:
        """
        Begin the next job, so that Zoho works at it while this file is handed out.

        Not before this file is there: if it were lost, the job in its place would tell where the next one begins.
        """
        slot = self._limits.slot_if_free()
        if slot is None:
            return None
        try:
            return self._jobs.begin(place, slot)
        except (RoadIsClosed, JobIsLostError, AirbyteTracedException) as problem:
            return problem

    def _behind(self, job: Job, place: Place) -> Place | None:
        is_new = job.next_page_token and job.next_page_token != place.token
        return replace(place, token=job.next_page_token) if job.more and is_new else None

    def _make_sure_of_the_end(self, job: Job, place: Place | None) -> None:
        if job.more and place is None:
            raise RoadIsClosed(f"Bulk Read job {job.id} has left out records, and does not say how to get them.")

    # ── records ──

    def _parts_in(self, file: BulkFile) -> Iterator[list[Part]]:
        lines = file.lines()
        try:
            header = next(lines, [])
            read = self._canonical.csv(header)
            self._without_column |= set(self._canonical.names).difference(header)
        except BROKEN as broken:
            raise _unreadable(broken) from broken
        while batch := self._batch(lines, read):
            yield batch

    def _batch(self, lines: Iterator[Sequence[str]], read: Callable[[Sequence[str]], Part]) -> list[Part]:
        try:
            return [read(line) for line in islice(lines, _PARTS_IN_A_BATCH) if line]
        except BROKEN as broken:
            raise _unreadable(broken) from broken


def _unreadable(broken: Exception) -> RoadIsClosed:
    return RoadIsClosed(f"The file of a Bulk Read job cannot be read: {broken}.")
