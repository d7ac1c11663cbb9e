"""
What has to be so inside the image?

Each step runs something in a container, against the offline Zoho on this machine's loopback, and returns what it saw.
"""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import rich_click as click

from source_zoho.emulator import Emulator
from tasks.buildah import Buildah, run_or_complain

# Where a checkout may hold what nobody else should see, or what an image does not need. None of it may arrive.
PLANTED = "planted-by-try-image-7f3a"
PLACES = ("secrets/config.json", "unit_tests/test_it.py", ".git/config", ".env", "config.json", "source_zoho/.env")
_UNWANTED = {".git", ".env", "unit_tests", "integration_tests", "secrets", "tests", "pip", "gcc", "cc", "make"}
_STREAMS = ("books_invoices", "billing_subscriptions", "crm_leads")
_EVENTS = "books_webhook_events"
_PATIENCE_SECONDS = 60.0
_STORE = "sqlite:////var/lib/source-zoho/events.db"
_SECRET = "trial1secret2trial3"  # noqa: S105 - shared with the offline Zoho, for a minute


@dataclass
class Trial:
    """An image, a container of it, the offline Zoho, and the folder that the container finds at /config."""

    buildah: Buildah
    image: str
    base: str
    container: str
    zoho: Emulator
    config: Path

    def run(self, arguments: str) -> list[dict[str, Any]]:
        """Run the connector as Airbyte's platform does, by the variable; return its messages."""
        command = ("sh", "-c", f"$AIRBYTE_ENTRYPOINT {arguments}")
        lines = run_or_complain(self.buildah.inside(self.container, *command, see=self.config)).splitlines()
        return [message for message in map(json.loads, lines) if message["type"] != "LOG"]


def expect(fulfilled: bool, what: str) -> None:
    """Raise ClickException unless what should be so is so."""
    if not fulfilled:
        raise click.ClickException(f"it is not true that {what}")


def user(trial: Trial) -> str:
    """It is not root, in name and in fact."""
    settings = trial.buildah.settings(trial.image)
    told = dict(pair.split("=", 1) for pair in settings["Env"])
    expect(settings["Entrypoint"] == [told["AIRBYTE_ENTRYPOINT"]], "people and the platform start the same command")
    number = run_or_complain(trial.buildah.inside(trial.container, "id", "-u")).strip()
    expect(number not in ("", "0") and settings["User"] == number, "the image has a user of its own, named by number")
    return f"user {number}"


def contents(trial: Trial) -> str:
    """What the image adds to its base holds no secret, no test and no tool."""
    with trial.buildah.container(trial.base) as base:
        known = set(files_below(Path(trial.buildah.ask("mount", base))))
    mounted = Path(trial.buildah.ask("mount", trial.container))
    added = [path for path in files_below(mounted) if path not in known]
    unwanted = [path for path in added if _UNWANTED & set(Path(path).parts)]
    expect(not unwanted, f"nothing unwanted is inside: {', '.join(unwanted[:5])}")
    leaked = [path for path in added if PLANTED.encode() in (mounted / path).read_bytes()]
    expect(not leaked, f"no planted secret is inside: {', '.join(leaked)}")
    risen = [path for path in added if (mounted / path).stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    expect(not risen, f"nothing runs as somebody else: {', '.join(risen)}")
    return f"{len(added):,} files added, {len(PLACES)} planted secrets not among them"


def files_below(folder: Path) -> Iterator[str]:
    """Return the plain files below *folder*, by their paths in it."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(folder))


def spec(trial: Trial) -> str:
    """It says what it wants to know."""
    (said,) = trial.run("spec")
    return f"{len(said['spec']['connectionSpecification']['properties'])} settings"


def check(trial: Trial) -> str:
    """It reaches the offline Zoho."""
    *_, said = trial.run("check --config /config/config.json")
    expect(said["connectionStatus"]["status"] == "SUCCEEDED", f"the check succeeds: {said['connectionStatus']}")
    return "SUCCEEDED"


def discover(trial: Trial) -> str:
    """It knows what there is."""
    (said,) = trial.run("discover --config /config/config.json")
    names = {each["name"] for each in said["catalog"]["streams"]}
    missing = set(_STREAMS) - names
    expect(not missing, f"the catalog is complete; it lacks {', '.join(missing)}")
    return f"{len(names)} streams"


def read(trial: Trial) -> str:
    """It reads."""
    return ", ".join(f"{count} of {stream}" for stream, count in records(trial, "catalog.json", _STREAMS).items())


def records(trial: Trial, catalog: str, streams: tuple[str, ...], config: str = "config.json") -> dict[str, int]:
    """Read, and return how many records came of each stream; none without any."""
    messages = trial.run(f"read --config /config/{config} --catalog /config/{catalog}")
    came = [message["record"]["stream"] for message in messages if message["type"] == "RECORD"]
    counts = {stream: came.count(stream) for stream in streams}
    expect(all(counts.values()), f"every stream has records: {counts}")
    return counts


def receiver(trial: Trial) -> str:
    """It serves, is healthy, keeps a signed event, ends when it is told to, and the stream has the event."""
    with serving(trial) as url:
        with urlopen(f"{url}/healthz", timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - http, to this machine
            expect(answer.status == 200, "the receiver is healthy")
        organization = trial.zoho.organization_ids[0]
        target = f"{url}/webhooks/books/{organization}?module=invoices"
        trial.zoho.webhooks.add("books", organization, target, secret=_SECRET, module="invoices")
        invoice = str(trial.zoho.rows("invoices", organization)[0]["invoice_id"])
        trial.zoho.edit("invoices", organization, invoice, notes="tried")
        answers = [delivery.status for delivery in trial.zoho.webhooks.deliver()]
        expect(answers == [200], f"a signed event is taken: {answers}")
    read = records(trial, "events.json", (_EVENTS,), config="with_store.json")
    return f"/healthz 200; an event taken, then read: {read[_EVENTS]}"


@contextmanager
def serving(trial: Trial) -> Iterator[str]:
    """Start the receiver in the container; yields its address."""
    command = f"exec $AIRBYTE_ENTRYPOINT webhooks serve --config /config/receiver.json --store {_STORE} --port 0"
    line = trial.buildah.inside(trial.container, "sh", "-c", command, see=trial.config)
    running = subprocess.Popen(  # noqa: S603 - ours
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield _address(running)
    finally:
        _end(running)


def _end(running: subprocess.Popen[str]) -> None:
    """End buildah and what it runs, as a platform does: first kindly."""
    os.killpg(running.pid, signal.SIGTERM)
    try:
        running.communicate(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        raise click.ClickException("the receiver does not end when it is told to") from None


def _address(running: subprocess.Popen[str]) -> str:
    assert running.stderr  # noqa: S101 - stderr=PIPE above; this tells the type checker
    said = []
    for line in running.stderr:
        said.append(line)
        if found := re.search(r"\bhttp:[/\w.]+:\d+", line):
            return found[0]
    raise click.ClickException(f"the receiver ended before it listened:\n{''.join(said)}")


def prepare(zoho: Emulator, folder: Path) -> None:
    """Write what the container finds at /config, for its user to read."""
    everything = ["books", "billing", "crm"]
    config = zoho.config(products=everything, start_date="2020-01-01T00:00:00Z")
    texts = {
        "config.json": config,
        "with_store.json": {**config, "webhook_store_url": _STORE},
        "receiver.json": {"webhook_secret": _SECRET},
        "catalog.json": _catalog(_STREAMS),
        "events.json": _catalog((_EVENTS,)),
    }
    folder.chmod(0o755)
    for name, text in texts.items():
        (folder / name).write_text(json.dumps(text), "utf-8")


def _catalog(streams: tuple[str, ...]) -> dict[str, Any]:
    modes = ["full_refresh", "incremental"]
    declared = [{"name": name, "json_schema": {}, "supported_sync_modes": modes} for name in streams]
    chosen = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    return {"streams": [{"stream": stream, **chosen} for stream in declared]}


STEPS: tuple[Callable[[Trial], str], ...] = (user, contents, spec, check, discover, read, receiver)
