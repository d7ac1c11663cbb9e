"""
Is the file of a Bulk Read job whole, and which lines does it hold?

The file is a zip archive with one CSV. It is kept on disk and read as a stream, so that memory does not grow with it.
"""

from __future__ import annotations

import csv
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from typing import IO
from zipfile import BadZipFile, ZipFile

import requests

_CHUNK_BYTES = 1 << 16
_ALL_BUT_ENDS_AND_QUOTES = bytes(set(range(256)) - set(b'\n"'))
# The module's own limit is 131,072 characters a value. The longest text of Zoho's has 50,000, before it is escaped.
csv.field_size_limit(1 << 24)

# What the readers of archive, text and table raise when the bytes are not what they should be. Broken text is
# a ValueError; compression that Python lacks, and archives with a password, are RuntimeErrors.
BROKEN = (BadZipFile, zlib.error, EOFError, csv.Error, ValueError, RuntimeError)


class DamagedFileError(Exception):
    """What came is not the whole file. The text says why, in words that end a sentence."""


class BulkFile:
    """The lines of an archive that is *stored* on disk, and is gone when the file is closed."""

    def __init__(self, stored: IO[bytes]) -> None:
        self._stored = stored

    def __enter__(self) -> BulkFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Delete it."""
        self._stored.close()

    def check(self, rows: int) -> None:
        """Raise DamagedFileError unless all is there: an archive without fault, with as many *rows*."""
        try:
            with self._table() as table:
                found = _line_ends_in(table) - 1
            if found != rows:  # there may be other ways to end a line, or lines with nothing in them
                found = sum(map(bool, self.lines())) - 1
        except BROKEN as broken:
            raise DamagedFileError(f"it cannot be unpacked to its end ({type(broken).__name__}: {broken})") from None
        if found != rows:
            raise DamagedFileError(f"it has {max(found, 0):,} rows where the job told of {rows:,}")

    def lines(self) -> Iterator[list[str]]:
        """Yield the lines, that of the names first. Raises one of ``BROKEN`` where they cannot be read."""
        with self._table() as table, TextIOWrapper(table, encoding="utf-8-sig", newline="") as text:
            yield from csv.reader(text, strict=True)

    @contextmanager
    def _table(self) -> Iterator[IO[bytes]]:
        with ZipFile(self._stored) as archive:
            tables = [each for each in archive.infolist() if each.filename.casefold().endswith(".csv")]
            if len(tables) != 1:
                raise BadZipFile(f"the archive holds {len(tables)} CSV files instead of one")
            with archive.open(tables[0]) as table:
                yield table


def stored_from(response: requests.Response) -> BulkFile:
    """
    Return what *response* carries, which is never in memory as a whole.

    Raises requests.RequestException when the connection breaks, and OSError when the disk does not take it.
    """
    with ExitStack() as undo:
        stored = undo.enter_context(tempfile.TemporaryFile(prefix="source-zoho-"))
        with response:
            for chunk in response.iter_content(_CHUNK_BYTES):
                stored.write(chunk)
        undo.pop_all()
    return BulkFile(stored)


def _line_ends_in(table: IO[bytes]) -> int:
    """
    Return how many line ends stand in *table* outside quotes, a missing last one among them.

    Reading it as text and table tells the same and takes five times as long.
    """
    found, is_quoted, last = 0, False, b"\n"
    while chunk := table.read(_CHUNK_BYTES):
        last = chunk[-1:]
        ends = chunk.translate(None, _ALL_BUT_ENDS_AND_QUOTES).replace(b'""', b"")
        for place, part in enumerate(ends.split(b'"')):
            is_quoted ^= place > 0
            found += 0 if is_quoted else len(part)
    return found + (last != b"\n")
