"""What does a user read who gives us something wrong: one sentence that says what, where and what to do?"""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from integration_tests.builders import COMMAND, a_catalog, a_config, environment, every_stream, forget_earlier_syncs
from integration_tests.rows import only
from source_zoho import run
from source_zoho.emulator import Emulator

BILLS = "books_bills"


@dataclass(frozen=True)
class Heard:
    """What the command said, and how it ended."""

    output: str
    errors: str
    exit_code: int

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def traces(self) -> list[dict[str, Any]]:
        found = [message["trace"] for message in self.messages if message["type"] == "TRACE"]
        return [trace["error"] for trace in found if trace["type"] == "ERROR"]

    @property
    def sentence(self) -> str:
        """Return the one thing that the platform shows."""
        statuses = [each["connectionStatus"] for each in self.messages if each["type"] == "CONNECTION_STATUS"]
        (sentence,) = {str(each["message"]) for each in [*statuses, *self.traces]}
        return sentence


@dataclass
class User:
    """Writes files and runs the command in this process, with the rows of the manifest that the tests need."""

    zoho: Emulator
    folder: Path
    capfd: pytest.CaptureFixture[str]

    def a_file(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def a_config_file(self, **changes: Any) -> str:
        return self.a_file("config.json", a_config(self.zoho, **changes))

    def a_catalog_file(self, *streams: str) -> str:
        return self.a_file("catalog.json", ConfiguredAirbyteCatalogSerializer.dump(a_catalog(*streams)))

    def runs(self, *args: str) -> Heard:
        forget_earlier_syncs()
        exit_code: Any = 0
        with only(BILLS):
            try:
                run.main(list(args))
            except SystemExit as left:
                exit_code = left.code
        heard = Heard(*self.capfd.readouterr(), exit_code=exit_code)
        for secret in (self.zoho.accounts.client_secret, self.zoho.accounts.refresh_token, "oauthtoken 1000."):
            assert secret not in heard.output + heard.errors
        if "--debug" not in args:
            assert "Traceback" not in heard.output + heard.errors
        return heard

    def reads(self, *more: str, config: str = "", catalog: str = "") -> Heard:
        given = ("--config", config or self.a_config_file(), "--catalog", catalog or self.a_catalog_file(BILLS))
        return self.runs("read", *given, *more)


@pytest.fixture
def user(zoho: Emulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[User]:
    """Return a user; afterwards the loggers and secrets of the process are as they were."""
    every_stream()
    loggers = [logging.getLogger(name) for name in ("airbyte", "airbyte.SourceZoho", None)]
    before = [(logger.level, list(logger.filters), list(logger.handlers)) for logger in loggers]
    yield User(zoho, tmp_path, capfd)
    for logger, (level, filters, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.filters, logger.handlers = filters, handlers
        for handler in handlers:
            handler.filters = []
    update_secrets([])


# ── values of the configuration ──

WRONG_VALUES: list[tuple[dict[str, Any], str]] = [
    ({"data_center": "europe"}, "data_center is 'europe'; expected one of: us, eu, in,"),
    ({"data_center": None}, "data_center is missing from the configuration; expected one of: us, eu, in,"),
    ({"client_secret": None}, "client_secret is missing from the configuration; copy it from Zoho's API console"),
    ({"refresh_token": ""}, "refresh_token must be a text that is not empty"),
    ({"products": ["inventory"]}, "products is ['inventory']; expected a list with one or more of: books,"),
    ({"organization_ids": ["Zylker"]}, 'expected a list of texts of digits such as ["10234695"]'),
    ({"start_date": "yesterday"}, "expected a moment in UTC such as 2024-01-31T00:00:00Z"),
    ({"document_details": "all"}, "document_details is 'all'; expected one of: none, changed."),
    ({"num_workers": 99}, "num_workers is 99; expected a whole number from 1 to 10."),
    ({"api_base_url": "https://books.example"}, "api_base_url points neither at one of Zoho's own hosts"),
    ({"accounts_base_url": "https://books.example"}, "accounts_base_url points neither at one of Zoho's own hosts"),
]


@pytest.mark.parametrize(("changes", "part"), WRONG_VALUES)
def test_check_answers_a_wrong_value_with_the_right_ones_and_asks_zoho_nothing(
    changes: dict[str, Any], part: str, user: User
) -> None:
    heard = user.runs("check", "--config", user.a_config_file(**changes))

    assert part in heard.sentence
    assert [each["connectionStatus"]["status"] for each in heard.messages if each["type"] == "CONNECTION_STATUS"] == [
        "FAILED"
    ]
    assert heard.exit_code == 1, "platforms read the message, scripts the exit code"
    assert user.zoho.calls.tokens == user.zoho.calls.total == 0


@pytest.mark.parametrize("verb", ["read", "discover"])
@pytest.mark.parametrize(("changes", "part"), WRONG_VALUES[:1] + WRONG_VALUES[-1:])
def test_the_other_verbs_answer_a_wrong_value_alike_and_fail(
    verb: str, changes: dict[str, Any], part: str, user: User
) -> None:
    config = user.a_config_file(**changes)

    heard = user.reads(config=config) if verb == "read" else user.runs("discover", "--config", config)

    assert part in heard.sentence
    assert [trace["failure_type"] for trace in heard.traces] == ["config_error"]
    assert heard.exit_code == 1
    assert user.zoho.calls.tokens == user.zoho.calls.total == 0


def test_all_wrong_values_are_named_at_once(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file(data_center="x", num_workers=0, start_date="y"))

    for key in ("data_center is 'x'", "num_workers is 0", "start_date is 'y'"):
        assert key in heard.sentence


# ── what only Zoho can know ──


def test_a_token_of_another_data_center_is_told_to_be_that(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file(refresh_token=user.zoho.accounts.refresh_token_of("eu")))

    assert heard.sentence.startswith("Zoho refused refresh_token in data_center 'us' (United States): invalid_code.")
    assert "made in another data centre" in heard.sentence
    assert user.zoho.accounts.refresh_token_of("eu") not in heard.output
    assert user.zoho.calls.tokens == 1
    assert heard.exit_code == 1


def test_a_wrong_client_is_told_where_to_copy_it_from(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file(client_id="1000.SOMEBODY"))

    assert heard.sentence.startswith("Zoho refused client_id or client_secret in data_center 'us' (United States)")
    assert "Copy both again from Zoho's API console" in heard.sentence


def test_a_strangers_organization_is_answered_with_the_users_own(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file(organization_ids=["999"]))

    assert heard.sentence.startswith("organization_ids contains 999, which does not belong to the user of this refresh")
    for organization_id in user.zoho.organization_ids:
        assert f"{organization_id} (" in heard.sentence
    assert user.zoho.inactive_organization_ids[0] not in heard.sentence


def test_an_inactive_organization_is_answered_with_the_active_ones(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file(organization_ids=user.zoho.inactive_organization_ids))

    assert "which is not active; expected one or more of: " in heard.sentence


def test_check_does_not_wait_when_zoho_throttles_sign_in(user: User) -> None:
    user.zoho.faults.add("token_throttle", times=100)

    heard = user.runs("check", "--config", user.a_config_file())

    assert heard.sentence.startswith("Zoho throttles sign-in")
    assert user.zoho.calls.tokens == 1


def test_a_good_configuration_is_told_which_organizations_will_be_read(user: User) -> None:
    heard = user.runs("check", "--config", user.a_config_file())

    statuses = [each["connectionStatus"]["status"] for each in heard.messages if each["type"] == "CONNECTION_STATUS"]
    assert statuses == ["SUCCEEDED"]
    for product in ("Books", "Billing"):
        assert f"organizations of {product} to read: {', '.join(user.zoho.organization_ids)}." in heard.output


# ── files ──


@pytest.mark.parametrize("what", ["config", "catalog", "state"])
@pytest.mark.parametrize("trouble", ["missing", "a directory", "not JSON", "of the wrong shape"])
def test_an_unusable_file_is_named_with_its_trouble(what: str, trouble: str, user: User) -> None:
    path = str(user.folder / "given.json")
    if trouble == "a directory":
        path = str(user.folder)
    elif trouble == "not JSON":
        user.a_file("given.json", '{"data_center": ')
    elif trouble == "of the wrong shape":
        user.a_file("given.json", '"nothing"')

    heard = user.reads("--state", path) if what == "state" else user.reads(**{what: path})

    assert path in heard.sentence
    assert {"config": "configuration"}.get(what, what) in heard.sentence
    assert [trace["failure_type"] for trace in heard.traces] == ["config_error"]
    assert heard.exit_code == 1
    assert user.zoho.calls.tokens == 0


def test_what_discover_wrote_is_recognized_when_it_is_given_as_catalog(user: User) -> None:
    """Somebody who writes discover's lines into a file has the log in it as well."""
    said = user.runs("discover", "--config", user.a_config_file()).output

    heard = user.reads(catalog=user.a_file("catalog.json", said))

    assert "this looks like the answer of discover" in heard.sentence
    assert heard.exit_code == 1


def test_a_stream_that_does_not_exist_is_named_with_what_to_do(user: User) -> None:
    catalog = json.loads(Path(user.a_catalog_file(BILLS)).read_text(encoding="utf-8"))
    catalog["streams"][0]["stream"]["name"] = "books_bils"

    heard = user.reads(catalog=user.a_file("catalog.json", catalog))

    assert heard.sentence == (
        "The catalog asks for books_bils, which this source does not have. "
        "Run discover again and choose from its streams."
    )
    assert user.zoho.calls.tokens == 0


def a_state(blob: Any) -> list[dict[str, Any]]:
    return [{"type": "STREAM", "stream": {"stream_descriptor": {"name": BILLS}, "stream_state": blob}}]


@pytest.mark.parametrize(
    "blob",
    [
        {"states": "none"},
        {"states": [{"partition": {"organization_id": "60010007011"}}]},
        {"states": [{"partition": {"organization_id": "60010007011"}, "cursor": {"last_modified_time": "soon"}}]},
    ],
)
def test_a_state_that_says_something_else_than_ours_is_named(blob: Any, user: User) -> None:
    path = user.a_file("state.json", a_state(blob))

    heard = user.reads("--state", path)

    assert heard.exit_code == 1
    assert "state" in heard.sentence
    assert "or none to read everything again" in heard.sentence


@pytest.mark.parametrize("state", [[], a_state({}), a_state({"states": []})])
def test_an_empty_state_means_everything(state: Any, user: User) -> None:
    heard = user.reads("--state", user.a_file("state.json", state))

    assert heard.exit_code == 0
    assert sum(message["type"] == "RECORD" for message in heard.messages) == sum(
        len(user.zoho.rows("bills", each)) for each in user.zoho.organization_ids
    )


def test_a_state_of_a_stream_that_is_not_read_is_no_reason_to_stop(user: User) -> None:
    state = a_state({"states": []})
    state[0]["stream"]["stream_descriptor"]["name"] = "crm_leads"

    assert user.reads("--state", user.a_file("state.json", state)).exit_code == 0


# ── detail, for those who ask for it ──


def test_with_debug_the_way_to_the_failure_is_shown(user: User) -> None:
    user.zoho.faults.add("5", path="bills", times=100)

    heard = user.reads("--debug")

    assert heard.exit_code == 1
    assert "source_zoho/components/errors.py" in heard.output


def test_without_debug_a_failure_is_one_line_of_the_log_and_one_message(user: User) -> None:
    user.zoho.faults.add("5", path="bills", times=100)

    heard = user.reads()

    assert heard.exit_code == 1
    assert {message["type"] for message in heard.messages} <= {"LOG", "TRACE", "STATE"}
    assert 'File \\"' not in heard.output


# ── the real command, in a process of its own ──


@pytest.fixture
def the_command(tmp_path: Path) -> Callable[..., Heard]:
    def ask(*args: str) -> Heard:
        done = subprocess.run(
            [*COMMAND, *args], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120, check=False
        )
        return Heard(done.stdout, done.stderr, done.returncode)

    return ask


def test_the_command_leaves_with_1_and_one_line_when_a_file_is_missing(the_command: Callable[..., Heard]) -> None:
    heard = the_command("check", "--config", "nowhere.json")

    assert (heard.exit_code, heard.errors) == (1, "")
    assert [message["type"] for message in heard.messages] == ["TRACE"]
    assert heard.sentence == "There is no configuration file at nowhere.json; check the path after --config."


def test_the_command_says_nothing_but_the_protocol_on_standard_output_when_a_sync_fails(
    the_command: Callable[..., Heard], zoho: Emulator, tmp_path: Path
) -> None:
    zoho.faults.add("57", path="bills", times=1000)
    files = {"config": a_config(zoho), "catalog": ConfiguredAirbyteCatalogSerializer.dump(a_catalog(BILLS))}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")

    heard = the_command("read", "--config", "config", "--catalog", "catalog")

    assert (heard.exit_code, heard.errors) == (1, "")
    assert {message["type"] for message in heard.messages} <= {"LOG", "TRACE", "STATE"}
    assert "lacks the scope ZohoBooks.bills.READ" in heard.traces[0]["message"]
    assert "Traceback" not in heard.output
