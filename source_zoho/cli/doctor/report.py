"""How does the doctor's report look to people?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from source_zoho.availability import EMPTY, OFF, OK, STATES
from source_zoho.cli.doctor.causes import Cause, Row
from source_zoho.cli.doctor.findings import Diagnosis, Product
from source_zoho.ledger import TITLES

_STYLES = {OK: "green", EMPTY: "dim", OFF: "dim"}
_MEANS = {OK: "can be read", EMPTY: "can be read, and has no rows", OFF: "left out by the configuration"}
_BAD = "bold red"
_NOT_TOLD = "not told"
_NAMED = 12  # the table has them all


def lines(diagnosis: Diagnosis) -> Iterator[Text]:
    """Yield what there is to say before the tables."""
    for sentence in diagnosis.problems:
        yield _bad(sentence)
    if diagnosis.sign_in_problem:
        yield _bad(diagnosis.sign_in_problem)
    if diagnosis.works_in:
        yield _bad(f"It works in another data centre: set data_center to {diagnosis.works_in}.")
    for product in diagnosis.products:
        if product.problem:
            yield _bad(f"{TITLES[product.name]}: {product.problem}")
        if product.remark:
            yield Text(f"{TITLES[product.name]}: {product.remark}", "yellow")


def organizations(products: Sequence[Product]) -> Table:
    """Return the table of organizations and what is left of their day."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("product", "organization", "plan or edition"):
        shown.add_column(heading, overflow="fold")
    for heading in ("left today", "a day"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for product in products:
        for each in product.organizations:
            plan = each.plan or _NOT_TOLD
            day = (_number(each.left), _number(each.per_day)) if each.active else ("", "")
            shown.add_row(TITLES[product.name], each.id, plan if each.active else f"{plan}, not active", *day)
    return shown


def about_quota(products: Sequence[Product]) -> Iterator[Text]:
    """Yield why the table does not say of every organization what is left."""
    active = [each for product in products for each in product.organizations if each.active]
    silent = {each.product for each in active if each.left is None}
    if "crm" in silent:
        yield Text("Zoho CRM tells what is left of its credits only when half of them are used.", "dim")
    if silent - {"crm"}:
        yield Text("Where it is not told, no answer of Zoho's has said what is left of the day.", "dim")


def streams(rows: Sequence[Row]) -> Table:
    """Return the table of streams."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold")
    shown.add_column("state", no_wrap=True)
    shown.add_column("why", overflow="fold")
    of_some = any(each.organizations for each in rows)
    if of_some:
        shown.add_column("only in", no_wrap=True)
    for each in rows:
        where = ["\n".join(each.organizations)] if of_some else []
        shown.add_row(each.stream, _state(each.state), each.brief, *where)
    return shown


def why(cause: Cause) -> Iterator[Text | Padding]:
    """Yield the lines that tell a cause."""
    yield Text.assemble(_state(cause.state), ": ", cause.words)
    for line in (*_of_streams(cause), cause.remedy):
        yield Padding(Text(line), (0, 0, 0, 2), expand=False)


def summary(diagnosis: Diagnosis) -> Iterator[Text]:
    """Yield how many streams are in which state, and which scopes are missing."""
    for state in STATES:
        names = {each.stream for each in diagnosis.findings if each.state == state}
        if names:
            means = _MEANS.get(state, "cannot be read, see above")
            yield Text.assemble((f"{len(names):,} {state}", _STYLES.get(state, _BAD)), f": {means}")
    if diagnosis.missing_scopes:
        yield _bad(f"Missing scopes: {','.join(diagnosis.missing_scopes)}")
    if diagnosis.healthy:
        yield Text("Everything that was asked about can be read.", "green")


def _of_streams(cause: Cause) -> Iterator[str]:
    if cause.streams:
        named, more = ", ".join(cause.streams[:_NAMED]), len(cause.streams) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        where = f" (in {', '.join(cause.organizations)})" if cause.organizations else ""
        number = "1 stream" if len(cause.streams) == 1 else f"{len(cause.streams):,} streams"
        yield f"{number}: {named}{rest}{where}."


def _state(state: str) -> Text:
    return Text(state, _STYLES.get(state, _BAD))


def _bad(sentence: str) -> Text:
    return Text(sentence, _BAD)


def _number(value: int | None) -> str:
    return _NOT_TOLD if value is None else f"{value:,}"
