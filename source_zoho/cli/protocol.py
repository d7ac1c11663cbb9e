"""
How do the protocol verbs show in the help for people?

`source_zoho.run` takes these verbs before the helper verbs are even imported. They are listed here so that one help
page shows every verb; called through the command line for people, they start that same entry point.
"""

import subprocess

import rich_click as click

from source_zoho.cli.connector import CONNECTOR

VERBS = {
    "spec": "What may a configuration say?",
    "check": "--config FILE: can Zoho be read with it?",
    "discover": "--config FILE: which streams are there?",
    "read": "--config FILE --catalog FILE, perhaps --state FILE: the records.",
}


def protocol_command(verb: str) -> click.Command:
    """Return the command that hands *verb* and all that follows to the connector's entry point."""

    @click.command(verb, help=VERBS[verb], add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def hand_over(arguments: tuple[str, ...]) -> None:
        ended = subprocess.run([*CONNECTOR, verb, *arguments], check=False)  # noqa: S603  our own program
        raise SystemExit(ended.returncode)

    return hand_over
