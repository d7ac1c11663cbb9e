"""
May another Bulk Read job be begun now, or another file be fetched?

Zoho was seen to do the jobs of an organization one after the other, and gives 10 files a minute:
https://www.zoho.com/crm/developer/docs/api/v8/bulk-read/download-result.html.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.gate import Gate
from source_zoho.pace import Window

# One that Zoho works at, one that is next while we look up from the last look, and one that runs on while its stream
# hands out the file before. More would only wait at Zoho, where every look at them costs a credit.
JOBS_AT_A_TIME = 3
FILES_IN_A_MINUTE = 10


class Slot:
    """A place among the jobs under way, until it is left."""

    def __init__(self, places: threading.Semaphore) -> None:
        self._places = places
        self._is_taken = True

    def leave(self) -> None:
        """Let another job have the place; once is enough."""
        if self._is_taken:
            self._is_taken = False
            self._places.release()


class BulkLimits:
    """
    What the jobs of all streams of an organization share; safe to use from many threads.

    ``has_worked`` tells that Zoho took a job, and ``closed`` is why no module can be read in this way, where it cannot.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._places = threading.Semaphore(JOBS_AT_A_TIME)
        self._files = Window()
        self._lock = threading.Lock()
        self.begin_run()

    def begin_run(self) -> None:
        """Believe that the road is open: the token of a run may be another."""
        self.has_worked = False
        self.closed: RoadIsClosed | None = None

    def slot(self) -> Slot:
        """Return a place for a job, when there is one. Whoever holds one already must not ask."""
        self._places.acquire()
        return Slot(self._places)

    def slot_if_free(self) -> Slot | None:
        """Return a place for a job if there is one now."""
        return Slot(self._places) if self._places.acquire(blocking=False) else None

    def pause(self, seconds: float) -> None:
        """Wait before the next look at a job."""
        _wait(seconds)

    def wait_for_a_file(self) -> None:
        """Return when a file may be fetched."""
        while wait_seconds := self._book_a_file():
            _wait(wait_seconds)

    def _book_a_file(self) -> float:
        """Book a file now and return 0, or return the seconds until there may be room."""
        with self._lock:
            now = self._clock()
            wait_seconds = self._files.seconds_until_room(now, FILES_IN_A_MINUTE)
            if not wait_seconds:
                self._files.started_at_seconds.append(now)
            return wait_seconds


def bulk_limits(config: Mapping[str, Any]) -> BulkLimits:
    """Return what all jobs in the organization of *config* share."""
    with _lock:
        return _known.setdefault(crm_quota(config).gate, BulkLimits())


def begin_run() -> None:
    """Begin a new run with all that is known of the organizations but what depends on the token."""
    with _lock:
        for limits in _known.values():
            limits.begin_run()


def _wait(seconds: float) -> None:
    time.sleep(seconds)


_known: WeakKeyDictionary[Gate, BulkLimits] = WeakKeyDictionary()
_lock = threading.Lock()
