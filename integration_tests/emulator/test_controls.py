"""Can another process steer the emulator, and only from this machine?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from integration_tests.emulator.client import TIMEOUT_SECONDS, Client
from source_zoho.emulator import Emulator
from source_zoho.emulator.controls import control
from source_zoho.emulator.wire import Request


def test_the_state_tells_organizations_and_clock(client: Client, zoho: Emulator) -> None:
    state = client.control("state").json()

    assert state["organization_ids"] == zoho.organization_ids
    assert state["inactive_organization_ids"] == zoho.inactive_organization_ids
    assert state["records"][client.organization_id]["invoices"] == 430


def test_the_configuration_is_the_one_that_python_gets(client: Client, zoho: Emulator) -> None:
    assert client.control("config").json() == zoho.config()


def test_records_can_be_added_edited_read_and_deleted(client: Client) -> None:
    where: dict[str, object] = {"resource": "items", "organization_id": client.organization_id}
    record_id = client.control("add", {**where, "fields": {"name": "Neu"}}).json()["record_id"]
    client.control("edit", {**where, "record_id": record_id, "fields": {"name": "Neuer"}})

    rows = client.control("rows", resource="items", organization_id=client.organization_id).json()["rows"]
    assert [row["name"] for row in rows if row["item_id"] == record_id] == ["Neuer"]

    client.control("delete", {**where, "record_id": record_id})
    assert client.get(f"/items/{record_id}").status_code == 404


def test_faults_behaviour_tokens_and_clock_can_be_steered(client: Client) -> None:
    client.control("fault", {"kind": "45", "path": "items"})
    assert client.get("/items").json()["code"] == 45

    client.control("behave", {"resource": "items", "filter": "refuse"})
    assert client.get("/items", last_modified_time="2024-01-01T00:00:00+0000").json()["code"] == 2

    client.control("revoke", {})
    assert client.get("/items").json()["code"] == 57

    client.renew()
    client.control("clock", {"seconds": 3601})
    assert client.get("/items").json()["code"] == 57
    set_to = client.control("clock", {"set": "2030-01-01T00:00:00+00:00"}).json()["now"]
    assert set_to.startswith("2030-01-01T00:00")


def test_a_grant_code_can_be_made_and_traded_once(client: Client) -> None:
    code = client.control("grant-code", {"scopes": ["ZohoBooks.settings.READ"]}).json()["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client.config["client_id"],
        "client_secret": client.config["client_secret"],
    }

    answers = [requests.post(f"{client.url}/oauth/v2/token", data=form, timeout=TIMEOUT_SECONDS) for _ in range(2)]

    assert "refresh_token" in answers[0].json()
    assert answers[1].json() == {"error": "invalid_code"}


def test_the_control_path_is_never_counted(client: Client) -> None:
    client.control("reset-calls", {})
    client.get("/items")
    client.control("state")

    calls = client.control("calls").json()

    assert (calls["total"], calls["tokens"]) == (1, 0)
    assert calls["log"][0]["path"] == "/books/v3/items"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("nonsense", {}, 404),
        ("edit", {"resource": "items"}, 400),
        ("fault", {"kind": "meteor"}, 400),
        ("delete", {"resource": "items", "organization_id": "1", "record_id": "1"}, 400),
    ],
)
def test_a_control_that_cannot_be_done_says_why(
    client: Client, name: str, body: dict[str, object], status: int
) -> None:
    answer = client.control(name, body)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_callers_from_elsewhere_have_no_control(zoho: Emulator) -> None:
    answer = control(zoho, Request("GET", "/_emulator/state"), "192.0.2.7")

    assert answer.status == 403


@contextmanager
def a_process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the emulator as a process of its own and read its address."""
    command = [sys.executable, "-m", "source_zoho.emulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_prints_its_address_and_serves_until_it_is_interrupted(number: signal.Signals) -> None:
    with a_process("--seed", "11", "--calls-per-minute", "1") as (process, url):
        config = requests.get(f"{url}/_emulator/config", timeout=TIMEOUT_SECONDS).json()
        os.kill(process.pid, number)

        assert process.wait(TIMEOUT_SECONDS) == 0
        assert config["api_base_url"] == url
