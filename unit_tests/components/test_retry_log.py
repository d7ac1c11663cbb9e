"""Does the log say why a call waits, in which organization, and never that a refusal is a rate limit?"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from airbyte_cdk.sources.streams.http import rate_limiting
from airbyte_cdk.sources.streams.http.exceptions import UserDefinedBackoffException

from source_zoho.components import retry_log
from unit_tests.components.failures import a_handler, an_answer

AIRBYTE = logging.getLogger("airbyte")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """Return what is logged while nobody waits."""
    monkeypatch.setattr(rate_limiting.time, "sleep", lambda _: None)
    caplog.set_level("INFO", logger="airbyte")
    return caplog


def waits(seconds: float, answer: requests.Response | None) -> None:
    """Let the CDK wait for *seconds* after *answer*, and succeed then."""
    request = requests.Request("GET", "https://zoho.test").prepare()
    failures = [UserDefinedBackoffException(seconds, request, answer)]

    @rate_limiting.user_defined_backoff_handler(max_tries=2)
    def send(_request: requests.PreparedRequest, _more: Mapping[str, Any]) -> requests.Response:
        if failures:
            raise failures.pop()
        return requests.Response()

    send(request, {})


@pytest.mark.parametrize(
    ("status", "code", "seconds", "told"),
    [
        (401, 57, 0.1, "does not take the access token any more, or does not allow this read; trying once more"),
        (429, 44, 60.0, "Zoho takes no more calls of this organization in this minute; trying again"),
        (503, 1000, 2.0, "Zoho has trouble of its own; trying again"),
    ],
)
def test_a_wait_is_told_in_our_words(
    log: pytest.LogCaptureFixture, status: int, code: int, seconds: float, told: str
) -> None:
    answer = an_answer(status, code)
    a_handler().interpret_response(answer)

    waits(seconds, answer)

    (line,) = log.messages
    assert line.startswith("books_bills of organization 17: ")
    assert told in line
    assert line.endswith(f"Next try in {seconds + 1:.0f} s.")
    assert "Rate limit" not in line


def test_a_connection_that_broke_is_told_too(log: pytest.LogCaptureFixture) -> None:
    a_handler().interpret_response(requests.ConnectionError())

    waits(2.0, None)

    (line,) = log.messages
    assert "The connection to Zoho broke (ConnectionError); trying again. Next try in 3 s." in line


def test_words_are_said_once_and_other_lines_stay(log: pytest.LogCaptureFixture) -> None:
    retry_log.note("crm_leads: Zoho asks for a slower pace; trying again.")
    AIRBYTE.info("Read 3 records from crm_leads stream")
    waits(2.0, None)
    waits(2.0, None)

    assert log.messages[0] == "Read 3 records from crm_leads stream"
    assert log.messages[1].startswith("crm_leads: Zoho asks for a slower pace")
    assert log.messages[2].startswith("UserDefinedBackoffException"), "somebody else's wait is told as it was"
