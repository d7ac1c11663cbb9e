"""Does `source-zoho sandbox` serve what its configuration promises, and stop like a good neighbour?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import pytest
import requests

from integration_tests.emulator.sink import Sink

if TYPE_CHECKING:
    from pathlib import Path

# Only there so that a broken sandbox fails its test instead of holding it for ever.
PATIENCE_IN_SECONDS = 60


class Sandbox:
    """A sandbox that runs in a folder, the way a person starts one."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.config_path = folder / "sandbox-config.json"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "source_zoho.run", "sandbox", *arguments],
            cwd=folder,
            env={**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.welcome = self._hear_the_welcome()

    def _hear_the_welcome(self) -> str:
        assert self._process.stdout is not None
        heard = ""
        for line in self._process.stdout:
            heard += line
            if "Ctrl-C" in line:
                break
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE_IN_SECONDS)

    @property
    def config(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.config_path.read_text())
        return content

    def end(self, by: signal.Signals | None = None) -> tuple[int, str, str]:
        """Send the signal *by*, or none; return exit code, the rest of standard output, and standard error."""
        if by is not None:
            self._process.send_signal(by)
        output, errors = self._process.communicate(timeout=PATIENCE_IN_SECONDS)
        return self._process.returncode, output, errors


def test_its_configuration_signs_in_and_reads(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        config = sandbox.config
        grant = {key: config[key] for key in ("client_id", "client_secret", "refresh_token")}
        granted = requests.post(
            f"{config['accounts_base_url']}/oauth/v2/token", data={**grant, "grant_type": "refresh_token"}, timeout=30
        ).json()
        answer = requests.get(
            f"{config['api_base_url']}/books/v3/organizations",
            headers={"Authorization": f"Zoho-oauthtoken {granted['access_token']}"},
            timeout=30,
        ).json()

    assert answer["code"] == 0
    assert answer["organizations"]


def test_it_tells_its_address_and_the_next_commands(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        assert sandbox.config["api_base_url"] in sandbox.welcome
        for verb in ("check", "discover", "read"):
            assert f"source-zoho {verb} --config sandbox-config.json" in sandbox.welcome


def test_its_configuration_has_its_own_pace(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--calls-per-minute", "250") as sandbox:
        assert sandbox.config["calls_per_minute"] == 250


def test_it_sends_webhooks_of_what_changes(tmp_path: Path) -> None:
    with Sink() as sink, Sandbox(tmp_path, "--webhooks", f"{sink.url}/webhooks") as sandbox:
        controls = f"{sandbox.config['api_base_url']}/_emulator"
        organization_id = requests.get(f"{controls}/state", timeout=30).json()["organization_ids"][0]
        new = {"resource": "items", "organization_id": organization_id, "fields": {"name": "Größe"}}
        requests.post(f"{controls}/add", json=new, timeout=30)

        (letter,) = sink.wait_for(1)

    assert letter.target == f"/webhooks/books/{organization_id}?module=items&operation=created"
    assert "Größe" in letter.body.decode()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_with_a_goodbye_and_leaves_its_configuration(tmp_path: Path, by: signal.Signals) -> None:
    with Sandbox(tmp_path) as sandbox:
        exit_code, output, errors = sandbox.end(by)

        assert (exit_code, errors) == (0, "")
        assert "The sandbox has stopped after 0 calls. sandbox-config.json stays" in output
        assert sandbox.config_path.exists()


def test_the_next_sandbox_takes_over_the_configuration(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        before = sandbox.config["api_base_url"]
        with Sandbox(tmp_path) as another:
            assert another.config["api_base_url"] != before


def test_a_taken_port_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Sandbox(tmp_path, "--port", str(port)) as sandbox:
            exit_code, output, errors = sandbox.end()

    assert (exit_code, output) == (2, "")
    assert errors == f"Error: Port {port} is taken; choose another one with --port, or leave it out for a free one.\n"
    assert not (tmp_path / "sandbox-config.json").exists()
