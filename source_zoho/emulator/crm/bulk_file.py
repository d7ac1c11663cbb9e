"""How do the records of a bulk job become a zip file that is sent while it is made?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from .bulk_cells import writer

if TYPE_CHECKING:
    from threading import RLock

    from .bulk_behaviour import BulkBehaviour
    from .bulk_paths import Path, Snapshot

_BATCH = 1_000
_CHUNK = 65_536
# The emulator's time is worth more than bytes on loopback.
_LEVEL = 1


class _Sink:
    """A file that can only be written to, and keeps what was not yet taken away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: everything is at hand."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.size = [], 0
        return taken


def zipped(name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Pack *parts* into one file of a zip archive, piece by piece: nobody ever holds the whole."""
    sink = _Sink()
    with (
        ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive,  # type: ignore[call-overload] # write-only
        archive.open(name, "w", force_zip64=True) as file,
    ):
        for part in parts:
            file.write(part)
            if sink.size >= _CHUNK:
                yield sink.take()
    yield sink.take()


def written(
    numbers: Sequence[int], paths: Sequence[Path], snapshot: Snapshot, behaviour: BulkBehaviour, lock: RLock
) -> Iterator[bytes]:
    """Write records as CSV, some at a time; *lock* is held while they are made, and free while they are sent."""
    yield _lines([["Id", *(path.name for path in paths)]])
    writers = [writer(path.leaf, behaviour) for path in paths]
    rest = iter(numbers)
    while batch := list(islice(rest, _BATCH)):
        with lock:
            columns = snapshot.columns(batch, paths)
        texts = [
            column if write is None else map(write, column) for column, write in zip(columns, writers, strict=True)
        ]
        yield _lines(zip(map(snapshot.rows.id_of, batch), *texts, strict=True))


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
