"""Do the commands in the documentation do what it says?"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from click.testing import CliRunner

from integration_tests.builders import forget_earlier_syncs
from integration_tests.ports import a_free_port
from source_zoho.cli import app
from source_zoho.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DEVELOPMENT = ROOT / "docs" / "development.md"
WEBHOOKS = ROOT / "docs" / "webhooks.md"
VISITOR = ROOT / "integration_tests" / "login_visitor.py"
AS_THE_SANDBOX_LEFT_IT = "as-the-sandbox-left-it.json"
# Only there so that a command that hangs fails its test instead of holding it for ever.
PATIENCE_IN_SECONDS = 240


def runnable_blocks(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^( *)```bash runnable\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


@pytest.fixture(scope="module")
def zoho() -> Iterator[Emulator]:
    with Emulator(seed=7, size="small", calls_per_minute=6000, calls_per_day=1_000_000) as zoho:
        yield zoho


@pytest.fixture(scope="module")
def place(zoho: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a sandbox has left its configuration, and in whose `bin` the commands are."""
    folder = tmp_path_factory.mktemp("reader")
    config = zoho.config(calls_per_minute=6000, organization_ids=zoho.organization_ids[:1])
    # Whoever goes through the README signs in anew, for fewer scopes; whoever reads another page need not have.
    for name in ("sandbox-config.json", AS_THE_SANDBOX_LEFT_IT):
        (folder / name).write_text(json.dumps(config), encoding="utf-8")
    (folder / "bin").mkdir()
    # `source-zoho` is this checkout, whether or not it is installed where the tests run.
    command(folder / "bin" / "source-zoho", "-m source_zoho.run")
    command(folder / "bin" / "python", "")
    return folder


def command(path: Path, arguments: str) -> None:
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
    path.chmod(0o755)


SHELL = ("bash", "-euo", "pipefail", "-c")


def environment(place: Path) -> dict[str, str]:
    path = os.pathsep.join([str(place / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    browser = f"{sys.executable} {VISITOR} %s"
    # What the page exports, with a home of the reader's own.
    exported = dict(re.findall(r"^export (\w+)=~/(.*)$", README.read_text(encoding="utf-8"), re.MULTILINE))
    shared = {name: str(place / path) for name, path in exported.items()}
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "BROWSER": browser, **shared}


def run(script: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run *script* as a reader would who stands in *place*."""
    return subprocess.run(
        [*SHELL, script],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        timeout=PATIENCE_IN_SECONDS,
        check=False,
    )


def messages(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_commands_of_the_readme_do_what_it_says(place: Path, zoho: Emulator) -> None:
    signing_in, landing, asking, looking, reading, reading_on, *questions = runnable_blocks(README)

    sign_in(signing_in, place)
    land(landing, asking, place, zoho)
    look(looking, place)
    read_twice(reading, reading_on, place, zoho)
    ask(questions, place)


def sign_in(block: str, place: Path) -> None:
    before = config_of(place)
    told = done_in(place, block.replace("source-zoho login", f"source-zoho login --port {a_free_port()}"))
    assert "Written to sandbox-config.json" in told
    assert config_of(place)["refresh_token"] != before["refresh_token"]


def land(landing: str, asking: str, place: Path, zoho: Emulator) -> None:
    invoices = zoho.rows("invoices", zoho.organization_ids[0])
    all_of_them = str(len(invoices))

    first, again = re.findall(r"books_invoices +(\S+) +(\S+)", done_in(place, landing))
    assert first == (all_of_them, all_of_them)
    assert int(again[0]) < len(invoices) / 10
    assert again[1] == all_of_them

    counted = Counter(str(row["status"]) for row in invoices)
    shown = dict(re.findall(r"^│ (\w+) +│ +(\d+)", done_in(place, asking), re.MULTILINE))
    assert shown == {status: str(rows) for status, rows in counted.items()}


def look(block: str, place: Path) -> None:
    told = done_in(place, block)
    answers = Counter(message["type"] for message in messages(told) if message["type"] != "LOG")
    assert answers == {"SPEC": 1, "CONNECTION_STATUS": 1, "CATALOG": 1}
    assert '"status":"SUCCEEDED"' in told.replace(" ", "")


def read_twice(reading: str, reading_on: str, place: Path, zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]
    done_in(place, reading)
    first = records(place / "first.jsonl")
    assert len(first) == len(zoho.rows("invoices", organization_id))

    changed = str(zoho.rows("invoices", organization_id)[5]["invoice_id"])
    zoho.edit("invoices", organization_id, changed, reference_number="seen")
    done_in(place, reading_on)
    again = records(place / "second.jsonl")
    assert [record["invoice_id"] for record in again if record["reference_number"] == "seen"] == [changed]
    assert len(again) < len(first) / 10


def ask(blocks: list[str], place: Path) -> None:
    planning, counting, reporting, examining = blocks
    assert "differs" in done_in(place, planning)
    assert "1 equal" in done_in(place, counting)
    done_in(place, reporting)
    assert "The one stream was read to its end." in (place / "sync-report.html").read_text(encoding="utf-8")
    assert "Everything that was asked about can be read." in done_in(place, examining)


def done_in(place: Path, script: str) -> str:
    """Return what *script* writes to standard output, which has to go well."""
    ended = run(script, place)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def config_of(place: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((place / "sandbox-config.json").read_text(encoding="utf-8"))
    return config


def records(path: Path) -> list[dict[str, Any]]:
    told = messages(path.read_text(encoding="utf-8"))
    return [message["record"]["data"] for message in told if message["type"] == "RECORD"]


# ── Webhooks ──


def test_the_commands_about_webhooks_do_what_the_page_says(
    place: Path, zoho: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, *rest = runnable_blocks(WEBHOOKS)
    for name in ("config.json", "channels.json"):
        (place / name).write_bytes((place / AS_THE_SANDBOX_LEFT_IT).read_bytes())
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in re.findall(r"^export (\w+)=(.*)$", serving, re.MULTILINE):
        monkeypatch.setenv(name, value)

    with receiver(serving.replace("--port 8080", "--port 0"), place) as url:
        lines = "".join(rest).replace("https://hooks.example.com --", f"{url} --").splitlines()
        said = [done(line.replace("YOUR_ORGANIZATION_ID", zoho.organization_ids[0])) for line in lines]

    subscribed, standing, renewed, tried, stats, pruned, replayed = said
    assert "Leads.all, Deals.all" in subscribed
    assert "alive" in standing
    assert "stays as it is until" in renewed
    assert tried.count(" ok") == 3
    assert "A receiver listened for" in stats
    assert "0 events from before" in pruned
    assert "1 event will be read once more." in replayed


def done(line: str) -> str:
    """Return what a command says that goes well, run in this process: each of its own would take seconds to begin."""
    forget_earlier_syncs()
    program, *arguments = shlex.split(line)
    result = CliRunner().invoke(app, arguments)
    assert (program, result.exit_code) == ("source-zoho", 0), f"{line}: {result.output}"
    return " ".join(result.output.split())


@contextmanager
def receiver(script: str, place: Path) -> Iterator[str]:
    """Run *script* until it listens, give its address to the block, and end it as Ctrl-C in a terminal does."""
    with subprocess.Popen(
        [*SHELL, script], cwd=place, env=environment(place), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr
        try:
            yield json.loads(next(line for line in process.stderr if '"listening"' in line))["url"]
        finally:
            os.killpg(process.pid, signal.SIGINT)


def test_the_bundle_is_taken_by_a_runner_of_bare_manifests(place: Path) -> None:
    (line,) = re.findall(r"^AIRBYTE_ENABLE_UNSAFE_CODE=true .+$", DEVELOPMENT.read_text(encoding="utf-8"), re.MULTILINE)
    written = run("python -m tasks.bundle zoho-bundle.yaml", place)
    assert written.returncode == 0, written.stderr

    # The command by its module: the script may not be installed where the tests run.
    runner = "from airbyte_cdk.cli.source_declarative_manifest import run; run()"
    command(place / "bin" / "source-declarative-manifest", f"-c '{runner}'")
    checked = run(line, place)

    assert '"status":"SUCCEEDED"' in checked.stdout, checked.stderr


def test_the_controls_in_the_documentation_are_answered(zoho: Emulator) -> None:
    before, statuses = zoho.clock.now(), []

    for line in re.findall(r"^curl .*localhost.*$", DEVELOPMENT.read_text(encoding="utf-8"), re.MULTILINE):
        url, method, data = curl(line)
        answer = requests.request(method, url.replace("http://localhost:8080", zoho.url), data=data, timeout=30)
        statuses.append(answer.status_code)
    zoho.faults.clear()

    assert statuses == [200, 200, 200]
    assert (zoho.clock.now() - before).total_seconds() >= 3600


def curl(line: str) -> tuple[str, str, str | None]:
    """Return address, method and body of a curl command, so that the test needs no curl."""
    words = shlex.split(line)
    options = {word: words[place + 1] for place, word in enumerate(words) if word.startswith("--")}
    (url,) = [word for word in words if word.startswith("http")]
    return url, options.get("--request", "GET"), options.get("--data")
