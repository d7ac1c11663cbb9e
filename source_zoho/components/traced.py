"""How does an error of ours reach the platform?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.errors import ConfigProblem, Transient, ZohoError

_NAMES_OF_A_PARAMETER = ("param_name", "param", "api_name", "field", "column_name")


class ZohoFailure(AirbyteTracedException):
    """
    A failure of ours as the CDK knows it.

    ``code``, ``words`` and ``details`` are Zoho's, where an answer of Zoho was the reason. ``ends_the_product`` tells
    that no more calls to this product are made in this run: what cannot be read now cannot be read in another way
    either.
    """

    code: int | str | None = None
    words: str = ""
    details: Mapping[str, Any] = MappingProxyType({})
    ends_the_product: bool = False

    @property
    def parameter(self) -> str:
        """Which parameter or field CRM names as the reason, or an empty text."""
        return next((str(self.details[name]) for name in _NAMES_OF_A_PARAMETER if self.details.get(name)), "")


def traced(error: ZohoError, code: int | str | None = None, details: Mapping[str, Any] | None = None) -> ZohoFailure:
    """Return *error* as the CDK's exception, with the same sentence and the kind that says who can mend it."""
    failure = ZohoFailure(message=str(error), internal_message=str(error), failure_type=_failure_type(error))
    failure.code, failure.details = code, details or {}
    return failure


def _failure_type(error: ZohoError) -> FailureType:
    if isinstance(error, ConfigProblem):
        return FailureType.config_error
    return FailureType.transient_error if isinstance(error, Transient) else FailureType.system_error
