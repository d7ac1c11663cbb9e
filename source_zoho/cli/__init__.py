"""
Which verbs does `source-zoho` have for people?

Nothing here imports airbyte-cdk or duckdb at start: the first takes seconds, the second is an extra.
"""

import rich_click as click

from source_zoho.arguments import about_an_empty, empty_flag
from source_zoho.cli.counts import counts
from source_zoho.cli.demo import demo
from source_zoho.cli.doctor.command import doctor
from source_zoho.cli.land import land
from source_zoho.cli.login import login
from source_zoho.cli.plan import plan
from source_zoho.cli.protocol import VERBS, protocol_command
from source_zoho.cli.sandbox import sandbox
from source_zoho.cli.sync.command import report
from source_zoho.cli.webhooks import webhooks

_FOR_PEOPLE = (demo, sandbox, login, doctor, plan, land, counts, report, webhooks)
_PANELS = [
    {"name": "For people", "commands": [command.name for command in _FOR_PEOPLE]},
    {"name": "Airbyte's protocol: messages on standard output, for platforms and scripts", "commands": list(VERBS)},
]


class _Verbs(click.RichGroup):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse a value that is empty, whichever verb it is for: as a path it would mean this folder, or nothing."""
        if flag := empty_flag(args):
            raise click.UsageError(about_an_empty(flag), ctx)
        return super().parse_args(ctx, args)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.rich_config({"command_groups": {"source-zoho": _PANELS}, "text_markup": "rich"})
def app() -> None:
    """
    An Airbyte source for Zoho.

    New here? [green]source-zoho demo[/] shows it at work in a minute, without an account.
    """


for command in (*_FOR_PEOPLE, *map(protocol_command, VERBS)):
    app.add_command(command)

__all__ = ["app"]
