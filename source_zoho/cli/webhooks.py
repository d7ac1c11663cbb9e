"""Which verbs does `source-zoho webhooks` have? What they need beyond the terminal is imported when they run."""

import rich_click as click

from source_zoho.cli.webhooks_channels import renew, status, subscribe, unsubscribe
from source_zoho.cli.webhooks_serve import serve
from source_zoho.cli.webhooks_store import prune, replay, stats
from source_zoho.cli.webhooks_test import test

_PANELS = [
    {"name": "Receiving", "commands": ["serve", "test"]},
    {"name": "What was received", "commands": ["stats", "prune", "replay"]},
    {"name": "Channels of CRM", "commands": ["subscribe", "status", "renew", "unsubscribe"]},
]


@click.group()
@click.rich_config({"command_groups": {"source-zoho webhooks": _PANELS}, "text_markup": "rich"})
def webhooks() -> None:
    """
    Receive what Zoho tells by itself, and keep it until it is read.

    Webhooks of Books and Billing are set up in Zoho's own pages; notifications of CRM with
    [green]source-zoho webhooks subscribe[/].
    """


for command in (serve, test, stats, prune, replay, subscribe, status, renew, unsubscribe):
    webhooks.add_command(command)

__all__ = ["webhooks"]
