"""Does the command hand each verb to the right side, and answer every unusable file in one sentence?"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import cli, inputs, run
from source_zoho.errors import ConfigProblem, Transient, Unexpected

A_CONFIG = {
    "data_center": "us",
    "client_id": "1000.CLIENT",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
}
A_CATALOG: dict[str, Any] = {"streams": []}


@pytest.fixture(autouse=True)
def the_process_as_it_was() -> Iterator[None]:
    """The command changes loggers and the list of secrets of its process, which here is shared with other tests."""
    loggers = [logging.getLogger(name) for name in ("airbyte", "airbyte.SourceZoho", None)]
    before = [(logger.level, list(logger.filters), list(logger.handlers)) for logger in loggers]
    yield
    for logger, (level, filters, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.filters, logger.handlers = filters, handlers
        for handler in handlers:
            handler.filters = []
    update_secrets([])


@pytest.fixture
def a_file(tmp_path: Path) -> Callable[[str, Any], str]:
    def write(name: str, content: Any) -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def the_answer(capfd: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    """Return a way to run the command and hear its messages."""

    def ask(*args: str, exit_code: int = 0) -> list[dict[str, Any]]:
        left_with: Any = 0
        try:
            run.main(list(args))
        except SystemExit as left:
            left_with = left.code
        assert left_with == exit_code
        heard = capfd.readouterr()
        for secret in ("hush", "Traceback"):
            assert secret not in heard.out + heard.err
        messages = [json.loads(line) for line in heard.out.splitlines()]
        return [message for message in messages if message["type"] != "LOG"]

    return ask


def the_sentence(messages: list[dict[str, Any]]) -> str:
    (error,) = [message["trace"]["error"] for message in messages if message["type"] == "TRACE"]
    assert error["failure_type"] == "config_error"
    return str(error["message"])


# ── verbs ──


@pytest.mark.parametrize("args", [[], ["demo", "--help"], ["nonsense"], ["--help"]])
def test_what_is_not_the_protocol_is_for_people(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(cli, "app", lambda given, prog_name: seen.append(given))

    run.main(args)

    assert seen == [args]


def test_without_arguments_of_its_own_the_command_takes_those_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(cli, "app", lambda given, prog_name: seen.append(given))
    monkeypatch.setattr("sys.argv", ["source-zoho", "demo"])

    run.main()

    assert seen == [["demo"]]


def test_spec_is_one_line_of_the_protocol(the_answer: Callable[..., list[dict[str, Any]]]) -> None:
    (message,) = the_answer("spec")

    assert message["type"] == "SPEC"
    assert set(message["spec"]["connectionSpecification"]["required"]) == {
        "data_center",
        "client_id",
        "client_secret",
        "refresh_token",
    }


def test_discover_of_books_and_billing_needs_no_network(
    the_answer: Callable[..., list[dict[str, Any]]], a_file: Callable[[str, Any], str]
) -> None:
    config = {**A_CONFIG, "products": ["books", "billing"]}

    (message,) = the_answer("discover", "--config", a_file("config.json", config))

    assert "books_invoices" in [stream["name"] for stream in message["catalog"]["streams"]]


def test_an_interrupted_command_leaves_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_launch", interrupt)

    with pytest.raises(SystemExit) as left:
        run.main(["spec"])

    assert left.value.code == 130


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConfigProblem("a sentence"), "config_error"),
        (Transient("a sentence"), "transient_error"),
        (Unexpected("a sentence"), "system_error"),
        (AirbyteTracedException(message="a sentence"), "system_error"),
    ],
)
def test_a_failure_is_told_as_one_message_with_its_kind(
    error: Exception, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(run, "_launch", fail)

    with pytest.raises(SystemExit) as left:
        run.main(["spec"])

    told = json.loads(capfd.readouterr().out)["trace"]["error"]
    assert left.value.code == 1
    assert (told["message"], told["failure_type"], told.get("stack_trace")) == ("a sentence", kind, None)


def test_with_debug_a_failure_tells_how_it_came_about(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ConfigProblem("a sentence")

    monkeypatch.setattr(run, "_launch", fail)

    with pytest.raises(SystemExit):
        run.main(["spec", "--debug"])

    assert "a sentence" in str(json.loads(capfd.readouterr().out)["trace"]["error"]["stack_trace"])


# ── files ──


@pytest.mark.parametrize("content", [[], {}, "null", '"text"', 3])
def test_a_configuration_that_is_no_object_is_told_what_it_should_hold(
    content: Any, the_answer: Callable[..., list[dict[str, Any]]], a_file: Callable[[str, Any], str]
) -> None:
    path = a_file("config.json", content)

    sentence = the_sentence(the_answer("discover", "--config", path, exit_code=1))

    assert sentence == (
        f"The configuration file {path} must hold a JSON object with data_center, client_id, client_secret and "
        "refresh_token."
    )


@pytest.mark.parametrize(
    "content", ["null", [], "text", {}, {"streams": {}}, {"streams": [1]}, {"streams": [{"stream": {"name": "x"}}]}]
)
def test_a_catalog_of_another_shape_is_shown_the_right_one(
    content: Any, the_answer: Callable[..., list[dict[str, Any]]], a_file: Callable[[str, Any], str]
) -> None:
    path = a_file("catalog.json", json.dumps(content))

    messages = the_answer("read", "--config", a_file("config.json", A_CONFIG), "--catalog", path, exit_code=1)

    assert the_sentence(messages).startswith(f"The catalog file {path} is not a configured catalog")
    assert '{"streams": [{"stream": ..., "sync_mode": ..., "destination_sync_mode": ...}]}' in the_sentence(messages)


DISCOVERED = {"streams": [{"name": "books_bills", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}]}


@pytest.mark.parametrize("content", [{"type": "CATALOG", "catalog": DISCOVERED}, {"catalog": DISCOVERED}, DISCOVERED])
def test_the_answer_of_discover_is_recognized_when_it_is_given_as_catalog(
    content: Any, the_answer: Callable[..., list[dict[str, Any]]], a_file: Callable[[str, Any], str]
) -> None:
    path = a_file("catalog.json", content)

    messages = the_answer("read", "--config", a_file("config.json", A_CONFIG), "--catalog", path, exit_code=1)

    assert "looks like the answer of discover" in the_sentence(messages)


A_STREAM = {"stream_descriptor": {"name": "books_bills"}, "stream_state": {}}
SHARED = {"shared_state": {"a": 1}, "stream_states": [A_STREAM]}


@pytest.mark.parametrize(
    "content",
    [
        *("text", 3, {"a": 1}, [1], [{"type": "NOVEL"}], [{"type": "STREAM", "stream": 1}]),
        *(None, False, 0, "", {"books_bills": {"last_modified_time": "2024-01-01"}}),
        [{"type": "STREAM", "stream": {"stream_state": {}}}],
        [{"type": "STREAM", "stream": {**A_STREAM, "stream_state": "soon"}}],
        [{"type": "GLOBAL", "global": SHARED}],
        [{"type": "STATE", "state": {"type": "STREAM", "stream": A_STREAM}}],
    ],
)
def test_a_state_of_another_shape_is_answered_with_what_to_give(
    content: Any, the_answer: Callable[..., list[dict[str, Any]]], a_file: Callable[[str, Any], str]
) -> None:
    path = a_file("state.json", json.dumps(content))
    config, catalog = a_file("config.json", A_CONFIG), a_file("catalog.json", A_CATALOG)

    messages = the_answer("read", "--config", config, "--catalog", catalog, "--state", path, exit_code=1)

    assert the_sentence(messages).startswith(f"The state file {path} is not a list of Airbyte state messages")
    assert the_sentence(messages).endswith("Give the file that the last run wrote, or none to read everything again.")


def test_whole_messages_are_told_to_be_that(a_file: Callable[[str, Any], str]) -> None:
    messages = [{"type": "STATE", "state": {"type": "STREAM", "stream": A_STREAM}}]

    with pytest.raises(ConfigProblem, match="of each message, what stands under state belongs into the list"):
        inputs.read_state(a_file("state.json", messages))


@pytest.mark.parametrize("content", [[], {}])
def test_nothing_at_all_is_a_state(content: Any, a_file: Callable[[str, Any], str]) -> None:
    assert inputs.read_state(a_file("state.json", content)) == []


def test_a_stream_that_is_named_twice_is_told(a_file: Callable[[str, Any], str]) -> None:
    entry = {"stream": DISCOVERED["streams"][0], "sync_mode": "full_refresh", "destination_sync_mode": "append"}

    with pytest.raises(ConfigProblem, match="names books_bills more than once; leave one of each"):
        inputs.read_catalog(a_file("catalog.json", {"streams": [entry, entry]}))


def test_what_is_wrong_in_a_catalog_is_told_with_its_place(a_file: Callable[[str, Any], str]) -> None:
    entry = {"stream": DISCOVERED["streams"][0], "sync_mode": "weekly", "destination_sync_mode": "append"}

    with pytest.raises(ConfigProblem, match=r"is not a configured catalog \(see streams/0/sync_mode\)"):
        inputs.read_catalog(a_file("catalog.json", {"streams": [entry]}))


def test_a_configured_catalog_is_read(a_file: Callable[[str, Any], str]) -> None:
    configured = {
        "stream": DISCOVERED["streams"][0],
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }

    (read,) = inputs.read_catalog(a_file("catalog.json", {"streams": [configured]})).streams

    assert read.stream.name == "books_bills"
