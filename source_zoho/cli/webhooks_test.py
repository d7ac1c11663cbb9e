"""What does `source-zoho webhooks test` do? It proves the road from Zoho to the store with events of its own."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import rich_click as click
from rich import box
from rich.table import Table
from rich.text import Text

from source_zoho.cli.terminal import FAILED, results, said_plainly
from source_zoho.cli.webhooks_address import is_an_address
from source_zoho.cli.webhooks_reading import events_after
from source_zoho.cli.webhooks_settings import config_option, opened, some_config
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.paths import PRODUCTS
from source_zoho.webhooks.proving import KEPT, KNOWN, REFUSED, Letter, address, letter, trouble
from source_zoho.webhooks.settings import Settings, settings, where_to_set
from source_zoho.webhooks.store import EventStore


@dataclass(frozen=True)
class Step:
    """One step of the road: what should happen, and what is wrong, if anything."""

    words: str
    trouble: str = ""


@click.command(name="test")
@click.option("--url", required=True, help="The receiver as Zoho reaches it, such as https://hooks.example.com.")
@click.option("--product", required=True, type=click.Choice(PRODUCTS), help="Whose deliveries to send.")
@click.option("--organization", default="", metavar="ID", help="The organization's id; CRM needs none.")
@click.option("--store", "store_url", metavar="URL", help="Look into this store, too: was the event kept there?")
@config_option
def test(url: str, product: str, organization: str, store_url: str | None, config_path: str | None) -> None:
    """
    Send the receiver an event that is signed as Zoho signs, and see that it is kept.

    Also sends it once more, which has to be known, and one with a wrong proof, which has to be refused. The event is
    marked as a test: the streams of events show it as one (origin), and nothing else heeds it. The secret comes from
    where the receiver has it: from SOURCE_ZOHO_WEBHOOK_SECRET or SOURCE_ZOHO_CRM_TOKEN, or from the configuration.

    Ends with 0 when every step went well, with 1 when one did not, with 2 when it was used wrongly.
    """
    with said_plainly():
        config = some_config(config_path)
        known = settings(os.environ, config)
        target = _target(url, product, organization)
        if not known.proves(product):
            raise ConfigProblem(f"There is nothing to sign with: {where_to_set(product)}, and here the same.")
        with opened(store_url) if store_url else nullcontext() as store:
            steps = [*_steps(target, product, known, store)]
    results().print(Text(target, "bold"), soft_wrap=True)
    results().print(table(steps))
    if any(step.trouble for step in steps):
        raise SystemExit(FAILED)


def table(steps: list[Step]) -> Table:
    """Return the steps with what came of them."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("step", overflow="fold")
    shown.add_column("", no_wrap=True)
    shown.add_column("what to do", overflow="fold")
    for step in steps:
        outcome = Text("failed", "red") if step.trouble else Text("ok", "green")
        shown.add_row(Text(step.words), outcome, Text(step.trouble))
    return shown


def _target(url: str, product: str, organization: str) -> str:
    if not is_an_address(url):
        raise ConfigProblem("--url is no address; expected one such as https://hooks.example.com.")
    if product != "crm" and not organization.isdecimal():
        raise ConfigProblem(f"--organization is {organization!r}; expected the organization's id, which is digits.")
    return address(url, product, organization)


def _steps(target: str, product: str, known: Settings, store: EventStore | None) -> Iterator[Step]:
    """Walk the road, and stop where it ends."""
    test_id, now = uuid4().hex, datetime.now(UTC)
    before = store.last_sequence() if store else 0
    right = letter(target, product, known, test_id, now)
    first = Step("a signed event is kept", _sent(right, KEPT))
    yield first
    if first.trouble:
        return
    yield Step("the same event once more is known", _sent(right, KNOWN))
    wrong = letter(target, product, known, uuid4().hex, now, wrong=True)
    yield Step("an event with a wrong proof is refused", _sent(wrong, REFUSED))
    if store:
        yield Step("the event is in the store", _looked_for(store, before, product, test_id))


def _sent(what: Letter, expected: str) -> str:
    """Send *what* and return what is wrong with the answer."""
    from source_zoho.cli.webhooks_sending import NotReachedError, send

    try:
        return trouble(send(what), expected)
    except NotReachedError as error:
        return str(error)


def _looked_for(store: EventStore, before: int, product: str, test_id: str) -> str:
    if any(test_id in kept.event.record_ids for kept in events_after(store, before, product)):
        return ""
    return "The receiver kept it, but not in this store: start it with the same --store."
