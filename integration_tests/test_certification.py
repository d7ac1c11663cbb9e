"""
Would Airbyte certify this connector?

Airbyte's own suite runs three times: on ``manifest.yaml`` as the platform's declarative runner reads it, on the class
that the command ``source-zoho`` runs, and on that class with CRM, whose modules become streams only when it is asked.
What it expects is in ``acceptance-test-config.yml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, ClassVar

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests.declarative_sources import DeclarativeSourceTestSuite
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from integration_tests.builders import ROOT, a_config, a_few_of_each, forget_earlier_syncs
from integration_tests.crm.builders import JUST_ENOUGH
from integration_tests.rows import only
from source_zoho.emulator import Emulator
from source_zoho.source import SourceZoho

# The suite only advises about a cursor or key that the schema lacks. For us such a catalog is wrong.
pytestmark = pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning")

# A row or more for every stream, and few parents: the suite reads everything twice.
SIZES = {
    **a_few_of_each(3),
    "customer_debit_notes": 1,
    "account_transactions": 3,
    "contact_comments": 3,
    "project_invoices": 3,
    "fixed_asset_history": 3,
    "recurring_expense_child_expenses": 3,
    **JUST_ENOUGH,
}


@pytest.fixture(scope="class", autouse=True)
def zoho_behind_the_config(request: pytest.FixtureRequest) -> Iterator[None]:
    """Serve a Zoho, and write the configuration that acceptance-test-config.yml names (git ignores it)."""
    with Emulator(sizes=SIZES, calls_per_minute=100_000) as zoho:
        path = ROOT / "secrets" / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(a_config(zoho, **request.cls.settings), indent=2), encoding="utf-8")
        yield


@pytest.fixture(autouse=True)
def a_new_process() -> Iterator[None]:
    forget_earlier_syncs()
    yield
    forget_earlier_syncs()


@pytest.fixture(autouse=True)
def only_what_check_reads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spare the installed source the building of streams that a test does not read, as its command does."""
    reads_streams = request.node.originalname in {"test_discover", "test_basic_read"}
    with nullcontext() if reads_streams else only():
        yield


class TestManifest(DeclarativeSourceTestSuite):
    """The manifest, run by the CDK's own declarative source."""

    settings: ClassVar[dict[str, Any]] = {"document_details": "changed"}


class TestInstalledSource(SourceTestSuiteBase):
    """The source that the wheel installs."""

    settings: ClassVar[dict[str, Any]] = {"document_details": "changed"}

    @classmethod
    def create_connector(cls, scenario: ConnectorTestScenario | None) -> Any:
        # Which streams there are depends on the configuration, so the source wants it early.
        found = scenario.get_config_dict(connector_root=ROOT, empty_if_missing=True) if scenario else {}
        return SourceZoho(config=found)


class TestInstalledSourceWithCrm(TestInstalledSource):
    """The same, reading CRM."""

    settings: ClassVar[dict[str, Any]] = {"products": ["crm"], "document_details": "changed"}
