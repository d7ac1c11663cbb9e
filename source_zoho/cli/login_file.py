"""How does a sign-in get into a configuration file that only its owner can read?"""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from source_zoho.cli.writing import cannot_write
from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.peers import migrated

OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


def existing(path: Path) -> dict[str, Any]:
    """Return the configuration at *path*, empty when there is none. Raises ConfigProblem when it is something else."""
    try:
        is_there = path.exists()
    except OSError as error:  # a folder on the way that this user may not look into
        raise cannot_write(path, "--output", error) from None
    if not is_there:
        return {}
    config = read_json(path, "configuration", "--output")
    if not isinstance(config, Mapping):
        raise ConfigProblem(f"{path} is no JSON object, so it stays as it is; name another file with --output.")
    return migrated(config)


def write(path: Path, config: Mapping[str, Any]) -> None:
    """Write *config* to *path* at once or not at all, readable by its owner only. Raises ConfigProblem."""
    try:
        new = _new_file_beside(path)
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write(json.dumps(config, indent=2, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(_real(path))
        except BaseException:
            with suppress(FileNotFoundError):
                new.unlink()
            raise
    except OSError as error:
        raise cannot_write(path, "--output", error) from None


def _new_file_beside(path: Path) -> Path:
    """Return an empty file in the folder of *path*, which nobody else can read."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=_real(path).parent)
    os.close(number)
    new = Path(name)
    new.chmod(OWNER_ONLY)
    return new


def _real(path: Path) -> Path:
    """Return where *path* leads: a link to a configuration stays a link."""
    return path.resolve()
