#!/usr/bin/env python3
"""
How does a fresh checkout get from a bare Python to something that runs?

Standard library only, and old syntax on purpose: a Python that is too old has to get as far as being told so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, Mapping, NoReturn, Sequence  # noqa: UP035  # collections.abc needs a Python of today

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "source-zoho-bootstrap.json"
OLDEST, NEWEST = (3, 11), (3, 13)

HELP = """\
usage: python3 bootstrap.py COMMAND [ARGUMENT ...]

  demo    read an offline Zoho into a DuckDB file, twice; no account needed
  test    run every check and test of the project; with arguments, only pytest with those

The first use makes a virtual environment in .venv, beside this file, and installs source-zoho into it.
Later uses start at once, until pyproject.toml changes. Nothing outside .venv is touched; delete it to begin anew.

Arguments are passed on:
  python3 bootstrap.py demo --help
  python3 bootstrap.py demo --size medium
  python3 bootstrap.py test -k incremental

For work on the project itself, enter the same environment: source .venv/bin/activate, then poe (lists the tasks).
"""


@dataclass(frozen=True)
class Command:
    """What has to be installed for a command, and what is then run, and where."""

    extras: frozenset[str]
    program: tuple[str, ...]
    program_with_arguments: tuple[str, ...] = ()  # empty: the same program
    folder: Path | None = None  # None: wherever the user stands, so that what the program writes lands there


COMMANDS = {
    "demo": Command(extras=frozenset({"demo"}), program=("source-zoho", "demo")),
    "test": Command(
        extras=frozenset({"demo", "dev", "webhooks"}),
        program=("poe", "check"),
        program_with_arguments=("pytest",),
        folder=ROOT,
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Set up what the named command needs, run it, and return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stderr.write(HELP) if not arguments else sys.stdout.write(HELP)
        return 0 if arguments else 2
    name, passed_on = arguments[0], arguments[1:]
    if name not in COMMANDS:
        fail(f"'{name}' is not a command; expected one of: {', '.join(COMMANDS)}. See: python3 bootstrap.py --help")
    complaint = python_complaint(sys.version_info[:2], other_pythons())
    if complaint:
        fail(complaint)

    command = COMMANDS[name]
    set_up(command.extras)
    line = command_line(command, passed_on)
    say(f"running: {' '.join(line)}")
    return run((str(binary(line[0])), *line[1:]), folder=command.folder)


def command_line(command: Command, passed_on: Sequence[str]) -> tuple[str, ...]:
    """Return the program to run and its arguments, by the names that it has in .venv."""
    program = (command.program_with_arguments or command.program) if passed_on else command.program
    return (*program, *passed_on)


def python_complaint(version: tuple[int, ...], others: Iterable[str]) -> str | None:
    """Say what is wrong with this Python and which one would do, or return None when it is right."""
    if OLDEST <= tuple(version) <= NEWEST:
        return None
    span = f"{dotted(OLDEST)} to {dotted(NEWEST)}"
    usable = next(iter(others), None)
    advice = f"This machine has {usable}: run {usable} bootstrap.py instead." if usable else "Install one and use that."
    return f"source-zoho runs on Python {span}, and this is Python {dotted(version)}. {advice}"


def other_pythons() -> Iterator[str]:
    """Find usable Pythons on the search path, newest first."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        # Version managers put names on the search path that do not start anything.
        if shutil.which(name) and starts(name):
            yield name


def dotted(version: tuple[int, ...]) -> str:
    """Write a version as people do."""
    return ".".join(str(part) for part in version)


def set_up(extras: frozenset[str]) -> None:
    """Make the environment hold source-zoho with at least *extras*; do nothing when it already does."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    usable = starts(str(binary("python")))
    stamp = read_stamp(STAMP) if usable else {}
    if is_up_to_date(stamp, digest, extras):
        return
    # What an earlier command asked for stays: the two commands share one environment.
    wanted = extras | installed_extras(stamp)
    if not usable:
        make_environment()
    install(wanted)
    STAMP.write_text(json.dumps({"pyproject": digest, "extras": sorted(wanted)}), encoding="utf-8")


def read_stamp(path: Path) -> Mapping[str, object]:
    """Return what the last complete installation noted, or nothing."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def installed_extras(stamp: Mapping[str, object]) -> frozenset[str]:
    """Return the extras that *stamp* notes."""
    extras = stamp.get("extras")
    return frozenset(str(extra) for extra in extras) if isinstance(extras, list) else frozenset()


def is_up_to_date(stamp: Mapping[str, object], digest: str, extras: frozenset[str]) -> bool:
    """Tell whether the noted installation still is what *extras* and today's pyproject.toml ask for."""
    return stamp.get("pyproject") == digest and extras <= installed_extras(stamp)


def starts(python: str) -> bool:
    """Tell whether *python* runs; an upgraded or removed system Python leaves an environment whose Python does not."""
    try:
        probe = subprocess.run([python, "-c", ""], check=False, capture_output=True)
    except OSError:
        return False
    return probe.returncode == 0


def make_environment() -> None:
    """Make .venv, in place of a broken one if there is one."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        fail(
            f"this Python lacks its {' and '.join(missing)} module, which make virtual environments. "
            f"On Debian and Ubuntu: apt install python{dotted(sys.version_info[:2])}-venv"
        )
    say(f"making a virtual environment in {ENVIRONMENT}")
    if run((sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)), quiet=True):
        fail(f"the virtual environment in {ENVIRONMENT} could not be made; the lines above say why.")


def install(extras: Iterable[str]) -> None:
    """Install the checkout with *extras*, leaving the code where it stands."""
    target = f"{ROOT}[{','.join(sorted(extras))}]"
    say("installing source-zoho and what it needs; the first time takes a minute or two")
    pip = (str(binary("python")), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check")
    if run((*pip, "--editable", target), quiet=True):
        fail("the installation failed; pip's lines above say why. Mend that and run the same command again.")


def binary(name: str) -> Path:
    """Return where .venv keeps the program *name*."""
    return ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / name


def inner_environment(outer: Mapping[str, str]) -> dict[str, str]:
    """Return *outer* as it would be with .venv activated, whatever was active before."""
    inner = {key: value for key, value in outer.items() if key != "PYTHONHOME"}
    inner["VIRTUAL_ENV"] = str(ENVIRONMENT)
    inner["PATH"] = os.pathsep.join([str(binary("python").parent), outer.get("PATH", os.defpath)])
    return inner


def run(program: Sequence[str], folder: Path | None = None, quiet: bool = False) -> int:
    """Run *program* and return its exit code; a quiet one may use standard error only."""
    stdout = sys.stderr if quiet else None
    try:
        process = subprocess.Popen(program, cwd=folder, env=inner_environment(os.environ), stdout=stdout)
    except OSError as problem:
        fail(f"{program[0]} does not start ({problem}). Delete {ENVIRONMENT} and run the same command again.")
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            # The terminal has sent Ctrl-C to the program as well. It ends in its own way; we wait for that.
            continue
        return code if code >= 0 else 128 - code


def say(line: str) -> None:
    """Tell the user on standard error what is going on."""
    sys.stderr.write(f"bootstrap: {line}\n")
    sys.stderr.flush()


def fail(sentence: str) -> NoReturn:
    """End with a sentence that says what is wrong and what to do."""
    say(sentence)
    raise SystemExit(2)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
