"""Is there a cheap call for each scope, and does its answer say about the scope no more than it shows?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.oauth.trials import Verdict, trial_of, verdict
from source_zoho.scopes import for_products, product_of
from unit_tests.rules import every

ALL = for_products(("books", "billing", "crm"))


@every(ALL)
def test_every_scope_that_a_sign_in_asks_for_has_a_call(scope: str) -> None:
    trial = trial_of(scope)

    assert trial.scope == scope
    assert trial.path.startswith("/crm/" if product_of(scope) == "crm" else f"/{product_of(scope)}/")
    assert "{" not in " ".join([trial.path, *trial.params.values()])


@pytest.mark.parametrize(
    ("scope", "path", "params"),
    [
        ("ZohoBooks.invoices.READ", "/books/v3/invoices", {"per_page": "1"}),
        ("ZohoBooks.banking.READ", "/books/v3/bankaccounts", {"per_page": "1"}),
        ("ZohoBooks.settings.READ", "/books/v3/organizations", {}),
        ("ZohoSubscriptions.quotes.READ", "/billing/v1/estimates", {"per_page": "1"}),
        ("ZohoCRM.users.READ", "/crm/v8/users", {"type": "AllUsers", "per_page": "1"}),
        ("ZohoCRM.modules.notes.READ", "/crm/v8/Notes", {"fields": "id", "per_page": "1"}),
    ],
)
def test_a_call_asks_for_as_little_as_there_is(scope: str, path: str, params: dict[str, str]) -> None:
    trial = trial_of(scope)

    assert trial.path == path
    assert dict(params).items() <= trial.params.items()


def test_what_no_list_shows_has_no_call() -> None:
    assert trial_of("ZohoBooks.custommodules.ALL").path == ""
    assert trial_of("ZohoCRM.share.leads.READ").path == ""


def test_a_job_of_bulk_read_is_never_made_to_try_its_scope() -> None:
    trial = trial_of("ZohoCRM.bulk.READ")

    assert trial.body is None, "a question for a job that is not there, not a job for 50 credits"


@pytest.mark.parametrize(
    ("product", "status", "body", "expected"),
    [
        ("books", 200, {"code": 0, "message": "success"}, Verdict.OK),
        ("books", 404, {"code": 1002, "message": "gone"}, Verdict.OK),
        ("books", 401, {"code": 57, "message": "not authorized"}, Verdict.MISSING),
        ("billing", 400, {"code": 14, "message": "token"}, Verdict.MISSING),
        ("books", 401, {}, Verdict.MISSING),
        ("books", 404, {"code": 5, "message": "Invalid URL"}, Verdict.CLOSED),
        ("books", 400, {"code": 6024, "message": "no"}, Verdict.CLOSED),
        ("books", 429, {"code": 44, "message": "slower"}, Verdict.UNKNOWN),
        ("books", 400, {"code": 2, "message": "a parameter"}, Verdict.UNKNOWN),
        ("crm", 200, {"data": []}, Verdict.OK),
        ("crm", 204, None, Verdict.OK),
        ("crm", 207, {"__composite_requests": []}, Verdict.OK),
        ("crm", 404, {"code": "RESOURCE_NOT_FOUND", "message": "no job"}, Verdict.OK),
        ("crm", 400, {"data": [{"code": "INVALID_DATA", "message": "no record"}]}, Verdict.OK),
        ("crm", 401, {"code": "OAUTH_SCOPE_MISMATCH", "message": "scope"}, Verdict.MISSING),
        ("crm", 403, {"data": [{"code": "OAUTH_SCOPE_MISMATCH", "message": "scope"}]}, Verdict.MISSING),
        ("crm", 403, {"code": "NO_PERMISSION", "message": "profile"}, Verdict.CLOSED),
        ("crm", 400, {"code": "FEATURE_NOT_ENABLED", "message": "edition"}, Verdict.CLOSED),
        ("crm", 429, {"code": "TOO_MANY_REQUESTS", "message": "credits"}, Verdict.UNKNOWN),
        ("crm", 500, {"code": "INTERNAL_ERROR", "message": "trouble"}, Verdict.UNKNOWN),
    ],
)
def test_zohos_code_decides(product: str, status: int, body: Any, expected: Verdict) -> None:
    assert verdict(product, status, body)[0] is expected


def test_a_refusal_comes_with_zohos_words() -> None:
    assert verdict("crm", 403, {"code": "NO_PERMISSION", "message": "no API"}) == (Verdict.CLOSED, "no API")
    assert verdict("books", 200, {"code": 0, "message": "success"}) == (Verdict.OK, "")
