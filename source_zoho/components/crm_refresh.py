"""
Is a module due to be read in full again?

Formulas and roll-ups change without moving Modified_Time, so that a sync of what changed never shows it. Modules with
such fields are read in full every ``crm_formula_refresh_days`` days, when the configuration asks for that. When it was
done last stands in the notes of the stream's state, and so does how far one has come that a day's credits did not
suffice for: the next sync takes it up there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import notes_of
from source_zoho.components.crm_metadata import Described
from source_zoho.components.crm_organization import zoho_now
from source_zoho.configuration import formula_refresh_days, start_date

_READ_IN_FULL_AT = "read_in_full_at"
_REFRESHED_UNTIL = "refreshed_until"
_log = logging.getLogger("airbyte")


class Refresh:
    """Decides for one read of one stream where it begins, and keeps the notes of its state."""

    def __init__(self, config: Mapping[str, Any], stream: str, where: StreamSlice, described: Described | None) -> None:
        self._stream = stream
        self._earliest = start_date(config)
        self._days = formula_refresh_days(config)
        self._computed = [each.api_name for each in described.fields if each.is_computed] if described else []
        self._now = zoho_now(config)
        self._in_full = self._is_a_refresh = False
        self.notes: dict[str, Any] = notes_of(stream, where.partition)

    def begin(self, since: datetime | None) -> datetime | None:
        """Return from which change on to read: *since*, or the start of all when a refresh is due."""
        self._in_full = since is None or since == self._earliest
        until = self.notes.get(_REFRESHED_UNTIL)
        if not self._in_full and self._days and isinstance(until, int):
            self._in_full = self._is_a_refresh = True
            return datetime.fromtimestamp(until, tz=UTC)
        if not self._in_full and self._days and self._computed and self._is_due():
            self._in_full = self._is_a_refresh = True
            _log.info(
                "%s is read in full, as every %d days: %s change without moving Modified_Time.",
                self._stream,
                self._days,
                ", ".join(self._computed),
            )
            return self._earliest
        return since

    def take_up(self, since: datetime | None, known: datetime | None) -> datetime | None:
        """
        Go on with an earlier read of what changed *since* (None: everything), and return that.

        *known* is from which change on a sync would begin otherwise.
        """
        is_of_all = since in {None, self._earliest}
        goes_on = since is not None and self.notes.get(_REFRESHED_UNTIL) == int(since.timestamp())
        self._is_a_refresh = goes_on or (is_of_all and known not in {None, since})
        self._in_full = is_of_all or self._is_a_refresh
        return since

    def notes_on_the_way(self, reached: datetime | None) -> dict[str, Any]:
        """Return the notes of a read that has come to *reached*."""
        if self._is_a_refresh and reached:
            return {**self.notes, _REFRESHED_UNTIL: int(reached.timestamp())}
        return self.notes

    def notes_at_the_end(self) -> dict[str, Any]:
        """Return the notes after a read that came to its end."""
        if self._in_full and self._computed and self._days:
            kept = {name: value for name, value in self.notes.items() if name != _REFRESHED_UNTIL}
            return {**kept, _READ_IN_FULL_AT: int(self._now.timestamp())}
        return self.notes

    def _is_due(self) -> bool:
        last = self.notes.get(_READ_IN_FULL_AT)
        if not isinstance(last, int):
            return True
        return self._now - datetime.fromtimestamp(last, tz=UTC) >= timedelta(days=self._days)
