"""What does `source-zoho login` do? It signs in to Zoho and leaves a configuration that works."""

from pathlib import Path
from typing import NoReturn

import rich_click as click

from source_zoho.cli.flags import refuse_all_beside, refuse_beside
from source_zoho.cli.login_browser import ClosedPort
from source_zoho.cli.login_client import Wish
from source_zoho.cli.login_flow import Prepared, kept, minted, prepared, shown
from source_zoho.cli.login_mint import say
from source_zoho.cli.login_revoke import ended, grant_in
from source_zoho.cli.terminal import FAILED, INTERRUPTED, WRONG_USE, results, terminate_like_interrupt
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.oauth.trials import Verdict

DEFAULT_PORT = 8914
DEFAULT_OUTPUT = Path("config.json")
WAIT_SECONDS = 300


@click.command()
@click.option("--data-center", metavar="KEY", default="", help="Where the client was made: us, eu, in, au, jp, ca ...")
@click.option("--products", metavar="LIST", default="", help="books,billing,crm or some of them; without, all.")
@click.option("--streams", metavar="NAMES", multiple=True, help="Ask for no more than these streams need.")
@click.option("--with-scope", metavar="SCOPES", multiple=True, help="Ask for these scopes, too.")
@click.option("--without-scope", metavar="SCOPES", multiple=True, help="Do not ask for these scopes.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="The configuration to write; one that is there gives client and data centre, and keeps its other settings.",
)
@click.option("--force", is_flag=True, help="Change an existing configuration without asking.")
@click.option("--client-id", metavar="ID", default="", help="Of the client; else asked for. The secret is no flag.")
@click.option("--self-client", is_flag=True, help="Sign in by a code from Zoho's API console, without a browser here.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where the browser comes back to: http://localhost:PORT/callback is the redirect URI to register.",
)
@click.option("--no-browser", is_flag=True, help="Show the address instead of opening a browser.")
@click.option(
    "--wait-seconds",
    type=click.IntRange(1, 3600),
    default=WAIT_SECONDS,
    show_default=True,
    help="How long to wait for the browser.",
)
@click.option("--accounts-url", metavar="URL", default="", help="Sign in there: a sandbox or proxy on this machine.")
@click.option("--revoke", "is_revocation", is_flag=True, help="End the refresh token of --config at Zoho instead.")
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="With --revoke: the configuration.")
def login(  # noqa: PLR0913 - every flag of the command
    *,
    data_center: str,
    products: str,
    streams: tuple[str, ...],
    with_scope: tuple[str, ...],
    without_scope: tuple[str, ...],
    output: Path,
    force: bool,
    client_id: str,
    self_client: bool,
    port: int,
    no_browser: bool,
    wait_seconds: int,
    accounts_url: str,
    is_revocation: bool,
    config_path: Path | None,
) -> None:
    """
    Sign in to Zoho and write a configuration that works.

    Asks for the READ scopes of the chosen products or streams and for no others, finds out in which data centre the
    account lives, tries every scope with one call, and lists the organizations with their ids.

    The client secret comes from SOURCE_ZOHO_CLIENT_SECRET or a hidden question (the client ID from
    SOURCE_ZOHO_CLIENT_ID or a question), and the file can be read by its owner only.

    Ends with 0 when something can be read, with 1 when Zoho refused or nothing can, with 2 when it was used wrongly.
    """
    if is_revocation:
        refuse_all_beside("--revoke", ("is_revocation", "config_path"), "takes nothing but --config")
    if self_client:
        refuse_beside("--self-client", ("port", "no_browser", "wait_seconds"), "opens no browser and no port")
    flags = streams, with_scope, without_scope
    wish = Wish(output, data_center, products, *flags, client_id, accounts_url, self_client)
    try:
        with terminate_like_interrupt():
            if is_revocation or config_path:
                _revoke(config_path, is_revocation=is_revocation)
                return
            ready = _prepared(wish, port, force=force)
            tokens = minted(wish, ready, port, wait_seconds, opens=not no_browser)
            found = shown(output, ready, kept(output, ready, tokens), tokens)
    except KeyboardInterrupt:
        say("\nStopped.")
        raise SystemExit(INTERRUPTED) from None
    except ClosedPort as error:
        _end(WRONG_USE, error)
    except ZohoError as error:
        _end(FAILED, error)
    raise SystemExit(0 if found.of(Verdict.OK) else FAILED)


def _prepared(wish: Wish, port: int, *, force: bool) -> Prepared:
    try:
        return prepared(wish, port, force=force)
    except ConfigProblem as error:
        _end(WRONG_USE, error)


def _revoke(path: Path | None, *, is_revocation: bool) -> None:
    if path is None:
        raise click.UsageError("--revoke ends the refresh token of a configuration: name it with --config FILE.")
    if not is_revocation:
        raise click.UsageError("--config belongs to --revoke; where a sign-in is written to is said by --output.")
    try:
        grant = grant_in(path)
    except ConfigProblem as error:
        _end(WRONG_USE, error)
    results().print(ended(path, grant), soft_wrap=True, markup=False)


def _end(exit_code: int, error: ZohoError) -> NoReturn:
    say(str(error))
    raise SystemExit(exit_code)
