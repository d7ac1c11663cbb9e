"""Which lists does `source-zoho counts` ask about, and what does it make of the answers?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from source_zoho.cli.counts_emitted import Emitted, no_messages, opened, read_output
from source_zoho.cli.counts_report import Line
from source_zoho.cli.progress import Steps
from source_zoho.cli.quiet import quiet_connector
from source_zoho.cli.sync.words import counted
from source_zoho.cli.terminal import notices
from source_zoho.errors import ConfigProblem

if TYPE_CHECKING:
    from source_zoho.components.census import Census, Listed

_ROWS_OF_A_PAGE = 200
_UNFINISHED = "the read did not come to its end"


def lines_of(
    config: Mapping[str, Any], output: str | None, chosen: Sequence[str], steps: Steps, *, scan: bool
) -> list[Line]:
    """
    Return a line for each list and organization: those in *output*, the *chosen* ones, or all.

    Raises ConfigProblem when the user asked for something that there is not, Transient when Zoho cannot be asked.
    """
    # Here, not at the top: this import brings the CDK, which takes a second or two.
    from source_zoho.components.census import Census

    with quiet_connector():
        census = Census(config)
        lists = census.lists()
        _refuse_unknown(chosen, lists)
        emitted = _emitted(output, lists, steps) if output else None
        if emitted and config.get("start_date"):
            hint = "The configuration has a start_date: a read with it leaves out rows that did not change since."
            notices().print(hint, soft_wrap=True)
        left_out = sorted(emitted.streams.keys() - lists.keys()) if emitted and not chosen else []
        if left_out:
            notices().print(f"Not counted, for they are no lists of their own: {', '.join(left_out)}.", soft_wrap=True)
        names = sorted(set(chosen or (emitted.streams if emitted else lists)) & lists.keys())
        found = _counted(census, names, emitted, steps)
        return _scanned(census, found, steps) if scan else found


def price(lines: Sequence[Line]) -> str:
    """Say what reading the lists of *lines* costs, as far as that can be known."""
    calls = sum(max(1, -(-(line.emitted or 0) // _ROWS_OF_A_PAGE)) for line in lines)
    return (
        f"Reading {counted(len(lines), 'list')} that gave no count: one call for every 200 rows, at least "
        f"{counted(calls, 'call')}."
    )


def _refuse_unknown(chosen: Sequence[str], lists: "Mapping[str, Listed]") -> None:
    strangers = [name for name in chosen if name not in lists]
    if strangers:
        near = dict.fromkeys(match for name in strangers for match in get_close_matches(name, lists, n=2))
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ConfigProblem(
            f"{', '.join(strangers)} cannot be counted; --stream takes one of: {', '.join(sorted(lists))}.{hint}"
        )


def _emitted(output: str, lists: "Mapping[str, Listed]", steps: Steps) -> Emitted:
    keys = {name: listed.key for name, listed in lists.items()}
    of_account = {name for name, listed in lists.items() if listed.of_account}
    with steps.step("Reading the output") as step, opened(output) as messages:
        emitted = read_output(messages, keys, of_account, lambda number: step.update(f"{number:,} messages"))
        step.update(f"{counted(emitted.records.total(), 'record')} of {counted(len(emitted.streams), 'stream')}")
    if not emitted.streams:
        raise no_messages(output)
    return emitted


def _counted(census: "Census", names: Sequence[str], emitted: Emitted | None, steps: Steps) -> list[Line]:
    """Return a line for each list of *names*, with what Zoho says of it."""
    lines: list[Line] = []
    with steps.step("Asking Zoho for counts") as step:
        for answer in census.count(names):
            place = (answer.stream, answer.organization_id)
            read = emitted.distinct[place] if emitted else None
            note = answer.problem or (_UNFINISHED if emitted and not emitted.streams.get(answer.stream) else "")
            lines.append(Line(*place, answer.count, read, answer.by, note))
            step.update(answer.stream, names.index(answer.stream) + 1, len(names))
        step.update(counted(len(lines), "list"))
    return lines


def _scanned(census: "Census", lines: Sequence[Line], steps: Steps) -> list[Line]:
    """Return *lines* with those that Zoho did not count counted by reading them."""
    waiting = {_place(line): line for line in lines if line.source is None and line.by != "failed"}
    if not waiting:
        return list(lines)
    notices().print(price(list(waiting.values())), soft_wrap=True)
    done: dict[tuple[str, str], Line] = {}
    with steps.step("Reading lists") as step:
        for answer in census.scan(
            waiting, lambda rows: step.update(f"{rows:,} rows of a list", len(done), len(waiting))
        ):
            place = (answer.stream, answer.organization_id)
            note = answer.problem or waiting[place].note
            done[place] = replace(waiting[place], source=answer.count, by=answer.by, note=note)
            step.update(answer.stream, len(done), len(waiting))
        rows = sum(line.source or 0 for line in done.values())
        step.update(f"{counted(len(done), 'list')}, {counted(rows, 'row')}")
    return [done.get(_place(line), line) for line in lines]


def _place(line: Line) -> tuple[str, str]:
    return line.stream, line.organization_id
