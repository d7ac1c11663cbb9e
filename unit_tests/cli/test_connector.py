"""Which of the connector's words reach a person?"""

from __future__ import annotations

import pytest

from source_zoho.cli.connector import ConnectorFailedError, error_texts, only, parse
from unit_tests.cli.messages import a_record, a_status, an_error


def test_the_message_of_an_error_is_for_people_its_internals_are_not() -> None:
    assert error_texts(an_error("Zoho refused the refresh token.")) == ["Zoho refused the refresh token."]


def test_a_failed_check_says_why() -> None:
    status = {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "FAILED", "message": "data_center is 'x'"}}

    assert error_texts(status) == ["data_center is 'x'"]


@pytest.mark.parametrize("message", [a_record(id="1"), a_status(), {"type": "LOG", "log": {"message": "ERROR"}}])
def test_other_messages_are_no_failures(message: dict[str, object]) -> None:
    assert error_texts(message) == []


@pytest.mark.parametrize("line", [b"Traceback (most recent call last):\n", b"\n", b"12\n", b"[]\n"])
def test_a_line_that_is_no_message_is_left_to_the_log(line: bytes) -> None:
    assert parse(line) is None


def test_the_one_message_asked_for_is_found_among_others() -> None:
    catalog = {"type": "CATALOG", "catalog": {"streams": []}}

    assert only("CATALOG", [{"type": "LOG"}, catalog, {"type": "LOG"}]) == catalog


def test_a_connector_that_never_says_it_has_failed() -> None:
    with pytest.raises(ConnectorFailedError, match="without a CATALOG message"):
        only("CATALOG", [{"type": "LOG"}])
