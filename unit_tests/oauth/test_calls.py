"""Is it told why nothing came from an accounts server, and what helps?"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from source_zoho.oauth.calls import Answer, fetched, posted
from unit_tests.oauth.accounts_server import AccountsServers, Said

ZOHO, HERE = "https://accounts.zoho.eu/oauth/v2/token", "http://127.0.0.1:8080/oauth/v2/token"
REFUSED = requests.ConnectionError("NewConnectionError: [Errno 111] Connection refused")


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> AccountsServers:
    return AccountsServers(monkeypatch)


@pytest.mark.parametrize(
    ("url", "trouble", "remedy"),
    [
        (
            HERE,
            REFUSED,
            "Nothing answers at 127.0.0.1:8080 on this machine: start `source-zoho sandbox` with that port",
        ),
        (
            HERE,
            requests.ConnectionError("RemoteDisconnected"),
            "see that this machine may reach 127.0.0.1 on port 8080.",
        ),
        (ZOHO, REFUSED, "Run again later, and see that this machine may reach accounts.zoho.eu on port 443."),
        (ZOHO, requests.ReadTimeout(), "Run again later, and see that this machine may reach accounts.zoho.eu"),
        (ZOHO, Said(302, b"", {"Location": "http://[::1"}), "see that this machine reaches accounts.zoho.eu directly"),
    ],
)
def test_the_remedy_fits_the_trouble(servers: AccountsServers, url: str, trouble: object, remedy: str) -> None:
    servers.will_answer(url.split("/")[2], trouble)

    for answer in (posted(url, {"client_secret": "hush"}), fetched(url)):
        assert remedy in answer.remedy
        assert answer.body is None


def test_a_token_is_one_that_a_header_can_carry() -> None:
    good = "1000.abc.def"
    for wrong in ("", "1000.a b", "1000.a\r\nX: 1", "1000.\u00fc", "\x7f", 7, None, [good]):
        assert Answer(200, {"access_token": wrong}).token("access_token") == ""
    bodies: list[Any] = [None, [], "1000.a", {"refresh_token": good}]
    for body in bodies:
        assert Answer(200, body).token("access_token") == ""
    assert Answer(200, {"access_token": good}).token("access_token") == good
