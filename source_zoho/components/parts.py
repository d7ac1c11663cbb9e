"""How is one component of the manifest built, without the streams around it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory


def built(model: Any, declared: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    """Return the component that *declared* describes, its references resolved, as the *model* of the CDK takes it."""
    definition = ManifestComponentTransformer().propagate_types_and_parameters("", dict(declared), {})
    return ModelToComponentFactory().create_component(model, definition, config)
