"""How many different records of each list does the output of a read hold?"""

import codecs
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from source_zoho.cli.connector import parse
from source_zoho.errors import ConfigProblem

STANDARD_INPUT = "-"
_LINES_BETWEEN_NEWS = 10_000
Place = tuple[str, str]


@dataclass
class Emitted:
    """
    What a read said: records by stream and organization (empty for streams of the whole account), and streams.

    ``streams`` maps every stream that the read tried to whether it came to its end.
    """

    records: Counter[Place] = field(default_factory=Counter)
    distinct: Counter[Place] = field(default_factory=Counter)
    streams: dict[str, bool] = field(default_factory=dict)


def read_output(
    lines: Iterable[bytes],
    keys: Mapping[str, Sequence[str]],
    of_account: Collection[str] = (),
    news: Callable[[int], None] = lambda _: None,
) -> Emitted:
    """
    Return what the messages on *lines* say.

    *keys* are the primary keys of the streams that are looked at, *of_account* those that belong to no organization.
    """
    emitted, seen = Emitted(), defaultdict[Place, set[bytes]](set)
    for number, line in enumerate(lines, start=1):
        if number % _LINES_BETWEEN_NEWS == 0:
            news(number)
        match parse(line):
            case {"type": "RECORD", "record": {"stream": str(stream), "data": dict(data)}}:
                emitted.streams.setdefault(stream, True)
                if stream in keys:
                    place = (stream, "" if stream in of_account else str(data.get("organization_id", "")))
                    emitted.records[place] += 1
                    seen[place].add(_identity(data, keys[stream]))
            case {"type": "TRACE", "trace": {"stream_status": {"stream_descriptor": {"name": str(stream)}} as told}}:
                emitted.streams[stream] = told.get("status") != "INCOMPLETE"
    emitted.distinct.update({place: len(ids) for place, ids in seen.items()})
    return emitted


@contextmanager
def opened(name: str, option: str = "--from") -> Iterator[IO[bytes]]:
    """Open the output called *name* after *option*; "-" is standard input. Raises ConfigProblem if it is unreadable."""
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as lines:
            _refuse_wide_text(name, lines)
            yield lines
    except OSError as error:
        raise ConfigProblem(f"{name} cannot be read ({error.strerror}); check the path after {option}.") from None


def called(name: str) -> str:
    """Return the output called *name* as a sentence calls it."""
    return "Standard input" if name == STANDARD_INPUT else name


def no_messages(name: str) -> ConfigProblem:
    """Return the problem of a file *name* that is not the output of a read."""
    return ConfigProblem(
        f"{called(name)} holds no messages of a read. Give --from what `source-zoho read` wrote to standard output."
    )


def _refuse_wide_text(name: str, lines: IO[bytes]) -> None:
    """Raise ConfigProblem when *lines*, the file called *name*, are UTF-16, in which no message would be found."""
    if lines.seekable():
        beginning = lines.read(len(codecs.BOM_UTF16_LE))
        lines.seek(0)
        if beginning in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise ConfigProblem(f"{name} is UTF-16, as PowerShell writes what it redirects; save it as UTF-8.")


def _identity(data: Mapping[str, Any], key: Sequence[str]) -> bytes:
    """Return what tells a record from others, in sixteen bytes: a read may hold millions."""
    values = "\x1f".join(str(data.get(name)) for name in key)
    return blake2b(values.encode(), digest_size=16).digest()
