"""What does Zoho CRM answer to calls about bulk jobs?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .bulk_behaviour import BulkBehaviour, BulkSwitches
from .bulk_file import written, zipped
from .bulk_jobs import FAILED, Job, Jobs, Taken
from .bulk_order import Scramble, chosen
from .bulk_paths import Snapshot
from .bulk_query import BulkCall, Query, bulk_call, module_of, query_of
from .bulk_refusals import bulk_refused
from .refusals import invalid_parameter
from .routes import BULK_ROOT
from .tokens import Place, Tokens

if TYPE_CHECKING:
    from threading import RLock

    from source_zoho.emulator.wire import Request

    from .records import Given, Limits
    from .rows import Converted
    from .world import CrmWorld

_JOB_IDS = 40
_BOUND = ("module", "fields", "criteria")
Permit = Callable[[str], None]


class Bulk:
    """Bulk Read: jobs that export the records of a module."""

    def __init__(self, world: CrmWorld, limits: Limits) -> None:
        """Export from *world*; *limits* says how long a page token lives."""
        self._world, self._limits = world, limits
        self.switches, self.jobs = BulkSwitches(), Jobs(world.clock, self._taken)
        self._tokens = Tokens(world.seed + 1)
        self._continued: dict[str, BulkCall] = {}

    # ── the three calls ──

    def create(self, request: Request, user: str, permit: Permit) -> Given:
        """Answer a call for a new job."""
        query, begin = self._begun(query_of(request), user)
        module = module_of(query, self._world)
        permit(module)
        behaviour = self.switches.of(module)
        call = bulk_call(query, self._world, behaviour)
        self.jobs.make_room(self.switches.of().bulk_jobs_at_a_time)
        job = self._job(call, begin, user, behaviour)
        self.jobs.all.append(job)
        details = {"id": job.id, "operation": "read", "state": job.state, **self._origin(job)}
        told = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
        return 201, {"data": [{**told, "details": details}], "info": {}}

    def poll(self, job_id: str, permit: Permit) -> Given:
        """Answer a call about a job."""
        permit(self.jobs.known(job_id).module)
        job = self.jobs.polled(job_id)
        told: dict[str, Any] = {"id": job.id, "operation": "read", "state": job.state, "query": self._query(job)}
        if job.is_done:
            told["result"] = self._result(job)
        return 200, {"data": [{**told, **self._origin(job), "file_type": "csv"}]}

    def download(self, job_id: str, permit: Permit, lock: RLock) -> Iterator[bytes]:
        """Answer a call for the file of a job, piece by piece; *lock* guards the records."""
        job = self.jobs.known(job_id)
        permit(job.module)
        taken = self.jobs.downloaded(job)
        if self.switches.use_up("bulk_expired_files", job.module):
            job.is_file_gone = True
            raise self.jobs.no_file(job)
        behaviour = self.switches.of(job.module)
        text = written(taken.chosen.numbers, job.call.paths, taken.snapshot, behaviour, lock)
        return zipped(f"{job.id}.csv", text)

    # ── a new job ──

    def _begun(self, query: Query, user: str) -> tuple[Query, Place]:
        """Return the whole query of a job, and where it begins: a page token stands for all that is not repeated."""
        token = query.get("page_token")
        if token is None:
            return query, Place(-1, 0)
        first = self._continued.get(token) if isinstance(token, str) else None
        if first is None or "page" in query:
            raise invalid_parameter("page_token") if first is None else bulk_refused("PAGE_NOT_SUPPORTED")
        begin, _ = self._tokens.redeem(token, first.bound(user), self._world.clock.seconds())
        for name in _BOUND:
            if name in query and query[name] != first.query.get(name):
                raise bulk_refused("TOKEN_BOUND_DATA_MISMATCH", param_name=name)
        return {**first.query, "page_token": token}, begin

    def _job(self, call: BulkCall, begin: Place, user: str, behaviour: BulkBehaviour) -> Job:
        use_up = self.switches.use_up
        states = [state for state, polls in behaviour.bulk_states.items() for _ in range(polls)]
        end = "FAILURE" if use_up("bulk_failures", call.module) else "COMPLETED"
        return Job(
            id=self._world.foreign_id(_JOB_IDS, len(self.jobs.all)),
            module=call.module,
            fields=tuple(call.query.get("fields", ())),
            criteria=call.query.get("criteria"),
            page=call.page + begin.rows_before // behaviour.bulk_rows_per_job,
            page_token=call.query.get("page_token"),
            user=user,
            call=call,
            begin=begin,
            created=self._world.clock.seconds(),
            coming=deque([*states, end]),
            is_lost=use_up("bulk_lost", call.module),
        )

    # ── a job that runs ──

    def _taken(self, job: Job) -> Taken:
        """Take the records that a job is about, as they are now."""
        call, behaviour = job.call, self.switches.of(job.module)
        most, rows = behaviour.bulk_rows_per_job, self._world.rows(job.module)
        snapshot = Snapshot(self._world, job.module, call.all_paths)
        which: Converted = "both" if behaviour.bulk_leads_converted else "false"

        def kept(numbers: list[int]) -> list[int]:
            if rows.spec.kind == "tracker" and not behaviour.bulk_orphans:
                parents = snapshot.rows.columns(numbers, ("Parent_Id",))[0]
                numbers = [number for number, parent in zip(numbers, parents, strict=True) if parent is not None]
            return call.criteria.kept(numbers, snapshot) if call.criteria else numbers

        after, skip = (-1 if job.begin.key is None else job.begin.key), (call.page - 1) * most
        found = chosen(rows.order(which), Scramble(rows.size), kept, after=after, skip=skip, most=most)
        place = Place(found.last_place, job.begin.rows_before + skip + len(found.numbers))
        return Taken(found, snapshot, self._issued(job, place) if found.more else None)

    def _issued(self, job: Job, place: Place) -> str:
        now, hours = self._world.clock.seconds(), self._limits.token_hours
        token = self._tokens.issue(job.call.bound(job.user), place, None, now, hours)
        unpaged = {name: value for name, value in job.call.query.items() if name not in ("page", "page_token")}
        self._continued[token] = BulkCall(job.module, job.call.paths, job.call.criteria, 1, unpaged)
        return token

    # ── what is told ──

    def _origin(self, job: Job) -> dict[str, Any]:
        user = self._world.user(0)
        return {
            "created_by": {"id": user["id"], "name": user["name"]},
            "created_time": self._world.stamp(int(job.created)),
        }

    def _query(self, job: Job) -> dict[str, Any]:
        module = {"id": self._world.module_id(job.module), "api_name": job.module}
        told: dict[str, Any] = {"module": module, "page": job.page}
        if "fields" in job.call.query:
            told["fields"] = job.call.query["fields"]
        if job.criteria is not None:
            told["criteria"] = self._with_ids(job.criteria, job.module)
        return told

    def _with_ids(self, criteria: dict[str, Any], module: str) -> dict[str, Any]:
        """Repeat criteria with the ids of their fields, where a name is one of the module's."""
        if "group" in criteria:
            return {**criteria, "group": [self._with_ids(one, module) for one in criteria["group"]]}
        name = criteria["field"]["api_name"] if "field" in criteria else criteria["api_name"]
        field = self._world.spec(module).by_name.get(name)
        field_id = self._world.field_id(module, field.number) if field else None
        return {**criteria, "field": {"api_name": name, "id": field_id}}

    def _result(self, job: Job) -> dict[str, Any]:
        taken = job.taken
        if job.state == "FAILURE" or taken is None:
            return {"error_message": dict(FAILED)}
        result = {
            "page": job.page,
            "per_page": self.switches.of(job.module).bulk_rows_per_job,
            "count": job.count,
            "download_url": f"{BULK_ROOT}/read/{job.id}/result",
            "more_records": taken.chosen.more,
        }
        if taken.next_page_token:
            result["next_page_token"] = taken.next_page_token
        return result
