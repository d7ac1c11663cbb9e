"""What stands in a rich text beyond the 500 characters that lists give of it?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from airbyte_cdk.models import FailureType

from source_zoho.components.bodies import body_of
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.weave import Row

CUT_AT = 500
_IDS_IN_A_CALL = 200
_FEWEST_IDS = 50  # elsewhere Zoho bounds the text of ids at 1,024 characters
_FIELDS_IN_A_CALL = 8
_log = logging.getLogger("airbyte")


@dataclass
class RichText:
    """
    Completes the *fields* of rich text in records of *module*, by a call for up to 200 records of which some were cut.

    https://www.zoho.com/crm/developer/docs/api/v8/get-records.html says where lists cut, and which call gives the rest.
    Texts longer than *longest_cut* are whole (None: no text that long can be trusted).
    """

    stream: str
    module: str
    fields: Sequence[str]
    requester: CrmRequester
    gap: str = ""
    ids_in_a_call: int = _IDS_IN_A_CALL
    longest_cut: int | None = None

    def complete(self, rows: list[Row]) -> list[Row]:
        """Put the whole texts into *rows*, and return them."""
        for start in range(0, len(self.fields), _FIELDS_IN_A_CALL):
            fields = self.fields[start : start + _FIELDS_IN_A_CALL]
            self._complete({row["id"]: row for row in rows if self._is_cut(row, fields)}, fields)
        return rows

    def may_be_cut(self, row: Row) -> bool:
        """Tell whether some text in *row* may go on."""
        return self._is_cut(row, self.fields)

    def _is_cut(self, row: Row, fields: Sequence[str]) -> bool:
        lengths = (len(value) for value in map(row.get, fields) if isinstance(value, str))
        return any(length >= CUT_AT and length <= (self.longest_cut or length) for length in lengths)

    def _complete(self, cut: dict[str, Row], fields: Sequence[str]) -> None:
        rest = list(cut)
        while rest and not self.gap:
            ids = rest[: self.ids_in_a_call]
            if self._ask({each: cut[each] for each in ids}, fields):
                rest = rest[len(ids) :]

    def _ask(self, cut: dict[str, Row], fields: Sequence[str]) -> bool:
        """Put the whole texts into the records *cut*, and tell whether Zoho gave them."""
        try:
            response = self.requester.send_request(
                path=f"{self.module}/actions/fetch_full_data",
                request_params={"ids": ",".join(cut), "fields": ",".join(fields)},
            )
        except ZohoFailure as failure:
            if failure.ends_the_product or failure.failure_type is FailureType.transient_error:
                raise
            if failure.parameter == "ids" and self.ids_in_a_call > _FEWEST_IDS:
                self.ids_in_a_call = _FEWEST_IDS
                return False
            self.gap = (
                f"Zoho refuses the whole texts of {', '.join(fields)} ({failure.code}), so they end after {CUT_AT} "
                "characters. Grant the scope ZohoCRM.modules.READ, or leave these fields out of those that are synced"
            )
            return False
        for whole in (body_of(response) or {}).get("data") or [] if response is not None else []:
            row = cut.get(str(whole.get("id")))
            if row is not None:
                row.update({name: whole[name] or None for name in fields if isinstance(whole.get(name), str)})
        return True
