"""Does the source offer and read the modules of CRM, and does one that is gone take nothing else with it?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.source import SourceZoho
from unit_tests.zoho_of_modules import CONFIG, Organization, answering

LOG = logging.getLogger("airbyte")
CRM = {**CONFIG, "products": ["crm"]}


@pytest.fixture
def zylker() -> Iterator[Organization]:
    """An organization with two modules."""
    with answering(Organization("Leads", "Deals")) as organization:
        yield organization


def offered(config: Mapping[str, Any], only: Sequence[str] = ()) -> set[str]:
    return {stream.name for stream in SourceZoho(config=config, only=only).discover(LOG, config).streams}


def a_catalog(*names: str) -> ConfiguredAirbyteCatalog:
    streams = [AirbyteStream(name=name, json_schema={}, supported_sync_modes=[SyncMode.full_refresh]) for name in names]
    return ConfiguredAirbyteCatalog(
        streams=[
            ConfiguredAirbyteStream(
                stream=each, sync_mode=SyncMode.full_refresh, destination_sync_mode=DestinationSyncMode.overwrite
            )
            for each in streams
        ]
    )


def read(config: Mapping[str, Any], *names: str) -> tuple[list[AirbyteMessage], AirbyteTracedException | None]:
    catalog = a_catalog(*names)
    messages: list[AirbyteMessage] = []  # those before an error count, too
    try:
        messages.extend(SourceZoho(catalog, config).read(LOG, config, catalog, []))
    except AirbyteTracedException as error:
        return messages, error
    return messages, None


def statuses(messages: Sequence[AirbyteMessage]) -> dict[str, AirbyteStreamStatus]:
    """Return the last status of each stream."""
    told = [each.trace.stream_status for each in messages if each.trace and each.trace.stream_status]
    return {each.stream_descriptor.name: each.status for each in told}


def errors(messages: Sequence[AirbyteMessage]) -> list[str]:
    return [str(each.trace.error.message) for each in messages if each.trace and each.trace.error]


# ── what is offered ──


def test_every_module_is_a_stream_beside_those_of_the_organization(zylker: Organization) -> None:
    names = offered(CRM)

    assert {"crm_leads", "crm_deals", "crm_users", "crm_fields", "crm_notes"} <= names
    assert zylker.asked_crm.count("settings/modules") == 1


def test_a_module_is_offered_with_its_fields_key_and_cursor(zylker: Organization) -> None:
    catalog = SourceZoho(config=CRM, only=["crm_leads"]).discover(LOG, CRM)

    (stream,) = catalog.streams
    assert list(stream.json_schema["properties"]) == ["id", "Last_Name", "Modified_Time"]
    assert stream.source_defined_primary_key == [["id"]]
    assert stream.default_cursor_field == ["Modified_Time"]


def test_a_module_whose_fields_are_refused_is_named_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    with answering(Organization("Leads", "Deals", refuses=["Deals"])):
        catalog = SourceZoho(config=CRM, only=["crm_leads", "crm_deals"]).discover(LOG, CRM)

    assert [stream.name for stream in catalog.streams] == ["crm_leads"]
    assert caplog.text.count("crm_deals cannot be read and is left out") == 1


def test_without_the_right_to_crm_that_was_asked_for_by_name_discover_says_so() -> None:
    with answering(Organization(lists_modules=False)), pytest.raises(AirbyteTracedException, match="scope ZohoCRM"):
        offered(CRM)


@pytest.mark.parametrize("only", [["books_bills", "crm_users", "crm_leads"], ["crm_modules", "books_bills"]])
def test_crm_that_is_switched_off_costs_nothing(only: list[str], zylker: Organization) -> None:
    assert offered({**CONFIG, "products": ["books", "billing"]}, only) == {"books_bills"}
    assert not zylker.asked


# ── what is read ──


def test_a_sync_of_some_modules_asks_about_no_other(zylker: Organization) -> None:
    messages, error = read(CRM, "crm_leads")

    assert error is None
    assert [each.record.data["id"] for each in messages if each.record] == ["1"]
    assert "Deals" not in zylker.asked_crm
    assert zylker.asked_crm.count("settings/fields") == 1


def test_a_module_that_is_gone_ends_incomplete_while_the_others_complete(zylker: Organization) -> None:
    messages, error = read(CRM, "crm_leads", "crm_gone")

    assert statuses(messages) == {
        "crm_leads": AirbyteStreamStatus.COMPLETE,
        "crm_gone": AirbyteStreamStatus.INCOMPLETE,
    }
    (why,) = errors(messages)
    assert why == (
        "crm_gone cannot be read: no module of this organization has this name (any more). "
        "Run discover again, or leave the stream out."
    )
    assert error
    assert str(error.message).startswith("1 of 2 streams could not be read completely: crm_gone. The others are")


def test_when_every_module_is_gone_the_read_says_so(zylker: Organization) -> None:
    messages, error = read(CRM, "crm_gone")

    assert statuses(messages) == {"crm_gone": AirbyteStreamStatus.INCOMPLETE}
    assert error


def test_a_stream_of_no_product_that_is_read_is_refused_before_anything_is_read(zylker: Organization) -> None:
    for config, name in ((CRM, "books_nonsense"), ({**CONFIG, "products": ["books"]}, "crm_leads")):
        messages, error = read(config, name, "books_bills")

        assert not messages
        assert error
        assert name in str(error.message)
    assert not zylker.asked


def test_a_read_asks_only_for_the_fields_of_the_catalog(zylker: Organization) -> None:
    catalog = a_catalog("crm_leads")
    catalog.streams[0].stream.json_schema = {"properties": {"id": {}, "Modified_Time": {}}}

    messages = list(SourceZoho(catalog, CRM).read(LOG, CRM, catalog, []))

    (record,) = [each.record.data for each in messages if each.type is Type.RECORD and each.record]
    assert json.loads(json.dumps(record)) == {"id": "1", "Modified_Time": "2025-01-01T00:00:00+00:00"}


def test_the_next_run_asks_zoho_again(zylker: Organization) -> None:
    for _ in range(2):
        read(CRM, "crm_leads")

    assert zylker.asked_crm.count("settings/modules") == 2
    assert zylker.asked_crm.count("org") == 2


def test_discover_says_of_a_module_what_the_cdk_says_of_the_stream_that_a_read_builds(zylker: Organization) -> None:
    told = {stream.name: stream for stream in SourceZoho(config=CRM).discover(LOG, CRM).streams}

    built = {stream.name: stream.as_airbyte_stream() for stream in SourceZoho(config=CRM).streams(CRM)}

    assert {"crm_leads", "crm_deals"} < told.keys()
    assert told == built
