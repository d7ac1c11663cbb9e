"""Which custom fields does an organization have, where no list of them exists?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field, replace
from typing import Any

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import code_of, message_of
from source_zoho.components.custom_fields import fields_of
from source_zoho.components.errors import is_gone
from source_zoho.components.records import KeyExtractor
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.traced import traced
from source_zoho.errors import Transient, Unexpected

_ROWS = "200"  # the most that one call gives
_RECORDS_OF_A_CUSTOM_MODULE = ["module_record", "module_records"]
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Looked:
    """A list that carries custom fields: what it is called, where its rows are, and by what the newest come first."""

    module: str
    path: str
    records: list[str]
    sort: str = ""
    scope: str = ""
    is_list: bool = True

    @property
    def questions(self) -> list[dict[str, str]]:
        """Return what to ask it with: the newest rows, or any where it cannot be sorted."""
        if not self.is_list:
            return [{}]
        newest = [{"per_page": _ROWS, "sort_column": self.sort, "sort_order": "D"}] if self.sort else []
        return [*newest, {"per_page": _ROWS}]


@dataclass
class CustomFieldsRetriever(Retriever):
    """
    Tell which custom fields there are, by looking at the newest rows of each list that carries them.

    Zoho has no list of the fields of its own modules, and a row shows the fields that it has. One page of 200 is asked
    of each list, because a call costs the same whatever it brings and more rows show more fields; a field that none of
    them has is not found. ``lists`` says which lists these are. The path of the row is the list of custom modules: each
    of these is looked at too, and one of its records whole, which names all fields of its module.

    A list that may not be read is left out, with a sentence in the log, since its own stream tells what to do; the
    stream fails when it could read none.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.CustomFieldsRetriever
          lists:
            - {module: invoices, path: invoices, records: [invoices], sort: created_time, scope: invoices.READ}
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: ZohoRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    lists: list[Mapping[str, Any]]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    path: str = ""
    scope: str = ""
    records: list[str] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        names = Looked.__dataclass_fields__
        self._lists = [Looked(**{key: each[key] for key in names if key in each}) for each in self.lists]

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the custom fields of *stream_slice*'s organization. Raises AirbyteTracedException when none is seen."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        refused: list[AirbyteTracedException] = []
        for found in self._modules(where, refused):
            yield from self.record_selector.filter_and_transform(
                found, stream_state={}, records_schema=records_schema, stream_slice=where
            )
        if len(refused) > len(self._lists):  # that of custom modules too
            raise refused[0]

    def _modules(self, where: StreamSlice, refused: list[AirbyteTracedException]) -> Iterator[list[dict[str, Any]]]:
        """Yield the fields of one module after the other; what may not be read goes to *refused*."""
        for each in self._lists:
            rows = self._looked_at(each, where, refused)
            yield list(fields_of(each.module, rows))
        modules = Looked("custom modules", self.path, self.records, scope=self.scope)
        for module in self._looked_at(modules, where, refused):
            yield list(self._of_custom_module(str(module.get("module_api_name") or ""), where))

    def _of_custom_module(self, name: str, where: StreamSlice) -> Iterator[dict[str, Any]]:
        if not name:
            return
        listed = Looked(name, name, _RECORDS_OF_A_CUSTOM_MODULE, sort="last_modified_time", scope="custommodules.ALL")
        rows = self._looked_at(listed, where, [])
        key = next((str(row["module_record_id"]) for row in rows if row.get("module_record_id")), None)
        whole = replace(listed, path=f"{name}/{key}", is_list=False)
        documents = self._looked_at(whole, where, []) if key else []
        yield from fields_of(name, [*documents, *rows])

    def _looked_at(
        self, wanted: Looked, where: StreamSlice, refused: list[AirbyteTracedException]
    ) -> list[dict[str, Any]]:
        """Return the newest rows of a list, none when it may not be read."""
        try:
            return self._rows(wanted, where)
        except AirbyteTracedException as error:
            if error.failure_type is not FailureType.config_error:
                raise
            error.message = str(error.message).replace(f"ZohoBooks.{self.scope}", f"ZohoBooks.{wanted.scope}")
            _log.warning("The custom fields of %s are left out. %s", wanted.module, error.message)
            refused.append(error)
            return []

    def _rows(self, wanted: Looked, where: StreamSlice) -> list[dict[str, Any]]:
        for question in wanted.questions:
            response = self._ask(wanted, where, question)
            rows = KeyExtractor(wanted.records).find(response)
            if is_gone(response):
                return []
            if code_of(response) == 0 and rows is not None:
                return rows
        place = f"{self.name} of organization {where.partition.get('organization_id')}"
        said = message_of(response)
        raise traced(Unexpected(f"{place}: Zoho refused the list {wanted.module} ({said}). Please report this."))

    def _ask(self, wanted: Looked, where: StreamSlice, parameters: Mapping[str, str]) -> requests.Response:
        response = self.requester.send_request(stream_slice=where, path=wanted.path, request_params=parameters)
        if response is None:
            raise traced(Transient(f"{self.name}: Zoho gave no answer for {wanted.module}. Run again later."))
        return response
