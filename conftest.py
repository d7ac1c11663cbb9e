"""What do all tests share? Only what is the same for every one of them, and takes long to work out."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pytest
from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver as Resolver

from source_zoho.manifest import read_manifest

Manifest = dict[str, Any]


def pytest_configure(config: pytest.Config) -> None:
    # A source is hundreds of thousands of objects that all stay: looking them through after every few hundred new ones,
    # as Python does, finds nothing and takes a tenth of the tests' time.
    gc.set_threshold(200_000)


@pytest.fixture(scope="session", autouse=True)
def what_never_changes_is_worked_out_once() -> Iterator[None]:
    """
    Let all sources share what each would work out anew from the same words: how the CDK describes a manifest, ours,
    what its references come to, and whether it is as described.

    Whoever asks gets a copy of its own, so nothing that a source does to its manifest reaches the next one.
    """
    source, written = cdk.ConcurrentDeclarativeSource, pickle.dumps(read_manifest())
    shared: list[tuple[Any, str, Callable[..., Any]]] = [
        (cdk, "get_declarative_component_schema", cache),
        (cdk, "validate_manifest", _validated),
        (source, "_pre_process_manifest", _prepared),
        (Resolver, "preprocess_manifest", _prepared),
    ]
    with ExitStack() as stack:
        for place, name, once in shared:
            if hasattr(place, name):  # the CDK of the base image works some of it out elsewhere
                stack.enter_context(patch.object(place, name, once(getattr(place, name))))
        stack.enter_context(patch("source_zoho.source.read_manifest", lambda: pickle.loads(written)))
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
