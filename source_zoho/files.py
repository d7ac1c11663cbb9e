"""
Where do the manifest and the schemas live, and what does a file of the user's say?

From a wheel both lie inside the package; in a checkout they stand at the top of the project.
"""

from __future__ import annotations

import codecs
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


def read_json(path: str | Path, what: str, flag: str = "") -> Any:
    """
    Return the JSON document in the file at *path*; *what* names it in errors ("configuration", "catalog", "state").

    *flag* is the one that named it, where that is another than usual. Raises ConfigProblem when the file is missing,
    unreadable, not JSON, or one of the others.
    """
    flag = flag or _flag_of(what)
    text = _text(path, what, flag)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigProblem(f"The {what} file {path} {_what_is_wrong(text, what, error)}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets without end
        raise ConfigProblem(f"The {what} file {path} holds more digits or brackets than it can mean.") from None
    kind = _kind_of(document)
    if what not in _KINDS or kind in ("", what):
        return document
    if kind == _OUTPUT:
        raise ConfigProblem(f"The {what} file {path} {_OF_A_RUN.format(what=what)}")
    raise ConfigProblem(
        f"The {what} file {path} holds {_KINDS[kind]}, which belongs behind {_flag_of(kind)}; name the {what} behind "
        f"{flag}."
    )


_KINDS = {"configuration": "a configuration", "catalog": "a catalog", "state": "a state"}
_OUTPUT = "output"
_MESSAGES = frozenset({"RECORD", "STATE", "LOG", "TRACE", "SPEC", "CONNECTION_STATUS", "CONTROL"})
_OF_A_RUN = "holds messages of a run; take the {what} out of them, and write it into a file of its own."


def _text(path: str | Path, what: str, flag: str) -> str:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise ConfigProblem(f"There is no {what} file at {path}; check the path after {flag}.") from None
    except OSError as error:
        raise ConfigProblem(
            f"The {what} file {path} cannot be read ({error.strerror}); check the path and its permissions."
        ) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        reason = "it is UTF-16, as PowerShell writes what it redirects" if is_wide else "it is not UTF-8 text"
        raise ConfigProblem(f"The {what} file {path} cannot be read ({reason}); save it as UTF-8.") from None


def _what_is_wrong(text: str, what: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "is empty; name the one that you meant, or write it anew."
    if text.startswith("\ufeff"):
        return "begins with a byte order mark, which is no JSON; save it as UTF-8 without one."
    if _is_output(text):
        return _OF_A_RUN.format(what=what)
    where = f"line {error.lineno}, column {error.colno}"
    return f"is not valid JSON at {where} ({error.msg}); correct it and run again."


def _is_output(text: str) -> bool:
    """Tell whether *text* is what a verb of the protocol wrote to standard output, one message on each line."""
    first = text.lstrip().partition("\n")[0]
    try:
        return _kind_of(json.loads(first)) in {_OUTPUT, "catalog", "state"}
    except (ValueError, RecursionError):
        return False


def _kind_of(document: Any) -> str:
    """Return which of the files of a run *document* looks like, empty for none of them."""
    match document:
        case [{"type": str(kind)}, *_]:
            return "state" if kind in {"STREAM", "GLOBAL", "LEGACY", "STATE"} else ""
        case {"type": "CATALOG"} | {"streams": [{"stream": {}} | {"json_schema": {}}, *_]}:
            return "catalog"
        case {"type": str(kind)} if kind in _MESSAGES:
            return _OUTPUT
        case {**keys} if len(_OF_A_CONFIGURATION & keys.keys()) >= _FEW:
            return "configuration"
    return ""


_OF_A_CONFIGURATION = frozenset({"client_id", "client_secret", "refresh_token", "data_center"})
_FEW = 2


def _flag_of(what: str) -> str:
    return "--config" if what == "configuration" else f"--{what}"
