"""What does `source-zoho counts` do? It asks Zoho how many rows there are, and compares with what was read."""

import json
from typing import Any

import rich_click as click

from source_zoho.cli.configured import usable_config
from source_zoho.cli.counts_asking import lines_of
from source_zoho.cli.counts_report import agree, document, summary, table
from source_zoho.cli.progress import Steps
from source_zoho.cli.terminal import FAILED, notices, results, said_plainly
from source_zoho.configuration import wants
from source_zoho.errors import ConfigProblem


@click.command()
@click.option("--config", "config_path", required=True, type=click.Path(), help="The connector's configuration.")
@click.option(
    "--from",
    "output",
    metavar="FILE",
    help="What `source-zoho read` wrote to standard output, to compare with; - reads it from standard input.",
)
@click.option("--stream", "chosen", multiple=True, metavar="NAME", help="Only this stream; may be given several times.")
@click.option("--scan", is_flag=True, help="Count lists that give no count by reading them: a call for every 200 rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def counts(config_path: str, output: str | None, chosen: tuple[str, ...], scan: bool, as_json: bool) -> None:
    """
    Ask Zoho how many rows each list of Books and Billing has, and compare with what was read.

    Zoho documents a count for invoices only; every other list is asked once and believed if it answers with a number
    and no rows, or shows all its rows on one page. Asking costs a call for each list and organization.

    The comparison with --from makes sense for a full read: with a state, or with a start_date, only changes are read.
    A record that was read twice counts once. Rows made or deleted between the read and this command are a difference
    that is none.

    Ends with 0 when everything that could be compared agrees, with 1 when something differs or could not be asked,
    with 2 when it was used wrongly.
    """
    steps = Steps(notices())
    with said_plainly():
        lines = lines_of(_config(config_path), output, chosen, steps, scan=scan)
    if as_json:
        results().print_json(json.dumps(document(lines)))
    else:
        results().print(table(lines))
        results().print(summary(lines), soft_wrap=True)
    raise SystemExit(0 if agree(lines) else FAILED)


def _config(path: str) -> dict[str, Any]:
    config = usable_config(path)
    if not (wants(config, "books") or wants(config, "billing")):
        raise ConfigProblem("Only lists of Books and Billing are counted; name one of them in products.")
    return config
