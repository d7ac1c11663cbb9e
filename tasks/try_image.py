"""
Does the image build, and does the connector work inside it?

`poe try-image --folder FOLDER` makes a small Debian with debootstrap, builds the Dockerfile on it with buildah, starts
the offline Zoho on loopback and lets the image read it, as its own user: `spec`, `check`, `discover`, `read` and
`webhooks serve`. It looks for secrets, tests and tools in what the image adds to its base. FOLDER keeps the Debian, so
that the next run takes a minute or two less. Needs root, and a network for Debian's packages and for pip.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from source_zoho.emulator import Emulator
from tasks.buildah import PROGRAMS, Buildah, require
from tasks.image_trials import PLACES, PLANTED, STEPS, Trial, prepare

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "localhost/source-zoho:try"
_LEAVE_OUT = (".git", ".venv", ".tmp", "secrets", "build", "dist", "__pycache__", "*_cache", ".hypothesis")


class Report:
    """What was done, how long it took, and what was seen."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.table = Table("Step", "Seconds", "Seen")
        self._notices = Console(stderr=True, highlight=False)

    def note(self, name: str, do: Callable[[], str]) -> None:
        """Do a step, and write it down when it is done."""
        self._notices.print(f"{name} ...")
        began = time.monotonic()
        seen = do()
        self.table.add_row(name, f"{time.monotonic() - began:.1f}", seen)


def make_base(buildah: Buildah, base: str, suite: str) -> str:
    """Make a small Debian; return how large it is."""
    buildah.make_debian(base, suite)
    return buildah.size(base)


def build(buildah: Buildah, base: str) -> str:
    """Build the image; return how large it is."""
    with checkout_with_secrets() as context:
        buildah.build(context, base, IMAGE)
    travels = " + ".join(f"{size / 1e6:.0f}" for size in buildah.layers(IMAGE))
    return f"{buildah.size(IMAGE)}, {buildah.size(base)} of it the base; layers to be pulled: {travels} MB"


@contextmanager
def checkout_with_secrets() -> Iterator[Path]:
    """Copy this checkout, and plant into the copy what no image may hold."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*_LEAVE_OUT))
        for place in PLACES:
            (copy / place).parent.mkdir(parents=True, exist_ok=True)
            (copy / place).write_text(PLANTED, "utf-8")
        yield copy


def try_it(buildah: Buildah, base: str, report: Report) -> None:
    """Go through all steps in one container of the image."""
    with buildah.container(IMAGE) as container, Emulator() as zoho, tempfile.TemporaryDirectory() as folder:
        prepare(zoho, Path(folder))
        trial = Trial(buildah, IMAGE, base, container, zoho, Path(folder))
        for step in STEPS:
            report.note(step.__name__, partial(step, trial))


@click.command(help=__doc__)
@click.option(
    "--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Keeps images between runs."
)
@click.option("--base", help="An image to build on, in place of a small Debian.")
@click.option("--suite", default="bookworm", show_default=True, help="Which Debian; its Python has to be 3.11 to 3.13.")
@click.option(
    "--mount",
    "mounts",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="What pip needs here to install: its settings, certificates. The build sees it at the same path.",
)
@click.option("--install", is_flag=True, help="Install buildah and debootstrap if they are missing.")
def main(folder: Path, base: str | None, suite: str, mounts: tuple[Path, ...], install: bool) -> None:
    """Build, try, and tell."""
    if os.geteuid():
        raise click.ClickException("debootstrap and chroot need root; run this with sudo.")
    require(PROGRAMS[:1] if base else PROGRAMS, install)
    folder.mkdir(parents=True, exist_ok=True)
    buildah = Buildah(folder.resolve(), [path.absolute() for path in mounts])
    report, on = Report(), base or f"localhost/debian-python:{suite}"
    try:
        if base is None and not buildah.has(on):
            report.note("base", partial(make_base, buildah, on, suite))
        report.note("build", partial(build, buildah, on))
        try_it(buildah, on, report)
    finally:
        Console(highlight=False).print(report.table)


if __name__ == "__main__":
    main()
