"""Which records of a CRM module are gone since then, as far as Zoho tells it?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from source_zoho.components.bodies import said_flag
from source_zoho.components.checkpoints import CLOCKS_MAY_DIFFER_BY
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_errors import CHAIN_IS_FULL
from source_zoho.components.crm_pages import Row, info_of, repeats_itself, rows_at
from source_zoho.components.crm_questions import since_text
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_road import ends_everything
from source_zoho.components.lists import zoho_time
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.weave import moment
from source_zoho.paging.windows import Windows

# https://www.zoho.com/crm/developer/docs/api/v8/get-deleted-records.html: 60 days in the recycle bin, 120 days after
# a record left it. What was emptied from the bin by hand is told for 120 days; less is promised for nothing.
KEPT_FOR = timedelta(days=120)
DELETED_AT = "deleted_time"
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class DeletedRecords:
    """
    Lists which records of a module were deleted, each once; *name* is the stream on whose behalf.

    A list that is too long for Zoho's pages is read in its two parts, of records in the bin and of those that left it.
    """

    requester: CrmRequester
    name: str

    def pages(self, module: str, since: datetime | None) -> Iterator[tuple[list[Row], datetime]]:
        """Yield the deletions of *module* since then, and when Zoho gave them. Raises ZohoFailure when it does not."""
        seen: set[str] = set()
        try:
            yield from self._list(module, since, "all", seen)
        except ZohoFailure as failure:
            if failure.code not in CHAIN_IS_FULL:
                raise
            for kind in ("recycle", "permanent"):
                yield from self._list(module, since, kind, seen)

    def _list(
        self, module: str, since: datetime | None, kind: str, seen: set[str]
    ) -> Iterator[tuple[list[Row], datetime]]:
        windows, more = Windows(), False
        while not windows.done:
            asked = {"type": kind, "page": windows.page.number, "per_page": windows.page.size}
            response = self._ask(module, asked, since, promised=more)
            rows, info = rows_at("data", response), info_of(response)
            news = [row for row in rows if not _is_older(row, since) and row.get("id") not in seen]
            seen.update(str(row.get("id")) for row in news)
            yield news, zoho_time(response)
            size, more = info.get("per_page"), bool(said_flag(info.get("more_records")))
            ids = [str(row.get("id")) for row in rows]
            windows.advance(ids, more, size if isinstance(size, int) else None)
            if windows.stalled:
                raise repeats_itself(f"{self.name} of module {module}")

    def _ask(
        self, module: str, asked: Mapping[str, Any], since: datetime | None, *, promised: bool
    ) -> requests.Response:
        headers = {"If-Modified-Since": since_text(since)} if since else {}
        where = f"{self.name} of module {module}"
        return answer_with(
            "data",
            self.requester,
            where,
            promised=promised,
            path=f"{module}/deleted",
            request_params=asked,
            request_headers=headers,
        )


@dataclass
class Gone:
    """Tells which records of *module* are gone, on behalf of the stream *name*; ``is_told`` is whether Zoho does."""

    requester: CrmRequester
    name: str
    module: str
    is_told: bool = True

    def since(self, begin: datetime) -> set[str]:
        """
        Return the ids of the records that were deleted at or shortly before *begin*, or later.

        There are none where Zoho refuses that list. Raises ZohoFailure when Zoho has trouble.
        """
        if not self.is_told:
            return set()
        records = DeletedRecords(self.requester, self.name)
        try:
            pages = list(records.pages(self.module, begin.replace(microsecond=0) - CLOCKS_MAY_DIFFER_BY))
        except ZohoFailure as failure:
            if ends_everything(failure):
                raise
            self.is_told = False
            _log.info("%s: Zoho does not tell which of its records were deleted (%s).", self.name, failure.code)
            return set()
        return {str(row.get("id")) for rows, _ in pages for row in rows}


def _is_older(row: Row, since: datetime | None) -> bool:
    deleted = moment(row.get(DELETED_AT))
    return since is not None and deleted is not None and deleted < since
