"""How do several calls travel in one?

Up to five calls, each answered on its own; the whole is 200 when all went well and 207 when they did not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from .refusals import CrmRefusedError, refused

MOST_CALLS = 5
KEY = "__composite_requests"
Given = tuple[int, dict[str, Any] | None]


@dataclass(frozen=True)
class Inner:
    """One call inside."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


def inner_calls(body: bytes) -> list[Inner]:
    """Read the calls out of the body, or refuse it."""
    try:
        wrapper = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", expected_data_type="jsonobject") from None
    if not isinstance(wrapper, dict):
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", expected_data_type="jsonobject")
    for name in ("rollback_on_fail", "concurrent_execution"):
        if wrapper.get(name) not in (None, False):
            raise _invalid(name, f"$.{name}")
    if unknown := set(wrapper) - {KEY, "rollback_on_fail", "concurrent_execution"}:
        raise _invalid(min(unknown), f"$.{min(unknown)}")
    calls = wrapper.get(KEY)
    if not calls:
        raise refused("MANDATORY_NOT_FOUND", api_name=KEY, json_path=f"$.{KEY}")
    if not isinstance(calls, list) or len(calls) > MOST_CALLS:
        raise _invalid(KEY, f"$.{KEY}", maximum_length=MOST_CALLS)
    return [_inner(call, number) for number, call in enumerate(calls)]


def answered_together(calls: list[Inner], answer: Callable[[Inner], Given]) -> Given:
    """Answer every call on its own and put the answers together."""
    answers = [_answered(call, answer) for call in calls]
    status = 200 if all(code < 400 for code, _ in answers) else 207
    return status, {KEY: [_wrapped(code, body) for code, body in answers]}


def _answered(call: Inner, answer: Callable[[Inner], Given]) -> Given:
    try:
        return answer(call)
    except CrmRefusedError as refusal:
        return refusal.status, refusal.body


def _wrapped(status: int, body: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "code": "SUCCESS",
        "details": {"response": {"headers": {}, "body": body, "status_code": status}},
        "message": "composite request executed successfully",
        "status": "success",
    }


def _inner(call: object, number: int) -> Inner:
    path = f"$.{KEY}[{number}]"
    if not isinstance(call, dict):
        raise _invalid(KEY, path, expected_data_type="jsonobject")
    for name in ("method", "uri"):
        if not isinstance(call.get(name), str):
            raise refused("MANDATORY_NOT_FOUND", api_name=name, json_path=f"{path}.{name}")
    if unknown := set(call) - {"method", "uri", "headers", "params", "body", "sub_request_id"}:
        raise _invalid(min(unknown), f"{path}.{min(unknown)}")
    # The parameters have a place of their own; whether a query string would be taken too is not documented.
    if not call["uri"].startswith("/crm/") or "?" in call["uri"]:
        raise _invalid("uri", f"{path}.uri")
    query = {str(name): _text(value) for name, value in (call.get("params") or {}).items()}
    headers = {str(name).lower(): str(value) for name, value in (call.get("headers") or {}).items()}
    return Inner(call["method"], call["uri"], query, headers)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _invalid(name: str, json_path: str, **details: Any) -> CrmRefusedError:
    return refused("INVALID_DATA", api_name=name, json_path=json_path, **details)
