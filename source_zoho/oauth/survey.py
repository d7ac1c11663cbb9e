"""
What does a fresh grant reach: which organizations, and which of the scopes that were asked for?

A call for each scope and one for each list of organizations. Nothing here is fatal: a grant is good even where a
scope is missing, and its owner wants to see which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from source_zoho.oauth.trials import LIST_OF_ORGANIZATIONS, ROOTS, Result, Trial, Verdict, trial_of, verdict
from source_zoho.scopes import PREFIXES, product_of, purpose

if TYPE_CHECKING:
    import requests

_TIMEOUT_SECONDS = (10, 60)
_ORGANIZATIONS_TRIED = 3  # the first may lack a product that another one has
_HEADER_OF_BILLING = "X-com-zoho-subscriptions-organizationid"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Organization:
    """An organization that the grant opens."""

    product: str
    id: str
    name: str
    plan: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class Survey:
    """What was found."""

    organizations: Sequence[Organization] = ()
    results: Sequence[Result] = ()

    def of(self, verdict: Verdict) -> list[Result]:
        """Return the results with *verdict*."""
        return [result for result in self.results if result.verdict is verdict]


@dataclass(frozen=True)
class Api:
    """The API of one data centre, with an access token; *crm_url* is that of the environment that is read."""

    url: str
    crm_url: str
    access_token: str = field(repr=False)

    def answer(self, trial: Trial, organization_id: str = "") -> tuple[int, Any]:
        """Return status and body of a call; status 0 and the reason when there was none."""
        import requests  # takes a tenth of a second, for which commands that call nobody need not wait

        headers, params = {"Authorization": f"Zoho-oauthtoken {self.access_token}"}, dict(trial.params)
        if organization_id and trial.product == "billing":
            headers[_HEADER_OF_BILLING] = organization_id
        elif organization_id:
            params["organization_id"] = organization_id
        base = self.crm_url if trial.product == "crm" else self.url
        try:
            answer = requests.request(
                "GET" if trial.body is None else "POST",
                f"{base}{trial.path}",
                params=params,
                json=trial.body,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return 0, type(error).__name__
        return answer.status_code, _json(answer)


def survey(api: Api, scopes: Sequence[str], tell: Tell) -> Survey:
    """Return what *api* opens with *scopes*; *tell* hears how far it is."""
    products = dict.fromkeys(product_of(scope) for scope in scopes)
    organizations = [each for product in products for each in _organizations(api, product)]
    results: dict[str, Result] = {}
    for product in products:
        own = [scope for scope in scopes if product_of(scope) == product]
        places = _places(product, organizations)
        for number, place in enumerate(places):
            for scope in own:
                tell(purpose(scope), len(results), len(scopes))
                results[scope] = _tried(api, trial_of(scope), place)
            if _opened(results, own) or number + 1 == _ORGANIZATIONS_TRIED:
                break
    return Survey(organizations, [results[scope] for scope in scopes])


def _places(product: str, organizations: Sequence[Organization]) -> list[str]:
    ids = [each.id for each in organizations if each.product == product and each.is_active]
    return [""] if product == "crm" or not ids else ids[:_ORGANIZATIONS_TRIED]


def _opened(results: Mapping[str, Result], scopes: Sequence[str]) -> bool:
    """Tell whether an organization answered at all; the list of organizations belongs to none."""
    own = [scope for scope in scopes if trial_of(scope).wants_organization]
    return not own or any(results[scope].verdict is Verdict.OK for scope in own)


def _tried(api: Api, trial: Trial, organization_id: str) -> Result:
    if not trial.path:
        return Result(trial.scope, Verdict.UNKNOWN, "no list shows it")
    if trial.wants_organization and not organization_id:
        return Result(trial.scope, Verdict.UNKNOWN, "no organization to try it in")
    status, body = api.answer(trial, organization_id if trial.wants_organization else "")
    if status == 0 or (body is None and status != 204):
        return Result(trial.scope, Verdict.UNKNOWN, str(body or f"HTTP {status}"))
    return Result(trial.scope, *verdict(trial.product, status, body))


def _organizations(api: Api, product: str) -> list[Organization]:
    _, body = api.answer(Trial(PREFIXES[product], f"{ROOTS[product]}/{LIST_OF_ORGANIZATIONS[product]}"))
    listed = body.get("org" if product == "crm" else "organizations") if isinstance(body, Mapping) else None
    rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    found = [_crm_organization(row) if product == "crm" else _organization(product, row) for row in rows]
    return sorted(found, key=lambda each: not each.is_active)


def _organization(product: str, row: Mapping[str, Any]) -> Organization:
    key, name = str(row.get("organization_id", "")), str(row.get("name", ""))
    return Organization(product, key, name, str(row.get("plan_name") or ""), bool(row.get("is_org_active", True)))


def _crm_organization(row: Mapping[str, Any]) -> Organization:
    licence = row.get("license_details")
    plan = str(licence.get("paid_type") or "") if isinstance(licence, Mapping) else ""
    return Organization("crm", str(row.get("zgid") or row.get("id", "")), str(row.get("company_name", "")), plan)


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
