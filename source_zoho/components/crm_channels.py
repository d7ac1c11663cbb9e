"""
Do the notifications of CRM go on until the next sync?

A channel lives for a week at most. With a store and the token of the channels in the configuration, each read with a
stream of CRM prolongs those that have less than two days left, once, before its first stream: a connection that syncs
every day needs nobody to think of it. When they end stands in the store, so a read costs no call before that, and one
call and one more for each channel then.

Notifications are hints, so nothing here ends a sync: whatever goes wrong is one warning. A channel that was found ended
is made anew, and what it did not tell meanwhile is asked for when crm_notifications is read (``crm_missed``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.channel_sender import ChannelSender
from source_zoho.components.crm_organization import zoho_now
from source_zoho.components.event_stores import store_of
from source_zoho.configuration import webhook_store_url
from source_zoho.errors import ZohoError
from source_zoho.webhooks.channels import FAILED, KEPT, TWO_DAYS, Renewal, renew
from source_zoho.webhooks.downtime import note_downtime
from source_zoho.webhooks.store import Channel

_log = logging.getLogger("airbyte")


def renew_channels(config: Mapping[str, Any], streams: Iterable[str]) -> None:
    """Prolong the channels that end soon, when one of *streams* is CRM's and *config* knows store and token."""
    token = str(config.get("crm_notification_token") or "")
    if not (token and webhook_store_url(config) and any(name.startswith("crm_") for name in streams)):
        return
    channels: Sequence[Channel] = ()
    try:
        store = store_of(config)
        channels, now = (store.channels() if store else ()), zoho_now(config)
        if store and _due(channels, now):
            note_downtime(store, now)  # the end of a channel, which moves, tells since when there was one
            send = ChannelSender(config)
            _tell(renew(send, store, token, send.clock))
    except (ZohoError, AirbyteTracedException) as error:
        _warn(str(getattr(error, "message", None) or error), channels)


def _due(channels: Iterable[Channel], now: datetime) -> bool:
    return any(each.expires_at - now < TWO_DAYS for each in channels)


def _tell(renewals: Sequence[Renewal]) -> None:
    for each in renewals:
        if each.outcome not in {KEPT, FAILED}:
            missed = f"; what it did not tell since {_text(each.missed.since)} will be asked for" if each.missed else ""
            _log.info(
                "CRM's channel %s: %s, until %s%s.",
                each.channel.channel_id,
                each.outcome,
                _text(each.channel.expires_at),
                missed,
            )
    failed = [each for each in renewals if each.outcome == FAILED]
    if failed:
        _warn(" ".join(dict.fromkeys(each.problem for each in failed)), [each.channel for each in failed])


def _warn(why: str, channels: Sequence[Channel] = ()) -> None:
    ends = [each.expires_at for each in channels]
    until = f" The end of the first one: {_text(min(ends))}." if ends else ""
    _log.warning("The channels by which CRM notifies could not be renewed, and the sync goes on. %s%s", why, until)


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")
