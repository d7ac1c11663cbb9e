"""Which flags were given, and do they go together?"""

from collections.abc import Collection

import rich_click as click


def refuse_beside(flag: str, names: Collection[str], why: str) -> None:
    """Raise UsageError, saying *why*, when one of the parameters *names* of this command was given beside *flag*."""
    others = [opts[0] for name, opts in _given() if name in names]
    if others:
        raise click.UsageError(f"{flag} {why}: leave out {', '.join(others)}, or {flag}.")


def refuse_all_beside(flag: str, names: Collection[str], why: str) -> None:
    """Do the same for every parameter but *names*."""
    refuse_beside(flag, [name for name, _ in _given() if name not in names], why)


def _given() -> list[tuple[str, list[str]]]:
    """Return the parameters of the current command that its command line named, each with its flags."""
    context = click.get_current_context()
    assert context is not None  # noqa: S101  raised otherwise; this tells the type checker
    return [
        (each.name, each.opts)
        for each in context.command.params
        if each.name and (source := context.get_parameter_source(each.name)) and source.name == "COMMANDLINE"
    ]
