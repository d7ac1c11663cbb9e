"""What is the same for every source of a test run, and so worked out only once?"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk

from source_zoho.manifest import read_manifest

Manifest = dict[str, Any]


@contextmanager
def worked_out_once() -> Iterator[None]:
    """
    Let all sources share what each would work out anew from the same words: how the CDK describes a manifest, ours,
    what its references come to, and whether it is as described.

    Whoever asks gets a copy of its own, so nothing that a source does to its manifest reaches the next one.
    """
    source, written = cdk.ConcurrentDeclarativeSource, pickle.dumps(read_manifest())
    with (
        patch.object(cdk, "get_declarative_component_schema", cache(cdk.get_declarative_component_schema)),
        patch.object(cdk, "validate_manifest", _validated(cdk.validate_manifest)),
        patch.object(source, "_pre_process_manifest", _prepared(source._pre_process_manifest)),
        patch("source_zoho.source.read_manifest", lambda: pickle.loads(written)),
    ):
        yield


def _prepared(prepare: Callable[[Any, Manifest], Manifest]) -> Callable[[Any, Manifest], Manifest]:
    known: dict[bytes, bytes] = {}

    def prepared(source: Any, manifest: Manifest) -> Manifest:
        words = _words_of(manifest)
        if words not in known:
            known[words] = pickle.dumps(prepare(source, manifest))
        return dict(pickle.loads(known[words]))

    return prepared


def _validated(validate: Callable[[Manifest, Manifest], None]) -> Callable[[Manifest, Manifest], None]:
    valid: set[bytes] = set()

    def validated(manifest: Manifest, description: Manifest) -> None:
        words = _words_of(manifest)
        if words not in valid:
            validate(manifest, description)
            valid.add(words)

    return validated


def _words_of(manifest: Manifest) -> bytes:
    return sha256(pickle.dumps(manifest)).digest()
