"""How does an error of ours reach the platform?"""

from __future__ import annotations

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.errors import ConfigProblem, Transient, ZohoError


def traced(error: ZohoError) -> AirbyteTracedException:
    """Return *error* as the CDK's exception, with the same sentence and the kind that says who can mend it."""
    return AirbyteTracedException(message=str(error), internal_message=str(error), failure_type=_failure_type(error))


def _failure_type(error: ZohoError) -> FailureType:
    if isinstance(error, ConfigProblem):
        return FailureType.config_error
    return FailureType.transient_error if isinstance(error, Transient) else FailureType.system_error
