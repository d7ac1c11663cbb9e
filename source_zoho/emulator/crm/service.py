"""What does Zoho CRM v8 answer to one call that was let in?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .bulk import Bulk
from .composite import answered_together, inner_calls
from .coql import Coql, price
from .module_metadata import answered
from .records import Given, Records
from .refusals import invalid_id, invalid_parameter, refused, required_missing
from .routes import Route, find_route, reading_scope
from .scopes import missing_scope
from .watch import PATH as WATCH_PATH

if TYPE_CHECKING:
    from threading import RLock

    from source_zoho.emulator.wire import Request

    from .composite import Inner
    from .world import CrmWorld

_MOST_IN_COMPOSITE = 25
_FIELD_PARAMETERS = frozenset({"module", "type", "include"})
_MODULE_PARAMETERS = frozenset({"status", "feature_name", "include"})


class CrmService:
    """The read-only part of Zoho CRM that the table of modules describes."""

    def __init__(self, world: CrmWorld) -> None:
        """Answer from *world*."""
        self.world, self.records = world, Records(world)
        self.coql = Coql(world, self.records.limits, lambda name: reading_scope(world.spec(name)))
        self.bulk = Bulk(world, self.records.limits)
        self.settings_read = self.composite = True
        # What goes wrong with a call inside a composite one; whoever keeps the faults says so.
        self.trouble: Callable[[str], Given | None] = lambda _path: None

    def permit(self, route: Route, granted: frozenset[str] | None) -> None:
        """Refuse a call whose scope the grant lacks."""
        if missing_scope(granted, route.scopes, settings_read=self.settings_read):
            raise refused("OAUTH_SCOPE_MISMATCH")

    def price(self, route: Route, request: Request) -> int:
        """Return the credits of a call."""
        return price(request.body) if route.kind == "coql" else route.credits

    def answer(self, route: Route, request: Request, granted: frozenset[str] | None) -> Given:
        """Answer a call."""
        if is_watch(route) and request.method != route.method:
            return self.world.watch.answer(request, granted)
        if request.method != route.method:
            raise refused("INVALID_REQUEST_METHOD")
        self.permit(route, granted)
        if route.kind == "composite":
            return self._composite(request, granted)
        if route.kind == "coql":
            return self.coql.answer(request, lambda scopes: self.permit(replace(route, scopes=scopes), granted))
        if route.kind in ("bulk_create", "bulk_poll"):
            return self._bulk(route, request, lambda module: self._permit_module(module, granted))
        return self._answer(route, request.path, request.query, request.headers)

    def file(self, route: Route, request: Request, granted: frozenset[str] | None, lock: RLock) -> Iterator[bytes]:
        """Answer a call for the file of a bulk job, piece by piece."""
        if request.method != route.method:
            raise refused("INVALID_REQUEST_METHOD")
        self.permit(route, granted)
        return self.bulk.download(route.record_id, lambda module: self._permit_module(module, granted), lock)

    def _bulk(self, route: Route, request: Request, permit: Callable[[str], None]) -> Given:
        if route.kind == "bulk_create":
            return self.bulk.create(request, self.records.user, permit)
        return self.bulk.poll(route.record_id, permit)

    def _permit_module(self, module: str, granted: frozenset[str] | None) -> None:
        scopes = (reading_scope(self.world.spec(module)),)
        if missing_scope(granted, scopes):
            raise refused("OAUTH_SCOPE_MISMATCH")

    def _answer(
        self, route: Route, path: str, query: Mapping[str, str], headers: Mapping[str, str], most: int = 200
    ) -> Given:
        if route.kind == "settings" and route.found is not None:
            return self.world.settings.answer(route.found, query, headers)
        if route.kind == "modules":
            return self._modules(query)
        if route.kind == "module":
            return self._module(route.module)
        if route.kind == "fields":
            return self._fields(query)
        return self._records(route, path, query, headers, most)

    def _records(
        self, route: Route, path: str, query: Mapping[str, str], headers: Mapping[str, str], most: int
    ) -> Given:
        module, records = route.module, self.records
        if code := self.world.refusal(module):
            raise refused(code)
        if route.kind == "list":
            return records.listed(module, path, query, headers, most=most)
        if route.kind == "single":
            return records.single(module, route.record_id, query)
        if route.kind == "deleted":
            return records.deleted(module, query, headers, most=most)
        if route.kind == "count":
            return records.count(module)
        if route.kind == "texts":
            return records.full_texts_of_several(module, query)
        if route.kind == "text":
            return records.full_texts(module, (route.record_id,), query)
        return self._children(route, path, query, headers, most)

    def _children(
        self, route: Route, path: str, query: Mapping[str, str], headers: Mapping[str, str], most: int
    ) -> Given:
        """Answer for the notes or attachments of one record."""
        parents, rows = self.world.rows(route.module), self.world.rows(route.related)
        if parents.find(route.record_id) is None:
            raise invalid_id(1)
        if code := self.world.refusal(route.related):
            raise refused(code)

        def belongs(number: int) -> bool:
            parent = rows.record(number, ("Parent_Id",))["Parent_Id"]
            return isinstance(parent, Mapping) and parent["id"] == route.record_id

        return self.records.listed(route.related, path, query, headers, most=most, among=belongs)

    # ── metadata ──

    def _modules(self, query: Mapping[str, str]) -> Given:
        if unknown := set(query) - _MODULE_PARAMETERS:
            raise invalid_parameter(min(unknown))
        rows = [self.world.module_row(name) for name in self.world.modules()]
        found = answered(rows, query.get("status"), lambda: invalid_parameter("status"))
        return (200, {"modules": found}) if found else (204, None)

    def _module(self, wanted: str) -> Given:
        name = next((one for one in self.world.modules() if wanted in (one, self.world.module_id(one))), None)
        if name is None:
            raise refused("INVALID_MODULE", resource_path_index=2)
        row = self.world.module_row(name)
        return (204, None) if row["generated_type"].startswith("web") else (200, {"modules": [row]})

    def _fields(self, query: Mapping[str, str]) -> Given:
        if unknown := set(query) - _FIELD_PARAMETERS:
            raise invalid_parameter(min(unknown))
        if "module" not in query:
            raise required_missing("module")
        name, wanted = query["module"], query.get("type", "all")
        if wanted not in ("all", "used", "unused"):
            raise invalid_parameter("type")
        if self.world.module(name) is None:
            raise refused("INVALID_MODULE", api_name="module")
        if code := self.world.fields_refusal(name):
            raise refused(code)
        found = [row for row in self.world.fields(name) if wanted in ("all", row["type"])]
        return (200, {"fields": found}) if found else (204, None)

    # ── several calls in one ──

    def _composite(self, request: Request, granted: frozenset[str] | None) -> Given:
        if not self.composite:
            raise refused("FEATURE_NOT_SUPPORTED")
        return answered_together(inner_calls(request.body), lambda inner: self._inner(inner, granted))

    def _inner(self, inner: Inner, granted: frozenset[str] | None) -> Given:
        if (spoiled := self.trouble(inner.path)) is not None:
            return spoiled
        route = find_route(inner.path, inner.query, self.world)
        if route.kind == "composite" or route.kind.startswith("bulk_") or inner.method != "GET":
            raise refused("NOT_SUPPORTED")
        self.permit(route, granted)
        return self._answer(route, inner.path, inner.query, inner.headers, _MOST_IN_COMPOSITE)


def is_watch(route: Route) -> bool:
    """Tell whether a call is about notification channels: the only list of settings that other methods change."""
    return route.found is not None and route.found.path.strip("/") == WATCH_PATH
