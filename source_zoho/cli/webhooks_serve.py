"""What does `source-zoho webhooks serve` do? It takes what Zoho sends by itself, and keeps it until it is read."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Collection

import rich_click as click
from rich.console import Group
from rich.text import Text

from source_zoho.cli.terminal import notices, said_plainly
from source_zoho.cli.webhooks_settings import config_option, opened, some_config, store_option
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks import log_lines
from source_zoho.webhooks.deliveries import Trust
from source_zoho.webhooks.paths import PATHS, PRODUCTS
from source_zoho.webhooks.settings import SECRET, TOKEN, Settings, settings
from source_zoho.webhooks.store import EventStore

DEFAULT_PORT = 8080
DEFAULT_BYTES = 1024 * 1024


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="0 takes any.")
@config_option
@click.option(
    "--max-body",
    type=click.IntRange(1024, 64 * DEFAULT_BYTES),
    default=DEFAULT_BYTES,
    show_default=True,
    metavar="BYTES",
    help="Larger bodies are refused.",
)
@click.option(
    "--allow-unsigned",
    "unsigned",
    type=click.Choice(PRODUCTS),
    multiple=True,
    help="Take deliveries of this product without proof. Only where nobody else can reach the receiver.",
)
def serve(
    store_url: str | None, host: str, port: int, config_path: str | None, max_body: int, unsigned: tuple[str, ...]
) -> None:
    """
    Receive webhooks of Books and Billing and notifications of CRM, until Ctrl-C or SIGTERM.

    An event is acknowledged only when it is on disk. Secrets come from the environment
    (SOURCE_ZOHO_WEBHOOK_SECRET, SOURCE_ZOHO_CRM_TOKEN) or from the configuration, never from the command line.
    The receiver speaks HTTP: a proxy in front of it does TLS, and passes on what begins with /webhooks/.
    """
    with said_plainly():
        config = some_config(config_path)
        known = settings(os.environ, config, store_url)
        _require_a_secret(known, unsigned)
        where = known.needed_store_url()
        with _listening_at(host, port) as listening, opened(where, makes=True) as store:
            _serve(store, listening, Trust(known, unsigned), max_body)


def welcome(url: str, known: Settings, unsigned: Collection[str]) -> Group:
    """Return what a person needs to know to let Zoho reach the receiver."""
    return Group(
        Text.assemble(("Receiver of webhooks", "bold"), " at ", (url, "bold cyan")),
        "  Zoho needs an https address: let a proxy do TLS and pass on what begins with /webhooks/.",
        "  Then enter in Zoho, with the proxy's address in place of this one:",
        *(_where_to_point(url, product, known, unsigned) for product in PRODUCTS),
        "  For machines: /healthz, /readyz and /metrics, which the proxy had better not pass on.",
        Text("Ctrl-C stops the receiver.", "dim"),
    )


def start_problem(host: str, port: int, error: OSError | UnicodeError) -> str:
    """Return the sentence for an address that cannot be listened at."""
    if isinstance(error, UnicodeError | socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}; choose one of its own with --host, or 0.0.0.0 for all of them."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} at {host} is taken; end what listens there, or choose another port with --port."
    return f"Port {port} at {host} cannot be opened ({error.strerror}); choose another one with --port."


def _require_a_secret(known: Settings, unsigned: Collection[str]) -> None:
    if unsigned or any(map(known.proves, PRODUCTS)):
        return
    raise ConfigProblem(
        f"There is no secret to know Zoho's deliveries by: set {SECRET} to the secret token of your webhooks in Books "
        f"and Billing, {TOKEN} to the token of your channels in CRM, or name a configuration that has them with "
        "--config. On a network of your own --allow-unsigned PRODUCT does without."
    )


def _listening_at(host: str, port: int) -> socket.socket:
    try:
        from source_zoho.webhooks.serve import listening_at
    except ImportError:
        raise ConfigProblem("The receiver needs more packages: pip install 'source-zoho[webhooks]'") from None
    try:
        return listening_at(host, port)
    except (OSError, UnicodeError) as error:  # a name that is too long for one is no OSError
        raise ConfigProblem(start_problem(host, port, error)) from None


def _serve(store: EventStore, listening: socket.socket, trust: Trust, max_body: int) -> None:
    from source_zoho.webhooks.serve import receiver_of, serve

    log_lines.write_to(sys.stderr)
    _tell(_address(listening), trust.settings, trust.unsigned)
    serve(receiver_of(store, trust, most_bytes=max_body), listening)
    log_lines.note("stopped")


def _tell(url: str, known: Settings, unsigned: Collection[str]) -> None:
    """Say where the receiver is: to people in words, to programs in a line of the log."""
    if sys.stderr.isatty():
        notices().print(welcome(url, known, unsigned), soft_wrap=True)
        return
    for product in unsigned:
        log_lines.warn("unsigned allowed", product=product)
    proved = [product for product in PRODUCTS if known.proves(product)]
    log_lines.note("listening", url=url, products=sorted({*proved, *unsigned}), tls="by a proxy")


def _where_to_point(url: str, product: str, known: Settings, unsigned: Collection[str]) -> Text:
    line = Text.assemble(f"    {product.capitalize():8}", (f"{url}{PATHS[product]}", "green"))
    if product in unsigned:
        return line.append("  without proof: anyone who reaches it can send", "yellow")
    return line if known.proves(product) else line.append("  refused: it has no secret", "dim")


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"  # ignore-https-check
