"""Does `source-zoho login` answer wrong use with the right one, and keep secrets out of sight?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app, login_client, login_flow, login_mint
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.oauth.codes import Client, Minted
from source_zoho.oauth.places import Place
from source_zoho.oauth.survey import Organization, Survey
from source_zoho.oauth.tokens import Grant
from source_zoho.oauth.trials import Result as Tried
from source_zoho.oauth.trials import Verdict

ENVIRONMENT = {"SOURCE_ZOHO_CLIENT_ID": "1000.CLIENT", "SOURCE_ZOHO_CLIENT_SECRET": "hush", "COLUMNS": "300"}
SECRETS = ("hush", "1000.refresh", "1000.access", "1000.code")


@dataclass
class Zoho:
    """Stands in for what the browser, the accounts server and the API would do."""

    folder: Path
    asked: list[Any] = field(default_factory=list)
    ended: list[Grant] = field(default_factory=list)
    problem: ZohoError | None = None
    verdict: Verdict = Verdict.OK

    @property
    def path(self) -> Path:
        return self.folder / "config.json"

    def in_browser(self, plan: Any, client: Client, port: int, seconds: int, *, opens: bool) -> Minted:
        self.asked.append((plan, client, port, seconds, opens))
        return self._minted(plan.place)

    def by_code(self, code: str, client: Client, places: Any) -> Minted:
        self.asked.append((code, client, [place.center.key for place in places]))
        return self._minted(Place.of("in"))

    def survey(self, api: Any, scopes: list[str], tell: Any) -> Survey:
        results = [Tried(scope, self.verdict) for scope in scopes]
        return Survey([Organization("books", "60001", "Banyan [red]& Söhne", "FREE")], results)

    def revoke(self, grant: Grant) -> bool:
        self.ended.append(grant)
        return True

    def login(self, *flags: str, env: dict[str, str] | None = None, answers: str | None = None) -> Result:
        given = [*flags, *([] if "--revoke" in flags else ["--output", str(self.path)])]
        return CliRunner().invoke(app, ["login", *given], env={**(env or ENVIRONMENT)}, input=answers)

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found

    def _minted(self, place: Place) -> Minted:
        if self.problem:
            raise self.problem
        return Minted("1000.refresh", "1000.access", place, place.center.api_url)


@pytest.fixture
def zoho(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Zoho:
    zoho = Zoho(tmp_path)
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(login_flow, "mint_in_browser", zoho.in_browser)
    monkeypatch.setattr(login_mint, "trade_anywhere", zoho.by_code)
    monkeypatch.setattr(login_flow, "survey", zoho.survey)
    monkeypatch.setattr(login_flow, "revoke", zoho.revoke)
    return zoho


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody sit at the terminal."""
    for module in (login_client, login_mint):
        monkeypatch.setattr(module, "is_somebody_there", lambda: True)


# ── what comes out of it ──


def test_a_sign_in_leaves_a_configuration_and_says_what_to_do_next(zoho: Zoho) -> None:
    result = zoho.login("--data-center", "eu", "--products", "books")

    assert result.exit_code == 0
    assert zoho.config == {
        "data_center": "eu",
        "client_id": "1000.CLIENT",
        "client_secret": "hush",
        "refresh_token": "1000.refresh",
        "products": ["books"],
    }
    assert zoho.path.stat().st_mode & 0o777 == 0o600
    assert f"source-zoho check --config {zoho.path}" in result.output
    assert "60001" in result.output
    assert "Banyan [red]& Söhne" in result.output
    assert "the 21st silently ends the oldest" in result.output
    assert not [secret for secret in SECRETS if secret in result.output]


def test_the_least_scopes_of_the_streams_are_asked_for(zoho: Zoho) -> None:
    zoho.login("--streams", "books_invoices,billing_plans", "--streams", "books_taxes")

    plan = zoho.asked[0][0]
    assert plan.scopes == [
        "ZohoBooks.settings.READ",
        "ZohoBooks.invoices.READ",
        "ZohoSubscriptions.plans.READ",
        "ZohoSubscriptions.settings.READ",
    ]
    assert zoho.config["products"] == ["books", "billing"]


def test_scopes_can_be_added_and_left_out(zoho: Zoho) -> None:
    zoho.login(
        *("--streams", "books_invoices", "--with-scope", "ZohoCRM.notifications.ALL"),
        *("--without-scope", "ZohoBooks.invoices.READ"),
    )

    assert zoho.asked[0][0].scopes == ["ZohoBooks.settings.READ", "ZohoCRM.notifications.ALL"]


def test_an_existing_configuration_gives_client_and_place_and_keeps_its_other_settings(zoho: Zoho) -> None:
    old = {"data_center": "jp", "client_id": "1000.OLD", "client_secret": "hush", "refresh_token": "1000.x"}
    zoho.path.write_text(json.dumps({**old, "num_workers": 7, "products": ["crm"]}))

    result = zoho.login("--force", env={"COLUMNS": "300"})

    assert result.exit_code == 0
    assert zoho.config == {**old, "refresh_token": "1000.refresh", "num_workers": 7, "products": ["crm"]}
    assert "lives on at Zoho" in result.output
    assert "1000.x" not in result.output


def test_it_says_when_another_product_is_read_than_before(zoho: Zoho) -> None:
    old = {"client_id": "1000.OLD", "client_secret": "hush", "products": ["books", "crm"]}
    zoho.path.write_text(json.dumps(old))

    result = zoho.login("--force", "--streams", "books_bills", env={"COLUMNS": "300"})

    assert zoho.config["products"] == ["books"]
    assert "products was books, crm and is books now: no other product is read with it." in result.output


def test_the_secret_of_another_client_is_not_taken_from_the_configuration(zoho: Zoho) -> None:
    zoho.path.write_text(json.dumps({"client_id": "1000.OLD", "client_secret": "hush"}))

    result = zoho.login("--force", "--client-id", "1000.NEW", env={"COLUMNS": "300"})

    assert (result.exit_code, zoho.asked) == (2, [])
    assert "Missing is the client secret: put it into SOURCE_ZOHO_CLIENT_SECRET" in result.output


def test_a_sandboxs_addresses_are_written_down(zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:8080"
    monkeypatch.setattr(
        login_flow, "mint_in_browser", lambda plan, *_, **__: Minted("1000.refresh", "1000.access", plan.place, url)
    )

    zoho.login("--accounts-url", url)

    assert (zoho.config["accounts_base_url"], zoho.config["api_base_url"]) == (url, url)


def test_a_grant_with_which_nothing_can_be_read_ends_with_1_and_is_kept(zoho: Zoho) -> None:
    zoho.verdict = Verdict.MISSING

    result = zoho.login("--streams", "books_invoices")

    assert result.exit_code == 1
    assert "Missing: ZohoBooks.settings.READ, ZohoBooks.invoices.READ." in result.output
    assert zoho.config["refresh_token"] == "1000.refresh"


def test_a_token_that_cannot_be_kept_is_ended_again(zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ConfigProblem("config.json cannot be written (No space left on device)")

    monkeypatch.setattr("source_zoho.cli.login_file.write", full)

    result = zoho.login()

    assert result.exit_code == 1
    assert [grant.refresh_token for grant in zoho.ended] == ["1000.refresh"]
    assert "was ended again" in result.output


# ── questions ──


@pytest.mark.usefixtures("somebody")
def test_what_is_missing_is_asked_for_with_advice_and_the_secret_unseen(zoho: Zoho) -> None:
    result = zoho.login("--data-center", "eu", "--port", "9000", env={"COLUMNS": "300"}, answers="1000.MINE\nhush\n")

    assert result.exit_code == 0
    assert zoho.config["client_id"] == "1000.MINE"
    assert zoho.config["client_secret"] == "hush"
    assert "hush" not in result.output
    assert "Open https://api-console.zoho.eu" in result.output
    assert "Authorized Redirect URIs: http://localhost:9000/callback" in result.output


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(("answer", "exit_code"), [("y\n", 0), ("n\n", 2)])
def test_an_existing_configuration_is_changed_after_a_yes(zoho: Zoho, answer: str, exit_code: int) -> None:
    zoho.path.write_text("{}")

    assert zoho.login(answers=answer).exit_code == exit_code
    assert bool(zoho.asked) is (exit_code == 0)


@pytest.mark.usefixtures("somebody")
def test_a_question_that_is_broken_off_ends_like_ctrl_c(zoho: Zoho) -> None:
    result = zoho.login(env={"COLUMNS": "300"}, answers="")

    assert result.exit_code == 130
    assert "Stopped." in result.output


def test_ctrl_c_while_waiting_is_clean(zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Minted:
        raise KeyboardInterrupt

    monkeypatch.setattr(login_flow, "mint_in_browser", interrupted)

    result = zoho.login()

    assert result.exit_code == 130
    assert not zoho.path.exists()


# ── a self client ──


def test_a_self_clients_code_is_read_from_a_pipe_and_tried_everywhere(zoho: Zoho) -> None:
    result = zoho.login("--self-client", "--streams", "books_taxes", answers="1000.code\n")

    assert result.exit_code == 0
    ((code, client, places),) = zoho.asked
    assert (code, client.client_secret, len(places)) == ("1000.code", "hush", 10)
    assert "Scope:       ZohoBooks.settings.READ" in result.output
    assert zoho.config["data_center"] == "in"
    assert "1000.code" not in result.output


@pytest.mark.usefixtures("somebody")
def test_a_self_clients_code_is_typed_unseen(zoho: Zoho) -> None:
    result = zoho.login("--self-client", "--data-center", "in", answers="1000.code\n")

    assert [each[2] for each in zoho.asked] == [["in"]]
    assert "1000.code" not in result.output


def test_no_code_at_all_says_how_to_give_one(zoho: Zoho) -> None:
    result = zoho.login("--self-client", answers="")

    assert (result.exit_code, zoho.asked) == (1, [])
    assert "No code was given." in result.output


# ── wrong use ──


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--data-center", "europe"), "data_center is 'europe'; expected one of: us, eu, in"),
        (("--products", "desk"), "--products names desk; expected one or more of: books, billing, crm"),
        (("--products", ","), "--products names nothing"),
        (("--streams", "books_invoice"), "did you mean books_invoices"),
        (("--products", "books", "--streams", "books_bills"), "Name --products or --streams, not both"),
        (("--with-scope", "everything"), "--with-scope names everything; expected scopes such as"),
        (("--products", "books", "--without-scope", "ZohoCRM.org.READ"), "which would not be asked for"),
        (("--streams", "books_webhook_events"), "Nothing is left to ask for"),
        (("--accounts-url", "http://example.com"), "points neither at one of Zoho's own hosts"),
        (("--port", "0"), "0 is not in the range 1<=x<=65535"),
        (("--wait-seconds", "x"), "'x' is not a valid integer range"),
        (("--config", "config.json"), "--config belongs to --revoke"),
        (("--revoke",), "name it with --config FILE"),
        (("--revoke", "--config", "nowhere.json"), "There is no configuration file at nowhere.json"),
        (("--client-secret", "hush"), "No such option"),
    ],
)
def test_wrong_use_is_answered_with_the_right_one(zoho: Zoho, flags: tuple[str, ...], sentence: str) -> None:
    result = zoho.login(*flags)

    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert zoho.asked == []
    assert not zoho.path.exists()


def test_an_existing_configuration_is_not_changed_where_nobody_can_be_asked(zoho: Zoho) -> None:
    zoho.path.write_text("{}")

    result = zoho.login()

    assert result.exit_code == 2
    assert "exists and stays as it is; use --force to change it" in result.output
    assert zoho.path.read_text() == "{}"


def test_a_client_is_missing_where_nobody_can_be_asked(zoho: Zoho) -> None:
    result = zoho.login(env={"COLUMNS": "300"})

    assert result.exit_code == 2
    assert "Missing is the client ID: name it with --client-id or in SOURCE_ZOHO_CLIENT_ID." in result.output


def test_a_refusal_of_zohos_ends_with_1_and_writes_nothing(zoho: Zoho) -> None:
    zoho.problem = ConfigProblem("Zoho does not know this client ID.")

    result = zoho.login()

    assert result.exit_code == 1
    assert "Zoho does not know this client ID." in result.output
    assert "Traceback" not in result.output
    assert not zoho.path.exists()


def test_an_incomplete_configuration_has_nothing_to_end(zoho: Zoho) -> None:
    zoho.path.write_text(json.dumps({"data_center": "eu"}))

    result = zoho.login("--revoke", "--config", str(zoho.path))

    assert result.exit_code == 2
    assert "refresh_token is missing from the configuration" in result.output
