"""What says that a road to the records of a module ends, while another may still lead there?"""

from __future__ import annotations

from airbyte_cdk.models import FailureType

from source_zoho.components.traced import ZohoFailure

_OF_THE_SIGN_IN = frozenset({"INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE"})


class RoadIsClosed(Exception):
    """
    This road does not bring the module, or no more of it; another road may.

    The text is a sentence for people, and ``code`` is Zoho's word for the reason, where Zoho said one.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


def ends_everything(failure: ZohoFailure) -> bool:
    """Tell whether *failure* is not about what was asked for on a road, so that another would not help."""
    is_zohos_word = isinstance(failure.code, str) and failure.code not in _OF_THE_SIGN_IN
    return failure.ends_the_product or failure.failure_type is FailureType.transient_error or not is_zohos_word
