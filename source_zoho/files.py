"""
Where do the manifest and the schemas live, and what does a file of the user's say?

From a wheel both lie inside the package; in a checkout they stand at the top of the project.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from source_zoho.errors import ConfigProblem

_PACKAGE = Path(__file__).resolve().parent


def _root() -> Path:
    return _PACKAGE if (_PACKAGE / "manifest.yaml").exists() else _PACKAGE.parent


def manifest_path() -> Path:
    """Return the path of ``manifest.yaml``: absolute, so that one in the working directory cannot take its place."""
    return _root() / "manifest.yaml"


def schema_path(stream_name: str) -> Path:
    """Return the path of the JSON Schema of *stream_name*."""
    return _root() / "schemas" / f"{stream_name}.json"


def schema_names(prefix: str) -> list[str]:
    """Return the names of the streams that begin with *prefix* and have a schema of their own."""
    return sorted(path.stem for path in (_root() / "schemas").glob(f"{prefix}*.json"))


def read_json(path: str | Path, what: str) -> Any:
    """
    Return the JSON document in the file at *path*; *what* names it in errors ("configuration", "catalog", "state").

    Raises ConfigProblem when the file is missing, unreadable or not JSON.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigProblem(f"There is no {what} file at {path}; check the path after --{_flag(what)}.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigProblem(
            f"The {what} file {path} cannot be read ({reason}); check the path and its permissions."
        ) from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ConfigProblem(
            f"The {what} file {path} is not valid JSON at {where} ({error.msg}); correct it and run again."
        ) from None


def _flag(what: str) -> str:
    return "config" if what == "configuration" else what
