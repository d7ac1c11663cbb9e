"""How far is each bulk job, and may another one begin?

Jobs run one after the other. Time does not move them, polls do: whichever job is asked about, the one that runs goes
one step further. A job that nobody asks about is done after ten minutes of the emulator's clock all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bulk_refusals import bulk_refused

if TYPE_CHECKING:
    from source_zoho.emulator.clock import Clock

    from .bulk_order import Chosen
    from .bulk_paths import Snapshot
    from .bulk_query import BulkCall
    from .refusals import CrmRefusedError
    from .tokens import Place

DAY, MINUTE = 86_400, 60
DOWNLOADS_PER_MINUTE = 10
_DONE_AFTER = 10 * MINUTE
_DONE = ("COMPLETED", "FAILURE")
FAILED = {
    "status": "error",
    "code": "INTERNAL_SERVER_ERROR",
    "message": "Internal server error occurred.",
    "details": {},
}


@dataclass
class Taken:
    """What a job found when it ran: the records, and what they looked like."""

    chosen: Chosen
    snapshot: Snapshot
    next_page_token: str | None


@dataclass
class Job:
    """One bulk job, as a test sees it."""

    id: str
    module: str
    fields: tuple[str, ...]
    criteria: Any
    page: int
    page_token: str | None
    user: str
    call: BulkCall = field(repr=False)
    begin: Place = field(repr=False)
    created: float = field(repr=False)
    # The states that it has still to go through.
    coming: deque[str] = field(repr=False)
    state: str = "ADDED"
    polls: int = 0
    downloads: int = 0
    is_lost: bool = False
    is_file_gone: bool = False
    taken: Taken | None = field(default=None, repr=False)
    completed: float | None = field(default=None, repr=False)

    @property
    def is_done(self) -> bool:
        """Tell whether it has come to its end."""
        return self.state in _DONE

    @property
    def count(self) -> int | None:
        """Return how many records it exported, None while nobody knows."""
        return len(self.taken.chosen.numbers) if self.taken else None


class Jobs:
    """All jobs, oldest first."""

    def __init__(self, clock: Clock, run: Callable[[Job], Taken]) -> None:
        """Begin with none; *run* takes the records of a job."""
        self.all: list[Job] = []
        self._clock, self._run = clock, run
        self._downloads: deque[float] = deque()
        self._closed_until = 0.0

    def make_room(self, at_a_time: int | None) -> None:
        """Refuse one more job where too many are under way."""
        self._finish_old_ones()
        if at_a_time is not None and sum(not one.is_done for one in self._living()) >= at_a_time:
            raise bulk_refused("TOO_MANY_REQUESTS")

    def known(self, job_id: str) -> Job:
        """Return a job."""
        job = next((one for one in self.all if one.id == job_id), None)
        if job is None:
            raise bulk_refused("RESOURCE_NOT_FOUND", resource=job_id)
        return job

    def polled(self, job_id: str) -> Job:
        """Return a job that is asked about, after the one that runs has moved."""
        job = self.known(job_id)
        job.polls += 1
        if job.is_lost:
            raise bulk_refused("RESOURCE_NOT_FOUND", resource=job_id)
        self._finish_old_ones()
        running = next((one for one in self._living() if not one.is_done), None)
        if running:
            self._move(running)
        if job.state == "ADDED" and running not in (job, None):
            job.state = "QUEUED"
            job.coming = deque(state for state in job.coming if state != "ADDED")
        return job

    def downloaded(self, job: Job) -> Taken:
        """Return what a job exported, if its file may be fetched now."""
        self._count_download()
        job.downloads += 1
        is_old = job.completed is not None and job.completed + DAY <= self._clock.seconds()
        if is_old or job.is_file_gone or job.is_lost or job.state != "COMPLETED" or job.taken is None:
            raise self.no_file(job)
        return job.taken

    def no_file(self, job: Job) -> CrmRefusedError:
        """Refuse to send the file of a job."""
        return bulk_refused("RESOURCE_NOT_FOUND", resource=job.id)

    def _living(self) -> list[Job]:
        return [job for job in self.all if not job.is_lost]

    def _finish_old_ones(self) -> None:
        border = self._clock.seconds() - _DONE_AFTER
        for job in self._living():
            while not job.is_done and job.created <= border:
                self._move(job)

    def _move(self, job: Job) -> None:
        job.state = job.coming.popleft()
        if job.state in ("IN PROGRESS", "COMPLETED") and job.taken is None:
            job.taken = self._run(job)
        if job.is_done:
            job.completed = self._clock.seconds()

    def _count_download(self) -> None:
        """Refuse what comes after ten downloads in a minute, and for a minute everything."""
        now = self._clock.seconds()
        while self._downloads and self._downloads[0] <= now - MINUTE:
            self._downloads.popleft()
        if len(self._downloads) >= DOWNLOADS_PER_MINUTE and self._closed_until <= now:
            self._closed_until = now + MINUTE
            self._downloads.clear()
        if now < self._closed_until:
            raise bulk_refused("TOO_MANY_REQUESTS")
        self._downloads.append(now)
