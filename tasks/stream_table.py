"""
Which tables in the documentation follow from the manifest?

The tables of streams (what identifies a record, how it is read, what that costs, which scope it needs), in short for
the front door and whole for the connector's page, the prices of CRM's modules, the scopes to grant, and the tables of
errors. They stand between markers, and `python -m tasks.stream_table` writes them there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from source_zoho.scopes import of_product
from tasks import quota_table
from tasks.crm_costs import module_prices
from tasks.prices import CHANGED, ROWS
from tasks.road_prices import road_prices
from tasks.stream_costs import how, price, without_a_rule
from tasks.stream_facts import PRODUCTS, Kind, Stream, manifest, streams

ROOT = Path(__file__).resolve().parents[1]
_PRICES = (f"Calls, {ROWS:,} rows", f"Later, {CHANGED} changed")
_PRICES_OF_CRM = (f"Credits, {ROWS:,} rows", f"Later, {CHANGED} changed")
_EXAMPLES = 3


# ── From the manifest to lines ───────────────────────────────────────────────────────────────────────────────────────


def whole_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of all streams: a heading for each product, and for each kind of its streams."""
    for product, title in PRODUCTS.items():
        yield from (f"### {title}", "")
        for kind, members in _by_kind(resolved, product).items():
            yield from (f"#### {kind.value} ({title})", "", *_table(members), "")


def short_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table with a line for each product and kind of streams."""
    yield from _head(("Product", "What", "Streams", "Such as", *_PRICES))
    for product, title in PRODUCTS.items():
        for kind, members in _by_kind(resolved, product).items():
            prices = [price(stream) for stream in members]
            shown = _code([stream.name for stream in members[:_EXAMPLES]])
            first, later = _range([each.first for each in prices]), _range([each.later for each in prices])
            yield _line((title, kind.value, f"{len(members)}", shown, first, later))


def list_tables(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table of the lists of each product, folded together."""
    for product, title in PRODUCTS.items():
        kinds = _by_kind(resolved, product)
        members = [stream for kind in kinds if kind.is_list for stream in kinds[kind]]
        summary = f"<summary>{len(members)} lists of {title}, read without any setting</summary>"
        yield from ("<details>", summary, "", *_table(members), "", "</details>", "")


def prices_of_modules(_: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table of what the modules of CRM cost, which the manifest does not list."""
    headings, *rows = module_prices()
    yield from _head(headings)
    yield from map(_line, rows)


def prices_of_roads(_: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table of what each road to the records of a module costs."""
    headings, *rows = road_prices()
    yield from _head(headings)
    yield from map(_line, rows)


def _of_cells(cells: Callable[[Mapping[str, Any]], Iterator[Sequence[str]]]) -> Table:
    """Return what yields the lines of a table, of which *cells* yields the headings and then the rows."""

    def lines(resolved: Mapping[str, Any]) -> Iterator[str]:
        headings, *rows = cells(resolved)
        yield from _head(headings)
        yield from map(_line, rows)

    return lines


def error_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of errors of Books and Billing, which are tried from the top."""
    yield from _errors(resolved["definitions"]["error_table"])


def crm_error_table(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the same for CRM, whose codes are words."""
    yield from _errors(resolved["definitions"]["crm"]["error_table"])


def _errors(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _head(("Zoho's code", "HTTP status", "What is done", "Whose turn", "What the user reads"))
    turns = {"config": "user", "transient": "time", "system": "us"}
    for rule in rules:
        may_fail = rule["action"] in {"fail", "replace_token", "stop"}
        turn = turns[rule.get("kind", "system")] if may_fail else "time" if rule["action"] in _WAITING else ""
        codes, statuses = (", ".join(map(str, rule.get(name, []))) or "any" for name in ("codes", "statuses"))
        said = f", saying {_code(rule['says'].split('|'))}" if "says" in rule else ""
        message = rule["message"].replace("{", "`").replace("}", "`")
        yield _line((codes + said, statuses, f"`{rule['action']}`", turn, message))


_WAITING = {"wait", "retry", "end_of_day"}


def scope_lists(resolved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scopes that the sign-in button asks for, product by product, in the form that Zoho's console takes."""
    for product, title in PRODUCTS.items():
        yield from (f"{title}:", "", "```text", ",".join(of_product(resolved, product)), "```", "")


def _by_kind(resolved: Mapping[str, Any], product: str) -> dict[Kind, list[Stream]]:
    """Return the streams of *product*, in the order of the documentation."""
    known = [stream for stream in streams(resolved) if stream.product == product]
    by_kind = {kind: [stream for stream in known if stream.kind is kind] for kind in Kind}
    return {kind: members for kind, members in by_kind.items() if members}


def _table(members: Sequence[Stream]) -> Iterator[str]:
    prices = _PRICES_OF_CRM if members[0].product == "crm" else _PRICES
    yield from _head(("Stream", "Key", "How it is read", *prices, "Scope"))
    for stream in members:
        key = [name for name in stream.key if name != "organization_id"] or list(stream.key)
        cost = price(stream)
        scope = f"`{stream.scope}`" if stream.scope else _WITHOUT_A_SCOPE.get(stream.kind, "of the lists themselves")
        yield _line((f"`{stream.name}`", _code(key), how(stream), cost.first, cost.later, scope))


_WITHOUT_A_SCOPE = {Kind.EVENTS: "none"}


def _range(values: Sequence[str]) -> str:
    """Return what *values* have in common: the smallest and largest number, and words if there are not too many."""
    numbers = sorted({int(value) for value in values if value.isdigit()})
    parts = [f"{numbers[0]} to {numbers[-1]}" if numbers[1:] else f"{number}" for number in numbers[:1]]
    parts += dict.fromkeys(value for value in values if not value.isdigit())
    return f"mostly {max(values, key=values.count)}" if parts[2:] else " or ".join(parts)


def _head(headings: Sequence[str]) -> Iterator[str]:
    yield _line(headings)
    yield _line(["---"] * len(headings))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# ── Writing between markers ──────────────────────────────────────────────────────────────────────────────────────────

Table = Callable[[Mapping[str, Any]], Iterator[str]]
TABLES: Mapping[str, Table] = {
    "kinds of streams": short_table,
    "lists": list_tables,
    "streams": whole_table,
    "scopes": scope_lists,
    "prices of modules": prices_of_modules,
    "prices of roads": prices_of_roads,
    "errors": error_table,
    "errors of CRM": crm_error_table,
    **{name: _of_cells(cells) for name, cells in quota_table.TABLES.items()},
}
PAGES: Mapping[Path, Sequence[str]] = {
    ROOT / "README.md": ("kinds of streams", "lists"),
    ROOT / "docs" / "integrations" / "sources" / "zoho.md": (
        "scopes",
        "streams",
        "prices of modules",
        "prices of roads",
    ),
    ROOT / "docs" / "development.md": ("errors", "errors of CRM"),
    ROOT / "docs" / "quotas.md": tuple(quota_table.TABLES),
}


def refreshed(text: str, name: str, lines: Sequence[str]) -> str:
    """Return *text* with *lines* between the markers called *name*."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise click.ClickException(
            f"the page lacks the markers {begin.strip()} and {end.strip()}, each on its own line"
        )
    between = "\n".join(lines).strip("\n")
    return f"{before}{begin}\n{between}\n\n{end}{after}"


def stale_pages() -> dict[Path, str]:
    """Return the pages whose tables are not what the manifest says, with the text that they should have."""
    resolved = manifest()
    stale = {}
    for page, names in PAGES.items():
        text = fresh = page.read_text(encoding="utf-8")
        for name in names:
            fresh = refreshed(fresh, name, list(TABLES[name](resolved)))
        if fresh != text:
            stale[page] = fresh
    return stale


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a table is stale.")
def main(check: bool) -> None:
    """Write the tables of streams and of errors into the documentation."""
    stale = stale_pages()
    for page, text in stale.items():
        sys.stdout.write(f"{page.relative_to(ROOT)} {'is stale: run `poe table`' if check else 'written'}\n")
        if not check:
            page.write_text(text, encoding="utf-8")
    for name in without_a_rule(streams(manifest())):
        sys.stdout.write(f"{name}: tasks/stream_costs.py has no rule for its retriever, so its price is missing\n")
    raise SystemExit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
