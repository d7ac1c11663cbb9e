"""Does a sync go on with the configuration that was written for another Zoho connector?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integration_tests.builders import forget_earlier_syncs
from integration_tests.rows import only
from source_zoho import run
from source_zoho.emulator import Emulator

OF_CRM = {"dc_region": "US", "environment": "Production", "edition": "Free", "start_datetime": "2000-01-01 13:00"}
OF_BOOKS = {"region": "com", "start_date": "2023-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (OF_CRM, {"products": ["crm"], "crm_environment": "production", "start_date": "2000-01-01T13:00:00Z"}),
        (OF_BOOKS, {"start_date": "2023-01-01T00:00:00Z"}),
    ],
    ids=["source-zoho-crm", "source-zoho-books"],
)
def test_the_connection_is_tested_and_the_platform_told_the_new_configuration(
    theirs: dict[str, Any],
    ours: dict[str, Any],
    zoho: Emulator,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    kept = {key: value for key, value in zoho.config().items() if key not in {"data_center", "start_date", "products"}}
    (tmp_path / "config.json").write_text(json.dumps(kept | theirs), "utf-8")
    forget_earlier_syncs()

    with only():
        run.main(["check", "--config", str(tmp_path / "config.json")])

    told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    statuses = [each["connectionStatus"]["status"] for each in told if each["type"] == "CONNECTION_STATUS"]
    configurations = [each["control"]["connectorConfig"]["config"] for each in told if each["type"] == "CONTROL"]
    assert statuses == ["SUCCEEDED"]
    assert configurations[-1] == kept | {"data_center": "us"} | ours
    said = " ".join(each["log"]["message"] for each in told if each["type"] == "LOG")
    assert ("organizations of Books to read" in said) == ("products" not in ours)
    assert "modules that can be read" in said
