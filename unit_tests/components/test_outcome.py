"""Does the end of a read say which streams are incomplete, and whether trying again may help?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStream, AirbyteStreamStatus, FailureType, SyncMode
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.outcome import Outcome, incomplete
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError


def a_stream(name: str) -> AirbyteStream:
    return AirbyteStream(name=name, json_schema={}, supported_sync_modes=[SyncMode.full_refresh])


def messages(name: str, error: ZohoError) -> list[AirbyteMessage]:
    return list(incomplete(a_stream(name), traced(error)))


def the_end(*ended: list[AirbyteMessage], streams: int = 3) -> AirbyteTracedException | None:
    outcome = Outcome()
    for message in (each for told in ended for each in told):
        outcome.note(message)
    return outcome.summary(streams)


def test_a_stream_that_cannot_be_read_says_why_and_is_incomplete() -> None:
    reason, status = messages("crm_leads", ConfigProblem("The module is gone."))

    assert reason.trace
    assert reason.trace.error
    assert reason.trace.error.message == "The module is gone."
    assert reason.trace.error.failure_type is FailureType.config_error
    assert reason.trace.error.stream_descriptor
    assert reason.trace.error.stream_descriptor.name == "crm_leads"
    assert status.trace
    assert status.trace.stream_status
    assert status.trace.stream_status.status is AirbyteStreamStatus.INCOMPLETE


def test_a_read_of_which_all_is_complete_has_no_summary() -> None:
    assert the_end() is None


def test_the_summary_names_what_is_incomplete_and_says_that_the_rest_is_not() -> None:
    gone = ConfigProblem("gone")

    found = the_end(messages("crm_leads", gone), messages("crm_deals", gone))

    assert found
    assert found.message == (
        "2 of 3 streams could not be read completely: crm_deals, crm_leads. The others are complete. "
        "The reason of each is told above, with its name."
    )


def test_when_nothing_is_complete_nothing_else_is_said_to_be() -> None:
    found = the_end(messages("crm_leads", ConfigProblem("gone")), streams=1)

    assert found
    assert "The others" not in str(found.message)


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([ConfigProblem("a")], FailureType.config_error),
        ([ConfigProblem("a"), Unexpected("b")], FailureType.system_error),
        ([Unexpected("a"), ConfigProblem("b"), Transient("c")], FailureType.transient_error),
    ],
)
def test_time_mends_what_it_can_first_then_what_is_ours_to_mend(errors: list[ZohoError], kind: FailureType) -> None:
    found = the_end(*(messages(f"crm_{number}", error) for number, error in enumerate(errors)))

    assert found
    assert found.failure_type is kind
