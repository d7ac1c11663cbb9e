"""
Does the page of a sync show in a real browser what its messages say, and is it good to look at?

`python -m tasks.try_report` reads an offline Zoho twice with the real connector, makes the pages, and opens them from
the disk in a headless Chromium: it compares numbers and bars with the messages, and looks for what sticks out, what is
faint and what cannot be heard. It tries files that are no whole read, too. Chromium has to be installed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import rich_click as click
from rich.console import Console

from tasks.chromium import Tab, a_tab
from tasks.page_checks import NARROW, WIDE, check_page, expect, opened
from tasks.report_files import odd_files, try_large, try_odd
from tasks.report_syncs import HOSTILE, Captured, a_zoho, report_on, syncs
from tasks.report_truth import check_truth

_MOST_PIXELS = 12_000  # of a picture: nobody looks at more


def try_sync(tab: Tab, sync: Captured, pictures: Path | None) -> Iterator[str]:
    """Make the page of *sync* and look at it; yield what was seen, or raise ClickException."""
    page = sync.messages.with_suffix(".html")
    ended = report_on(sync.messages, page, "--plan", str(sync.plan))
    expect(ended.returncode == 0, f"a page was made: {ended.stderr}")
    yield f"{page.stem}: {ended.stdout.splitlines()[0]} {page.stat().st_size / 1024:.0f} kB"
    opened(tab, page)
    yield f"  {check_truth(tab, sync.messages, sync.plan)}"
    names = str(
        tab.value("[...document.querySelectorAll('#organizations ~ div bdi')].map(e => e.textContent).join('|')")
    )
    expect(HOSTILE in names, "a name is a name, whatever it looks like")
    yield f"  {check_page(tab, page)}, nothing sticks out at {WIDE}, {NARROW} and on paper"
    printed = tab.printed()
    pages = printed.count(b"/Type /Page\n")
    expect(printed.startswith(b"%PDF-") and pages > 1, "it can be printed")
    yield f"  printed on {pages} pages"
    if pictures:
        (pictures / f"{page.stem}.pdf").write_bytes(printed)
        photograph(tab, page, pictures)


def photograph(tab: Tab, page: Path, pictures: Path) -> None:
    """Put pictures of *page* into the folder *pictures*: wide and narrow, by day and by night."""
    opened(tab, page)
    for width in (WIDE, NARROW):
        for dark in (False, True):
            tab.resize(width, 1000)
            tab.light(dark=dark)
            tab.resize(width, min(int(tab.value("document.documentElement.scrollHeight")), _MOST_PIXELS))
            tab.photograph(pictures / f"{page.stem}-{width}-{'night' if dark else 'day'}.png", dark=dark)


@click.command(help=__doc__)
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="A folder for pictures of the pages, wide and narrow, by day and by night, and as a PDF.",
)
def main(pictures: Path | None) -> None:
    """Try, and tell."""
    out = Console(highlight=False, markup=False)
    with tempfile.TemporaryDirectory() as name, a_zoho() as zoho, a_tab() as tab:
        folder = Path(name)
        first, second, refused = syncs(zoho, folder)
        for sync in (first, second):
            for line in try_sync(tab, sync, pictures):
                out.print(line, soft_wrap=True)
        for odd in odd_files(first, second, refused):
            out.print(try_odd(tab, odd, folder), soft_wrap=True)
            if pictures and not odd.ends_with:
                photograph(tab, folder / f"{odd.name}.html", pictures)
        out.print(try_large(tab, folder), soft_wrap=True)


if __name__ == "__main__":
    main()
