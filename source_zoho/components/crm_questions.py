"""How is a module asked for its fields, some at a time, and what when Zoho takes fewer fields or fewer ids?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import requests

from source_zoho.components.bodies import body_of, said_flag
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_errors import NOTHING_THERE, QUESTION_IS_REFUSED
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.lists import zoho_time
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.canonical import MODULE_OF_ABOUT
from source_zoho.crm.groups import MOST_FIELDS, field_groups
from source_zoho.crm.walk import Answer
from source_zoho.crm.weave import Row, Weave

# Zoho documents 100 ids a call, and elsewhere a text of at most 1,024 characters, which 50 ids of 19 digits keep to.
_MOST_IDS, _FEWEST_IDS = 100, 50
_FEWEST_FIELDS = 5


class Questions:
    """
    Asks for rows of the module of *facts*, and remembers what Zoho refuses.

    ``groups`` are the fields of one call each; together they make a record.
    """

    def __init__(self, facts: ModuleFacts, requester: CrmRequester) -> None:
        self._facts = facts
        self._requester = requester
        self._refused: dict[str, str] = {}
        self._fields_in_a_call = MOST_FIELDS
        self._ids_in_a_call = _MOST_IDS
        self.groups = self._grouped(facts.fields)

    @property
    def gaps(self) -> list[str]:
        """Return a sentence about each field that Zoho refuses."""
        return list(self._refused.values())

    def ask(
        self,
        group: Sequence[str],
        parameters: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        *,
        promised: bool = False,
    ) -> requests.Response:
        """
        Return Zoho's answer about the fields of *group*, of which rows may be *promised*.

        Raises ZohoFailure when there is none.
        """
        asked = {"fields": ",".join(group), **self._facts.query, **parameters}
        facts, told = self._facts, dict(headers or {})
        return answer_with(
            "data",
            self._requester,
            facts.stream,
            promised=promised,
            path=facts.api_name,
            request_params=asked,
            request_headers=told,
        )

    def by_ids(self, ids: Sequence[str], names: Sequence[str] | None = None) -> list[Row]:
        """
        Return the rows of *ids*, each of one version, with the fields *names* (None: all) and the time of change.

        Records that are gone have none. Raises ZohoFailure when Zoho does not give the rows.
        """
        rows = self._of_all(ids, names)
        if len(ids) > _FEWEST_IDS:  # what is missing may be gone, or was more than Zoho took and did not say so
            found = {row["id"] for row in rows}
            missing = [each for each in ids if each not in found]
            for start in range(0, len(missing), _FEWEST_IDS):
                rows += self._of_all(missing[start : start + _FEWEST_IDS], names)
        return rows

    def leaves_out(self, failure: ZohoFailure) -> bool:
        """Ask without a field that Zoho refuses, and remember to say so: it must not take the module along."""
        # Zoho may name the parameter beside the field.
        named = {str(value) for value in failure.details.values()} - self._refused.keys()
        name = next((each for each in self._facts.fields if each in named), "")
        if failure.code not in QUESTION_IS_REFUSED or not name:
            return False
        self._refused[name] = (
            f"Zoho refuses the field {name} ({failure.code}), so it is missing. Let the profile of the user see it, or "
            "leave it out of the fields that are synced"
        )
        self.groups = [tuple(each for each in group if each != name) or ("id",) for group in self.groups]
        return True

    def takes_fewer_fields(self, failure: ZohoFailure, *, groups: int) -> bool:
        """Ask for half as many fields in a call, in more than *groups* calls, if that may help with *failure*."""
        while failure.code == "LIMIT_EXCEEDED" and self._fields_in_a_call // 2 >= _FEWEST_FIELDS:
            self._fields_in_a_call //= 2
            self.groups = self._grouped(self._facts.fields)
            if len(self.groups) > groups:
                return True
        return False

    def _grouped(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        wanted = [name for name in names if name and name not in self._refused]
        always = (self._facts.changed_at,) if self._facts.changed_at else ()
        return field_groups(wanted, self._fields_in_a_call, always)

    # ── by ids ──

    def _of_all(self, ids: Sequence[str], names: Sequence[str] | None) -> list[Row]:
        rows: list[Row] = []
        place = 0
        while place < len(ids):
            some = ids[place : place + self._ids_in_a_call]
            groups = self.groups if names is None else self._grouped([self._facts.changed_at, *names])
            try:
                rows += self._of_some(some, groups)
            except ZohoFailure as failure:
                if not self._overcomes(failure, len(groups)):
                    raise
            else:
                place += len(some)
        return rows

    def _of_some(self, ids: Sequence[str], groups: Sequence[Sequence[str]]) -> list[Row]:
        weave = Weave(len(groups), self._facts.changed_at)
        answers: list[Sequence[Row]] = []
        read_at: datetime | None = None
        for group in groups:
            response = self.ask(group, {"ids": ",".join(ids)})
            read_at = read_at or asked_at(response)
            answers.append(answer_in(response).rows)
        rows = weave.take(answers, read_at)
        weave.give_up_waiting()
        return [*rows, *(row for torn in weave.pop_torn() for row in self._alone(torn))]

    def _overcomes(self, failure: ZohoFailure, groups: int) -> bool:
        if failure.parameter == "ids" and self._ids_in_a_call > _FEWEST_IDS:
            self._ids_in_a_call = _FEWEST_IDS
            return True
        return self.leaves_out(failure) or self.takes_fewer_fields(failure, groups=groups)

    def _alone(self, record_id: str) -> list[Row]:
        """Return a record by its own call, which gives all fields at once; nothing when it is gone."""
        try:
            response = self._requester.send_request(path=f"{self._facts.api_name}/{record_id}")
        except ZohoFailure as failure:
            if failure.code in NOTHING_THERE or failure.parameter == "id":
                return []
            raise
        wanted = {"id", MODULE_OF_ABOUT, *self._facts.fields} - self._refused.keys()
        rows = rows_in(body_of(response) or {}) if response is not None else []
        return [{name: value for name, value in row.items() if name in wanted} for row in rows]


def answer_in(response: requests.Response) -> Answer:
    """Return what *response* says: its rows, and whether and where there are more."""
    body = body_of(response) or {}
    info = body.get("info")
    told: Mapping[str, Any] = info if isinstance(info, Mapping) else {}
    token = told.get("next_page_token")
    more = said_flag(told.get("more_records"))
    return Answer(rows_in(body), bool(token) if more is None else more, str(token) if token else None)


def asked_at(response: requests.Response) -> datetime:
    """Return the time on Zoho's clock when it was asked: nothing in *response* was looked at before."""
    return zoho_time(response) - response.elapsed


def since_text(moment: datetime) -> str:
    """Return *moment* as Zoho wants it in If-Modified-Since: ISO 8601, whole seconds, with an offset."""
    return moment.replace(microsecond=0).isoformat()


def rows_in(body: Mapping[str, Any]) -> list[Row]:
    """Return the rows in *body* that are records."""
    rows = body.get("data")
    return [row for row in rows if isinstance(row, dict) and row.get("id")] if isinstance(rows, list) else []
