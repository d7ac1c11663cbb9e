"""What does `source-zoho sandbox` do? It serves an offline Zoho until it is stopped."""

import errno
import ipaddress
import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import rich_click as click
from rich.console import Group
from rich.text import Text

from source_zoho.cli.terminal import WRONG_USE, notices, results
from source_zoho.webhooks.settings import SECRET as SECRET_VARIABLE

if TYPE_CHECKING:
    from source_zoho.emulator import Emulator

Size = Literal["small", "medium", "large"]

DEFAULT_CONFIG = Path("sandbox-config.json")
# Nobody wants to wait for a quota on their own machine: a pace that no single reader reaches.
CALLS_PER_MINUTE = 6000
CALLS_PER_DAY = 10_000_000
PRODUCTS = ["books", "billing", "crm"]
# Deliveries are looked for so often: quick enough for somebody who watches.
SECONDS_BETWEEN_DELIVERIES = 0.2


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 takes a free one.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same books.")
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "large"]),
    default="small",
    show_default=True,
    help="How many records.",
)
@click.option(
    "--calls-per-minute",
    type=click.IntRange(1, 100_000),
    default=CALLS_PER_MINUTE,
    show_default=True,
    help="Calls that an organization may make in a minute. Zoho's real pace is 100: try it, and see the wait.",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="Where to write a configuration for the connector.",
)
@click.option(
    "--webhooks",
    "receiver_url",
    metavar="URL",
    help="Send webhooks of every change to a receiver on this machine, such as http://localhost:8000/webhooks. "
    f"They are signed if {SECRET_VARIABLE} holds a secret.",
)
@click.option("--force", is_flag=True, help="Overwrite the configuration file even if no sandbox made it.")
def sandbox(
    port: int,
    seed: int,
    size: Size,
    calls_per_minute: int,
    config_path: Path,
    receiver_url: str | None,
    force: bool,
) -> None:
    """
    Serve an offline Zoho on this machine until Ctrl-C.

    It answers only this machine, needs no account, and forgets everything when it stops.
    The configuration that it writes works with every protocol verb.
    """
    if not force and not replaceable(config_path):
        raise click.UsageError(
            f"{config_path} was not made by a sandbox, so it stays. Name another file with --config, or use --force."
        )
    with _stop_signals() as stop, _served(port, seed, size, calls_per_minute) as zoho:
        pace = {"calls_per_minute": calls_per_minute, "daily_call_limit": CALLS_PER_DAY}
        webhooks = set_up_webhooks(zoho, receiver_url) if receiver_url else 0
        write_config(config_path, zoho.config(products=PRODUCTS, **pace))
        results().print(welcome(zoho.url, config_path, len(zoho.organization_ids), size), soft_wrap=True)
        if receiver_url:
            results().print(told_about_webhooks(zoho.url, webhooks, receiver_url), soft_wrap=True)
        _wait_for(stop)
        results().print(farewell(zoho.calls.total, config_path), soft_wrap=True)


def replaceable(path: Path) -> bool:
    """Tell whether *path* is free or holds a sandbox's configuration: one that points at this machine."""
    try:
        if not path.exists():
            return True
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(config, Mapping) and _on_loopback(config.get("api_base_url"))


def write_config(path: Path, config: Mapping[str, Any]) -> None:
    """Write *config* for people to read and change."""
    try:
        path.write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise click.UsageError(
            f"{path} cannot be written ({error.strerror}); name another file with --config."
        ) from None


def set_up_webhooks(zoho: "Emulator", url: str) -> int:
    """Let every organization tell a receiver about its changes, and return how many webhooks that takes."""
    from source_zoho.emulator.webhooks.usual import set_up_usual

    secret = os.environ.get(SECRET_VARIABLE, "").split(",")[0].strip()
    try:
        return len(set_up_usual(zoho.webhooks, zoho.organization_ids, url, secret))
    except ValueError as problem:
        raise click.UsageError(f"The webhooks cannot be set up: {problem}") from None


def told_about_webhooks(url: str, webhooks: int, receiver_url: str) -> Group:
    """Return what a person needs to know to see a webhook arrive."""
    return Group(
        "",
        f"{webhooks} webhooks go to {receiver_url}, signed if {SECRET_VARIABLE} holds a secret.",
        f"  Records change at {url}/_emulator/edit, add and delete; {url}/_emulator/webhooks lists what was sent.",
    )


def welcome(url: str, config_path: Path, organizations: int, size: str) -> Group:
    """Return what a person needs to know to use the sandbox."""
    config = str(config_path)
    commands = (
        f"check --config {config}",
        f"land --config {config} --streams books_invoices,crm_leads",
        f"discover --config {config}",
        f"read --config {config} --catalog FILE",
    )
    return Group(
        Text.assemble(("Zoho sandbox", "bold"), " at ", (url, "bold cyan")),
        f"  {organizations} organizations of Books and Billing and one of CRM, size {size}.",
        "  Only this machine can reach it.",
        Text.assemble("  Configuration: ", (config, "bold")),
        "",
        "In another terminal:",
        *(Text.assemble("  ", (f"source-zoho {command}", "green")) for command in commands),
        Text(
            "  land fills a DuckDB file. read wants a configured catalog; `source-zoho demo --keep` leaves one.", "dim"
        ),
        "",
        Text("Ctrl-C stops the sandbox.", "dim"),
    )


def farewell(calls: int, config_path: Path) -> str:
    """Return the last line."""
    return f"\nThe sandbox has stopped after {calls:,} calls. {config_path} stays; the next sandbox rewrites it."


def start_problem(port: int, error: OSError) -> str:
    """Return the sentence for a port that cannot be opened."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken; choose another one with --port, or leave it out for a free one."
    return f"Port {port} cannot be opened ({error.strerror}); choose another one with --port."


@contextmanager
def _served(port: int, seed: int, size: Size, calls_per_minute: int) -> Iterator["Emulator"]:
    from source_zoho.emulator import Emulator

    zoho = Emulator(seed=seed, size=size, port=port, calls_per_minute=calls_per_minute, calls_per_day=CALLS_PER_DAY)
    try:
        zoho.__enter__()
    except OSError as error:
        notices().print(f"[red]Error:[/] {start_problem(port, error)}", soft_wrap=True)
        raise SystemExit(WRONG_USE) from None
    # Channels of the CRM are opened by calls, at any time.
    zoho.webhooks.start(SECONDS_BETWEEN_DELIVERIES)
    try:
        yield zoho
    finally:
        zoho.__exit__(None, None, None)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event: both are the usual end of a sandbox, not an error."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ask_to_stop) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _wait_for(stop: threading.Event) -> None:
    # In turns: on Windows an endless wait would not let the signal handler run.
    while not stop.wait(1):
        pass


def _on_loopback(url: Any) -> bool:
    host = urlsplit(url).hostname if isinstance(url, str) else None
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
