"""
Does the connector work as Airbyte would build it?

Airbyte copies the package and a manifest, which has to be the bundle, into the base image of metadata.yaml, whose tag
is the version of the CDK inside. `poe try-base-image` lays that out beside this CDK and nothing else, and compares what
it reads from the offline Zoho with what the installed connector reads. Then it runs the tests with this CDK; what
stands behind the name of the task goes to pytest. It takes half an hour and a network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import rich_click as click
import yaml

from source_zoho.emulator import Emulator
from source_zoho.manifest import read_manifest
from tasks.bundle import render
from tasks.environments import CommandFailedError, an_installer, run

ROOT = Path(__file__).resolve().parents[1]
# They are about the certification suite of the newest CDK.
_FOR_THE_NEWEST = ("integration_tests/test_certification.py", "unit_tests/test_metadata.py")
_WHEN_IT_WAS_READ = "read_at"
_MAIN = """\
from source_declarative_manifest.run import handle_local_manifest_command
import sys

handle_local_manifest_command(sys.argv[1:])
"""


def cdk() -> str:
    """Return the requirement of the CDK in the base image."""
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text("utf-8"))
    image = metadata["data"]["connectorBuildOptions"]["baseImage"].partition("@")[0]
    return f"airbyte-cdk=={image.rpartition(':')[2]}"


def an_environment(installer: Path, place: Path, *what: str) -> Path:
    """Install *what* into *place*, whatever CDK it wants, and the one of the base image; return the Python there."""
    run(sys.executable, "-m", "venv", place)
    python = place / "bin" / "python"
    for each in filter(None, (what, (cdk(),))):
        run(installer, "pip", "install", "--python", python, *each)
    return python


def lay_out(image: Path, python: Path) -> Path:
    """Lay out in *image* what Airbyte's image of a connector with a manifest has; return what it starts."""
    inside = image / "source_declarative_manifest"
    inside.mkdir(parents=True)
    shutil.copytree(ROOT / "source_zoho", image / "source_zoho", ignore=shutil.ignore_patterns("__pycache__"))
    for place in (image, inside):
        (place / "manifest.yaml").write_text(render(read_manifest()), "utf-8")
    runner = "import airbyte_cdk.cli.source_declarative_manifest._run as it; print(it.__file__)"
    shutil.copy(run(python, "-c", runner).strip(), inside / "run.py")
    (inside / "__init__.py").touch()
    main = image / "main.py"
    main.write_text(_MAIN, "utf-8")
    return main


def records(*command: str | Path, config: Path, folder: Path) -> dict[str, Counter[str]]:
    """Discover and read everything by *command* in *folder*; return how often each record came, by stream."""
    catalog = config.with_name("catalog.json")
    streams = _one(run(*command, "discover", "--config", config, folder=folder), "catalog")["streams"]
    chosen = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    catalog.write_text(json.dumps({"streams": [{"stream": stream, **chosen} for stream in streams]}), "utf-8")
    came: dict[str, Counter[str]] = {stream["name"]: Counter() for stream in streams}
    for line in run(*command, "read", "--config", config, "--catalog", catalog, folder=folder).splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            row = {key: value for key, value in message["record"]["data"].items() if key != _WHEN_IT_WAS_READ}
            came[message["record"]["stream"]][json.dumps(row, sort_keys=True)] += 1
    return came


def _one(output: str, name: str) -> dict[str, Any]:
    messages = [json.loads(line) for line in output.splitlines()]
    return next(dict(message[name]) for message in messages if name in message)


def compare(installed: Path, main: Path, python: Path, folder: Path) -> str:
    """Read one Zoho by the *installed* connector and by *main*; return what was seen. Raises CommandFailedError."""
    with Emulator(calls_per_minute=100_000, calls_per_day=10**9) as zoho:
        config = folder / "config.json"
        products = ["books", "billing", "crm"]
        config.write_text(json.dumps(zoho.config(products=products, calls_per_minute=100_000)), "utf-8")
        checked = _one(run(python, main, "check", "--config", config, folder=main.parent), "connectionStatus")
        if checked["status"] != "SUCCEEDED":
            raise CommandFailedError(f"The check failed: {checked['message']}")
        wanted = records(installed, "-m", "source_zoho.run", config=config, folder=folder)
        came = records(python, main, config=config, folder=main.parent)  # which is where Airbyte's image starts it
    different = sorted(name for name in {*wanted, *came} if wanted.get(name) != came.get(name))
    if different:
        raise CommandFailedError(f"What came of these streams is not the same: {', '.join(different)}")
    return f"{sum(map(Counter.total, came.values())):,} records of {len(came)} streams are the same"


@click.command(help=__doc__, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def main(arguments: tuple[str, ...]) -> None:
    """Try both."""
    click.echo(cdk())
    with an_installer() as installer, tempfile.TemporaryDirectory(prefix="source-zoho-base-image-") as place:
        folder = Path(place)
        try:
            bare = an_environment(installer, folder / "bare")
            installed = an_environment(installer, folder / "installed", "--editable", f"{ROOT}[demo,dev,webhooks]")
            click.echo(f"As Airbyte builds it: {compare(installed, lay_out(folder / 'image', bare), bare, folder)}.")
        except CommandFailedError as error:
            raise click.ClickException(str(error)) from error
        ignored = (f"--ignore={name}" for name in _FOR_THE_NEWEST)
        line = [str(installed), "-m", "pytest", "-n", "2", "--dist", "loadfile", *ignored, *arguments]
        raise SystemExit(subprocess.run(line, cwd=ROOT, check=False).returncode)  # noqa: S603 - our own command


if __name__ == "__main__":
    main()
