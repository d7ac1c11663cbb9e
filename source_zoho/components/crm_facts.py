"""What has to be known about a module before its records can be read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from source_zoho.crm.canonical import MODULE_OF_ABOUT, Canonical
from source_zoho.crm.walk import CHANGED_AT, Method
from source_zoho.crm.weave import Row


@dataclass(frozen=True)
class ModuleFacts:
    """
    What is known about a module: the API names of the *fields* that its lists hold, those of *rich_text* among them,
    and *changed_at*, the field that says when a record changed (empty: there is none). *history* is for records that
    are never edited. *canonical* makes its records out of rows; without it records are the rows of lists.
    """

    stream: str
    api_name: str
    fields: Sequence[str]
    rich_text: Sequence[str] = ()
    changed_at: str = CHANGED_AT
    history: bool = False
    canonical: Canonical | None = None

    @property
    def methods(self) -> tuple[Method, ...]:
        """Return the ways in which the module may be walked through, the best first."""
        if not self.changed_at:
            return Method.BY_ID, Method.PLAIN
        if self.history:
            return Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN
        return Method.BY_CHANGE, Method.NEWEST_FIRST, Method.BY_ID, Method.PLAIN

    @property
    def query(self) -> dict[str, str]:
        """Return what every question says: leads that were converted are hidden unless they are asked for."""
        return {"converted": "both"} if self.api_name == "Leads" else {}

    @property
    def often_unsure(self) -> bool:
        """Tell whether queries and files leave something out in most records: what an activity is about."""
        return self.canonical is not None and MODULE_OF_ABOUT in self.canonical.odd

    @property
    def may_lack_records_in_files(self) -> bool:
        """
        Tell whether Bulk Read may leave records out without a word.

        That converted leads are there is nowhere documented, and integrators miss stages whose deal is gone.
        """
        return self.api_name == "Leads" or "history" in self.api_name.casefold()

    def from_lists(self, row: Row) -> Row:
        """Return the record of a *row* of a list."""
        return self.canonical.from_rest(row) if self.canonical else row
