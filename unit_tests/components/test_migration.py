"""Does the CDK get our words when a configuration was written for another Zoho connector?"""

from __future__ import annotations

from typing import Any

from source_zoho.components.migration import MigratePeerConfig


def test_their_keys_are_gone_and_ours_are_there() -> None:
    config: dict[str, Any] = {"dc_region": "EU", "environment": "Sandbox", "edition": "Free", "client_id": "1000.A"}

    MigratePeerConfig().transform(config)

    assert config == {
        "data_center": "eu",
        "products": ["crm"],
        "crm_environment": "sandbox",
        "client_id": "1000.A",
    }


def test_a_configuration_of_ours_stays_as_it_is() -> None:
    config: dict[str, Any] = {"data_center": "eu", "num_workers": 2}

    MigratePeerConfig().transform(config)

    assert config == {"data_center": "eu", "num_workers": 2}
