"""What becomes of a configuration that was written for another Zoho connector?"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)

from source_zoho.peers import migrated


@dataclass
class MigratePeerConfig(ConfigTransformation):
    """
    Put the keys of Airbyte's source-zoho-books, -billing and -crm into our words; the CDK writes the result back.

        transformations: [{type: CustomConfigTransformation, class_name: source_zoho.components.MigratePeerConfig}]
    """

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Change *config* in place."""
        ours = migrated(config)
        for key in set(config) - set(ours):
            del config[key]
        config.update(ours)
