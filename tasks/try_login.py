"""
Does signing in work in a real browser?

`python -m tasks.try_login` starts the offline Zoho and `source-zoho login`, lets a headless Chromium click on Accept,
on Reject, and come back from an older tab, and looks at what it shows and asks for. Chromium has to be installed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import rich_click as click
from rich.console import Console

from source_zoho.emulator import Emulator
from tasks.chromium import Tab, a_tab

COMMAND = (sys.executable, "-m", "source_zoho.run", "login", "--no-browser", "--products", "books")
PORT = 8915
_LOOK = "document.querySelector('{}') !== null"
_BUTTON = "document.querySelector('#{}').click()"


@contextmanager
def signing_in(zoho: Emulator, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command in *folder*; yields it and the address that it wants to be opened."""
    client = {
        "SOURCE_ZOHO_CLIENT_ID": zoho.accounts.client_id,
        "SOURCE_ZOHO_CLIENT_SECRET": zoho.accounts.client_secret,
    }
    place = ("--accounts-url", zoho.url, "--output", str(folder / "config.json"), "--port", str(PORT))
    running = subprocess.Popen(  # noqa: S603 - our own program
        [*COMMAND, *place], env={**os.environ, **client}, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield running, _address(running)
    finally:
        running.kill()
        running.wait()


def _is_here(url: str) -> bool:
    return url.startswith(("about:", "data:")) or urlsplit(url).hostname in {"localhost", "127.0.0.1"}


def _address(running: subprocess.Popen[str]) -> str:
    assert running.stderr  # noqa: S101 - stderr=PIPE above; this tells the type checker
    for line in running.stderr:
        if found := re.match(r"Open (\S+) in a browser", line):
            return found[1]
    raise click.ClickException("source-zoho login ended before it asked for a browser")


def accept(tab: Tab, zoho: Emulator, folder: Path, pictures: Path | None) -> str:
    """Click on Accept; return what was seen, or raise ClickException."""
    with signing_in(zoho, folder) as (running, address):
        tab.open(address)
        tab.wait_for(_LOOK.format("#accept"))
        tab.value(_BUTTON.format("accept"))
        tab.wait_for(_LOOK.format("#signed-in"))
        _expect(tab.value("location.href") == f"{address}done", "the code left the address")
        _expect(
            tab.value("getComputedStyle(document.querySelector('main')).borderRadius") == "14px", "the style is taken"
        )
        if pictures:
            tab.photograph(pictures / "signed-in-light.png")
            tab.photograph(pictures / "signed-in-dark.png", dark=True)
        running.communicate()
        _expect(running.returncode == 0, "the command succeeded")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    _expect(bool(config["refresh_token"]), "a configuration was written")
    return f"Accept: {_words(tab)}"


def reject(tab: Tab, zoho: Emulator, folder: Path) -> str:
    """Click on Reject; return what was seen, or raise ClickException."""
    with signing_in(zoho, folder) as (running, address):
        tab.open(address)
        tab.wait_for(_LOOK.format("#reject"))
        tab.value(_BUTTON.format("reject"))
        tab.wait_for(_LOOK.format("#not-signed-in"))
        running.communicate()
        _expect(running.returncode == 1, "the command failed")
    _expect(not (folder / "config.json").exists(), "nothing was written")
    return f"Reject: {_words(tab)}"


def come_late(tab: Tab, zoho: Emulator, folder: Path) -> str:
    """Come back from an older tab; return what was seen, or raise ClickException."""
    with signing_in(zoho, folder) as (running, address):
        tab.open(f"{address}callback?state=older&code=1000.older")
        tab.wait_for(_LOOK.format("#stray"))
        _expect(running.poll() is None, "the command waits on")
    return f"An older tab: {_words(tab)}"


def _words(tab: Tab) -> str:
    return str(tab.value("document.querySelector('main').innerText")).replace("\n", " ")


def _expect(fulfilled: bool, what: str) -> None:
    if not fulfilled:
        raise click.ClickException(f"it is not true that {what}")


@click.command(help=__doc__)
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="A folder for pictures of the page, by day and by night.",
)
def main(pictures: Path | None) -> None:
    """Try, and tell."""
    out = Console(highlight=False)
    with Emulator() as zoho, a_tab() as tab, tempfile.TemporaryDirectory() as folder:
        out.print(come_late(tab, zoho, Path(folder)), soft_wrap=True)
        out.print(reject(tab, zoho, Path(folder)), soft_wrap=True)
        out.print(accept(tab, zoho, Path(folder), pictures), soft_wrap=True)
        strangers = {url for url in tab.requests if not _is_here(url)}
        _expect(not strangers, f"nobody else was asked: {', '.join(sorted(strangers))}")
        refused = [each for each in tab.complaints if "status of 4" not in each]  # favicon, and the older tab's page
        _expect(not refused, f"the browser has nothing to complain about: {'; '.join(refused)}")


if __name__ == "__main__":
    main()
