"""What do the settings of a CRM organization need to know about its modules and records?

The settings make up their own rows, but layouts list real fields, the recycle bin holds real records, and a timeline
begins when its record does. Whoever keeps the records answers these questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from source_zoho.emulator.clock import Clock

Row = dict[str, Any]


class SettingsWorld(Protocol):
    """The organization behind the settings: its clock, edition, modules and records."""

    @property
    def clock(self) -> Clock:
        """Return the clock that dates every change."""

    @property
    def edition(self) -> str:
        """Return the edition: free, standard, professional, enterprise or ultimate."""

    @property
    def users(self) -> int:
        """Return how many active users the organization pays for."""

    def stamp(self, epoch_seconds: int) -> str:
        """Write an instant the way the CRM does: ISO 8601 with a colon in the offset."""

    def modules(self) -> Sequence[str]:
        """Return the API names of all modules."""

    def readable(self) -> Sequence[str]:
        """Return the API names of the modules whose records can be read."""

    def module(self, api_name: str) -> Mapping[str, Any] | None:
        """Return what the modules' metadata says about one, or nothing where there is none of that name."""

    def fields(self, module: str) -> Sequence[Mapping[str, Any]]:
        """Return the fields' metadata of a module."""

    def ids(self, module: str) -> Sequence[str]:
        """Return the ids of all records of a module."""

    def record(self, module: str, record_id: str) -> Mapping[str, Any]:
        """Return one record, or raise KeyError."""

    def deleted(self, module: str) -> Sequence[Mapping[str, Any]]:
        """Return what was deleted from a module, as its `deleted` list has it."""

    def channels(self) -> Sequence[Row]:
        """Return the notification channels that were opened by calls, as their list has them."""
