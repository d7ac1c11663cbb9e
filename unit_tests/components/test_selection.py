"""Are the fields remembered that a user chose of a stream?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStream, ConfiguredAirbyteStream, DestinationSyncMode, SyncMode

from source_zoho.components.selection import choose, chosen_fields


@pytest.fixture(autouse=True)
def nothing_is_chosen_afterwards() -> Iterator[None]:
    yield
    choose([])


def a_stream(name: str, schema: Any) -> ConfiguredAirbyteStream:
    return ConfiguredAirbyteStream(
        stream=AirbyteStream(name=name, json_schema=schema, supported_sync_modes=[SyncMode.full_refresh]),
        sync_mode=SyncMode.full_refresh,
        destination_sync_mode=DestinationSyncMode.overwrite,
    )


def test_the_properties_of_a_catalog_are_the_choice() -> None:
    choose([a_stream("crm_leads", {"properties": {"id": {}, "Email": {}}}), a_stream("crm_deals", {})])

    assert chosen_fields("crm_leads") == frozenset({"id", "Email"})


@pytest.mark.parametrize("schema", [None, {}, {"properties": {}}, {"properties": None}])
def test_a_schema_without_properties_leaves_all_fields(schema: Any) -> None:
    choose([a_stream("crm_leads", schema)])

    assert chosen_fields("crm_leads") is None


def test_a_stream_that_is_not_in_the_catalog_has_all_fields() -> None:
    choose([a_stream("crm_leads", {"properties": {"id": {}}})])

    assert chosen_fields("crm_deals") is None


def test_the_next_read_chooses_anew() -> None:
    choose([a_stream("crm_leads", {"properties": {"id": {}}})])
    choose([a_stream("crm_deals", {"properties": {"id": {}}})])

    assert chosen_fields("crm_leads") is None
