"""What do `source-zoho webhooks stats`, `prune` and `replay` do? They look after the store of events."""

import json
import sys
from datetime import UTC, datetime, timedelta

import rich_click as click

from source_zoho.cli.terminal import notices, results, said_plainly
from source_zoho.cli.webhooks_reading import count, events_after, number_between, read_by_all, runs_within
from source_zoho.cli.webhooks_settings import config_option, opened, some_config, store_option
from source_zoho.cli.webhooks_stats import document, stats_of, tables
from source_zoho.cli.webhooks_values import moment, read_by, shown, stretch
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.paths import PRODUCTS
from source_zoho.webhooks.store import EventStore, Span

_FOR_ALL_TIME = datetime.max.replace(tzinfo=UTC)


@click.command()
@store_option
@config_option
@click.option(
    "--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How far back to look at the receiver."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def stats(store_url: str | None, config_path: str | None, days: int, as_json: bool) -> None:
    """
    Show which events are kept, how far they have been read, when the receiver listened, and which channels there are.

    A stream has been read up to where the last sync began whose state came back; what came after waits.
    """
    with said_plainly(), opened(store_url, some_config(config_path)) as store:
        found = stats_of(store, datetime.now(UTC), days)
        if as_json:
            results().print_json(json.dumps(document(found)))
            return
        for part in tables(found):
            results().print(part, soft_wrap=isinstance(part, str))


@click.command()
@store_option
@config_option
@click.option(
    "--older-than",
    callback=read_by(stretch),
    required=True,
    metavar="TIME",
    help="Only events that were received longer ago, such as 30d or 12h.",
)
@click.option("--product", type=click.Choice(PRODUCTS), help="Only events of this product.")
@click.option("--unread", is_flag=True, help="Delete events, too, that a stream has not read yet: it never will.")
@click.option("--dry-run", is_flag=True, help="Say how many it would be, and delete nothing.")
def prune(
    store_url: str | None,
    config_path: str | None,
    older_than: timedelta,
    product: str | None,
    unread: bool,
    dry_run: bool,
) -> None:
    """
    Delete old events that have been read.

    Those are the events behind which every stream of their product is that has ever been synced from this store. What
    no stream has read stays, unless you say --unread. Lists that follow events and miss some are read in full once.
    """
    with said_plainly(), opened(store_url, some_config(config_path)) as store:
        before = datetime.now(UTC) - older_than
        for each in (product,) if product else PRODUCTS:
            results().print(_pruned(store, each, before, unread=unread, dry_run=dry_run), soft_wrap=True)


@click.command()
@store_option
@config_option
@click.option("--from", "first", type=click.IntRange(1), metavar="SEQ", help="The first sequence.")
@click.option(
    "--to", "last", type=click.IntRange(1), metavar="SEQ", help="The last sequence; without, the last there is."
)
@click.option(
    "--since", callback=read_by(moment), metavar="TIME", help="Received at or after this moment: 2026-03-01T08:00:00Z."
)
@click.option(
    "--until", callback=read_by(moment), metavar="TIME", help="Received at or before this moment; without, until now."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def replay(
    store_url: str | None,
    config_path: str | None,
    first: int | None,
    last: int | None,
    since: datetime | None,
    until: datetime | None,
    yes: bool,
) -> None:
    """
    Give events to the streams once more: they move to the end, behind what has been read.

    For a destination that lost them. Records with the same key come again, so it should remove duplicates.
    """
    with said_plainly(), opened(store_url, some_config(config_path)) as store:
        runs, number = _meant(store, (first, last), (since, until))
        if not number:
            results().print("No events are kept from there to there; nothing was replayed.", soft_wrap=True)
            return
        if not yes:
            _ask(number)
        moved = sum(store.replay(*run) for run in runs)
        results().print(f"{_counted(moved)} will be read once more.", soft_wrap=True)


def _pruned(store: EventStore, product: str, before: datetime, *, unread: bool, dry_run: bool) -> str:
    """Return what was done about *product*."""
    up_to, behind = read_by_all(store, product)
    if dry_run:
        read = count(events_after(store, 0, product), before, up_to)
        others = count(events_after(store, up_to, product), before)
        did = "would be deleted"
    else:
        read = store.prune(before, up_to_sequence=up_to, product=product)
        others = store.prune(before, product=product) if unread else count(events_after(store, up_to, product), before)
        did = "deleted"
    told = f"{product}: {_counted(read + (others if unread else 0))} from before {shown(before)} {did}"
    if not others:
        return f"{told}."
    because = f"{behind} has read up to {up_to:,}" if behind else "no stream has ever read any"
    if unread:
        return f"{told}, {others:,} of them unread: {because}."
    return f"{told}; {others:,} unread stay: {because} (--unread deletes them all the same)."


def _meant(
    store: EventStore, sequences: tuple[int | None, int | None], times: tuple[datetime | None, datetime | None]
) -> tuple[list[tuple[int, int]], int]:
    """Return the runs of sequences to replay, and how many events they hold."""
    (first, last), (since, until) = sequences, times
    if not _is_one_way(first, last, since, until):
        raise ConfigProblem("Say which events: with --from SEQ and --to SEQ, or with --since TIME and --until TIME.")
    if since is not None:
        return runs_within(store, Span(since, until or _FOR_ALL_TIME))
    begin, finish = first or 1, last or store.last_sequence()
    return [(begin, finish)], number_between(store, begin, finish)


def _is_one_way(first: int | None, last: int | None, since: datetime | None, until: datetime | None) -> bool:
    """Tell whether sequences are given, or times, with a beginning that is not behind the end."""
    if first is not None:
        return since is None and until is None and (last is None or first <= last)
    return since is not None and last is None and (until is None or since <= until)


def _ask(number: int) -> None:
    if not _is_a_person_there():
        raise ConfigProblem(f"{_counted(number)} would be read once more, and nobody is there to ask: say --yes.")
    if not click.confirm(f"Let {_counted(number)} be read once more?", err=True):
        notices().print("Nothing was replayed.")
        raise SystemExit(0)


def _is_a_person_there() -> bool:
    return sys.stdin.isatty()


def _counted(number: int) -> str:
    return f"{number:,} {'event' if number == 1 else 'events'}"
