"""May a verb write to this path? Asked before Zoho is, so that nothing is read or made in vain."""

import tempfile
from pathlib import Path

from source_zoho.errors import ConfigProblem


def refuse_a_place_that_cannot_be_written(path: Path, flag: str) -> None:
    """Raise ConfigProblem when nothing could be written to *path*, which *flag* named."""
    try:
        is_folder = path.is_dir()
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
    except OSError as error:
        raise cannot_write(path, flag, error) from None
    if is_folder:
        raise ConfigProblem(f"{path} is a folder; name a file in it with {flag}.")


def cannot_write(path: Path, flag: str, error: OSError) -> ConfigProblem:
    """Return the problem of a *path*, named by *flag*, that cannot be written because of *error*."""
    return ConfigProblem(f"{path} cannot be written ({error.strerror}); name another file with {flag}.")
