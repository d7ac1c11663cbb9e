"""Do runs that share a folder sign in once, never with a token that is not theirs, and keep it to themselves?"""

from __future__ import annotations

import json
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from source_zoho.errors import ConfigProblem
from source_zoho.oauth.shared_tokens import VARIABLE, SharedToken, shared_tokens
from source_zoho.oauth.tokens import Grant, TokenStore

GRANT = Grant("https://accounts.zoho.eu", "eu", "1000.CLIENT", "hush-client", "1000.hush.refresh")
A_DAY = 86_400.0


class Zoho:
    """Gives a token for each time it is asked, and has the clock on the wall."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.now = 1_700_000_000.0
        self.life_seconds = 3600
        self.answer: dict[str, str] = {}
        monkeypatch.setattr("requests.post", self.post)

    def post(self, *_: object, **__: object) -> requests.Response:
        self.asked += 1
        answer = requests.Response()
        answer.status_code = 200
        body: dict[str, object] = {**self.answer} or {
            "access_token": f"1000.token.{self.asked}",
            "expires_in": self.life_seconds,
        }
        answer._content = json.dumps(body).encode()
        return answer

    def a_run(self, grant: Grant = GRANT, *, patient: bool = True) -> TokenStore:
        """Return the store of another process: it has its own monotonic clock, and the same clock on the wall."""
        store = TokenStore(grant, clock=lambda: 5.0, wall_clock=lambda: self.now)
        store.patient = patient
        return store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept" / "tokens"))
    return tmp_path / "kept" / "tokens"


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> Zoho:
    return Zoho(monkeypatch)


def kept_file(folder: Path) -> Path:
    (found,) = folder.glob("*.json")
    return found


def test_the_second_run_takes_the_token_of_the_first(zoho: Zoho, folder: Path) -> None:
    assert zoho.a_run().token().value == zoho.a_run().token().value == "1000.token.1"
    assert zoho.asked == 1


def test_without_the_variable_each_run_signs_in_and_nothing_is_written(
    zoho: Zoho, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)

    assert [zoho.a_run().token().value, zoho.a_run().token().value] == ["1000.token.1", "1000.token.2"]
    assert not folder.exists()


def test_a_token_is_shared_for_as_long_as_a_run_would_use_it(zoho: Zoho, folder: Path) -> None:
    zoho.a_run().token()

    zoho.now += 3600 - 301
    assert zoho.a_run().token().value == "1000.token.1"
    zoho.now += 2
    assert zoho.a_run().token().value == "1000.token.2"


def test_what_remains_of_a_shared_token_is_all_that_a_run_uses(zoho: Zoho, folder: Path) -> None:
    zoho.a_run().token()
    zoho.now += 1000

    assert zoho.a_run().token().expires_at_seconds == 5.0 + 3600 - 300 - 1000


@pytest.mark.parametrize(
    "other",
    [
        replace(GRANT, refresh_token="1000.another"),
        replace(GRANT, client_id="1000.ANOTHER"),
        replace(GRANT, client_secret="another"),
        replace(GRANT, accounts_url="https://accounts.zoho.com"),
    ],
)
def test_another_grant_never_gets_the_token(zoho: Zoho, folder: Path, other: Grant) -> None:
    zoho.a_run().token()

    assert zoho.a_run(other).token().value == "1000.token.2"


def test_a_token_that_zoho_rejects_is_replaced_for_everybody(zoho: Zoho, folder: Path) -> None:
    first, second = zoho.a_run(), zoho.a_run()
    dead = first.token().value
    assert second.token().value == dead

    first.note_rejected(dead)
    second.note_rejected(dead)

    assert first.replace_rejected().value == second.replace_rejected().value == "1000.token.2"
    assert zoho.asked == 2


def test_a_test_of_the_connection_tries_the_refresh_token_itself_and_leaves_what_it_got(
    zoho: Zoho, folder: Path
) -> None:
    zoho.a_run().token()
    zoho.answer = {"error": "invalid_code"}

    with pytest.raises(ConfigProblem):
        zoho.a_run(patient=False).token()
    zoho.answer = {}
    assert zoho.a_run(patient=False).token().value == "1000.token.3"
    assert zoho.a_run().token().value == "1000.token.3"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"access_token": "x"}', '{"access_token": 1, "ends_at": 9e9}'])
def test_a_damaged_file_is_replaced(zoho: Zoho, folder: Path, damage: str) -> None:
    zoho.a_run().token()
    kept_file(folder).write_text(damage)

    assert zoho.a_run().token().value == "1000.token.2"
    assert zoho.a_run().token().value == "1000.token.2"


def test_a_token_goes_to_no_host_that_somebody_wrote_into_the_file(zoho: Zoho, folder: Path) -> None:
    zoho.a_run().token()
    path = kept_file(folder)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"api_url": "https://www.zohoapis.com.evil.example"}))

    assert zoho.a_run().token().api_url == ""


def test_only_the_owner_can_read_what_is_kept_and_no_other_secret_is_in_it(zoho: Zoho, folder: Path) -> None:
    zoho.a_run().token()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept_file(folder).stat().st_mode) == 0o600
    told = kept_file(folder).name + kept_file(folder).read_text()
    assert not any(secret in told for secret in (GRANT.client_id, GRANT.client_secret, GRANT.refresh_token))
    assert "1000.token" not in repr(SharedToken("1000.token.1", A_DAY, ""))


def test_runs_that_begin_together_sign_in_once(zoho: Zoho, folder: Path) -> None:
    found: list[str] = []
    runs = [threading.Thread(target=lambda: found.append(zoho.a_run().token().value)) for _ in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert found == ["1000.token.1"] * 8


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_folder_that_cannot_be_used_is_named_with_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zoho: Zoho, place: str
) -> None:
    (tmp_path / "file").write_text("")
    named = tmp_path / "file" if place == "a file" else tmp_path / "file" / "tokens"
    monkeypatch.setenv(VARIABLE, str(named))

    with pytest.raises(ConfigProblem, match=f"{VARIABLE} names .*, which is no folder that can be written to"):
        zoho.a_run().token()
    assert zoho.asked == 0


def test_a_home_may_be_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "~/tokens")

    shared = shared_tokens()

    assert shared
    assert shared.folder == tmp_path / "tokens"
