"""What does `source-zoho land` do? It reads streams into a DuckDB file, and the next time only what changed."""

import importlib.util
import json
import tempfile
from pathlib import Path

import rich_click as click
from rich import box
from rich.table import Table
from rich.text import Text

from source_zoho.cli.configured import usable_config
from source_zoho.cli.connector import ConnectorFailedError
from source_zoho.cli.landing import Landed, Landing
from source_zoho.cli.progress import Steps
from source_zoho.cli.terminal import FAILED, INTERRUPTED, WRONG_USE, end, notices, results, terminate_like_interrupt
from source_zoho.cli.writing import refuse_a_place_that_cannot_be_written
from source_zoho.errors import ConfigProblem


@click.command()
@click.option("--config", "config_path", required=True, type=click.Path(), help="The connector's configuration.")
@click.option(
    "--streams",
    default="",
    metavar="NAMES",
    help="Which streams, with commas between: books_invoices,crm_leads. Default: all that cost no call for each "
    "document, and those, too, when the configuration asks for document details.",
)
@click.option(
    "--database",
    default="zoho.duckdb",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The DuckDB file; it is made when it is not there.",
)
@click.option(
    "--messages",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also keep what the connector says, for `report`, `counts` and `plan --last`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def land(config_path: str, streams: str, database: Path, messages: Path | None, as_json: bool) -> None:
    """
    Read streams into a DuckDB file: a table for each, and the next time only what changed.

    Ids are text, amounts are decimals with all their digits, times are instants. A row replaces the one with the same
    key. The file also keeps the state, so a landing that was stopped goes on where it was, and no row is lost.

    Ends with 0 when every stream was read to its end, with 1 when one was not, with 2 when it was used wrongly.
    """
    if importlib.util.find_spec("duckdb") is None:
        end(FAILED, 'This writes a DuckDB file, but duckdb is missing: pip install "source-zoho[demo]"')
    names = [name.strip() for name in streams.split(",") if name.strip()]
    try:
        with terminate_like_interrupt(), tempfile.TemporaryDirectory(prefix="source-zoho-") as folder:
            config = usable_config(config_path)
            _refuse_what_cannot_be_done(names, streams, database, messages)
            _refuse_to_replace(messages, {"--config": Path(config_path), "--database": database})
            landed = Landing(config, database, Path(folder), Steps(notices()), messages).land(names)
    except KeyboardInterrupt:
        end(INTERRUPTED, f"Stopped. What was read is in {database}; run the same command to go on.")
    except ConfigProblem as error:
        end(WRONG_USE, str(error))
    except ConnectorFailedError as error:
        end(FAILED, *error.messages)
    _show(landed, database, as_json=as_json)
    if landed.failures:
        end(FAILED, *landed.failures)


def _refuse_what_cannot_be_done(names: list[str], streams: str, database: Path, messages: Path | None) -> None:
    """Raise ConfigProblem before Zoho is asked for what would come to nothing."""
    if streams and not names:
        raise ConfigProblem("--streams names nothing; expected streams such as books_invoices,crm_leads.")
    refuse_a_place_that_cannot_be_written(database, "--database")
    if messages:
        refuse_a_place_that_cannot_be_written(messages, "--messages")


def _refuse_to_replace(messages: Path | None, others: dict[str, Path]) -> None:
    for flag, path in others.items():
        if messages and path.resolve() == messages.resolve():
            raise ConfigProblem(
                f"{messages} is the file of {flag} and would be replaced; name another with --messages."
            )


def _show(landed: Landed, database: Path, *, as_json: bool) -> None:
    if as_json:
        streams = {name: {"read": read, "rows": landed.rows[name]} for name, read in landed.read.items()}
        results().print_json(json.dumps({"streams": streams, "complete": not landed.failures}))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("table", overflow="fold")
    for heading in ("read now", "rows"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, read in sorted(landed.read.items()):
        table.add_row(Text(name), f"{read:,}", f"{landed.rows[name]:,}")
    results().print(table)
    results().print(Text.assemble("DuckDB file: ", (str(database), "bold")), soft_wrap=True)
