"""What does the manifest say about a stream: which kind it is, what identifies a record, and what it hangs on?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_zoho.files import manifest_path

PRODUCTS: Mapping[str, str] = {"books": "Zoho Books", "billing": "Zoho Billing", "crm": "Zoho CRM"}


class Kind(Enum):
    """The classes of streams, in the order in which the documentation shows them, with their headings there."""

    CHANGED = "Lists that give only what changed"
    KEPT = "Lists read to the end, of which only what changed is kept"
    WHOLE = "Lists read whole every time"
    CHILDREN = "Lists that belong to the rows of another"
    DOCUMENTS = "Whole documents"
    DETAILS = "What belongs to a document"
    REPORTS = "Reports"
    FIELDS = "Custom fields"
    DELETIONS = "Deletions"
    ORGANIZATION = "What belongs to the organization"
    OF_MODULES = "One call for each module"
    OF_ROWS = "One call for each layout, user, territory or group"
    MODULE_FIELDS = "The fields of all modules"
    MODULES = "Modules whose fields are the same everywhere"
    DELETED = "Deleted records"
    OF_RECORDS = "What belongs to a record"
    EVENTS = "Events that Zoho told by itself"
    UNKNOWN = "Streams that the tables cannot describe yet"

    @property
    def is_list(self) -> bool:
        """Whether its streams are read without being asked for by `document_details`, and are Zoho's own lists."""
        return self in _LISTS


_LISTS = {
    *(Kind.CHANGED, Kind.KEPT, Kind.WHOLE, Kind.CHILDREN),
    *(Kind.ORGANIZATION, Kind.OF_MODULES, Kind.OF_ROWS, Kind.MODULE_FIELDS, Kind.MODULES, Kind.DELETED),
}


@dataclass(frozen=True)
class Stream:
    """What the tables say about a stream, as the manifest has it."""

    name: str
    key: Sequence[str]
    scope: str
    retriever: str
    cursor_field: str
    parent: str
    is_for_details: bool
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Stream:
        """Return the stream that the resolved *row* declares."""
        columns, retriever = row["$parameters"], row["retriever"]
        router = retriever.get("partition_router", {})
        requester = retriever.get("requester") or retriever.get("one")  # events are in a store of our own
        prefix = requester["error_handler"]["scopes"] if requester else ""
        return cls(
            name=columns["name"],
            key=columns["primary_key"],
            scope=_scope(prefix, columns["scope"]),
            retriever=_class(retriever),
            cursor_field=row.get("incremental_sync", {}).get("cursor_field", ""),
            parent=_parent(columns, router),
            is_for_details=bool(
                router.get("for_details")
                or router.get("$parameters", {}).get("for_details")
                or _class(router) == "ModulesOfRecords"
            ),
            settings={**columns, **retriever},  # what an archetype says goes before the columns of a row
        )

    @property
    def product(self) -> str:
        """Which product it belongs to: the first word of its name."""
        return self.name.partition("_")[0]

    @property
    def is_incremental(self) -> bool:
        """Whether a later sync reads on from the state of the one before."""
        return bool(self.cursor_field)

    @property
    def asks_for_pages(self) -> bool:
        """Whether its list comes in pages."""
        return bool(self.settings.get("asks_for_pages", True))

    @property
    def kind(self) -> Kind:
        """Which class of streams it belongs to; UNKNOWN where nobody has said how its retriever reads."""
        if self.retriever == "ListRetriever":
            return self._kind_of_list()
        if self.retriever == "FollowRetriever":
            return Kind.DETAILS if self.is_for_details else Kind.CHILDREN
        if self.retriever == "CrmListRetriever":
            router = self.settings["partition_router"]
            return _KINDS_BY_ROUTER.get(_class(router) or router["type"], Kind.UNKNOWN)
        return _KINDS.get(self.retriever, Kind.UNKNOWN)

    def _kind_of_list(self) -> Kind:
        if self.parent:
            return Kind.CHILDREN
        if not self.is_incremental:
            return Kind.WHOLE
        return Kind.KEPT if self.settings["method"] == "scan" else Kind.CHANGED


_KINDS: Mapping[str, Kind] = {
    "DetailRetriever": Kind.DOCUMENTS,
    "BulkDetailRetriever": Kind.DOCUMENTS,
    "ReportRetriever": Kind.REPORTS,
    "CustomFieldsRetriever": Kind.FIELDS,
    "DeletionsRetriever": Kind.DELETIONS,
    "FieldsRetriever": Kind.MODULE_FIELDS,
    "ModuleRetriever": Kind.MODULES,
    "DeletedRecordsRetriever": Kind.DELETED,
    "RecordChildrenRetriever": Kind.OF_RECORDS,
    "WebhookEventsRetriever": Kind.EVENTS,
}
_KINDS_BY_ROUTER: Mapping[str, Kind] = {
    "CrmOrganizationRouter": Kind.ORGANIZATION,
    "ModuleRouter": Kind.OF_MODULES,
    "SubstreamPartitionRouter": Kind.OF_ROWS,
}


@cache
def manifest() -> dict[str, Any]:
    """Return the manifest with every reference resolved."""
    document = yaml.load(manifest_path().read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    resolved: dict[str, Any] = ManifestReferenceResolver().preprocess_manifest(document)
    return resolved


def streams(resolved: Mapping[str, Any]) -> list[Stream]:
    """Return the streams of all products, in the manifest's order."""
    return [Stream.of(row) for product in resolved["streams"] for row in product["streams"]]


def _class(component: Mapping[str, Any]) -> str:
    """Return the name of the class of ours that *component* is an instance of; empty when it is the CDK's."""
    return str(component.get("class_name", "")).rpartition(".")[2]


def _scope(prefix: str, scope: str) -> str:
    """Return *scope* as Zoho's console wants it; one that begins with Zoho's name is whole already."""
    return scope if not scope or scope.startswith("Zoho") else f"{prefix}.{scope}"


def _parent(columns: Mapping[str, Any], router: Mapping[str, Any]) -> str:
    """Return the name of the list whose rows a stream goes through; empty when it goes through none."""
    configs = router.get("parent_stream_configs") or [{}]
    routed = configs[0].get("stream", {}).get("$parameters", {}).get("name", "")
    return str((columns.get("parent") or {}).get("name") or routed)
