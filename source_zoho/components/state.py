"""Where does an organization begin that was not there in the last sync?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.migrations.state_migration import StateMigration


@dataclass
class KeepHistoryOfNewPartitions(StateMigration):
    """
    Let a new organization begin at the start date.

    The CDK keeps a cursor per partition and a global one, and starts unknown partitions at the global one, so that an
    organization added later would lose its history. Without the global cursor they begin at the beginning.

        state_migrations: [{type: CustomStateMigration, class_name: source_zoho.components.KeepHistoryOfNewPartitions}]
    """

    def should_migrate(self, stream_state: Mapping[str, Any]) -> bool:
        """
        Tell whether *stream_state*, or the state of a parent inside it, has a global cursor beside those of
        partitions.
        """
        return _without_global_cursor(stream_state) != stream_state

    def migrate(self, stream_state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return *stream_state* without global cursors."""
        return _without_global_cursor(stream_state)


def _without_global_cursor(state: Mapping[str, Any]) -> Mapping[str, Any]:
    left_out = {"state", "lookback_window"} if state.get("states") and not state.get("use_global_cursor") else set()
    kept = {key: value for key, value in state.items() if key not in left_out}
    parents = kept.get("parent_state")
    if isinstance(parents, Mapping):
        kept["parent_state"] = {
            name: _without_global_cursor(each) if isinstance(each, Mapping) else each for name, each in parents.items()
        }
    return kept
