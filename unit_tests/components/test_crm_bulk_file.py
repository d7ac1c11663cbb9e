"""Is a Bulk Read file read as a stream, whatever stands in it, and is it known whether it is whole?"""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.components.crm_bulk_file import BulkFile, DamagedFileError, stored_from
from unit_tests.components.crm_bulk_fakes import TornAnswer, a_table, an_answer, an_archive

LONG = 20_000


def a_bulk_file(table: bytes) -> BulkFile:
    return BulkFile(BytesIO(an_archive(table)))


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (b"Id,Name\r\n1,A\r\n", [["Id", "Name"], ["1", "A"]]),
        (b"Id,Name\n1,A\n", [["Id", "Name"], ["1", "A"]]),
        (b"Id,Name\r\n1,A", [["Id", "Name"], ["1", "A"]]),
        (b"\xef\xbb\xbfId,Name\r\n1,A\r\n", [["Id", "Name"], ["1", "A"]]),
        ("Id,Name\r\n1,Zoë\r\n".encode(), [["Id", "Name"], ["1", "Zoë"]]),
        (b'Id,Name\r\n1,"A\r\nB ""C"",\n"\r\n', [["Id", "Name"], ["1", 'A\r\nB "C",\n']]),
        (b'"Id","Name"\r\n"1",""\r\n', [["Id", "Name"], ["1", ""]]),
    ],
)
def test_lines_are_read_as_they_were_meant(table: bytes, found: list[list[str]]) -> None:
    file = a_bulk_file(table)

    file.check(1)
    assert list(file.lines()) == found


def test_long_texts_are_read() -> None:
    text = '"<p>' * 60_000

    assert list(a_bulk_file(a_table([["Id", "Note"], ["1", text]])).lines())[1] == ["1", text]


@pytest.mark.parametrize("table", [b"Id\r1\r2\r", b"Id\r\n1\r\n\r\n2\r\n\r\n"])
def test_unusual_line_ends_and_empty_lines_do_not_count_as_rows(table: bytes) -> None:
    a_bulk_file(table).check(2)


TEXTS = st.text(st.sampled_from('ab,"\n\r ë'), max_size=6)


# A writer of lines that end in "\n" may leave a lone "\r" without quotes; a reader cannot tell it from a line end.
DIALECTS = st.sampled_from([{"lineterminator": "\r\n"}, {"lineterminator": "\n", "quoting": csv.QUOTE_ALL}])


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8), DIALECTS)
def test_rows_are_counted_as_they_are_read(rows: list[tuple[str, str]], dialect: dict[str, Any]) -> None:
    file = a_bulk_file(a_table([("Id", "Name"), *rows], **dialect))

    file.check(len(rows))
    with pytest.raises(DamagedFileError):
        file.check(len(rows) + 1)


def test_a_bit_that_toppled_over_is_noticed() -> None:
    archive = bytearray(an_archive(a_table([["Id", "Name"], ["1", "A" * 1_000]])))
    archive[45] ^= 1

    with pytest.raises(DamagedFileError, match="cannot be unpacked"):
        BulkFile(BytesIO(bytes(archive))).check(1)


# ── Memory ──


class CountingFile(BytesIO):
    """A file that counts what was read of it."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next *size* bytes."""
        found = super().read(size)
        self.bytes_read += len(found)
        return found


def a_long_table() -> bytes:
    """Return a table that does not get much shorter by packing."""
    chance = Random(7)
    return b"Id,Name\r\n" + b"".join(
        b"%d,%s\r\n" % (number, chance.randbytes(48).hex().encode()) for number in range(LONG)
    )


def test_lines_come_long_before_the_file_is_read_to_its_end() -> None:
    stored = CountingFile(an_archive(a_long_table()))
    lines = BulkFile(stored).lines()

    assert len(list(islice(lines, 100))) == 100
    assert stored.bytes_read < len(stored.getvalue()) / 3


def peak_of(work: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    table = a_long_table()
    file = a_bulk_file(table)

    def work() -> None:
        file.check(LONG)
        assert sum(1 for _ in file.lines()) == LONG + 1

    assert peak_of(work) < len(table) / 2


# ── Storing ──


class ManyChunks(TornAnswer):
    """An answer of many chunks, as many as were asked for so far."""

    asked_for = 0

    def iter_content(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield chunk after chunk."""
        while self.asked_for < 64:
            self.asked_for += 1
            yield bytes(1 << 16)


def test_an_answer_goes_to_the_disk_chunk_by_chunk() -> None:
    answer = ManyChunks()

    def work() -> None:
        stored_from(answer).close()

    assert peak_of(work) < 64 * (1 << 16) / 4
    assert answer.asked_for == 64


def test_the_file_is_gone_when_it_is_closed() -> None:
    with stored_from(an_answer(an_archive(b"Id\r\n1\r\n"))) as file:
        file.check(1)

    with pytest.raises(ValueError, match="closed"):
        next(file.lines())
