"""What does a person read before and after a sign-in?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from source_zoho.cli.login_client import Plan
from source_zoho.oauth.codes import Minted
from source_zoho.oauth.places import Place
from source_zoho.oauth.survey import Organization, Survey
from source_zoho.oauth.trials import Result, Verdict
from source_zoho.scopes import purpose

_TITLES = {"books": "Books", "billing": "Billing", "crm": "CRM"}
_COLOURS = {Verdict.OK: "green", Verdict.MISSING: "red", Verdict.CLOSED: "yellow", Verdict.UNKNOWN: "dim"}
TWENTY = (
    "Zoho keeps 20 refresh tokens for a user and client, and this sign-in makes one more: the 21st silently ends the "
    "oldest, wherever it is in use. `source-zoho login --revoke --config FILE` ends one that is not needed any more."
)


def advice(place: Place, redirect_uri: str) -> str:
    """Return how a client for the sign-in in the browser is made."""
    return (
        "A client is needed once:\n"
        f"  1. Open {place.console_url} and sign in; another data centre has a console of its own (--data-center).\n"
        "  2. Choose Add Client, then Server-based Applications, any name, and any homepage.\n"
        f"  3. Authorized Redirect URIs: {redirect_uri}\n"
        "  4. Copy the client ID and the client secret.\n"
        "If the console does not take that address, or the browser is on another machine, use --self-client."
    )


def advice_for_self_client(place: Place) -> str:
    """Return how a self client is made."""
    return (
        "A self client is needed once:\n"
        f"  1. Open {place.console_url} and sign in, in your own data centre.\n"
        "  2. Choose Add Client, then Self Client, and create it.\n"
        "  3. Copy client ID and client secret from the tab Client Secret."
    )


def how_to_get_a_code(plan: Plan) -> str:
    """Return what to enter in the console for a code."""
    return (
        "Now make a code, in the tab Generate Code of the self client:\n"
        f"  Scope:       {','.join(plan.scopes)}\n"
        "  Duration:    the longest on offer; the code works once, and only until then.\n"
        "  Description: anything, source-zoho for example.\n"
        "If you are asked for a portal, choose the organization that is to be read."
    )


def replaced(path: Path) -> str:
    """Return what becomes of the refresh token that *path* has now."""
    return (
        f"The refresh token in {path} will be replaced, but lives on at Zoho as one of the 20; "
        f"`source-zoho login --revoke --config {path}` ends it first."
    )


def of_a_stranger(tokens: Minted) -> str:
    """Return what becomes of a host that Zoho named and that is none of those known here."""
    return (
        f"Zoho names {tokens.stranger} as the host of its API, which this version does not know, so no token is sent "
        f"there and {tokens.api_url} is asked. If it is one of Zoho's, please report it."
    )


def organizations_table(organizations: Sequence[Organization]) -> Table:
    """Return the organizations with the ids that organization_ids takes."""
    table = Table("Product", "Organization", "Name", "Plan", title="Organizations", title_justify="left")
    for each in organizations:
        name = each.name if each.is_active else f"{each.name} (inactive)"
        table.add_row(*map(Text, (_TITLES[each.product], each.id, name, each.plan)))
    return table


def scopes_table(results: Sequence[Result]) -> Table:
    """Return what became of each scope."""
    table = Table("Scope", "What for", "", title="Scopes", title_justify="left")
    for each in results:
        table.add_row(Text(each.scope), Text(purpose(each.scope)), Text(each.verdict.value, _COLOURS[each.verdict]))
    return table


def remarks(found: Survey) -> Iterator[str]:
    """Yield a sentence for every kind of trouble that *found* shows."""
    missing, closed, untried = (found.of(each) for each in (Verdict.MISSING, Verdict.CLOSED, Verdict.UNKNOWN))
    if missing:
        yield (
            f"Missing: {_names(missing)}. Zoho says the same when the user may not see something or the plan of the "
            "organization lacks it; else sign in again and grant what is missing. Streams without their scope are "
            "named when they are read, and the others are complete."
        )
    if closed:
        yield f"Granted, but closed in this organization (edition, feature or profile): {_names(closed)}."
    if untried:
        reasons = "; ".join(f"{each.scope}: {each.words or 'Zoho did not answer'}" for each in untried)
        yield f"Not tried: {reasons}."
    if not found.organizations:
        yield "No organization was listed: see that the user of this sign-in has one in the products asked for."


def next_steps(path: Path) -> str:
    """Return what to do with the file at *path*."""
    return (
        f"Written to {path}, which only you can read.\n"
        f"Next: source-zoho check --config {path}\n"
        f"then: source-zoho land --config {path} --streams NAMES, which makes a DuckDB file of them"
    )


def _names(results: Sequence[Result]) -> str:
    return ", ".join(each.scope for each in results)
