"""Does `webhooks test` prove the road from Zoho to the store, and say where it is broken?"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from integration_tests.webhooks.receiving import ORGANIZATION, SECRET, TOKEN, Served, served
from source_zoho.cli import app
from source_zoho.webhooks.stores import open_store

ENVIRON = {"SOURCE_ZOHO_WEBHOOK_SECRET": SECRET, "SOURCE_ZOHO_CRM_TOKEN": TOKEN, "COLUMNS": "200"}


@pytest.fixture(scope="module")
def kept_at(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('receiver') / 'events.db'}"


@pytest.fixture(scope="module")
def receiver(kept_at: str) -> Iterator[Served]:
    with served(kept_at, "--allow-unsigned", "crm") as running:
        yield running


@pytest.fixture(scope="module")
def another_server() -> Iterator[str]:
    """Return the address of something that answers everything with a page."""

    class Pages(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(502)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>Bad Gateway</html>")

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def tried(url: str, product: str = "books", *more: str, **environ: str) -> tuple[int, str]:
    organization = [] if product == "crm" else ["--organization", ORGANIZATION]
    arguments = ["webhooks", "test", "--url", url, "--product", product, *organization, *more]
    result = CliRunner().invoke(app, arguments, env={**ENVIRON, **environ})
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("product", ["books", "billing", "crm"])
def test_a_whole_road_is_proved_step_by_step(receiver: Served, kept_at: str, product: str) -> None:
    code, words = tried(receiver.url, product, "--store", kept_at)

    assert (code, words.count(" ok")) == (0, 4), words
    with open_store(kept_at) as store:
        *_, test = store.read_after(0, product)
        assert test.event.origin == "test"
        assert not store.latest(product, test.event.organization_id)


@pytest.mark.parametrize(
    ("product", "environ"),
    [("books", {"SOURCE_ZOHO_WEBHOOK_SECRET": "another-secret"}), ("crm", {"SOURCE_ZOHO_CRM_TOKEN": "another"})],
)
def test_another_secret_is_found_out(receiver: Served, product: str, environ: dict[str, str]) -> None:
    code, words = tried(receiver.url, product, **environ)

    assert code == 1
    assert "Set the same secret here and at the receiver." in words


def test_another_store_is_found_out(receiver: Served, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    open_store(other).close()

    code, words = tried(receiver.url, "books", "--store", other)

    assert code == 1
    assert "start it with the same --store" in words


def test_a_store_that_is_not_there_is_not_looked_into(receiver: Served, tmp_path: Path) -> None:
    code, words = tried(receiver.url, "books", "--store", f"sqlite:///{tmp_path / 'evnets.db'}")

    assert code == 2
    assert "does not exist. Correct its address" in words


def test_a_road_that_ends_at_a_proxy_is_found_out(another_server: str) -> None:
    code, words = tried(another_server)

    assert code == 1
    assert "Status 502 with a page of HTML. The proxy does not reach the receiver" in words


def test_what_speaks_no_tls_is_found_out(another_server: str) -> None:
    code, words = tried(another_server.replace("http:", "https:"))

    assert code == 1
    assert "No TLS with 127.0.0.1" in words


def test_a_door_that_nobody_opens_is_found_out() -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        code, words = tried(f"http://127.0.0.1:{taken.getsockname()[1]}")

    assert code == 1
    assert "Nothing listens at 127.0.0.1" in words


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (["--url", "hooks", "--product", "crm"], {}, "expected one such as https://hooks.example.com"),
        (["--url", "https://h", "--product", "books"], {}, "--organization is ''; expected"),
        (["--url", "https://h", "--product", "crm"], {"SOURCE_ZOHO_CRM_TOKEN": ""}, "nothing to sign with"),
    ],
)
def test_a_wrong_use_is_answered_with_the_right_one(arguments: list[str], environ: dict[str, str], words: str) -> None:
    result = CliRunner().invoke(app, ["webhooks", "test", *arguments], env={**ENVIRON, **environ})

    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_receiver_does_not_start_at_a_port_that_is_taken_or_with_a_store_that_is_away(
    another_server: str, tmp_path: Path
) -> None:
    port = another_server.rpartition(":")[2]
    for store, port_, code, words in (
        (f"sqlite:///{tmp_path / 'events.db'}", port, 2, f"Port {port} at 127.0.0.1 is taken"),
        (f"sqlite:///{tmp_path / 'nowhere' / 'events.db'}", "0", 2, "there is no folder"),
        ("postgresql://me:quite-secret@127.0.0.1:1/events", "0", 1, "cannot be reached"),
        ("mysql://me:quite-secret@127.0.0.1:1/events", "0", 2, "begins with mysql"),
    ):
        result = CliRunner().invoke(app, ["webhooks", "serve", "--store", store, "--port", port_], env=ENVIRON)
        told = " ".join(result.output.split())
        assert (result.exit_code, words in told, "quite-secret" in told) == (code, True, False), told
