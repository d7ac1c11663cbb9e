"""Are log lines for programs JSON, for people plain, and for nobody full of values?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from source_zoho.errors import Transient
from source_zoho.webhooks import log_lines


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    loggers = (log_lines.LOGGER, logging.getLogger("uvicorn.error"))
    before = [(each.handlers, each.propagate, each.level) for each in loggers]
    yield
    for each, (handlers, propagate, level) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def test_a_program_reads_one_object_a_line() -> None:
    stream = io.StringIO()
    log_lines.write_to(stream)

    log_lines.note("committed", events=3)
    log_lines.warn("refused", reason="two\nlines")

    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["time"].endswith("+00:00")
    assert {**first, "time": ""} == {"time": "", "level": "info", "event": "committed", "events": 3}
    assert (second["level"], second["reason"]) == ("warning", "two\nlines")


def test_a_person_reads_a_line_of_words() -> None:
    stream = Terminal()
    log_lines.write_to(stream)

    log_lines.note("committed", events=3, known=0)

    assert stream.getvalue().endswith(" info    committed  events=3  known=0\n")


def test_the_server_logs_alike_and_its_tracebacks_are_names() -> None:
    stream = io.StringIO()
    log_lines.write_to(stream)

    try:
        int("a payload")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    line = json.loads(stream.getvalue())
    assert line["error"] == "ValueError"
    assert "a payload" not in stream.getvalue()


def test_of_our_own_errors_the_sentence_is_said_and_of_others_the_name() -> None:
    assert log_lines.reason_of(Transient("It is full.")) == "It is full."
    assert log_lines.reason_of(KeyError("a payload")) == "KeyError"
