"""How does an error of ours reach the platform?"""

from __future__ import annotations

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.errors import ConfigProblem, Transient, ZohoError


class ZohoFailure(AirbyteTracedException):
    """A failure of ours as the CDK knows it; ``code`` is Zoho's, where an answer of Zoho was the reason."""

    code: int | None = None


def traced(error: ZohoError, code: int | None = None) -> ZohoFailure:
    """Return *error* as the CDK's exception, with the same sentence and the kind that says who can mend it."""
    failure = ZohoFailure(message=str(error), internal_message=str(error), failure_type=_failure_type(error))
    failure.code = code
    return failure


def _failure_type(error: ZohoError) -> FailureType:
    if isinstance(error, ConfigProblem):
        return FailureType.config_error
    return FailureType.transient_error if isinstance(error, Transient) else FailureType.system_error
