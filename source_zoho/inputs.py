"""
What do the files on the command line say, in the CDK's words?

A file that cannot be used is answered with one sentence: what is wrong, where, and what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.paging import instants
from source_zoho.source import SourceZoho
from source_zoho.webhooks.bookmarks import SEQUENCE

_DISCOVERED = " (this looks like the answer of discover: each stream needs a sync_mode)"
_WHOLE_MESSAGES = " (of each message, what stands under state belongs into the list)"
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
    if _has_messages_of_discover(path):
        raise _no_catalog(path, _DISCOVERED)
    document = read_json(path, "catalog")
    try:
        catalog = SourceZoho.read_catalog(path)
    except Exception as error:  # noqa: BLE001 - the CDK's parser raises whatever its generated code meets
        raise _no_catalog(path, _DISCOVERED if _was_discovered(document) else _where(error)) from None
    names = Counter(each.stream.name for each in catalog.streams)
    if twice := [name for name, number in names.items() if number > 1]:
        raise ConfigProblem(f"The catalog file {path} names {', '.join(twice)} more than once; leave one of each.")
    return catalog


def read_state(path: str) -> Any:
    """Return the states in the file at *path*. Raises ConfigProblem when it holds something else."""
    document = read_json(path, "state")
    try:
        _refuse_no_list(document)
        states = SourceZoho.read_state(path)
        for state in states:
            _refuse_an_unknown_state(state)
    except Exception as error:  # noqa: BLE001 - the CDK's parser raises whatever its generated code meets
        hint = _WHOLE_MESSAGES if _has_whole_messages(document) else _where(error)
        raise ConfigProblem(
            f"The state file {path} is not a list of Airbyte state messages as this source writes them{hint}. "
            "Give the file that the last run wrote, or none to read everything again."
        ) from None
    return states


def _no_catalog(path: str, hint: str) -> ConfigProblem:
    return ConfigProblem(f"The catalog file {path} is not a configured catalog{hint}. Expected {_SHAPE}.")


def _where(error: Exception) -> str:
    """Return where the CDK's parser stopped, if it says so; what stands there may be anybody's data."""
    place = next((str(each.instance_path) for each in getattr(error, "errors", ())), "")
    return f" (see {place})" if place else ""


def _has_whole_messages(document: Any) -> bool:
    listed = document if isinstance(document, list) else []
    return any(isinstance(each, dict) and each.get("type") == "STATE" for each in listed)


def _was_discovered(document: Any) -> bool:
    """Tell whether *document* lists streams as discover does, by themselves or in its message."""
    catalog = document.get("catalog", document) if isinstance(document, dict) else None
    streams = catalog.get("streams") if isinstance(catalog, dict) else None
    return isinstance(streams, list) and any(isinstance(each, dict) and "json_schema" in each for each in streams)


def _has_messages_of_discover(path: str) -> bool:
    """Tell whether the file at *path* holds what discover printed, line by line."""
    try:
        content = Path(path).read_bytes()
    except OSError:
        return False
    return b'"type":"CATALOG"' in content.replace(b'": "', b'":"')


def _refuse_no_list(document: Any) -> None:
    """Raise when *document* is no list; an object is how a state without anything in it used to be written."""
    if not isinstance(document, list | dict):  # the CDK takes null for a state that is empty
        raise TypeError(type(document).__name__)


def _refuse_an_unknown_state(state: Any) -> None:
    """Raise when *state*, as the CDK has read it, is none of this source's, whose streams share nothing."""
    if state.global_ and state.global_.shared_state:
        raise ValueError("shared_state")
    if state.stream and state.stream.stream_state:
        _refuse_an_unknown_blob(vars(state.stream.stream_state))


def _refuse_an_unknown_blob(blob: Mapping[str, Any]) -> None:
    """Raise when *blob* keeps cursors of organizations, or its place among events, in another form than ours."""
    if type(sequence := blob.get(SEQUENCE, 0)) is not int or sequence < 0:
        raise ValueError(SEQUENCE)
    for entry in blob.get("states") or []:
        dict(entry["partition"])
        for value in dict(entry["cursor"]).values():
            if instants.parse(value) is None:
                int(value)
