"""How does a test start, steer and question the emulated Zoho?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from .accounts import Accounts
from .behaviour import Behaviour, Mode
from .billing import Billing
from .books import Books
from .calls import Calls
from .clock import Clock
from .collection import Row
from .crm.door import CrmDoor
from .crm.handle import Crm
from .crm.limits import CrmLimits
from .crm.service import CrmService
from .crm.spec import crm_sizes_among
from .crm.world import CrmWorld
from .details import organization_document
from .editions import known_features, oddity
from .extras import USUAL_CUSTOM_FIELDS
from .faults import Faults
from .front import Front
from .meant import is_organizations, parent_meant, record_meant
from .quotas import Quotas, details_per_minute
from .refusals import NoProduct
from .reports import report
from .resources import PRODUCTS, Product, resources
from .server import Server
from .special_calls import special_calls
from .webhooks import Webhooks
from .wire import Answer, Request
from .world import SPAN, Size, World
from .zones import Zone

Action = Callable[["Emulator"], object]


class Emulator:
    """
    An offline Zoho: accounts server, Books v3, Billing v1 and CRM v8 on one loopback origin.

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
        detail_calls_per_minute: int | None = None,
        billing_shares_quota: bool = True,
        without_product: NoProduct = "57",
        odd_accounts: bool = False,
        data_center: str = "us",
        scopes: frozenset[str] | set[str] | None = None,
        now: datetime | None = None,
        crm_edition: str = "enterprise",
        crm_users: int = 10,
        crm_credits: int | None = None,
        crm_concurrency: int | None = None,
    ) -> None:
        """
        Lay out a world.

        *sizes* overrides the number of records of single resources, *scopes* narrows the grant (None covers
        everything), *now* is where the clock starts. *detail_calls_per_minute* is the pace for single documents: 50,
        but none where *calls_per_minute* is raised, unless it is given. *billing_shares_quota* says whether both
        products draw on one quota, *without_product* how a call is refused for an organization whose plan lacks the
        product. *odd_accounts* adds an organization without Billing and one without records. The CRM's edition and
        users decide about credits and calls in flight, unless *crm_credits* and *crm_concurrency* do.
        """
        self.seed, self.size, self._port = seed, size, port
        clock = Clock(now)
        accounts = Accounts(clock, seed, data_center, None if scopes is None else frozenset(scopes))
        crm_sizes, others = crm_sizes_among(sizes or {})
        world = World(clock, seed, size, others, without_product)
        details = details_per_minute(detail_calls_per_minute, calls_per_minute)
        limits = calls_per_minute, calls_per_day, concurrent_calls, details
        quotas = Quotas(clock, *limits)
        billing_quotas = quotas if billing_shares_quota else Quotas(clock, *limits)
        products = Books(world, accounts), Billing(world, accounts)
        self._front = Front(clock, accounts, world, *products, quotas, billing_quotas)
        self.lock = self._front.lock
        crm = CrmWorld(
            clock,
            seed=seed,
            size=size,
            sizes=crm_sizes,
            newest=world.newest,
            span=SPAN,
            edition=crm_edition,
            users=crm_users,
        )
        crm_limits = CrmLimits(clock, crm_edition, crm_users, crm_credits, crm_concurrency)
        self._front.crm = CrmDoor(self._front, CrmService(crm), crm_limits)
        self.crm = Crm(crm, self._front.crm, self.lock)
        self.webhooks = Webhooks(self._front, self.crm, seed)
        self._server: Server | None = None
        if odd_accounts:
            self.add_organization("Ledger Only KG", products=("books",))
            self.add_organization("Brand New Ltd", empty=True)

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
        """Stop serving and delivering, and close what is open."""
        self.webhooks.stop()
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
            "products": list(PRODUCTS),
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
            if is_organizations(resource):
                return [dict(organization.row) for organization in self.world]
            collection = self.world.collection(resource, organization_id)
            parent = None if parent_id is None else parent_meant(collection, parent_id)
            return self._front.service(collection.resource.product).rows(collection, parent)

    def record(self, resource: str, organization_id: str, record_id: str) -> Row:
        """Return one record as its list serves it."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            return collection.served(record_meant(collection, record_id))

    def detail(self, resource: str, organization_id: str, record_id: str) -> dict[str, Any]:
        """Return one record whole, as its detail call answers it, or the single object that a call answers with."""
        with self.lock:
            if resource == "organizations":
                return organization_document(self.world.organization(record_id))
            collection = self.world.collection(resource, organization_id)
            described = collection.resource
            if not (described.detail_path or described.single):
                raise ValueError(f"{resource} has no detail call.")
            return self._front.service(described.product).document(collection, record_meant(collection, record_id))

    def report(self, name: str, organization_id: str, **query: str) -> dict[str, Any]:
        """Return the answer of a report ("profit_and_loss", from_date="2025-01-01"), without a call."""
        with self.lock:
            organization = self.world.organization(organization_id)
            return report(name, query, organization, self.world.today(organization))

    def edit(self, resource: str, organization_id: str, record_id: str, **fields: object) -> None:
        """Change fields of a record; its modification stamp becomes the clock's present."""
        with self.lock:
            if is_organizations(resource):
                self.world.organization(record_id).row.update(fields)
                return
            collection = self.world.collection(resource, organization_id)
            handle = record_meant(collection, record_id)
            before = self.webhooks.changes.before(collection, handle)
            kept = collection.edit(handle, fields, int(self.clock.seconds()))
            self.webhooks.changes.edited(collection, before, kept)

    def add(self, resource: str, organization_id: str, **fields: object) -> str:
        """Add a record, made and changed now; a child needs its parent's id among the fields."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            parent = None
            if described := collection.resource.parent:
                parent = parent_meant(collection, str(fields[described.field]))
                if described.field not in collection.resource.fields:
                    fields.pop(described.field)
            kept = collection.add(fields, int(self.clock.seconds()), parent)
            self.webhooks.changes.created(collection, kept)
            return str(kept.row.get(collection.resource.id, kept.number))

    def delete(self, resource: str, organization_id: str, record_id: str) -> None:
        """Take a record away, without a trace, as Books does."""
        with self.lock:
            collection = self.world.collection(resource, organization_id)
            handle = record_meant(collection, record_id)
            before = self.webhooks.changes.before(collection, handle)
            collection.delete(handle)
            self.webhooks.changes.deleted(collection, before)

    def add_organization(
        self,
        name: str,
        *,
        active: bool = True,
        products: Sequence[Product] = PRODUCTS,
        edition: str = "complete",
        absent: Iterable[str] = (),
        empty: bool = False,
        custom_fields: int = USUAL_CUSTOM_FIELDS,
        modules: Mapping[str, Mapping[str, str]] | None = None,
    ) -> str:
        """
        Open one more organization, half the size of the first; its plan may have one of the *products* only.

        *edition* "plain" lacks what Zoho ties to a country or a dearer plan, *absent* names more resources to leave
        out: both answer as unknown paths do. *custom_fields* is how many contacts and invoices have, *modules* the
        organization's own custom modules with the data types of their fields: {"cm_boats": {"cf_length": "decimal"}}.
        """
        odd = oddity(edition, absent=absent, empty=empty, custom_fields=custom_fields, own_modules=modules)
        if unknown := set(products) - set(PRODUCTS):
            raise ValueError(f"no product is called {', '.join(sorted(unknown))}; there are: {', '.join(PRODUCTS)}.")
        with self.lock:
            prefix = 5_000_000 + len(list(self.world))
            opened = self.world.add_organization(name, Zone("GMT", 0), "GBP", prefix, active=active, oddity=odd)
            opened.products = tuple(products)
            return opened.id

    def behave_organization(
        self, organization_id: str, *, absent: Iterable[str] | None = None, custom_fields: int | None = None
    ) -> None:
        """
        Change what is odd about an organization while it is read.

        *absent* names the resources and reports that it answers as unknown paths, all others come back;
        *custom_fields* is how many contacts and invoices have.
        """
        with self.lock:
            organization = self.world.organization(organization_id)
            if absent is not None:
                organization.absent = set(known_features(absent))
            if custom_fields is not None:
                organization.custom_fields = custom_fields
            self._front.books.forget_pages()

    # ── switches ──

    def behave(
        self,
        resource: str,
        filter: Mode | None = None,  # noqa: A002 - Zoho's own word for it
        sort: Mode | None = None,
        *,
        all_sorts: bool | None = None,
        page_context: bool | None = None,
        **switches: object,
    ) -> None:
        """
        Choose how a list treats what Zoho's documents leave open.

        *filter* is about the parameter last_modified_time; *sort* about sort_column=last_modified_time, or about every
        sort_column with *all_sorts*. Reports go by their names, "profit_and_loss" and so on; `Behaviour` says what the
        other switches are. What is not given stays as it was.
        """
        if resource not in {**resources(), **special_calls()}:
            raise KeyError(f"no resource {resource!r}.")
        with self.lock:
            product = resources()[resource].product if resource in resources() else "books"
            behaviours = self._front.service(product).behaviours
            behaviours[resource] = behaviours.get(resource, Behaviour()).changed(
                by_modification=filter, sort=sort, all_sorts=all_sorts, page_context=page_context, **switches
            )

    def on_call(self, number: int, action: Action, path: str | None = None) -> None:
        """Run *action* just before the *number*-th call of a product from now (of *path*, if given) is answered."""
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
