"""What does `source-zoho report` do? It makes a page of what a read wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from rich.text import Text

from source_zoho.cli.counts_emitted import STANDARD_INPUT, no_messages, opened
from source_zoho.cli.progress import Steps
from source_zoho.cli.sync.facts import Sync
from source_zoho.cli.sync.planned import read_plan
from source_zoho.cli.sync.reading import sync_in
from source_zoho.cli.sync.view import View
from source_zoho.cli.terminal import INTERRUPTED, WRONG_USE, end, notices, results, terminate_like_interrupt
from source_zoho.errors import ConfigProblem

_DEFAULT_OUTPUT = Path("sync-report.html")
# Which other verb writes such a message.
_OTHER_VERBS = {"CATALOG": "discover", "SPEC": "spec", "CONNECTION_STATUS": "check"}


@click.command()
@click.option(
    "--from",
    "output",
    metavar="FILE",
    required=True,
    help="What `source-zoho read` wrote to standard output; - reads it from standard input.",
)
@click.option("--plan", "plan", metavar="FILE", help="What `source-zoho plan --json` wrote before it, to compare with.")
@click.option(
    "--output",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_DEFAULT_OUTPUT,
    show_default=True,
    help="Where to write the page; a page that is there is replaced.",
)
def report(output: str, plan: str | None, page: Path) -> None:
    """
    Make a page of a sync: whether everything arrived, what failed and what to do, rows, calls and credits, how fresh
    the data is, and when what ran.

    The page is one file without scripts that opens in any browser and needs no network. It holds numbers, the names of
    streams and organizations and what the log said, and no records.

    Ends with 0 when the page was written, whatever it says of the sync, and with 2 when it was used wrongly.
    """
    try:
        with terminate_like_interrupt():
            _refuse_to_replace(page, {"--from": output, "--plan": plan})
            view = _view(output, plan, Steps(notices()))
            write(view, page)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except ConfigProblem as error:
        end(WRONG_USE, str(error))
    results().print(Text(view.verdict.sentence), soft_wrap=True)
    results().print(Text.assemble("Report: ", (str(page), "bold")), soft_wrap=True)


def write(view: View, path: Path) -> None:
    """Write the page of *view*. Raises ConfigProblem when there is no writing to *path*."""
    from source_zoho.cli.sync.page import page  # brings a template engine, which other verbs need not wait for

    text = page(view)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigProblem(f"{path} cannot be written ({error.strerror}); name another file with --output.") from None


def _refuse_to_replace(page: Path, inputs: dict[str, str | None]) -> None:
    for option, name in inputs.items():
        if name and name != STANDARD_INPUT and Path(name).resolve() == page.resolve():
            raise ConfigProblem(
                f"{page} is what {option} reads and would be replaced; name another file with --output."
            )


def _view(output: str, plan: str | None, steps: Steps) -> View:
    expected = read_plan(plan) if plan else {}
    source = "standard input" if output == STANDARD_INPUT else Path(output).name
    return View(_read(output, steps), source, datetime.now(UTC), expected)


def _read(output: str, steps: Steps) -> Sync:
    with steps.step("Reading the output") as step, opened(output) as lines:
        sync = sync_in(lines, lambda number: step.update(f"{number:,} lines"))
        step.update(f"{sync.messages:,} messages of {len(sync.streams):,} streams")
    if sync.kinds.keys() <= set(sync.strange):  # no message of a kind that is known
        raise no_messages(output)
    other = next((verb for kind, verb in _OTHER_VERBS.items() if sync.kinds[kind]), None)
    if other and not sync.streams:
        raise ConfigProblem(
            f"{output} is what `source-zoho {other}` wrote, not a read. Give --from what `source-zoho read` wrote to "
            "standard output."
        )
    return sync
