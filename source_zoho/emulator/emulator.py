"""How does a test start, steer and question the emulated Zoho?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from .accounts import Accounts
from .behaviour import Behaviour, Mode
from .books import Books
from .calls import Calls
from .clock import Clock
from .collection import Collection, Handle, Row
from .faults import Faults
from .front import Front
from .quotas import Quotas
from .resources import books_resources
from .server import Server
from .wire import Answer, Request
from .world import Size, World
from .zones import Zone

Action = Callable[["Emulator"], object]


class Emulator:
    """
    An offline Zoho: accounts server and Books v3 on one loopback origin.

    Use it as a context manager. Every control is safe to use while calls are being answered: one lock guards the world.
    """

    def __init__(  # noqa: PLR0913 - every knob of a world, by name only
        self,
        *,
        seed: int = 7,
        size: Size = "small",
        sizes: Mapping[str, int] | None = None,
        port: int = 0,
        calls_per_minute: int = 100,
        calls_per_day: int = 10_000,
        concurrent_calls: int = 10,
        data_center: str = "us",
        scopes: frozenset[str] | set[str] | None = None,
        now: datetime | None = None,
    ) -> None:
        """
        Lay out a world.

        *sizes* overrides the number of records of single resources, *scopes* narrows the grant (None covers
        everything), *now* is where the clock starts.
        """
        self.seed, self.size, self._port = seed, size, port
        clock = Clock(now)
        accounts = Accounts(clock, seed, data_center, None if scopes is None else frozenset(scopes))
        world = World(clock, seed, size, sizes or {})
        quotas = Quotas(clock, calls_per_minute, calls_per_day, concurrent_calls)
        self._front = Front(clock, accounts, world, Books(world, accounts), quotas)
        self.lock = self._front.lock
        self._server: Server | None = None

    @property
    def clock(self) -> Clock:
        """Return the clock that everything here goes by."""
        return self._front.clock

    @property
    def accounts(self) -> Accounts:
        """Return the accounts server."""
        return self._front.accounts

    @property
    def world(self) -> World:
        """Return the organizations."""
        return self._front.world

    @property
    def faults(self) -> Faults:
        """Return what is planned to go wrong."""
        return self._front.faults

    @property
    def calls(self) -> Calls:
        """Return what was asked so far."""
        return self._front.calls

    # ── life ──

    def __enter__(self) -> Self:
        """Start serving."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.stop()

    def start(self) -> None:
        """Serve on loopback."""
        self._server = Server(self, self._port)
        self.accounts.url = self._server.url
        self._server.start()

    def stop(self) -> None:
        """Stop serving and close what is open."""
        if self._server:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """Return where the emulator serves: the same origin for accounts and API."""
        if self._server is None:
            raise RuntimeError("the emulator is not serving; use it as a context manager, or call start().")
        return self._server.url

    # ── what a connector needs ──

    def config(self, **overrides: object) -> dict[str, Any]:
        """Return a ready configuration for the connector."""
        return {
            "data_center": self.accounts.data_center,
            "client_id": self.accounts.client_id,
            "client_secret": self.accounts.client_secret,
            "refresh_token": self.accounts.refresh_token,
            "products": ["books"],
            "api_base_url": self.url,
            "accounts_base_url": self.url,
            **overrides,
        }

    @property
    def organization_ids(self) -> list[str]:
        """Return the active organizations."""
        with self.lock:
            return [organization.id for organization in self.world if organization.active]

    @property
    def inactive_organization_ids(self) -> list[str]:
        """Return the organizations that Zoho refuses to answer for."""
        with self.lock:
            return [organization.id for organization in self.world if not organization.active]

    # ── records ──

    def rows(self, resource: str, organization_id: str, parent_id: str | None = None) -> list[Row]:
        """Return what exists now, as full listings under the all-filter would serve it."""
        with self.lock:
            if resource == "organizations":
                return [dict(organization.row) for organization in self.world]
            collection = self.world.collection(resource, organization_id)
            parent = None if parent_id is None else _parent(collection, parent_id)
            return self._front.books.rows(collection, parent)

    def record(self, resource: str, organization_id: str, record_id: str) -> Row:
        """Return one record as its list serves it."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            return collection.served(_record(collection, record_id))

    def edit(self, resource: str, organization_id: str, record_id: str, **fields: object) -> None:
        """Change fields of a record; its modification stamp becomes the clock's present."""
        with self.lock:
            if resource == "organizations":
                self.world.organization(record_id).row.update(fields)
                return
            collection = self.world.collection(resource, organization_id)
            collection.edit(_record(collection, record_id), fields, int(self.clock.seconds()))

    def add(self, resource: str, organization_id: str, **fields: object) -> str:
        """Add a record, made and changed now; a child needs its parent's id among the fields."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            parent = None
            if described := collection.resource.parent:
                parent = _parent(collection, str(fields[described.field]))
                if described.field not in collection.resource.fields:
                    fields.pop(described.field)
            kept = collection.add(fields, int(self.clock.seconds()), parent)
            return str(kept.row.get(collection.resource.id, kept.number))

    def delete(self, resource: str, organization_id: str, record_id: str) -> None:
        """Take a record away, without a trace, as Books does."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            collection.delete(_record(collection, record_id))

    def add_organization(self, name: str, *, active: bool = True) -> str:
        """Open one more organization, half the size of the first."""
        with self.lock:
            prefix = 5_000_000 + len(list(self.world))
            return self.world.add_organization(name, Zone("GMT", 0), "GBP", prefix, active=active).id

    # ── switches ──

    def behave(
        self,
        resource: str,
        filter: Mode | None = None,  # noqa: A002 - Zoho's own word for it
        sort: Mode | None = None,
        *,
        all_sorts: bool | None = None,
        page_context: bool | None = None,
    ) -> None:
        """
        Choose how a list treats what Zoho's documents leave open.

        *filter* is about the parameter last_modified_time; *sort* about sort_column=last_modified_time, or about every
        sort_column with *all_sorts*. What is not given stays as it was.
        """
        if resource not in books_resources():
            raise KeyError(f"no resource {resource!r}.")
        with self.lock:
            before = self._front.books.behaviours.get(resource, Behaviour())
            self._front.books.behaviours[resource] = before.changed(
                by_modification=filter, sort=sort, all_sorts=all_sorts, page_context=page_context
            )

    def on_call(self, number: int, action: Action, path: str | None = None) -> None:
        """Run *action* just before the *number*-th call of Books from now (of *path*, if given) is answered."""
        with self.lock:
            self._front.plan(number, lambda: action(self), path)

    def grant_code(self, scopes: set[str] | frozenset[str], *, seconds: float = 180) -> str:
        """Make a grant code, as a self client in Zoho's API console does: it works once, for three minutes."""
        with self.lock:
            return self.accounts.make_code(frozenset(scopes), seconds=seconds)

    def revoke_access_tokens(self) -> None:
        """Let every access token die now."""
        with self.lock:
            self.accounts.revoke()

    def answer(self, request: Request) -> Answer:
        """Answer one call of Zoho, as the server passes it in."""
        return self._front.answer(request)


def _record(collection: Collection, record_id: str) -> Handle:
    """Find a record by its id; a member of a project, who has none, by "<project id>/<user id>"."""
    parent_id, _, own_id = record_id.rpartition("/")
    handle = collection.find(own_id)
    if parent_id:
        members = collection.children_of(_parent(collection, parent_id))
        handle = next((one for one in members if collection.value(one, "user_id") == own_id), None)
    if handle is None:
        raise KeyError(f"no record {record_id!r} in {collection.resource.name} of {collection.organization.id}.")
    return handle


def _parent(collection: Collection, parent_id: str) -> Handle:
    described, parents = collection.resource.parent, collection.parent
    if described is None or parents is None:
        raise ValueError(f"{collection.resource.name} has no parent.")
    handle = parents.find_by(described.field, parent_id)
    if handle is not None:
        return handle
    raise KeyError(f"no record {parent_id!r} in {described.resource} of {collection.organization.id}.")
