"""What does `source-zoho plan` do? It says what a sync would cost, and for what today's allowance suffices."""

import json

import rich_click as click
from rich.text import Text

from source_zoho.cli.configured import usable_config
from source_zoho.cli.plan_asking import plan_for
from source_zoho.cli.plan_document import document
from source_zoho.cli.plan_last import read_last
from source_zoho.cli.plan_lines import Plan
from source_zoho.cli.plan_report import sentences
from source_zoho.cli.plan_table import fitted
from source_zoho.cli.progress import Steps
from source_zoho.cli.terminal import FAILED, notices, results, said_plainly


@click.command()
@click.option("--config", "config_path", required=True, type=click.Path(), help="The connector's configuration.")
@click.option("--catalog", type=click.Path(), help="The configured catalog that is to be read; without, all streams.")
@click.option("--state", type=click.Path(), help="The state to go on from, as for read; without, everything is read.")
@click.option(
    "--last",
    metavar="FILE",
    help="What `source-zoho read` wrote to standard output: its real cost then stands beside the plan; - reads it from "
    "standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def plan(config_path: str, catalog: str | None, state: str | None, last: str | None, as_json: bool) -> None:
    """
    Say what a sync would cost before it is made: calls, credits of CRM, time, and share of today's allowance.

    Nothing is read. In CRM the records of each module are counted, which costs a credit, and the cheapest way to fetch
    them is chosen as a read chooses it. Books and Billing count few of their lists; where they do not, and where it
    shows only on the way how much changed, the plan says 1+, which means at least one call.

    When the allowance does not suffice, streams are taken in the order of the catalog: the plan says which of them are
    finished today, where it would stop, and on which day the rest is read. What planning itself costs is told first.

    Ends with 0 when every stream could be planned, with 1 when one could not or Zoho could not be asked, with 2 when it
    was used wrongly.
    """
    with said_plainly():
        bill = read_last(last) if last else None
        made = plan_for(usable_config(config_path), catalog, state, bill, Steps(notices()))
    _show(made, as_json=as_json)
    raise SystemExit(FAILED if made.unplanned else 0)


def _show(made: Plan, *, as_json: bool) -> None:
    if as_json:
        results().print_json(json.dumps(document(made)))
        return
    shown, left_out = fitted(made, results())
    results().print(shown)
    for sentence in filter(None, (left_out, *sentences(made))):
        results().print(Text(sentence), soft_wrap=True)
