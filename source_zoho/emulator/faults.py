"""What goes wrong next, and for whom?

A fault waits for the calls that it is meant for, lets `after` of them pass and then spoils `times` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .accounts import THROTTLED
from .crm.codes import CODES
from .crm.refusals import envelope
from .wire import Answer

PROXY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_HTML = {"Content-Type": "text/html"}

# kind: (HTTP status, Zoho's code, Zoho's words)
ZOHO_ERRORS: dict[str, tuple[int, int, str]] = {
    "2": (400, 2, "Invalid value passed for last_modified_time"),
    "5": (404, 5, "Invalid URL Passed"),
    "9": (400, 9, "Please use the zohoapis domain to access this API."),
    "14": (401, 14, "Invalid value passed for authtoken."),
    "43": (
        429,
        43,
        (
            "For security reasons you have been blocked for some time as you have exceeded the maximum number of "
            "requests per minute."
        ),
    ),
    "44": (
        429,
        44,
        (
            "For security reasons your organization has been blocked as it have exceeded the maximum number of "
            "requests per minute that can originate from an organization."
        ),
    ),
    "45": (429, 45, "The API call for this organization has exceeded the maximum call rate limit of 10000."),
    "57": (401, 57, "You are not authorized to perform this operation"),
    "1002": (404, 1002, "Resource does not exist."),
    "1070": (
        429,
        1070,
        "You have reached the maximum number of in process requests allowed. Kindly try again after some time.",
    ),
    "500": (500, 1000, "Internal Error"),
    "error_in_200": (200, 6018, "You do not have access to this resource."),
}
# kind: an answer that is not Zoho's, or not what it should be
BROKEN: dict[str, Answer] = {
    "502": Answer(502, PROXY_PAGE, _HTML),
    "503": Answer(503, b"", {}),
    "504": Answer(504, b"<html><body>Gateway Time-out</body></html>", _HTML),
    "html": Answer(502, PROXY_PAGE, _HTML),
    "html_200": Answer(200, b"<html><body>Please sign in to the network.</body></html>", _HTML),
    "not_json": Answer(200, b'{"code":0,"message":"succ', {"Content-Type": "application/json;charset=UTF-8"}),
    "empty": Answer(200, b"", {"Content-Type": "application/json;charset=UTF-8"}),
    "reset": Answer(0, b"", {}, wire="reset"),
}
TOKEN: dict[str, Answer] = {
    "token_throttle": Answer.json(400, THROTTLED),
    "token_500": Answer.json(500, {"error": "general_error"}),
    "token_html": Answer(200, b"<html><body>Accounts is taking a short break.</body></html>", _HTML),
    "token_invalid_code": Answer.json(200, {"error": "invalid_code"}),
    "token_invalid_code_400": Answer.json(400, {"error": "invalid_code"}),
    "token_invalid_client": Answer.json(200, {"error": "invalid_client"}),
    "token_invalid_client_secret": Answer.json(200, {"error": "invalid_client_secret"}),
}
# Kinds that let the call through and spoil something about it.
SPOILING = {
    "expire_token": "every access token dies just before the call is answered",
    "no_list_key": "the list's key is missing from the answer",
    "truncated": "the body stops half way, Content-Length says otherwise",
    "slow": "the call takes `seconds` of the emulator's clock",
}
KINDS = (*ZOHO_ERRORS, *CODES, *BROKEN, *TOKEN, *SPOILING)


@dataclass
class Fault:
    """One trouble that waits for its calls."""

    kind: str
    path: str | None = None
    times: int = 1
    after: int = 0
    organization_id: str | None = None
    retry_after: int | None = None
    seconds: float = 0
    status: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def for_tokens(self) -> bool:
        """Tell whether the fault is for the accounts server."""
        return self.kind in TOKEN

    def answer(self) -> Answer | None:
        """Return what the caller gets instead of Zoho's answer, None when the call goes on."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.kind in ZOHO_ERRORS:
            status, code, message = ZOHO_ERRORS[self.kind]
            return Answer.json(status, {"code": code, "message": message}, headers)
        if self.kind in CODES:
            crm = CODES[self.kind]
            body = envelope(crm.code, crm.message, self.details or crm.details)
            return replace(Answer.json(self.status or crm.status, body, headers), code=crm.code)
        found = BROKEN.get(self.kind) or TOKEN.get(self.kind)
        if found is None or self.retry_after is None:
            return found
        return Answer(found.status, found.body, {**found.headers, **headers}, found.wire, found.code)


class Faults:
    """The troubles that are planned."""

    def __init__(self) -> None:
        """Plan nothing."""
        self._planned: list[Fault] = []

    def add(  # noqa: PLR0913 - every detail of a trouble, by name only
        self,
        kind: str | int,
        path: str | None = None,
        times: int = 1,
        after: int = 0,
        organization_id: str | None = None,
        *,
        retry_after: int | None = None,
        seconds: float = 0,
        status: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Fault:
        """
        Plan a fault for *times* calls, after *after* calls that pass.

        *path* is a path below /books/v3 ("/invoices"), a resource name ("invoices") or a whole path ("/crm/v8/Leads",
        "/crm/v8/{module}/deleted"); None means any call. *status* and *details* are for the CRM's codes, which come
        with several.
        """
        if str(kind) not in KINDS:
            raise ValueError(f"fault kind is {kind!r}; expected one of: {', '.join(KINDS)}.")
        fault = Fault(str(kind), path, times, after, organization_id, retry_after, seconds, status, details or {})
        self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Plan nothing any more."""
        self._planned.clear()

    def due(self, *, for_tokens: bool, fits: Callable[[str | None], bool], organization_id: str) -> Fault | None:
        """Return the first fault that is meant for this call, and use it up by one."""
        for fault in list(self._planned):
            meant = fault.for_tokens == for_tokens and fits(fault.path)
            if not meant or fault.organization_id not in (None, organization_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._planned.remove(fault)
            return fault
        return None
