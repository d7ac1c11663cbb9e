"""What does `source-zoho doctor` do? It says what is wrong with a connection, and what can be read."""

from __future__ import annotations

import json

import rich_click as click

from source_zoho.cli.doctor.asking import examined
from source_zoho.cli.doctor.causes import causes, rows
from source_zoho.cli.doctor.findings import Diagnosis
from source_zoho.cli.doctor.report import about_quota, lines, organizations, streams, summary, why
from source_zoho.cli.flags import refuse_beside
from source_zoho.cli.progress import Steps
from source_zoho.cli.terminal import FAILED, INTERRUPTED, WRONG_USE, end, notices, results, terminate_like_interrupt
from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json


@click.command()
@click.option("--config", "config_path", required=True, type=click.Path(), help="The connector's configuration.")
@click.option("--stream", "chosen", multiple=True, metavar="NAME", help="Only this stream; may be given several times.")
@click.option(
    "--no-streams",
    is_flag=True,
    help="Do not ask about streams: sign-in, organizations and quota only, at a call or two for each organization.",
)
@click.option("--all", "everything", is_flag=True, help="Show every stream, not only those that cannot be read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def doctor(config_path: str, chosen: tuple[str, ...], no_streams: bool, everything: bool, as_json: bool) -> None:
    """
    Say what is wrong with a connection to Zoho, what can be read and what is to be done about the rest.

    Looks at the configuration, signs in, lists organizations with their plan and what is left of their day, and asks
    each list for its first page: one call for each list and organization (in CRM one credit for each list and module),
    which is told first. What hangs on the rows of a list is as available as its list, and not asked.

    What is left of the day is what Zoho's answers say: those of Books and Billing do, those of CRM when half of its
    credits are used.

    States of a stream: ok, empty, off (left out by the configuration), scope (not granted), permission (the user may
    not see it), edition (the plan lacks it), later (ask again), failed.

    What it prints holds neither secrets nor names nor records, so it can be pasted into an issue.

    Ends with 0 when everything that was asked about can be read, with 1 when something cannot, and with 2 when it was
    used wrongly.
    """
    if no_streams:
        refuse_beside("--no-streams", ("chosen", "everything"), "asks about no stream")
    try:
        with terminate_like_interrupt():
            config = read_json(config_path, "configuration")
            diagnosis = examined(config, chosen, Steps(notices()), streams=not no_streams)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except ConfigProblem as error:
        end(WRONG_USE, str(error))
    if as_json:
        results().print_json(json.dumps(diagnosis.document()))
    else:
        _show(diagnosis, everything=everything)
    raise SystemExit(0 if diagnosis.healthy else FAILED)


def _show(diagnosis: Diagnosis, *, everything: bool) -> None:
    console = results()
    for line in lines(diagnosis):
        console.print(line, soft_wrap=True)
    if any(product.organizations for product in diagnosis.products):
        console.print(organizations(diagnosis.products))
        for line in about_quota(diagnosis.products):
            console.print(line, soft_wrap=True)
    if found := rows(diagnosis, everything=everything):
        console.print(streams(found))
    for cause in causes(diagnosis):
        for part in why(cause):
            console.print(part)
        console.print()
    for line in summary(diagnosis):
        console.print(line, soft_wrap=True)
