"""How is a Bulk Read job begun, waited for and its file fetched, and what when one of these fails?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from source_zoho.components.bodies import body_of
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_bulk_file import BulkFile, DamagedFileError, stored_from
from source_zoho.components.crm_bulk_limits import BulkLimits, Slot
from source_zoho.components.crm_errors import NOTHING_THERE, QUESTION_IS_REFUSED
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_questions import asked_at
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_road import RoadIsClosed, ends_everything, said_by
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.crm.bulk import (
    LONGEST_JOB_SECONDS,
    LONGEST_UNKNOWN_SECONDS,
    Job,
    Stage,
    job_body,
    job_in,
    new_job_id,
    next_job_bodies,
    waits,
)
from source_zoho.crm.fields import Field
from source_zoho.errors import Transient

# A job that asks for them is refused, at the price of a job: integrators report it of everything about coordinates.
_NEVER_EXPORTED = frozenset({"nearby_distance"})
_IS_GONE = NOTHING_THERE | {"EXPIRED_VALUE"}
_MAY_NAME_A_FIELD = frozenset({"FIELD_NOT_SUPPORTED", "FIELD_NOT_AVAILABLE", "INVALID_DATA"})
# Where a page token alone is no question, one of these should say so.
_MAY_WANT_MORE = QUESTION_IS_REFUSED | {"REQUEST_BODY_NOT_SUPPORTED", "REQUEST_BODY_NOT_READABLE", "INVALID_REQUEST"}
_OF_A_CRITERION = frozenset({"criteria", "comparator"})
_LACKS_THE_SCOPE = "the refresh_token lacks the scope ZohoCRM.bulk.READ"
_SCOPE_IS_MISSING, _TOO_MANY = "OAUTH_SCOPE_MISMATCH", "TOO_MANY_REQUESTS"
# A refused question may cost as much as a job. After one more, all fields are asked for: that leaves none to refuse.
_MOST_REFUSED_FIELDS = 2
_DOWNLOADS = 3
_SECONDS_BETWEEN_WORDS = 60
_log = logging.getLogger("airbyte")


class JobIsLostError(Exception):
    """A job failed, or is not there any more; another like it may come through. The text is a sentence."""


@dataclass(frozen=True)
class Place:
    """Where a job begins: with what changed at or after *since* (empty: all), or behind the job that gave *token*."""

    since: str = ""
    token: str = ""


@dataclass(frozen=True)
class Begun:
    """A job under way."""

    id: str
    slot: Slot


class BulkJobs:
    """
    The jobs for *fields* of the module of *facts*, by requesters that *create* one, *ask* for its state and *fetch* its
    file.

    ``refused`` are the fields that Zoho does not put into a file, and ``began_at`` is when it was first asked for one.
    """

    def __init__(
        self,
        facts: ModuleFacts,
        fields: Iterable[Field],
        create: CrmRequester,
        ask: CrmRequester,
        fetch: CrmRequester,
        limits: BulkLimits,
    ) -> None:
        self._facts, self._limits = facts, limits
        self._create, self._ask, self._fetch = create, ask, fetch
        always = (facts.changed_at,) if facts.changed_at else ()
        exported = (each.api_name for each in fields if each.listed and each.data_type not in _NEVER_EXPORTED)
        self._fields = list(dict.fromkeys((*always, *exported)))
        self.refused: list[str] = []
        self.began_at: datetime | None = None

    def begin(self, place: Place, slot: Slot) -> Begun:
        """
        Return a new job, which keeps *slot*.

        Raises RoadIsClosed when Zoho does not take it, and JobIsLostError when it has forgotten the place.
        """
        try:
            with self._judging("where the job before ended"):
                return Begun(self._next(place) if place.token else self._first(place), slot)
        except BaseException:
            slot.leave()
            raise

    def finish(self, begun: Begun) -> Job:
        """Return the job when its file is ready. Raises JobIsLostError, or RoadIsClosed when that takes too long."""
        try:
            return self._finished(begun.id)
        finally:
            begun.slot.leave()

    def file(self, job: Job) -> BulkFile:
        """Return the file of *job*, of which it is known that it is whole. Raises JobIsLostError or RoadIsClosed."""
        why, is_broken = "", False
        for _ in range(_DOWNLOADS):
            self._limits.wait_for_a_file()
            try:
                return self._whole_file(job)
            except requests.RequestException as broken:
                why, is_broken = f"{_the_file(job)} does not come over ({type(broken).__name__})", True
            except DamagedFileError as damaged:
                why, is_broken = f"{_the_file(job)} came damaged: {damaged}", False
            except OSError as full:
                raise RoadIsClosed(f"{_the_file(job)} cannot be kept on this machine: {full}.") from full
            _log.warning("%s: %s.", self._facts.stream, why)
        if is_broken:
            raise traced(Transient(f"{self._facts.stream}: {why}, tried {_DOWNLOADS} times. Run again later."))
        raise RoadIsClosed(f"{why}. So it was {_DOWNLOADS} times.")

    # ── creating ──

    def _first(self, place: Place) -> str:
        while True:
            fields = self._fields if len(self.refused) <= _MOST_REFUSED_FIELDS else []
            try:
                return self._new_job(self._body(place, fields))
            except ZohoFailure as failure:
                if not self._leaves_out(failure, fields):
                    raise

    def _next(self, place: Place) -> str:
        alone, whole = next_job_bodies(self._body(place, self._fields), place.token)
        try:
            return self._new_job(alone)
        except ZohoFailure as failure:
            if failure.code not in _MAY_WANT_MORE:
                raise
        return self._new_job(whole)

    def _body(self, place: Place, fields: list[str]) -> dict[str, Any]:
        return job_body(self._facts.api_name, fields, self._facts.changed_at, place.since)

    def _new_job(self, body: Mapping[str, Any]) -> str:
        if self._limits.closed:
            raise RoadIsClosed(str(self._limits.closed), self._limits.closed.code)
        response = self._create.send_request(path="read", request_body_json=body)
        job_id = new_job_id(body_of(response) or {}) if response is not None else ""
        if response is None or not job_id:
            raise RoadIsClosed("Zoho's answer names no Bulk Read job where one was asked for.")
        self.began_at = self.began_at or asked_at(response)
        self._limits.has_worked = True
        return job_id

    def _leaves_out(self, failure: ZohoFailure, fields: list[str]) -> bool:
        """Ask without a field that Zoho refuses: the others are still cheapest in this way."""
        if failure.code not in _MAY_NAME_A_FIELD or _OF_A_CRITERION & failure.details.keys():
            return False
        named = _texts_in(failure.details)
        name = next((each for each in fields if each in named and each != self._facts.changed_at), "")
        if name:
            self._fields.remove(name)
            self.refused.append(name)
            _log.info("%s: no Bulk Read of %s (%s); it is read otherwise.", self._facts.stream, name, failure.code)
        return bool(name)

    # ── waiting ──

    def _finished(self, job_id: str) -> Job:
        waited = told_at = known_at = 0.0
        told = ""
        for seconds in waits():
            self._limits.pause(seconds)
            waited += seconds
            job = self._look(job_id)
            if job.stage is Stage.FAILED:
                reason = f"{job.state} {job.reason}".rstrip(" .")
                raise JobIsLostError(f"Zoho ended Bulk Read job {job_id} with {reason}.")
            if job.stage is Stage.READY:
                return self._counted(job, waited)
            known_at = known_at if job.stage is Stage.UNKNOWN else waited
            if waited - known_at >= LONGEST_UNKNOWN_SECONDS:
                raise RoadIsClosed(f"Bulk Read job {job_id} is {job.state}, of which nobody knows what it means.")
            if job.state != told or waited - told_at >= _SECONDS_BETWEEN_WORDS:
                told, told_at = job.state, waited
                _log.info("%s: Bulk Read job %s is %s after %d s.", self._facts.stream, job_id, job.state, waited)
        hours = LONGEST_JOB_SECONDS // 3600
        raise RoadIsClosed(f"Bulk Read job {job_id} is not done after {hours} hours; Zoho may be busy today.")

    def _look(self, job_id: str) -> Job:
        with self._judging(f"Bulk Read job {job_id}"):
            response = answer_with("data", self._ask, self._facts.stream, path=f"read/{job_id}")
        return job_in(body_of(response) or {}) or Job(job_id, Stage.UNKNOWN, "in a state that Zoho does not tell")

    def _counted(self, job: Job, waited: float) -> Job:
        if job.rows is None:
            raise RoadIsClosed(f"{_the_file(job)} is ready, and Zoho does not say how many records it has.")
        more = ", and there are more" if job.more else ""
        stream = self._facts.stream
        _log.info("%s: Bulk Read job %s has %s records after %d s%s.", stream, job.id, f"{job.rows:,}", waited, more)
        return job

    # ── fetching ──

    def _whole_file(self, job: Job) -> BulkFile:
        with self._judging(f"the file of Bulk Read job {job.id}"):
            # The address in Zoho's answer is the same, without a host.
            response = self._fetch.send_request(path=f"read/{job.id}/result")
        if response is None:
            raise DamagedFileError("Zoho gave no answer")
        file = stored_from(response)
        try:
            file.check(job.rows or 0)
        except DamagedFileError:
            file.close()
            raise
        return file

    # ── refusals ──

    @contextmanager
    def _judging(self, forgotten: str) -> Iterator[None]:
        try:
            yield
        except ZohoFailure as failure:
            meant = self._judged(failure, forgotten)
            if meant is failure:
                raise
            raise meant from failure

    def _judged(self, failure: ZohoFailure, forgotten: str) -> Exception:
        """Return what *failure* means for the road; *forgotten* is what Zoho may say that it does not know any more."""
        if failure.ends_the_product:
            return failure
        if failure.code in _IS_GONE:
            return JobIsLostError(f"Zoho has forgotten {forgotten} ({failure.code}).")
        if ends_everything(failure) and failure.code != _TOO_MANY:
            return failure
        closed = RoadIsClosed(f"Bulk Read is refused. {said_by(failure)}", str(failure.code))
        if failure.code == _SCOPE_IS_MISSING and not self._limits.has_worked:
            closed = RoadIsClosed(f"Bulk Read is refused: {_LACKS_THE_SCOPE}.", _SCOPE_IS_MISSING)
            self._limits.closed = closed  # a token may have scopes for some modules only, and then some jobs are taken
        return closed


def _the_file(job: Job) -> str:
    return f"The file of Bulk Read job {job.id}"


def _texts_in(details: Mapping[str, Any]) -> set[str]:
    """Return the texts in *details*, and those a level below."""
    values = [value for each in details.values() for value in (each.values() if isinstance(each, Mapping) else [each])]
    return {value for value in values if isinstance(value, str)}
