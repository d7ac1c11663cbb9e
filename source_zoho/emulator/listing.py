"""What does a list call answer?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .counting import Format, counted, read_format, sums_of
from .query import ListQuery, read_query
from .refusals import no_such_record
from .rendered import RenderedRows
from .views import TimeView, View, picked_view

if TYPE_CHECKING:
    from .behaviour import Behaviour
    from .collection import Collection, Handle, Row

_REMEMBERED_VIEWS = 16
# Nothing says what Zoho answers for an account that never imported a statement; an empty object is our guess.
_BLANK_WHERE_NONE = ("bank_last_imported_statement",)
ROOT_CATEGORY: Row = {
    "category_id": "-1",
    "name": "ROOT",
    "parent_category_id": "",
    "depth": -1,
    "created_time": "",
    "last_modified_time": "",
}


class Lists:
    """Answer list calls; remembers the order it worked out until the records change."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._views: OrderedDict[tuple[object, ...], View] = OrderedDict()
        self._rendered = RenderedRows()

    def answer(
        self, collection: Collection, query: dict[str, str], behaviour: Behaviour, parent: Handle | None = None
    ) -> dict[str, object]:
        """Return the body of a list answer."""
        asked = read_query(collection, query, behaviour)
        resource = collection.resource
        if resource.single or resource.name == "opening_balance":
            return _single(collection, behaviour, parent)
        body: dict[str, object] = {"code": 0, "message": "success"}
        wanted = read_format(query, behaviour)
        rows, total = self._page(collection, asked, query, parent)
        if wanted.rows:
            body[behaviour.key or resource.key] = rows
        if parent is not None and resource.name == "reporting_tag_options":
            body |= _tag(collection, parent)
        if resource.page_context if behaviour.page_context is None else behaviour.page_context:
            body["page_context"] = _page_context(collection, asked, total)
        return self._counted(body, collection, asked, wanted, behaviour, parent) if wanted.counts else body

    def rows(self, collection: Collection, parent: Handle | None = None) -> list[Row]:
        """Return everything that exists now, in order of creation."""
        handles = collection.handles() if parent is None else collection.children_of(parent)
        ordered = sorted(handles, key=lambda handle: (collection.created(handle), collection.number_of(handle)))
        return [collection.served(handle) for handle in ordered]

    def _counted(
        self,
        body: Row,
        collection: Collection,
        asked: ListQuery,
        wanted: Format,
        behaviour: Behaviour,
        parent: Handle | None,
    ) -> Row:
        view = self._view(collection, asked, parent)
        sums = sums_of(collection, view.page(0, len(view))) if wanted.sums else {}
        beside, within = counted(wanted, behaviour, len(view), sums)
        context = body.get("page_context")
        return {**body, **beside, "page_context": {**(context if isinstance(context, dict) else {}), **within}}

    def _page(
        self, collection: Collection, asked: ListQuery, query: dict[str, str], parent: Handle | None
    ) -> tuple[list[object], int]:
        view = self._view(collection, asked, parent)
        size = asked.per_page if collection.resource.paginated else len(view) or 1
        offset = (asked.page - 1) * size if collection.resource.paginated else 0
        # The made-up root category leads every list, filtered or not, unless it is switched off. Seen live.
        roots = [ROOT_CATEGORY] if _wants_root(collection, query) else []
        first = roots[offset : offset + size]
        handles = view.page(max(0, offset - len(roots)), size - len(first))
        rows = [self._rendered.fragment(collection, handle) for handle in handles]
        return [*first, *rows], len(view) + len(roots)

    def _view(self, collection: Collection, asked: ListQuery, parent: Handle | None) -> View:
        owner = None if parent is None else collection.parent and collection.parent.number_of(parent)
        which = (collection.organization.id, collection.resource.name, owner, collection.version)
        key = (which, asked.signature, asked.sort_column, asked.since)
        if key not in self._views:
            self._views[key] = _make_view(collection, asked, parent)
            if len(self._views) > _REMEMBERED_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(key)
        return self._views[key]


def _make_view(collection: Collection, asked: ListQuery, parent: Handle | None) -> View:
    if parent is None and not asked.keeps and asked.sort_column in ("created_time", "last_modified_time"):
        order = "created_time" if asked.sort_column == "created_time" else "last_modified_time"
        return TimeView(collection, order, descending=asked.descending, since=asked.since)  # type: ignore[arg-type]
    handles: Sequence[Handle] = list(collection.handles() if parent is None else collection.children_of(parent))
    since = asked.since

    def keep(handle: Handle) -> bool:
        if since is not None and collection.modified(handle) < since:
            return False
        return all(one(handle) for one in asked.keeps)

    return picked_view(collection, handles, keep, asked.sort_column, descending=asked.descending)


def _single(collection: Collection, behaviour: Behaviour, parent: Handle | None) -> dict[str, object]:
    """Answer with one object; Zoho's specification shows some of them as arrays of one."""
    handle = next(iter(collection.handles() if parent is None else collection.children_of(parent)), None)
    if handle is None and collection.resource.name not in _BLANK_WHERE_NONE:
        raise no_such_record(collection.resource.name)
    found = [] if handle is None else [collection.served(handle)]
    answer: object = found if behaviour.detail_as_list else next(iter(found), {})
    return {"code": 0, "message": "success", behaviour.key or collection.resource.key: answer}


def _wants_root(collection: Collection, query: dict[str, str]) -> bool:
    return collection.resource.name == "item_categories" and query.get("include_root_category") != "false"


def _tag(collection: Collection, parent: Handle) -> dict[str, object]:
    """Return what the answer says about the tag itself, beside its options."""
    tags = collection.parent
    names = ("tag_id", "tag_name", "description", "is_class", "is_draft")
    values = {name: tags.value(parent, name) for name in names} if tags else {}
    return {**values, "dependent_tags": []}


def _page_context(collection: Collection, asked: ListQuery, total: int) -> dict[str, object]:
    context: dict[str, object] = {
        "page": asked.page,
        "per_page": asked.per_page,
        "has_more_page": asked.page * asked.per_page < total and collection.resource.paginated,
        "sort_column": collection.resource.id if asked.sort_column == "id" else asked.sort_column,
        "sort_order": "D" if asked.descending else "A",
    }
    if collection.resource.report_name:
        context["report_name"] = collection.resource.report_name
    if asked.filter_by:
        context["applied_filter"] = asked.filter_by
    return context
