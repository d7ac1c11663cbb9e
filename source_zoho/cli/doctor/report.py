"""How does the doctor's report look to people?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from source_zoho.availability import EMPTY, OFF, OK, STATES, Finding, remedy
from source_zoho.cli.doctor.findings import Diagnosis, Product
from source_zoho.ledger import TITLES

_STYLES = {OK: "green", EMPTY: "dim", OFF: "dim"}
_MEANS = {OK: "can be read", EMPTY: "can be read, and has no rows", OFF: "left out by the configuration"}


def lines(diagnosis: Diagnosis) -> Iterator[Text]:
    """Yield what there is to say before the table of streams."""
    for sentence in diagnosis.problems:
        yield _bad(sentence)
    if diagnosis.sign_in_problem:
        yield _bad(diagnosis.sign_in_problem)
    if diagnosis.works_in:
        yield _bad(f"It works in another data centre: set data_center to {diagnosis.works_in}.")
    for product in diagnosis.products:
        if product.problem:
            yield _bad(f"{TITLES[product.name]}: {product.problem}")


def organizations(products: Sequence[Product]) -> Table:
    """Return the table of organizations and what is left of their day."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("product", "organization", "plan or edition"):
        shown.add_column(heading, overflow="fold")
    for heading in ("left today", "a day"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for product in products:
        for each in product.organizations:
            asleep = "" if each.active else ", not active"
            plan = f"{each.plan or 'not told'}{asleep}"
            shown.add_row(TITLES[product.name], each.id, plan, _number(each.left), _number(each.per_day))
    return shown


def streams(findings: Sequence[Finding], *, everything: bool) -> Table:
    """Return the table of streams: a line for each that cannot be read, or for each there is."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold")
    shown.add_column("organization", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    shown.add_column("why", overflow="fold", ratio=1)
    for each in findings:
        if everything or not each.can_be_read:
            state = Text(each.state, _STYLES.get(each.state, "bold red"))
            shown.add_row(each.stream, each.organization_id or "all", state, each.why)
    return shown


def summary(diagnosis: Diagnosis) -> Iterator[Text]:
    """Yield how many streams are in which state, and what is to be done about them."""
    for state in STATES:
        names = {each.stream for each in diagnosis.findings if each.state == state}
        if names:
            means = _MEANS.get(state) or remedy(state)
            yield Text.assemble((f"{len(names):,} {state}", _STYLES.get(state, "bold red")), f": {means}")
    if diagnosis.missing_scopes:
        yield _bad(f"Missing scopes: {','.join(diagnosis.missing_scopes)}")
    if diagnosis.healthy:
        yield Text("Everything that was asked about can be read.", "green")


def _bad(sentence: str) -> Text:
    return Text(sentence, "bold red")


def _number(value: int | None) -> str:
    return "not told" if value is None else f"{value:,}"
