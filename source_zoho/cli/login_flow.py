"""Which steps lead from flags to a configuration that works?"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from source_zoho.cli import login_file, login_report
from source_zoho.cli.login_browser import redirect_uri
from source_zoho.cli.login_client import Plan, Wish, client_of, confirmed, plan_of
from source_zoho.cli.login_mint import mint_by_code, mint_in_browser, say
from source_zoho.cli.progress import Steps
from source_zoho.cli.terminal import notices, results
from source_zoho.cli.writing import refuse_a_place_that_cannot_be_written
from source_zoho.data_centers import PRODUCTION, environment_url, is_on_this_machine
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.oauth.codes import Client, Minted
from source_zoho.oauth.revocation import revoke
from source_zoho.oauth.survey import Api, Survey, survey
from source_zoho.oauth.tokens import Grant


@dataclass(frozen=True)
class Prepared:
    """All that is known before Zoho is asked."""

    plan: Plan
    client: Client
    config: Mapping[str, Any]


def prepared(wish: Wish, port: int, *, force: bool) -> Prepared:
    """Return what a sign-in needs, asking for what is missing. Raises ConfigProblem; Zoho is not asked yet."""
    refuse_a_place_that_cannot_be_written(wish.output, "--output")
    config = login_file.existing(wish.output)
    plan = plan_of(wish, config)
    _refuse_to_change_unasked(wish.output, force=force)
    if wish.is_self_client:
        advice = login_report.advice_for_self_client(plan.place)
    else:
        advice = login_report.advice(plan.place, redirect_uri(port))
    client = client_of(wish, config, plan.place, advice)
    if config.get("refresh_token"):
        say(login_report.replaced(wish.output))
    say(login_report.TWENTY)
    say(f"Signing in at {plan.place.accounts_url}, for {len(plan.scopes)} scopes of {plan.titles}.")
    return Prepared(plan, client, config)


def minted(wish: Wish, ready: Prepared, port: int, seconds: int, *, opens: bool) -> Minted:
    """Return the tokens of a new sign-in. Raises ZohoError with a remedy."""
    if wish.is_self_client:
        override = ready.plan.place.accounts_url if ready.plan.place.is_elsewhere else ""
        return mint_by_code(ready.plan, ready.client, override)
    return mint_in_browser(ready.plan, ready.client, port, seconds, opens=opens)


def kept(path: Path, ready: Prepared, tokens: Minted) -> dict[str, Any]:
    """Write the configuration to *path* and return it. A refresh token that cannot be written is ended again."""
    config = {**ready.config, **_settings(ready, tokens)}
    before, now = ready.config.get("products"), config.get("products")
    if before and before != now:
        say(f"products was {', '.join(before)} and is {', '.join(now or ())} now: no other product is read with it.")
    try:
        login_file.write(path, config)
    except ConfigProblem:
        with suppress(ZohoError):
            revoke(Grant.of(config))
            say("The new refresh token was ended again, since there is no place to keep it.")
        raise
    return config


def shown(path: Path, ready: Prepared, config: Mapping[str, Any], tokens: Minted) -> Survey:
    """Try what the sign-in opens, show it, and return it."""
    say(f"Signed in, in {tokens.place.words}.")
    if tokens.stranger:
        say(login_report.of_a_stranger(tokens))
    api_url = str(config.get("api_base_url") or tokens.api_url).rstrip("/")
    crm_url = environment_url(api_url, str(config.get("crm_environment") or PRODUCTION))
    with Steps(notices()).step("Trying each scope with one call") as step:
        found = survey(Api(api_url, crm_url, tokens.access_token), ready.plan.scopes, step.update)
        step.update(f"{len(found.results)} scopes, {len(found.organizations)} organizations")
    if found.organizations:
        results().print(login_report.organizations_table(found.organizations))
    results().print(login_report.scopes_table(found.results))
    for remark in login_report.remarks(found):
        results().print(remark, soft_wrap=True, markup=False)
    results().print(login_report.next_steps(path), soft_wrap=True, markup=False)
    return found


def _settings(ready: Prepared, tokens: Minted) -> dict[str, Any]:
    """Return the keys of the configuration that a sign-in decides."""
    place = tokens.place
    found: dict[str, Any] = {
        "data_center": place.center.key,
        "client_id": ready.client.client_id,
        "client_secret": ready.client.client_secret,
        "refresh_token": tokens.refresh_token,
    }
    if ready.plan.products:
        found["products"] = list(ready.plan.products)
    if place.is_elsewhere:
        found["accounts_base_url"] = place.accounts_url
    if is_on_this_machine(tokens.api_url):
        found["api_base_url"] = tokens.api_url
    return found


def _refuse_to_change_unasked(path: Path, *, force: bool) -> None:
    if force or not path.exists():
        return
    change = f"{path} exists; change its client, data centre and refresh token, and keep the rest?"
    if not confirmed(change):
        raise ConfigProblem(f"{path} exists and stays as it is; use --force to change it, or name another --output.")
