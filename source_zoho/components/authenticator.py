"""How does a request prove who it is?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_zoho.components.connection import tokens
from source_zoho.components.traced import traced
from source_zoho.errors import ZohoError


@dataclass
class ZohoAuthenticator(DeclarativeAuthenticator):
    """
    Send the one access token of the process as ``Authorization: Zoho-oauthtoken ...``.

    The CDK's own OAuth component makes a token per stream, of which Zoho allows ten in ten minutes, says ``Bearer``,
    and takes a failure that comes with status 200 for success.

        authenticator: {type: CustomAuthenticator, class_name: source_zoho.components.ZohoAuthenticator}
    """

    config: Mapping[str, Any]

    @property
    def auth_header(self) -> str:
        """The header that carries the token."""
        return "Authorization"

    @property
    def token(self) -> str:
        """The value of the header. Raises AirbyteTracedException when Zoho gives no token."""
        try:
            value = tokens(self.config).token().value
        except ZohoError as error:
            raise traced(error) from None
        self._keep_out_of_logs(value)
        return f"Zoho-oauthtoken {value}"

    def refresh_and_set_access_token(self) -> None:
        """Replace a token that the API no longer takes; the CDK calls this on REFRESH_TOKEN_THEN_RETRY."""
        try:
            self._keep_out_of_logs(tokens(self.config).replace_rejected().value)
        except ZohoError as error:
            raise traced(error) from None

    def _keep_out_of_logs(self, value: str) -> None:
        """Name the token to the CDK's log filter, once: it searches all it was told in every line."""
        if tokens(self.config).is_told_first(value):
            add_to_secrets(value)
