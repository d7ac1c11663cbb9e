"""
What do the files on the command line say, in the CDK's words?

A file that cannot be used is answered with one sentence: what is wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.paging import instants
from source_zoho.source import SourceZoho
from source_zoho.webhooks.bookmarks import SEQUENCE

_DISCOVERED = " (this looks like the answer of discover: each stream needs a sync_mode)"
_SHAPE = '{"streams": [{"stream": ..., "sync_mode": ..., "destination_sync_mode": ...}]}'


def read_config(path: str) -> dict[str, Any]:
    """Return the configuration in the file at *path*. Raises ConfigProblem when it is not a JSON object."""
    config = read_json(path, "configuration")
    if not isinstance(config, dict) or not config:
        raise ConfigProblem(
            f"The configuration file {path} must hold a JSON object with data_center, client_id, client_secret and "
            "refresh_token."
        )
    return config


def read_catalog(path: str) -> Any:
    """Return the configured catalog in the file at *path*. Raises ConfigProblem when it is something else."""
    try:
        document = read_json(path, "catalog")
        return SourceZoho.read_catalog(path)
    except ConfigProblem:
        if not _has_messages_of_discover(path):
            raise
        raise _no_catalog(path, _DISCOVERED) from None
    except Exception as error:  # noqa: BLE001 - the CDK's parser raises whatever its generated code meets
        hint = _DISCOVERED if _was_discovered(document) else f" ({type(error).__name__})"
        raise _no_catalog(path, hint) from None


def read_state(path: str) -> Any:
    """Return the states in the file at *path*. Raises ConfigProblem when it holds something else."""
    read_json(path, "state")
    try:
        states = SourceZoho.read_state(path)
        for state in states:
            if state.stream and state.stream.stream_state:
                _refuse_an_unknown_blob(vars(state.stream.stream_state))
    except Exception as error:  # noqa: BLE001 - the CDK's parser raises whatever its generated code meets
        raise ConfigProblem(
            f"The state file {path} is not a list of Airbyte state messages as this source writes them "
            f"({type(error).__name__}). Give the file that the last run wrote, or none to read everything again."
        ) from None
    return states


def _no_catalog(path: str, hint: str) -> ConfigProblem:
    return ConfigProblem(f"The catalog file {path} is not a configured catalog{hint}. Expected {_SHAPE}.")


def _was_discovered(document: Any) -> bool:
    """Tell whether *document* lists streams as discover does, by themselves or in its message."""
    catalog = document.get("catalog", document) if isinstance(document, dict) else None
    streams = catalog.get("streams") if isinstance(catalog, dict) else None
    return isinstance(streams, list) and any(isinstance(each, dict) and "json_schema" in each for each in streams)


def _has_messages_of_discover(path: str) -> bool:
    """Tell whether the file at *path* holds what discover printed, line by line."""
    file = Path(path)
    return file.is_file() and b'"type":"CATALOG"' in file.read_bytes().replace(b'": "', b'":"')


def _refuse_an_unknown_blob(blob: Mapping[str, Any]) -> None:
    """Raise when *blob* keeps cursors of organizations, or its place among events, in another form than ours."""
    if type(sequence := blob.get(SEQUENCE, 0)) is not int or sequence < 0:
        raise ValueError(SEQUENCE)
    for entry in blob.get("states") or []:
        dict(entry["partition"])
        for value in dict(entry["cursor"]).values():
            if instants.parse(value) is None:
                int(value)
