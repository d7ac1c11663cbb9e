"""
How does a task build an image, and run something in it, without a container engine?

By Debian's buildah, which needs no daemon: images lie as plain folders below one folder (`vfs`), and what runs in them
is kept in by `chroot` alone, on this machine's network. No wall against hostile code, but it runs everywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rich_click as click

PROGRAMS = ("buildah", "debootstrap")
_DEBIAN = "python3,python3-venv,ca-certificates"
_LAST_LINES = 15


def require(programs: Sequence[str], install: bool) -> None:
    """Make sure that *programs* are there; raises ClickException, which says how to get them."""
    missing = [name for name in programs if not shutil.which(name)]
    if not missing:
        return
    line = ("apt-get", "install", "--yes", "--no-install-recommends", *missing)
    if not install:
        raise click.ClickException(
            f"{' and '.join(missing)} cannot be found. On Debian and Ubuntu they are packages: "
            f"{' '.join(line)}. With --install this task runs that by itself."
        )
    run_or_complain(line)


def run_or_complain(line: Sequence[str], **settings: Any) -> str:
    """Run a program and return what it writes; raises ClickException with the end of its complaint if it fails."""
    done = subprocess.run(line, check=False, capture_output=True, text=True, **settings)  # noqa: S603 - named here
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).splitlines()[-_LAST_LINES:])
        raise click.ClickException(f"{' '.join(line[:12])} ... ended with {done.returncode}:\n{said}")
    return str(done.stdout)


@dataclass(frozen=True)
class Buildah:
    """Images and containers below *folder*; *mounts* are files and folders that a build sees where they are here."""

    folder: Path
    mounts: Sequence[Path] = field(default=())

    def line(self, *arguments: str) -> tuple[str, ...]:
        """Return the command line for a verb of buildah."""
        places = ("--root", str(self.folder / "images"), "--runroot", str(self.folder / "running"))
        return ("buildah", *places, "--storage-driver", "vfs", *arguments)

    def ask(self, *arguments: str) -> str:
        """Run a verb of buildah and return what it writes."""
        return run_or_complain(self.line(*arguments)).strip()

    def has(self, image: str) -> bool:
        """Tell whether there is an image of this name."""
        return any(image in (each.get("names") or ()) for each in self._images())

    def size(self, image: str) -> str:
        """Return how large an image is when unpacked, in buildah's words."""
        return str(next(each["size"] for each in self._images() if image in (each.get("names") or ())))

    def make_debian(self, image: str, suite: str) -> None:
        """Make an image of a small Debian with its Python."""
        root = self.folder / "debian"
        shutil.rmtree(root, ignore_errors=True)  # what a run left that was ended half-way
        run_or_complain(("debootstrap", "--variant=minbase", f"--include={_DEBIAN}", suite, str(root)))
        for downloads in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(root / downloads)
        with self.container("scratch") as container:
            self.ask("add", "--quiet", container, str(root), "/")
            self.ask("commit", "--quiet", container, image)
        shutil.rmtree(root)

    def build(self, context: Path, base: str | None, image: str) -> None:
        """Build docker/Dockerfile of *context*; without *base* on the one that it names."""
        on = ("--build-arg", f"BASE_IMAGE={base}") if base else ()
        seen = [word for path in self.mounts for word in ("--volume", f"{path}:{path}:ro")]
        chroot = ("--isolation", "chroot", "--network", "host")
        file = ("--file", str(context / "docker" / "Dockerfile"))
        self.ask("build", *file, *chroot, *on, *seen, "--tag", image, str(context))

    @contextmanager
    def container(self, image: str) -> Iterator[str]:
        """Make a container, and take it away again."""
        name = self.ask("from", "--pull=missing", image)
        try:
            yield name
        finally:
            self.ask("rm", name)

    def inside(self, container: str, *command: str, see: Path | None = None, user: str = "") -> tuple[str, ...]:
        """Return the command line that runs *command* in *container*, which finds the folder *see* at /config."""
        folder = ("--volume", f"{see}:/config:ro") if see else ()
        who = ("--user", user) if user else ()
        return self.line("run", "--isolation", "chroot", "--network", "host", *folder, *who, container, "--", *command)

    def settings(self, image: str) -> dict[str, Any]:
        """Return what an image says of itself: User, Env, Entrypoint, Labels."""
        return dict(json.loads(self.ask("inspect", "--type", "image", image))["OCIv1"]["config"])

    def layers(self, image: str) -> list[int]:
        """Return how many bytes of each layer travel when the image is pulled; the base first."""
        layout = self.folder / "layout"
        shutil.rmtree(layout, ignore_errors=True)
        self.ask("push", "--quiet", image, f"oci:{layout}:it")
        blobs = layout / "blobs"
        (manifest,) = json.loads((layout / "index.json").read_text("utf-8"))["manifests"]
        described = json.loads((blobs / manifest["digest"].replace(":", os.sep)).read_text("utf-8"))
        shutil.rmtree(layout)
        return [int(layer["size"]) for layer in described["layers"]]

    def _images(self) -> list[dict[str, Any]]:
        return list(json.loads(self.ask("images", "--json") or "[]"))
