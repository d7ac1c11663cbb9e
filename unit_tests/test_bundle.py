"""Does the bundled manifest stand on its own, and offer the streams that the connector offers?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.parsers.custom_code_compiler import AirbyteCustomCodeNotPermittedError
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from click.testing import CliRunner

from source_zoho.files import schema_path
from source_zoho.manifest import with_streams
from source_zoho.source import SourceZoho
from tasks.bundle import main
from unit_tests.zoho_of_modules import CONFIG, Organization, answering

LOG = logging.getLogger("airbyte")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, written by the command."""
    path = tmp_path_factory.mktemp("bundle") / "zoho.yaml"
    result = CliRunner().invoke(main, [str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def manifest(bundle: Path) -> dict[str, Any]:
    """The bundle as a runner reads it."""
    return dict(yaml.safe_load(bundle.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def resolved(manifest: dict[str, Any]) -> dict[str, Any]:
    """The bundle with what its references come to."""
    return dict(ManifestReferenceResolver().preprocess_manifest(manifest))


@pytest.fixture(scope="module")
def source(bundle: Path) -> Iterator[ConcurrentDeclarativeSource]:
    """A source made from the bundle, in another folder, where every look for a schema file fails."""

    def refuse(name: str) -> Path:
        raise AssertionError(f"the bundle reads schemas/{name}.json")

    with pytest.MonkeyPatch.context() as elsewhere, answering(Organization("Leads", "Deals")):
        elsewhere.chdir(bundle.parent)
        elsewhere.setattr("source_zoho.components.schemas.schema_path", refuse)
        yield YamlDeclarativeSource(path_to_yaml=bundle.name, config=CONFIG)


def catalog_of(source: ConcurrentDeclarativeSource) -> dict[str, Any]:
    return {stream.name: asdict(stream) for stream in source.discover(LOG, CONFIG).streams}


def test_it_offers_the_same_catalog_as_the_connector(source: ConcurrentDeclarativeSource) -> None:
    found = catalog_of(source)

    with pytest.MonkeyPatch.context() as at_home:
        at_home.setattr("source_zoho.components.schemas.schema_path", schema_path)
        assert found == catalog_of(SourceZoho(config=CONFIG))
    assert {"books_invoices", "billing_plans", "crm_users", "crm_leads", "crm_deals"} <= found.keys()


def test_it_describes_modules_of_crm_by_their_metadata_and_queries_by_their_first_rows(
    resolved: dict[str, Any],
) -> None:
    loaders = {each["stream_template"]["schema_loader"]["class_name"] for each in resolved["dynamic_streams"]}

    assert loaders == {f"source_zoho.components.{each}SchemaLoader" for each in ("Module", "Query")}
    assert {"crm_users", "crm_notes"} <= resolved["schemas"].keys()


def test_it_names_no_file_and_no_anchor(bundle: Path) -> None:
    text = bundle.read_text(encoding="utf-8")

    assert "SchemaFileLoader" not in text
    assert "&id0" not in text


def test_it_sends_no_half_messages(resolved: dict[str, Any]) -> None:
    # A checkpoint of a retriever is completed by SourceZoho; a bare runner would store it as it is. Those that follow
    # parents send none where nobody merges them: see unit_tests/components/test_follow.py.
    streams = [stream for product in resolved["streams"] for stream in product["streams"]]
    lists = [each["retriever"] for each in streams if each["retriever"]["class_name"].endswith(".ListRetriever")]

    assert len(lists) > 50
    assert all(retriever["checkpoints"] is False for retriever in lists)


def test_a_runner_of_foreign_manifests_wants_leave_to_run_our_classes(
    manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_stream = with_streams(manifest, {"books_bills"})
    monkeypatch.delenv("AIRBYTE_ENABLE_UNSAFE_CODE", raising=False)

    with pytest.raises(AirbyteCustomCodeNotPermittedError):
        ConcurrentDeclarativeSource(config=CONFIG, source_config=a_stream, custom_components_trusted=False).streams(
            CONFIG
        )


def test_without_a_path_it_goes_to_standard_output(bundle: Path) -> None:
    assert CliRunner().invoke(main, []).output == bundle.read_text(encoding="utf-8")
