"""How does a test play Zoho's Bulk Read, and see what jobs were asked for?"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import requests

from source_zoho.components.crm_bulk import BulkReader
from source_zoho.components.crm_bulk_limits import BulkLimits
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.fields import Field
from unit_tests.components.crm_answers import URL
from unit_tests.components.crm_fakes import ANYWHERE, Call, Crm
from unit_tests.crm.metadata import field as a_field

CHANGED, NAME, PHONE, NOTE = (
    a_field("Modified_Time", "datetime"),
    a_field("Last_Name"),
    a_field("Phone", "phone"),
    a_field("Note", "textarea"),
)
HEADER = ["Id", "Modified_Time", "Last_Name", "Phone", "Note"]
FIELDS = (CHANGED, NAME, PHONE, NOTE)
DONE = "COMPLETED"


def lines(count: int, first: int = 1) -> list[list[str]]:
    """Return the lines of *count* records."""
    return [
        [str(number), "2025-01-31T12:00:00+05:30", f"Name, {number}", "", f'two\nlines of "{number}"']
        for number in range(first, first + count)
    ]


def a_table(rows: Sequence[Sequence[str]], **dialect: Any) -> bytes:
    """Return *rows* as a CSV."""
    text = StringIO()
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue().encode()


def an_archive(*tables: bytes, name: str = "1.csv") -> bytes:
    """Return an archive with *tables*."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for number, table in enumerate(tables):
            archive.writestr(f"{number or ''}{name}", table)
    return packed.getvalue()


def a_file(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> requests.Response:
    """Return the answer that carries the file with *rows*."""
    return an_answer(an_archive(a_table([header, *rows])))


def an_answer(content: bytes, kind: str = "application/zip", status: int = 200) -> requests.Response:
    """Return an answer that carries *content* of a *kind*, which nobody has read yet."""
    answer = requests.Response()
    answer.status_code = status
    answer.raw = BytesIO(content)
    answer.headers["Content-Type"] = kind
    answer.request = requests.Request("GET", URL, {"Authorization": "Zoho-oauthtoken 1000.access.1"}).prepare()
    return answer


class TornAnswer(requests.Response):
    """An answer whose connection breaks after a few bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 200
        self.raw = BytesIO()

    def iter_content(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield a little, and break."""
        yield b"PK"
        raise requests.exceptions.ChunkedEncodingError("broken")


Script = list[Any]


@dataclass
class BulkZoho:
    """
    Stands in for Zoho: gives the *files*, each by a job that tells of the next.

    ``creations``, ``looks`` and ``downloads`` say what comes before that: a refusal or another answer, one after the
    other, or a word for the state of a job; None stands for what would come without it.
    """

    files: list[list[list[str]]] = field(default_factory=lambda: [lines(3)])
    header: list[str] = field(default_factory=lambda: list(HEADER))
    creations: Script = field(default_factory=list)
    looks: Script = field(default_factory=list)
    downloads: Script = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.crm = Crm().on(ANYWHERE, self.answer)
        self._files_of_jobs: dict[str, int] = {}

    def answer(self, call: Call) -> Any:
        """Answer as Zoho would."""
        _, *rest = call.path.split("/")
        if not rest:
            return self._begin(call.body)
        look: Callable[[str], Any] = self._download if len(rest) > 1 else self._look
        return look(rest[0])

    def _begin(self, body: dict[str, Any]) -> Any:
        self.bodies.append(body)
        scripted = _next(self.creations)
        if scripted is not None:
            self.events.append("refused")
            return scripted
        job_id = f"job{len(self._files_of_jobs) + 1}"
        token = body["query"].get("page_token", "token0")
        self._files_of_jobs[job_id] = int(token.removeprefix("token"))
        self.events.append(f"begun {job_id}")
        told = {"id": job_id, "operation": "read", "state": "ADDED"}
        return {"data": [{"status": "success", "code": "ADDED_SUCCESSFULLY", "details": told}], "info": {}}

    def _look(self, job_id: str) -> Any:
        self.events.append(f"look {job_id}")
        scripted = _next(self.looks)
        if scripted is None or isinstance(scripted, str):
            return {"data": [self._told(job_id, scripted or DONE)]}
        return scripted

    def _told(self, job_id: str, state: str) -> dict[str, Any]:
        told: dict[str, Any] = {"id": job_id, "operation": "read", "state": state}
        number = self._files_of_jobs[job_id]
        if state == DONE:
            more = number + 1 < len(self.files)
            told["result"] = {
                "page": 1,
                "per_page": 200_000,
                "count": len(self.files[number]),
                "download_url": f"/crm/bulk/v8/read/{job_id}/result",
                "more_records": more,
                **({"next_page_token": f"token{number + 1}"} if more else {}),
                **self.result,
            }
        elif state.startswith("FAIL"):
            told["result"] = {"error_message": "Zoho's reason."}
        return told

    def _download(self, job_id: str) -> Any:
        self.events.append(f"file {job_id}")
        scripted = _next(self.downloads)
        return a_file(self.files[self._files_of_jobs[job_id]], self.header) if scripted is None else scripted


def _next(script: Script) -> Any:
    return script.pop(0) if script else None


def a_reader(
    zoho: BulkZoho, fields: Sequence[Field] = FIELDS, limits: BulkLimits | None = None, **facts: Any
) -> BulkReader:
    names = [each.api_name for each in fields]
    wanted = {"stream": "crm_leads", "api_name": "Leads", "fields": names, "canonical": Canonical(fields, names)}
    crm: Any = zoho.crm
    return BulkReader(ModuleFacts(**{**wanted, **facts}), crm, crm, crm, limits or BulkLimits())


def ids(batches: Sequence[Sequence[Part]]) -> list[str]:
    return [part.row["id"] for batch in batches for part in batch]
