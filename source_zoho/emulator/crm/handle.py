"""How does a test steer and question the emulated CRM?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any

from .bulk_behaviour import is_bulk_switch
from .bulk_jobs import Job
from .door import CrmDoor
from .notices import Notice, notices
from .rows import Row
from .spec import ModuleSpec, described_fields, wide_fields
from .watch_behaviour import is_watch_switch
from .world import CrmWorld

_STAGE_HISTORY = {"Deals": ("DealHistory", "Stage"), "Quotes": ("Quote_Stage_History", "Quote_Stage")}
_SWITCHES = ("composite", "price_list", "settings_read", "errors_in_data")


class Crm:
    """Everything that a test can see and change of the CRM; safe to use while calls are being answered."""

    def __init__(self, world: CrmWorld, door: CrmDoor, lock: RLock) -> None:
        """Steer *world* and *door*, under the emulator's one lock."""
        self._world, self._door, self._lock = world, door, lock
        # Where notifications go; whoever delivers them says so.
        self.send: Callable[[Notice], None] = lambda _notice: None

    # ── modules and fields ──

    def modules(self) -> list[str]:
        """Return the API names of everything in /settings/modules."""
        with self._lock:
            return self._world.modules()

    def readable(self) -> list[str]:
        """Return the modules that a right connector finds and can read; Notes and Attachments are not among them."""
        with self._lock:
            return self._world.readable()

    def fields(self, module: str) -> list[Row]:
        """Return the rows of /settings/fields."""
        with self._lock:
            return self._world.fields(module)

    def listed_fields(self, module: str) -> list[str]:
        """Return the API names of what list answers can deliver, `id` among them."""
        with self._lock:
            return [field.api_name for field in self._world.listed(module)]

    def add_module(
        self,
        api_name: str,
        *,
        fields: int | Sequence[Mapping[str, Any]] = 120,
        rows: int = 0,
        generated_type: str = "custom",
        modified_time: bool = True,
        same_second: bool = False,
    ) -> None:
        """
        Make a module with *rows* records, or make one anew.

        *fields* is how many fields lists can deliver, or rows as /settings/fields has them. *modified_time* says
        whether it has that field, *same_second* lets all records be changed in one second.
        """
        made = (
            wide_fields(fields, modified_time=modified_time)
            if isinstance(fields, int)
            else described_fields(fields, modified_time=modified_time)
        )
        with self._lock:
            name_field = next((one.api_name for one in made if one.api_name == "Name"), "")
            spec = ModuleSpec(
                api_name,
                self._world.next_number,
                "custom",
                api_name,
                api_name,
                made,
                rows,
                name_field,
                same_second=same_second,
                flags={"generated_type": generated_type},
            )
            self._world.add_module(spec)

    def set_module(self, api_name: str, **flags: object) -> None:
        """Change what /settings/modules says about a module: status, viewable, api_supported ..."""
        with self._lock:
            self._world.set_flags(api_name, flags)

    # ── records ──

    def rows(self, module: str) -> list[Row]:
        """Return every record as a right reader delivers it, oldest first; converted leads too."""
        with self._lock:
            return list(self._world.full(module))

    def iter_rows(self, module: str) -> Iterator[Row]:
        """Walk over what `rows` returns, without keeping it; nothing may change meanwhile."""
        return self._world.full(module)

    def count(self, module: str) -> int:
        """Return how many records there are."""
        with self._lock:
            return len(self._world.rows(module).order("both").numbers)

    def ids(self, module: str) -> list[str]:
        """Return the ids of all records, oldest first."""
        with self._lock:
            return self._world.ids(module)

    def record(self, module: str, record_id: str) -> Row:
        """Return one record as a right reader delivers it."""
        with self._lock:
            return self._world.record(module, record_id)

    def settings(self, name: str) -> list[Row]:
        """Return the rows of a list of settings, as a right reader delivers them."""
        with self._lock:
            if name == "modules":
                return [self._world.module_row(one) for one in self._world.modules()]
            if name == "fields":
                return [{"module": one, **row} for one in self._world.readable() for row in self._world.fields(one)]
            return self._world.settings.rows(name)

    # ── changes ──

    def add(self, module: str, **fields: object) -> str:
        """Add a record; what *fields* leave out is made up. Return its id."""
        with self._lock:
            rows = self._world.rows(module)
            self._check(module, fields)
            record_id = rows.id_of(rows.add(dict(fields), self._world.now()))
            self._notify(module, record_id, "insert")
            return record_id

    def edit(self, module: str, record_id: str, **fields: object) -> None:
        """
        Change a record; its Modified_Time becomes the clock's second, or what *fields* say.

        A new stage of a deal or quote leaves a row in its history. *module* may be a list of settings too ("users").
        """
        with self._lock:
            if module in self._world.settings.names:
                self._world.settings.edit(module, record_id, **fields)
                self._notify(module, record_id, "update", fields)
                return
            if self._world.spec(module).kind == "tracker":
                raise ValueError(f"{module} is a history: its records do not change.")
            given = dict(fields)
            moment = given.pop("Modified_Time", None)
            second = int(datetime.fromisoformat(str(moment)).timestamp()) if moment else self._world.now()
            self._change(module, record_id, given, second)
            self._notify(module, record_id, "update", given)
            history, stage = _STAGE_HISTORY.get(module, ("", ""))
            if stage in fields:
                record = self._world.record(module, record_id)
                parent = {"id": record_id, "name": record[self._world.spec(module).name_field]}
                self.add(history, Parent_Id=parent, **{stage: fields[stage]})

    def recalculate(self, module: str, record_id: str, **fields: object) -> None:
        """Change fields as a formula or a roll-up does: Modified_Time stays."""
        with self._lock:
            self._change(module, record_id, dict(fields), None)

    def convert(self, record_id: str) -> None:
        """Convert a lead: lists show it from now on only when asked for converted ones."""
        with self._lock:
            rows = self._world.rows("Leads")
            rows.convert(rows.existing(record_id), self._world.now())

    def delete(self, module: str, record_id: str, permanent: bool = False) -> None:
        """Move a record into the recycle bin, or delete it for good."""
        with self._lock:
            rows = self._world.rows(module)
            rows.bin.delete(rows.existing(record_id), permanent=permanent)
            self._notify(module, record_id, "delete")

    def purge(self, module: str, record_id: str) -> None:
        """Delete a record for good that lies in the recycle bin."""
        with self._lock:
            rows = self._world.rows(module)
            rows.bin.purge(_known(rows.number_of(record_id), record_id))

    def restore(self, module: str, record_id: str, *, moves: bool = True) -> None:
        """Take a record out of the recycle bin; *moves* says whether its Modified_Time becomes the clock's second."""
        with self._lock:
            rows = self._world.rows(module)
            rows.bin.restore(_known(rows.number_of(record_id), record_id), moves=moves)
            if (told := self._world.watch.behaviour.watch_restored) != "nothing":
                self._notify(module, record_id, told)

    def deleted(self, module: str) -> list[Row]:
        """Return the rows of the module's deleted list, with the name of the module."""
        with self._lock:
            return [{"module": module, **row} for row in self._world.deleted(module)]

    def _notify(self, module: str, record_id: str, operation: str, fields: Mapping[str, Any] | None = None) -> None:
        for notice in notices(
            self._world.watch, module, record_id, operation, fields or {}, self._world.clock.seconds()
        ):
            self.send(notice)

    def _change(self, module: str, record_id: str, fields: dict[str, object], second: int | None) -> None:
        rows = self._world.rows(module)
        self._check(module, fields)
        rows.change(rows.existing(record_id), fields, second)

    def _check(self, module: str, fields: Mapping[str, object]) -> None:
        known = self._world.spec(module).by_name
        if unknown := set(fields) - set(known):
            raise ValueError(f"{module} has no {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")

    # ── switches ──

    def behave(self, module: str | None = None, **switches: Any) -> None:
        """
        Choose what Zoho's documents leave open, or what a test wants to go wrong.

        *module* is a module ("Leads") or a list of settings ("users"); `ModuleBehaviour`, `BulkBehaviour`,
        `SettingsBehaviour` and, without a module, `WatchBehaviour` name their switches. Also without one: `composite`
        and `price_list` (are they there?), `settings_read` (does ZohoCRM.settings.READ cover every group?), `coql`
        (does the grant reach queries?), `errors_in_data` (do refusals stand in an array?); all other switches then go
        to every module, also to those that are added later.
        """
        with self._lock:
            if module in self._world.settings.names:
                self._world.settings.behave(str(module), **switches)
                return
            switches = self._behave_bulk(module, switches)
            if module is None:
                switches = self._behave_all(self._behave_watch(switches))
            if switches:
                self._world.behave(module, switches)

    def _behave_bulk(self, module: str | None, switches: dict[str, Any]) -> dict[str, Any]:
        """Set what bulk jobs are to do, return what is left."""
        if module is not None:
            self._world.spec(module)
        own = {name: value for name, value in switches.items() if is_bulk_switch(name)}
        self._door.service.bulk.switches.set(module, own)
        return {name: value for name, value in switches.items() if name not in own}

    def _behave_watch(self, switches: dict[str, Any]) -> dict[str, Any]:
        """Set how notifications behave, return what is left."""
        self._world.watch.behave({name: value for name, value in switches.items() if is_watch_switch(name)})
        return {name: value for name, value in switches.items() if not is_watch_switch(name)}

    def _behave_all(self, switches: dict[str, Any]) -> dict[str, Any]:
        """Set what belongs to no module, return what is left."""
        service = self._door.service
        service.composite = switches.pop("composite", service.composite)
        service.settings_read = switches.pop("settings_read", service.settings_read)
        service.coql.is_granted = switches.pop("coql", service.coql.is_granted)
        self._door.errors_in_data = switches.pop("errors_in_data", self._door.errors_in_data)
        if "price_list" in switches:
            self._world.settings.behave("apis", refusal=None if switches.pop("price_list") else "NO_PERMISSION")
        return switches

    def limits(
        self,
        discrete: int | None = None,
        chain: int | None = None,
        token_hours: float | None = None,
        coql_offset_window: int | None = None,
    ) -> None:
        """Set how far `page` reaches, how far a chain of tokens, how long a token lives, how far OFFSET reaches."""
        with self._lock:
            limits = self._door.service.records.limits
            limits.discrete = limits.discrete if discrete is None else discrete
            limits.chain = limits.chain if chain is None else chain
            limits.token_hours = limits.token_hours if token_hours is None else token_hours
            if coql_offset_window is not None:
                limits.coql_offset_window = coql_offset_window

    def become(self, user: str) -> None:
        """Let the token belong to another user: page tokens of the one before are refused."""
        with self._lock:
            self._door.service.records.user = user

    # ── what was asked, and what it cost ──

    @property
    def queries(self) -> list[str]:
        """Return the texts of all queries so far."""
        with self._lock:
            return list(self._door.service.coql.queries)

    @property
    def jobs(self) -> list[Job]:
        """Return all bulk jobs so far: what they ask for, their state, and how often they were asked about."""
        with self._lock:
            return [replace(job) for job in self._door.service.bulk.jobs.all]

    @property
    def credits_used(self) -> int:
        """Return what all calls cost so far."""
        return self._door.limits.used

    @property
    def credits_by_path(self) -> Counter[str]:
        """Return what the calls of each path cost so far."""
        return self._door.limits.by_path

    @property
    def credits_left(self) -> int:
        """Return how many credits are left of the last 24 hours."""
        with self._lock:
            return self._door.limits.left

    @property
    def most_at_once(self) -> int:
        """Return how many places calls in flight took at most; a composite call takes five."""
        return self._door.limits.most_at_once

    @property
    def inner_by_path(self) -> Counter[str]:
        """Return how often each path was called inside composite calls."""
        return self._door.inner_by_path

    def reset_credits(self) -> None:
        """Begin to count anew: nothing used, nothing in flight remembered."""
        with self._lock:
            self._door.limits.reset()


def _known(number: int | None, record_id: str) -> int:
    if number is None:
        raise KeyError(f"there never was a record {record_id!r}.")
    return number
