"""
Which tables in the documentation follow from the manifest?

The table of streams (what identifies a record, how the list is read, what that costs, which scope it needs) and the
table of errors. Both stand between markers, and `python -m tasks.stream_table` writes them there. The cost is not
estimated: it is counted by walking through a made-up list with the code that walks through Zoho's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import rich_click as click
import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_zoho.files import manifest_path
from source_zoho.paging.walk import Answer, Ask, Method, Row, Walk, ladder

ROOT = Path(__file__).resolve().parents[1]
PAGES: Mapping[Path, str] = {
    ROOT / "README.md": "streams",
    ROOT / "docs" / "integrations" / "sources" / "zoho.md": "streams",
    ROOT / "docs" / "development.md": "errors",
}

ROWS, CHANGED = 10_000, 100
HEADINGS = ("Stream", "Key", "How it is read", f"Calls, {ROWS:,} rows", f"Later, {CHANGED} changed", "Scope")
_WORDS: Mapping[str, str] = {
    "keyset": "incremental: changed rows, oldest change first",
    "filter": "incremental: changed rows, by Zoho's filter",
    "newest_first": "incremental: latest change first, until it meets the cursor",
    "scan": "incremental: every page, keeping what changed",
}


# ── From the manifest to lines ───────────────────────────────────────────────────────────────────────────────────────


def manifest() -> dict[str, Any]:
    """Return the manifest with every reference resolved."""
    document = yaml.load(manifest_path().read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    resolved: dict[str, Any] = ManifestReferenceResolver().preprocess_manifest(document)
    return resolved


@dataclass(frozen=True)
class Stream:
    """What the table says about a stream, as the manifest has it."""

    name: str
    key: Sequence[str]
    scope: str
    method: str
    cursor_field: str
    stable_sort: str
    asks_for_pages: bool
    parent: str
    follows_parent: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Stream:
        """Return the stream that the resolved *row* declares."""
        columns, retriever = row["$parameters"], row["retriever"]
        parents = retriever["partition_router"].get("parent_stream_configs") or [{}]
        return cls(
            name=columns["name"],
            key=columns["primary_key"],
            scope=columns["scope"],
            method=retriever["method"],
            cursor_field=row.get("incremental_sync", {}).get("cursor_field", ""),
            stable_sort=columns["stable_sort"],
            asks_for_pages=retriever.get("asks_for_pages", True),
            parent=parents[0].get("stream", {}).get("$parameters", {}).get("name", ""),
            follows_parent=parents[0].get("incremental_dependency", False),
        )

    @property
    def is_incremental(self) -> bool:
        """Whether a later sync reads on from the state of the one before."""
        return bool(self.cursor_field)

    def how(self) -> str:
        """Say in words how the stream is read."""
        if self.follows_parent:
            return f"incremental: one list for each row of `{self.parent}` that changed"
        if self.is_incremental:
            words = _WORDS[self.method] + ("; `read_at` is the cursor" if self.cursor_field == "read_at" else "")
        else:
            words = "full refresh: every page" if self.asks_for_pages else "full refresh: one answer"
        return f"{words}; a list for each row of `{self.parent}`" if self.parent else words

    def cost(self) -> tuple[str, str]:
        """Return the calls of a first sync and of a later one, each for one organization."""
        if self.follows_parent:
            return "1 for each parent", "1 for each changed parent"
        if self.parent:
            return "1 for each parent", "the same"
        first = calls(self, since=None)
        later = calls(self, since=_AGE_OF_CHANGES) if self.is_incremental else first
        return str(first), str(later)


def streams(resolved: Mapping[str, Any]) -> list[Stream]:
    """Return the streams of all products, in the manifest's order."""
    return [Stream.of(row) for product in resolved["streams"] for row in product["streams"]]


def stream_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of streams."""
    yield from _head(HEADINGS)
    for stream in streams(resolved):
        key = [name for name in stream.key if name != "organization_id"] or list(stream.key)
        yield _line((f"`{stream.name}`", _code(key), stream.how(), *stream.cost(), f"`{stream.scope}`"))


def error_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of errors, which are tried from the top."""
    yield from _head(("Zoho's code", "HTTP status", "What is done", "Whose turn", "What the user reads"))
    turns = {"config": "user", "transient": "time", "system": "us"}
    for rule in resolved["definitions"]["books"]["errors"]["table"]:
        may_fail = rule["action"] in {"fail", "replace_token"}
        turn = turns[rule.get("kind", "system")] if may_fail else "time" if rule["action"] in _WAITING else ""
        codes, statuses = (", ".join(map(str, rule.get(name, []))) or "any" for name in ("codes", "statuses"))
        yield _line((codes, statuses, f"`{rule['action']}`", turn, rule["message"].replace("{", "`").replace("}", "`")))


_WAITING = {"wait", "retry", "end_of_day"}


def _head(headings: Sequence[str]) -> Iterator[str]:
    yield _line(headings)
    yield _line(["---"] * len(headings))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# ── What a list costs ────────────────────────────────────────────────────────────────────────────────────────────────

_NEWEST = datetime(2025, 6, 1, tzinfo=UTC)
_APART = timedelta(minutes=1)
_AGE_OF_CHANGES = _NEWEST - (CHANGED - 1) * _APART


def calls(stream: Stream, since: datetime | None) -> int:
    """Count the calls that read a list of ROWS rows; *since* when a later sync reads on."""
    if not stream.asks_for_pages:
        return 1
    return _calls(ladder(Method(stream.method), stream.stable_sort), since, dated=stream.cursor_field != "read_at")


@cache
def _calls(methods: tuple[Method, ...], since: datetime | None, *, dated: bool) -> int:
    """Count the calls of a walk through ROWS rows, of which one changed in each minute and says so if *dated*."""
    times = [_NEWEST - _APART * (ROWS - 1 - number) for number in range(ROWS)]
    listed = [(moment, _row(number, moment if dated else None)) for number, moment in enumerate(times)]
    walk = Walk(methods, ["id"], "last_modified_time", since)
    made = 0
    while ask := walk.ask:
        made += 1
        walk.take(_answer(listed, ask))
    return made


def _row(number: int, moment: datetime | None) -> Row:
    return {"id": str(number)} | ({"last_modified_time": moment.isoformat()} if moment else {})


def _answer(listed: Sequence[tuple[datetime, Row]], ask: Ask) -> Answer:
    """Return what a Zoho that honours everything would answer."""
    since = ask.since if ask.method.filters else None
    wanted = [row for moment, row in listed if since is None or moment >= since]
    if ask.method is Method.NEWEST_FIRST:
        wanted.reverse()
    end = ask.page.offset + ask.page.size
    return Answer(wanted[ask.page.offset : end], len(wanted) > end, ask.page.size)


# ── Writing between markers ──────────────────────────────────────────────────────────────────────────────────────────


def refreshed(text: str, name: str, lines: Sequence[str]) -> str:
    """Return *text* with *lines* between the markers called *name*."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise click.ClickException(
            f"the page lacks the markers {begin.strip()} and {end.strip()}, each on its own line"
        )
    return f"{before}{begin}\n" + "".join(f"{line}\n" for line in lines) + f"\n{end}{after}"


def stale_pages() -> dict[Path, str]:
    """Return the pages whose tables are not what the manifest says, with the text that they should have."""
    resolved = manifest()
    tables = {"streams": list(stream_table(resolved)), "errors": list(error_table(resolved))}
    fresh = {page: refreshed(page.read_text(encoding="utf-8"), name, tables[name]) for page, name in PAGES.items()}
    return {page: text for page, text in fresh.items() if text != page.read_text(encoding="utf-8")}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a table is stale.")
def main(check: bool) -> None:
    """Write the tables of streams and of errors into the documentation."""
    stale = stale_pages()
    for page, text in stale.items():
        sys.stdout.write(f"{page.relative_to(ROOT)} {'is stale: run `poe table`' if check else 'written'}\n")
        if not check:
            page.write_text(text, encoding="utf-8")
    raise SystemExit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
