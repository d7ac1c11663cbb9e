"""Does the receiver refuse to start without what it needs, and say where to point Zoho?"""

from __future__ import annotations

import errno
import socket

import pytest
from click.testing import CliRunner
from rich.console import Console

from source_zoho.cli import app
from source_zoho.cli.webhooks_serve import start_problem, welcome
from source_zoho.webhooks.settings import Settings


def said(*arguments: str, **environ: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["webhooks", "serve", *arguments], env=environ)
    return result.exit_code, " ".join(result.output.split())


def test_it_does_not_start_without_any_secret() -> None:
    code, words = said("--store", "sqlite:///events.db")

    assert code == 2
    assert "set SOURCE_ZOHO_WEBHOOK_SECRET to the secret token" in words
    assert "SOURCE_ZOHO_CRM_TOKEN" in words
    assert "--allow-unsigned PRODUCT" in words


def test_it_does_not_start_without_a_configuration_that_can_be_read() -> None:
    code, words = said("--config", "nowhere.json")

    assert code == 2
    assert "There is no configuration file at nowhere.json" in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "99999"], "0<=x<=65535"),
        (["--max-body", "5"], "1024<=x"),
        (["--allow-unsigned", "desk"], "'desk' is not one of 'books'"),
    ],
)
def test_wrong_values_are_answered_with_the_right_ones(arguments: list[str], words: str) -> None:
    code, told = said(*arguments)

    assert code == 2
    assert words in told


def shown(known: Settings, *unsigned: str) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(welcome("http://127.0.0.1:8080", known, unsigned))
    return capture.get()


def test_it_says_where_to_point_zoho_and_that_tls_is_a_proxys_work() -> None:
    words = shown(Settings(secrets=("a-secret",)), "billing")

    assert "http://127.0.0.1:8080/webhooks/books/{organization_id}\n" in words
    assert "/webhooks/billing/{organization_id}  without proof: anyone" in words
    assert "/webhooks/crm  refused: it has no secret" in words
    assert "let a proxy do TLS" in words
    assert "a-secret" not in words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EADDRINUSE, "in use"), "Port 8080 at 127.0.0.1 is taken"),
        (OSError(errno.EADDRNOTAVAIL, "not available"), "no address 127.0.0.1"),
        (socket.gaierror(-2, "Name or service not known"), "no address 127.0.0.1"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be opened (Permission denied)"),
    ],
)
def test_an_address_that_cannot_be_listened_at_is_answered_with_what_to_choose(error: OSError, words: str) -> None:
    assert words in start_problem("127.0.0.1", 8080, error)
