"""
How many calls does a sync take, beside the fewest that would do?

Reads every class of streams of one organization from the offline Zoho three times: everything, then with nothing
changed, then after one row in a hundred changed (at least one in each list). Calls are counted by the offline Zoho; the
fewest follow from Zoho's documents (bench/minimum.py).

    python -m bench.sync_calls --write
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.measuring import Class, Measured, measure
from bench.minimum import Sync
from source_zoho.emulator.world import SIZES, Size
from tasks.stream_facts import PRODUCTS, Kind, Stream, manifest, streams
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MARKER = "calls of a sync"
_METHODS = {
    "keyset": "lists, oldest change first",
    "filter": "lists, by a filter",
    "newest_first": "lists, latest change first",
    "latest_first": "a log, latest first",
    "scan": "lists to the end, keeping what changed",
}


def words_of(stream: Stream) -> str:
    """Say in which way *stream* is read."""
    every = "changed row" if stream.is_incremental else "row, every time"
    kind = stream.kind
    if kind is Kind.DOCUMENTS:
        bulk = stream.retriever == "BulkDetailRetriever"
        return "documents, a hundred in a call" if bulk else f"a document for each {every}"
    if kind in {Kind.CHILDREN, Kind.DETAILS}:
        gate = " (`document_details`)" if kind is Kind.DETAILS else ""
        return f"a list for each {every}{gate}"
    if kind is Kind.WHOLE:
        return "lists to the end, every time" if stream.asks_for_pages else "one answer, every time"
    if kind in {Kind.CHANGED, Kind.KEPT}:
        return _METHODS[stream.settings["method"]]
    return {"CustomFieldsRetriever": "custom fields", "DeletionsRetriever": "deletions"}.get(
        stream.retriever, "reports"
    )


def classes(known: Sequence[Stream]) -> list[Class]:
    """
    Return the classes of the *known* streams, in the order of the manifest; CRM counts credits, not calls, and for
    events nobody is asked.
    """
    asked = [stream for stream in known if stream.product != "crm" and stream.kind is not Kind.EVENTS]
    found = dict.fromkeys((stream.product, words_of(stream)) for stream in asked)
    return [
        Class(product, words, [each for each in asked if (each.product, words_of(each)) == (product, words)])
        for product, words in found
    ]


# ── Tables ──


def as_markdown(results: Sequence[Measured]) -> Iterator[str]:
    """Yield the lines of the table in Markdown."""
    headings = [
        "Product",
        "How it is read",
        "Streams",
        "Rows",
        *(each for sync in Sync for each in (sync.value.capitalize(), "At least")),
    ]
    yield _line(headings)
    yield _line(["---"] * 2 + ["---:"] * (len(headings) - 2))
    for each in results:
        pairs = zip(each.calls, each.fewest, strict=True)
        yield _line([*_head(each), *(f"{number:,}" for pair in pairs for number in pair)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(measured: Measured) -> list[str]:
    about = measured.about
    rows = f"{measured.records[0]:,}" if measured.records else ""
    return [PRODUCTS.get(about.product, about.product), about.words, f"{len(about.members)}", rows]


def as_table(results: Sequence[Measured]) -> Table:
    """Return the table for a terminal: calls, and the fewest that would do."""
    table = Table(title="Calls of a sync of one organization / the fewest that would do")
    for number, heading in enumerate(("Product", "How it is read", "Streams", "Rows", *(each.value for each in Sync))):
        table.add_column(heading, justify="left" if number < 2 else "right")
    for each in results:
        pairs = zip(each.calls, each.fewest, strict=True)
        table.add_row(*_head(each), *(f"{calls:,} / {fewest:,}" for calls, fewest in pairs))
    return table


@click.command(help=__doc__)
@click.option("--size", type=click.Choice(SIZES), default="medium", show_default=True, help="How long the lists are.")
@click.option(
    "--size-for-details",
    type=click.Choice(SIZES),
    default="small",
    show_default=True,
    help="The same where a row costs a call.",
)
@click.option("--only", "wanted", multiple=True, help="Only classes whose name has this in it, such as 'billing'.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(size: Size, size_for_details: Size, wanted: tuple[str, ...], write: bool) -> None:
    """Measure, print and perhaps write."""
    logging.disable(logging.WARNING)  # the protocol's own messages are for platforms
    if write and wanted:
        raise click.UsageError("--write wants all classes, so leave out --only.")
    known, out = streams(manifest()), Console()
    chosen = [each for each in classes(known) if not wanted or any(_has(each, word) for word in wanted)]
    steps = track(chosen, "Reading three times", console=Console(stderr=True), transient=True)
    results = [measure(each, known, size, size_for_details) for each in steps]
    out.print(as_table(results))
    if reasons := {each.failed: each for each in results if each.failed}:
        for reason, first in reasons.items():
            out.print(f"{first.about.product}, {first.about.words}: {reason}", highlight=False, soft_wrap=True)
        raise click.ClickException("some classes could not be read, and nothing was written.")
    if write:
        lines = list(as_markdown(results))
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, lines), encoding="utf-8")
        out.print(f"Written to {PAGE}", highlight=False)


def _has(each: Class, word: str) -> bool:
    return word.lower() in f"{each.product} {each.words}".lower()


if __name__ == "__main__":
    main()
