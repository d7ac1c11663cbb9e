"""Which codes may Zoho CRM answer with, at which status and in which words?

The statuses are those that Zoho's documents show most; some codes come with several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SERVER = "Internal server error occurred"
_OFF = "the feature is not available in your edition"


@dataclass(frozen=True)
class Code:
    """One code with what usually comes along."""

    code: str
    status: int
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


_TABLE = (
    Code("TOO_MANY_REQUESTS", 429, "too many requests fired in the given time"),
    Code("INTERNAL_ERROR", 500, _SERVER),
    Code("INTERNAL_SERVER_ERROR", 500, _SERVER),
    Code("SERVICE_UNAVAILABLE", 503, "the service is not available for the moment"),
    Code("REQUEST_TIMEOUT", 503, "the request took too long"),
    Code("INVALID_TOKEN", 401, "invalid oauth token"),
    Code("INVALID_OAUTHTOKEN", 401, "invalid oauth token"),
    Code("AUTHENTICATION_FAILURE", 401, "Authentication failed"),
    Code("OAUTH_SCOPE_MISMATCH", 401, "invalid oauth scope to access this URL"),
    Code("NO_PERMISSION", 403, "permission denied", {"permissions": ["Crm_Implied_View_Records"]}),
    Code("AUTHORIZATION_FAILED", 400, "user does not have sufficient privilege to do this"),
    Code("INVALID_MODULE", 400, "The module name given seems to be invalid"),
    Code("API_NOT_SUPPORTED", 400, "the module is not supported in api"),
    Code("NOT_SUPPORTED", 400, "the module is not supported for this operation"),
    Code("FEATURE_NOT_ENABLED", 403, _OFF),
    Code("FEATURE_NOT_SUPPORTED", 403, _OFF),
    Code("CURRENCIES_NOT_ENABLED", 400, "the multi currency feature is not enabled"),
    Code("TERRITORY_NOT_ENABLED", 400, "the territory feature is not enabled"),
    Code("INVALID_URL_PATTERN", 404, "Please check if the URL trying to access is a correct one"),
    Code("INVALID_REQUEST_METHOD", 400, "The http request method type is not a valid one"),
    Code("INVALID_HOST", 400, "the domain is not the one of the organization's data centre"),
    Code("LIMIT_EXCEEDED", 400, "more values than the parameter takes", {"limit": 50, "param_name": "fields"}),
    Code(
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        400,
        "page reaches the first 2000 records only, use page_token for those behind",
        {"limit": 2000},
    ),
    Code("PAGINATION_LIMIT_EXCEEDED", 400, "page_token reaches the first 100000 records only", {"limit": 100_000}),
    Code("EXPIRED_VALUE", 400, "the given page_token has expired", {"param_name": "page_token"}),
    Code(
        "TOKEN_BOUND_DATA_MISMATCH",
        400,
        "the request differs from the one that the page_token was made for",
        {"param_name": "page_token"},
    ),
    Code("REQUIRED_PARAM_MISSING", 400, "One of the expected parameter is missing", {"param_name": "fields"}),
    Code("MANDATORY_NOT_FOUND", 400, "required field not found"),
    Code("AMBIGUITY_DURING_PROCESSING", 400, "the parameters cannot be given together"),
    Code("PATTERN_NOT_MATCHED", 400, "Please check whether the input values are correct"),
    Code("SYNTAX_ERROR", 400, "the query has a syntax error"),
    Code("INVALID_QUERY", 400, "invalid query formed"),
    Code("INVALID_ALIAS", 400, "the alias name cannot be an empty text"),
    Code("DUPLICATE_ALIAS", 400, "the same alias cannot refer to more than one column"),
    Code("DUPLICATE_DATA", 400, "the query has a column more than once"),
    Code("UNABLE_TO_PARSE_DATA_TYPE", 400, "the body cannot be read as the expected type"),
    Code("INVALID_DATA", 400, "invalid data", {"param_name": "fields"}),
    Code("INVALID_REQUEST", 400, "the request is not a valid one"),
    Code("NOT_SUBSCRIBED", 400, "the channel is not subscribed"),
    Code("EXPECTED_FIELD_MISSING", 400, "Specify atleast one field"),
    Code("DEPENDENT_FIELD_MISSING", 400, "DEPENDENT_FIELD_MISSING"),
)
# Kinds of trouble that share a code and differ in what is said along with it.
_VARIANTS = {
    "TOO_MANY_REQUESTS:credits": Code(
        "TOO_MANY_REQUESTS", 429, "the API credits of the last 24 hours are used up, please try again later"
    ),
    "TOO_MANY_REQUESTS:concurrency": Code(
        "TOO_MANY_REQUESTS", 429, "the number of concurrent API calls is above the limit, please try again later"
    ),
    "NO_PERMISSION:api_access": Code(
        "NO_PERMISSION", 403, "permission denied", {"permissions": ["Crm_Implied_Api_Access"]}
    ),
}
CODES: dict[str, Code] = {**{one.code: one for one in _TABLE}, **_VARIANTS}
