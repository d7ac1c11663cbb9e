"""What does `source-zoho demo` do, and how does it end?"""

import importlib.util
from pathlib import Path

import rich_click as click
from rich.text import Text

from source_zoho.cli.connector import ConnectorFailedError
from source_zoho.cli.progress import Steps
from source_zoho.cli.report import result_table, table
from source_zoho.cli.terminal import FAILED, INTERRUPTED, WRONG_USE, end, notices, results, terminate_like_interrupt
from source_zoho.cli.tour import Outcome, Size, take_tour
from source_zoho.cli.workplace import OccupiedError, Workplace

QUERY = """\
SELECT customer_name, currency_code, count(*) AS invoices,
       CAST(sum(total) AS DECIMAL(18, 2)) AS invoiced
FROM books_invoices
GROUP BY customer_name, currency_code
ORDER BY invoiced DESC, customer_name
LIMIT 5"""


@click.command()
@click.option(
    "--size", type=click.Choice(["small", "medium"]), default="small", show_default=True, help="How many records."
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same books.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the DuckDB file. Default: a new folder among the temporary files.",
)
@click.option("--keep", is_flag=True, help="Also keep the configuration, the catalog, the state and every message.")
def demo(size: Size, seed: int, directory: Path | None, keep: bool) -> None:
    """
    See the connector at work: no account, no network.

    Starts an offline Zoho, reads all of it into a DuckDB file, changes some records there, and reads what changed.
    The DuckDB file and a report of the first read stay for you to look at; the working files go, unless you say --keep.
    """
    if importlib.util.find_spec("duckdb") is None:
        end(FAILED, 'The demo writes a DuckDB file, but duckdb is missing: pip install "source-zoho[demo]"')
    try:
        workplace = Workplace.prepare(directory, keep=keep)
    except OccupiedError as error:
        end(WRONG_USE, str(error))
    except OSError as error:
        end(WRONG_USE, f"The folder {directory} cannot be used ({error.strerror}); name another one with --dir.")
    _give(workplace, size, seed)


def _give(workplace: Workplace, size: Size, seed: int) -> None:
    succeeded = False
    try:
        with terminate_like_interrupt():
            outcome = take_tour(workplace, size, seed, Steps(notices()))
            show(outcome, workplace)
        succeeded = True
    except KeyboardInterrupt:
        end(INTERRUPTED, f"Stopped. {remains(workplace)}")
    except ConnectorFailedError as error:
        end(FAILED, *error.messages, remains(workplace))
    finally:
        workplace.tidy(succeeded=succeeded)


def show(outcome: Outcome, workplace: Workplace) -> None:
    """Show what was read, where it is, and that it answers questions."""
    console = results()
    console.print(table(outcome.first, outcome.second, outcome.incremental))
    for line in lessons(outcome):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(Text.assemble("DuckDB file: ", (str(workplace.database), "bold")), soft_wrap=True)
    if workplace.report.exists():
        console.print(Text.assemble("Report of the first read: ", (str(workplace.report), "bold")), soft_wrap=True)
    if workplace.keep:
        console.print(f"Working files: {workplace.scaffolding}", soft_wrap=True)
    console.print("\nA question to it:\n")
    console.print(Text(QUERY, "green"), soft_wrap=True)
    console.print(result_table(*ask(workplace.database, QUERY)))
    console.print("Look around in it from Python:\n")
    look = f"import duckdb; duckdb.connect({str(workplace.database)!r}).sql('SHOW TABLES').show()"
    console.print(Text(f'python -c "{look}"', "green"), soft_wrap=True)


def lessons(outcome: Outcome) -> list[str]:
    """Say what the numbers of the second run mean, where they could surprise."""
    lines = [
        "Incremental streams read on from where they were. The newest record of a list comes once more, so that",
        "nothing of the same moment is missed; by its key it replaces itself.",
    ]
    if any(change.done == "deleted" for change in outcome.changes):
        lines.append("Lists do not tell of deletions: what was deleted is still in its table.")
        lines.append("Of those in CRM crm_deleted_records tells.")
    return lines


def ask(database: Path, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the headings and the rows that *query* gives."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        answer = connection.execute(query)
        return [column[0] for column in answer.description or ()], answer.fetchall()


def remains(workplace: Workplace) -> str:
    """Say which files are there after a demo that did not get to its end."""
    if workplace.keep:
        return f"The files so far are in {workplace.folder}."
    return "The demo's files were removed; with --keep they stay."
