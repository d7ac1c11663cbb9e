"""Where does the schema of a stream come from?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader

from source_zoho.files import schema_path


@dataclass
class SchemaFileLoader(SchemaLoader):
    """
    Read ``schemas/<stream>.json``, from the package or from the checkout.

    The CDK's JsonFileSchemaLoader looks for files in a Python package and cannot see a folder at the top of a project.

        schema_loader: {type: CustomSchemaLoader, class_name: source_zoho.components.SchemaFileLoader}
    """

    name: str

    def get_json_schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the stream."""
        schema: Mapping[str, Any] = json.loads(schema_path(self.name).read_text(encoding="utf-8"))
        return schema
