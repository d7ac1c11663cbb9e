"""Did everything arrive?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from source_zoho.cli.sync.facts import COMPLETE, UNFINISHED, Sync
from source_zoho.cli.sync.reading import NO_MESSAGE
from source_zoho.cli.sync.words import counted, some


@dataclass(frozen=True)
class Verdict:
    """Whether all is well, in a sentence; what else there is to know about it, and what is wrong."""

    is_good: bool
    sentence: str
    points: tuple[str, ...]


def verdict_on(sync: Sync) -> Verdict:
    """Return whether everything arrived that *sync* was to bring."""
    is_whole = not sync.is_cut_off and not any(each.lost for each in sync.streams.values())
    all_complete = all(each.status == COMPLETE for each in sync.streams.values())
    is_good = bool(sync.streams) and all_complete and not sync.failures and is_whole
    return Verdict(is_good, _sentence(sync, is_whole=is_whole), tuple(_points(sync)))


def _sentence(sync: Sync, *, is_whole: bool) -> str:
    number = len(sync.streams)
    failed = sum(each.status != COMPLETE for each in sync.streams.values())
    if sync.failures and not number:
        return "The read failed before it came to a stream."
    if not number:
        return "No stream was read."
    if failed:
        return f"{failed:,} of {counted(number, 'stream')} {'was' if failed == 1 else 'were'} not read to the end."
    if sync.failures:
        return "The read failed."
    if not is_whole:
        return "The file does not hold all that was read."
    return "The one stream was read to its end." if number == 1 else f"All {number:,} streams were read to their end."


def _points(sync: Sync) -> Iterator[str]:
    streams = sync.streams.values()
    lost = [each for each in streams if each.lost]
    if begun := sum(each.status == UNFINISHED and bool(each.began_ms) for each in streams):
        yield f"{counted(begun, 'stream')} had begun when the messages end: the read was stopped, or is still running."
    if lost:
        missing = some([f"{counted(each.lost, 'row')} of {each.name}" for each in lost])
        yield (
            f"The connector counted what the file does not hold: {missing}. Lines were lost after it wrote them: keep "
            "its standard output whole, and run it again."
        )
    complete = [each for each in streams if each.status == COMPLETE and each.counted is not None]
    if (rows := sum(each.rows.total() for each in complete)) and not lost:
        whose = "" if len(complete) == len(streams) else " of the streams that were read to the end"
        yield f"Every row{whose} is in the file, by the connector's own count: {rows:,}."
    if sync.bills > 1:
        yield (
            f"The file holds {sync.bills} reads, one after the other: the rows are those of all, the cost is that of "
            "the last. Write each read into a file of its own."
        )
    if sync.is_cut_off:
        yield "The file ends in the middle of a message: what came after it is missing. Look whether the disk is full."
    if lines := sync.strange[NO_MESSAGE] - sync.is_cut_off:
        yield f"Passed over: {counted(lines, 'line')} of the file, no {'message' if lines == 1 else 'messages'}."
    if kinds := sorted(set(sync.strange) - {NO_MESSAGE}):
        number = sum(sync.strange[each] for each in kinds)
        yield f"Passed over: {counted(number, 'message')} of a type that is not known ({some(kinds)})."
