"""What says that a road to the records of a module ends, while another may still lead there?"""

from __future__ import annotations

import re

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.traced import ZohoFailure

_ZOHOS_WORDS = re.compile(r"\((Zoho said .+)\)\.$", re.DOTALL)
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
    is_the_users = failure.failure_type is FailureType.config_error
    has_no_word = failure.code is None or (is_the_users and not isinstance(failure.code, str))
    return failure.ends_the_product or is_trouble(failure) or has_no_word or failure.code in _OF_THE_SIGN_IN


def said_by(failure: AirbyteTracedException) -> str:
    """
    Return what Zoho said in *failure*, as a sentence; ours where it said nothing.

    Our sentence would end a stream, and advises what to do about that; another road may bring the stream all the same.
    """
    said = _ZOHOS_WORDS.search(str(failure.message))
    return f"{said[1]}." if said else str(failure.message)


def is_trouble(failure: AirbyteTracedException) -> bool:
    """Tell whether time may mend *failure*, or another way of asking."""
    is_over = isinstance(failure, ZohoFailure) and failure.ends_the_product
    return failure.failure_type is FailureType.transient_error and not is_over
