"""What becomes of files that are no whole read: what does the report say, how does it end, how long does it take?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.chromium import Tab
from tasks.page_checks import check_page, expect, opened
from tasks.report_syncs import Captured, measured, report_on

_STREAMS, _RECORDS = 100, 200_000
_MEGABYTES_AT_MOST = 300
_NO_PAGE, _PAGE = 2, 0
_NEVER_BEGAN = [{"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": "client_id is missing; add it."}}}]


@dataclass(frozen=True)
class Odd:
    """A file, what makes it, how the report ends with it, and words that are said: on the page, or else on the spot."""

    name: str
    content: Callable[[], bytes]
    ends_with: int
    says: str
    options: tuple[str, ...] = ()


def odd_files(first: Captured, second: Captured, refused: Path) -> Iterator[Odd]:
    """Yield files that are made of two syncs and of one that was *refused*."""
    whole = first.messages.read_bytes
    yield Odd("empty", bytes, _NO_PAGE, "holds no messages of a read. Give --from what `source-zoho read` wrote")
    yield Odd("no-json", lambda: b"Killed\n" * 9, _NO_PAGE, "holds no messages of a read")
    yield Odd("a-plan", first.plan.read_bytes, _NO_PAGE, "holds no messages of a read")
    yield Odd("cut-off", lambda: whole()[: len(whole()) * 2 // 3], _PAGE, "ends in the middle of a message")
    yield Odd("lines-lost", lambda: _without_some_records(whole()), _PAGE, "Lines were lost after it wrote them")
    yield Odd("refused", refused.read_bytes, _PAGE, "Zoho refused client_id or client_secret")
    yield Odd("never-began", lambda: _lines(iter(_NEVER_BEGAN)), _PAGE, "The read failed before it came to a stream.")
    yield Odd("another-connector", lambda: _lines(_of_another_connector()), _PAGE, "another connector wrote them")
    yield Odd("unknown-types", lambda: _with_unknown_types(whole()), _PAGE, "3 messages of a type that is not known")
    yield Odd("two-reads", lambda: whole() + second.messages.read_bytes(), _PAGE, "The file holds 2 reads")
    wrong_plan = ("--plan", str(_plan_of_another_sync(first.plan)))
    yield Odd("another-plan", whole, _PAGE, "The plan is one of another sync", wrong_plan)
    yield Odd("no-plan", whole, _NO_PAGE, "is no plan; give --plan what", ("--plan", str(first.messages.parent / "{}")))


def try_odd(tab: Tab, odd: Odd, folder: Path) -> str:
    """Make the page of *odd* and look at it; return what was seen, or raise ClickException."""
    messages, page = folder / f"{odd.name}.jsonl", folder / f"{odd.name}.html"
    messages.write_bytes(odd.content())
    (folder / "{}").write_text("{}", "utf-8")
    ended = report_on(messages, page, *odd.options)
    expect(ended.returncode == odd.ends_with, f"{odd.name} ends with {odd.ends_with}: {ended.stderr}")
    expect("Traceback" not in ended.stderr, f"{odd.name} is no stack trace to anybody")
    if odd.ends_with:
        expect(odd.says in ended.stderr, f"{odd.name} says: {odd.says}; not: {ended.stderr}")
        expect(not page.exists(), f"{odd.name} leaves no page")
        return f"{odd.name}: {ended.stderr.strip().splitlines()[-1].replace(str(folder), '...')}"
    opened(tab, page)
    said = " ".join(str(tab.value("document.body.innerText")).split())
    expect(odd.says in said, f"{odd.name} says on its page: {odd.says}")
    check_page(tab, page)
    verdict = tab.value("document.querySelector('.verdict p').textContent")
    return f"{odd.name}: {verdict} ({odd.says})"


def try_large(tab: Tab, folder: Path) -> str:
    """Report on a long read; return how long it took and how much memory, or raise ClickException."""
    messages, page = folder / "large.jsonl", folder / "large.html"
    with messages.open("wb") as file:
        file.writelines(json.dumps(message).encode() + b"\n" for message in _large())
    began = time.monotonic()
    exit_code, used = measured(messages, page)
    seconds, processor, megabytes = time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    expect(exit_code == 0, "a long read can be reported on")
    check_page(tab, page)
    expect(megabytes < _MEGABYTES_AT_MOST, f"{megabytes:.0f} MB are less than {_MEGABYTES_AT_MOST}")
    expect("200,000" in str(tab.value("document.querySelector('.tiles').textContent")), "all rows are there")
    size = messages.stat().st_size / 2**20
    return (
        f"{_RECORDS:,} records of {_STREAMS} streams, {size:.0f} MB: {seconds:.1f} s, of them {processor:.1f} s of the "
        f"processor, at most {megabytes:.0f} MB of memory; a page of {page.stat().st_size / 1024:.0f} kB"
    )


def _lines(messages: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def _without_some_records(whole: bytes) -> bytes:
    lines = whole.splitlines(keepends=True)
    records = [place for place, line in enumerate(lines) if line.startswith(b'{"type":"RECORD"')]
    lost = set(records[10:20])
    expect(len(lost) == 10, "there are records to lose")
    return b"".join(line for place, line in enumerate(lines) if place not in lost)


def _with_unknown_types(whole: bytes) -> bytes:
    return whole + _lines({"type": name} for name in ("HOLOGRAM", "HOLOGRAM", "SMELL"))


def _plan_of_another_sync(plan: Path) -> Path:
    document = json.loads(plan.read_text("utf-8"))
    for each in document["streams"]:
        each["stream"] = f"{each['stream']}_of_somebody_else"
    other = plan.with_name("another-plan.json")
    other.write_text(json.dumps(document), "utf-8")
    return other


def _status(stream: str, status: str, at_ms: float) -> dict[str, Any]:
    told = {"stream_descriptor": {"name": stream}, "status": status}
    return {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": at_ms, "stream_status": told}}


def _of_another_connector() -> Iterator[dict[str, Any]]:
    for stream in ("customers", "charges", "events"):
        yield _status(stream, "STARTED", 1_750_000_000_000)
        for number in range(50):
            data = {"id": number, "created": 1_700_000_000 + number}
            yield {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1_750_000_000_500}}
        yield _status(stream, "COMPLETE", 1_750_000_005_000)


def _large() -> Iterator[dict[str, Any]]:
    for number in range(_STREAMS):
        stream, at_ms = f"books_list_{number:03}", 1_750_000_000_000 + 1000 * number
        yield _status(stream, "STARTED", at_ms)
        for row in range(_RECORDS // _STREAMS):
            moment = f"2025-05-{1 + row % 28:02}T10:{row % 60:02}:00+0530"
            data = {"organization_id": str(row % 5), "id": str(row), "last_modified_time": moment, "notes": "n" * 600}
            yield {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": at_ms}}
        yield _status(stream, "COMPLETE", at_ms + 1500)
