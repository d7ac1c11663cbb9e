"""What does a row of the manifest, its references resolved, say about its stream?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def name_of(row: Row) -> str:
    """Return the name of the stream that *row* declares."""
    return str(row["$parameters"]["name"])


def class_of(component: Mapping[str, Any]) -> str:
    """Return the name of the class of ours that *component* is; empty when it is the CDK's."""
    return str(component.get("class_name", "")).rpartition(".")[2]


def router_of(row: Row) -> Mapping[str, Any]:
    """Return what gives the stream of *row* its partitions; empty when it has one only, and asks nobody for it."""
    return row["retriever"].get("partition_router") or {}


def parent_of(row: Row) -> str:
    """Return the stream through whose rows *row* goes; empty when it goes through none."""
    return str((row["$parameters"].get("parent") or {}).get("name") or routed_parent_of(row))


def routed_parent_of(row: Row) -> str:
    """Return the stream whose rows are the partitions of *row*, and that the CDK reads for it; empty without one."""
    configs: Sequence[Mapping[str, Any]] = router_of(row).get("parent_stream_configs") or [{}]
    return str(configs[0].get("stream", {}).get("$parameters", {}).get("name", ""))


def is_for_details(row: Row) -> bool:
    """Tell whether *row* is read only when the configuration asks for details."""
    router = router_of(row)
    return bool(router.get("for_details") or router.get("$parameters", {}).get("for_details"))


def is_of_modules(row: Row) -> bool:
    """Tell whether *row* is one list for each module of CRM."""
    return class_of(router_of(row)) == "ModuleRouter"


def is_of_account(row: Row) -> bool:
    """Tell whether *row* is one list of the whole account."""
    return str(router_of(row).get("type")) == "ListPartitionRouter"


def is_kept_by_us(row: Row) -> bool:
    """Tell whether the stream of *row* reads what our own receiver has kept, so that nobody is asked for it."""
    return class_of(row["retriever"]) == "WebhookEventsRetriever"
