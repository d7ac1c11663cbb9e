"""What do `source-zoho webhooks subscribe`, `status`, `renew` and `unsubscribe` do? They look after channels of CRM."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich import box
from rich.table import Table

from source_zoho.cli.configured import usable_config
from source_zoho.cli.flags import refuse_beside
from source_zoho.cli.quiet import quiet_connector
from source_zoho.cli.terminal import FAILED, notices, results, said_plainly
from source_zoho.cli.webhooks_address import require_an_address
from source_zoho.cli.webhooks_settings import opened, store_option, token_of
from source_zoho.cli.webhooks_stats import channel_in_json, ends
from source_zoho.cli.webhooks_values import read_by, shown, stretch
from source_zoho.webhooks import channels
from source_zoho.webhooks.downtime import note_downtime
from source_zoho.webhooks.store import EventStore, Span

if TYPE_CHECKING:
    from source_zoho.components.channel_sender import ChannelSender

_EVERYTHING = timedelta.max
_config = click.option(
    "--config",
    "config_path",
    required=True,
    type=click.Path(),
    help="The connector's configuration, with a refresh token that may look after channels.",
)


@dataclass(frozen=True)
class _Desk:
    config: dict[str, Any]
    send: "ChannelSender"
    store: EventStore


@contextmanager
def _desk(config_path: str, store_url: str | None, *, makes: bool = False) -> Iterator[_Desk]:
    """Give the block what it takes to look after channels, and let its failures end the process in a sentence."""
    with said_plainly():
        config = usable_config(config_path)
        with opened(store_url, config, makes=makes) as store, quiet_connector():
            # Here, not at the top: this import brings the CDK, which takes a second or two.
            from source_zoho.components.channel_sender import ChannelSender

            yield _Desk(config, ChannelSender(config), store)


@click.command()
@_config
@store_option
@click.option(
    "--notify-url", required=True, metavar="URL", help="The receiver as Zoho reaches it: https://.../webhooks/crm."
)
@click.option("--events", metavar="EVENTS", help="What to be told, such as Leads.all,Contacts.create.")
@click.option("--modules", metavar="MODULES", help="Modules of which to be told everything, such as Leads,Contacts.")
def subscribe(
    config_path: str, store_url: str | None, notify_url: str, events: str | None, modules: str | None
) -> None:
    """
    Have Zoho CRM notify the receiver of changes, for a week; reads and `renew` prolong that.

    Without --events and --modules that is every change in every module that Zoho notifies of. Whoever subscribes the
    same URL again replaces what it was told. A store keeps the channels of one CRM organization.

    Reading needs no more than READ scopes, but this needs ZohoCRM.notifications.CREATE, UPDATE and DELETE, too. A
    second refresh token for it, in a configuration of its own, is a good idea; then let cron renew with that one.

    Ends with 0 when all was subscribed, with 1 when Zoho refused something or could not be asked, with 2 when it was
    used wrongly.
    """
    with said_plainly():
        require_an_address(notify_url)
    with _desk(config_path, store_url, makes=True) as desk:
        token = token_of(desk.config)
        wanted = [*_listed(events), *(f"{module}.all" for module in _listed(modules))] or _every_event(desk.config)
        done = channels.subscribe(desk.send, desk.store, wanted, notify_url, token, desk.send.clock)
    for channel in done.channels:
        told = ", ".join(channel.events)
        results().print(f"Channel {channel.channel_id} until {shown(channel.expires_at)}: {told}", soft_wrap=True)
    for event, why in done.refused.items():
        notices().print(f"Not subscribed: {event}. {why}", soft_wrap=True, markup=False)
    _tell_missed(done.missed)
    raise SystemExit(FAILED if done.refused else 0)


@click.command()
@_config
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(config_path: str, store_url: str | None, as_json: bool) -> None:
    """
    Show which channels there are at Zoho and in the store, and when they end.

    Ends with 0 when every channel of the store is alive, with 1 when one is not or Zoho could not be asked, with 2 when
    it was used wrongly. Zoho lists the channels of the refresh token's user only.
    """
    with _desk(config_path, store_url) as desk:
        found = channels.status(desk.send, desk.store, desk.send.clock)
        now = desk.send.clock()
    if as_json:
        shown_as = [{**channel_in_json(each.channel), "state": each.state} for each in found]
        results().print_json(json.dumps({"channels": shown_as}))
    elif not found:
        results().print("There are no channels; source-zoho webhooks subscribe makes one.", soft_wrap=True)
    else:
        results().print(_table(found, lambda each: ends(each.channel.expires_at, now)))
    raise SystemExit(FAILED if any(each.state in {channels.EXPIRED, channels.GONE} for each in found) else 0)


@click.command()
@_config
@store_option
@click.option(
    "--when-less-than",
    callback=read_by(stretch),
    default="2d",
    show_default=True,
    metavar="TIME",
    help="Only channels that end sooner than that.",
)
@click.option("--all", "every", is_flag=True, help="All channels, whenever they end.")
def renew(config_path: str, store_url: str | None, when_less_than: timedelta, every: bool) -> None:
    """
    Prolong channels that end soon to a week from now, and make anew those that have ended. For cron, once a day.

    What Zoho did not tell in between is remembered, and found by polling when crm_notifications is read. A read with
    webhook_store_url and crm_notification_token in its configuration renews by itself.

    Ends with 0 when every channel is alive, with 1 when one could not be renewed or Zoho could not be asked, with 2
    when it was used wrongly.
    """
    if every:
        refuse_beside("--all", ("when_less_than",), "renews channels whenever they end")
    with _desk(config_path, store_url) as desk:
        token = token_of(desk.config)
        limit = _EVERYTHING if every else when_less_than
        note_downtime(desk.store, desk.send.clock())  # the end of a channel, which moves, tells since when it was there
        done = channels.renew(desk.send, desk.store, token, desk.send.clock, limit)
    if not done:
        results().print("The store knows no channels; source-zoho webhooks subscribe makes one.", soft_wrap=True)
    for each in done:
        if each.outcome != channels.FAILED:
            told = f"Channel {each.channel.channel_id} {_OUTCOMES[each.outcome]} {shown(each.channel.expires_at)}"
            results().print(told, soft_wrap=True)
    failed = [each for each in done if each.outcome == channels.FAILED]
    for each in failed:
        notices().print(f"Channel {each.channel.channel_id}: {each.problem}", soft_wrap=True, markup=False)
    _tell_missed([each.missed for each in done if each.missed])
    raise SystemExit(FAILED if failed else 0)


@click.command()
@_config
@store_option
@click.option("--channel", "chosen", multiple=True, metavar="ID", help="This channel; may be given several times.")
@click.option("--all", "every", is_flag=True, help="All channels that the store knows.")
def unsubscribe(config_path: str, store_url: str | None, chosen: tuple[str, ...], every: bool) -> None:
    """End channels: Zoho tells the receiver no more. What was received stays in the store."""
    if bool(chosen) == every or not all(map(str.isdigit, chosen)):
        raise click.UsageError("Say which channels: --channel ID, as `source-zoho webhooks status` shows it, or --all.")
    with _desk(config_path, store_url) as desk:
        ids = [each.channel_id for each in desk.store.channels()] if every else list(dict.fromkeys(chosen))
        done = channels.unsubscribe(desk.send, desk.store, ids)
    if not done:
        results().print("The store knows no channels.")
    for channel_id, was_known in done.items():
        results().print(f"Channel {channel_id} {'ended' if was_known else 'was gone already'}", soft_wrap=True)


_OUTCOMES = {
    channels.KEPT: "stays as it is until",
    channels.RENEWED: "was renewed until",
    channels.ANEW: "had ended and was made anew until",
}


def _every_event(config: dict[str, Any]) -> list[str]:
    """Return every change in every module of the organization that Zoho notifies of."""
    from source_zoho.components.channel_sender import modules_that_notify

    return [f"{module}.all" for module in modules_that_notify(config)]


def _listed(text: str | None) -> list[str]:
    return [stripped for each in (text or "").split(",") if (stripped := each.strip())]


def _table(found: Sequence[channels.Standing], ending: Any) -> Table:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("channel", "state", "ends", "events", "notify URL"):
        made.add_column(heading, overflow="fold")
    for each in found:
        style = {channels.ALIVE: "green", channels.FOREIGN: "dim"}.get(each.state, "bold red")
        events = ", ".join(each.channel.events)
        made.add_row(
            each.channel.channel_id, f"[{style}]{each.state}[/]", ending(each), events, each.channel.notify_url
        )
    return made


def _tell_missed(spans: Iterable[Span]) -> None:
    for each in spans:
        notices().print(
            f"Zoho told nothing from {shown(each.since)} to {shown(each.until)}; the next read of crm_notifications "
            "finds the changes of that time by polling.",
            soft_wrap=True,
        )
