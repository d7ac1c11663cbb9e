"""How does a test ask the emulated CRM for bulk jobs without a socket?"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import orjson

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller

Row = dict[str, Any]
READ = "/crm/bulk/v8/read"
_TYPE = {"content-type": "application/json"}


class BulkCaller(CrmCaller):
    """A client that makes bulk jobs of an emulator that does not serve."""

    def call(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        given = {"authorization": f"Zoho-oauthtoken {self.token}", **(_TYPE if headers is None else headers)}
        return self.zoho.answer(Request(method, f"{READ}{path}", {}, given, body))

    def ask(self, query: Row, **others: Any) -> Answer:
        return self.call("POST", "", orjson.dumps({"query": query, **others}))

    def job(self, module: str = "Leads", **query: Any) -> str:
        """Make a job and return its id."""
        return self.made(self.ask(query if "page_token" in query else {"module": {"api_name": module}, **query}))

    def made(self, answer: Answer) -> str:
        assert answer.status == 201, answer.body
        job_id: str = body_of(answer)["data"][0]["details"]["id"]
        return job_id

    def poll(self, job_id: str) -> Row:
        answer = self.call("GET", f"/{job_id}")
        assert answer.status == 200, answer.body
        (told,) = body_of(answer)["data"]
        assert isinstance(told, dict)
        return told

    def done(self, job_id: str) -> Row:
        """Ask about a job until it is done."""
        while (told := self.poll(job_id))["state"] not in ("COMPLETED", "FAILURE"):
            pass
        return told

    def file(self, job_id: str) -> Answer:
        return self.call("GET", f"/{job_id}/result")

    def table(self, job_id: str) -> list[list[str]]:
        """Return header and rows of a job's file."""
        answer = self.file(job_id)
        assert answer.status == 200, answer.body
        assert answer.stream is not None
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.stream))) as archive:
            assert archive.namelist() == [f"{job_id}.csv"]
            text = archive.read(f"{job_id}.csv").decode()
        return list(csv.reader(io.StringIO(text, newline="")))

    def exported(self, module: str = "Leads", **query: Any) -> list[dict[str, str]]:
        """Make a job, wait for it and return its rows."""
        job_id = self.job(module, **query)
        assert self.done(job_id)["state"] == "COMPLETED"
        header, *rows = self.table(job_id)
        return [dict(zip(header, row, strict=True)) for row in rows]


def still_emulator() -> Emulator:
    """Return an emulator whose clock stands still, for tests that change nothing and can share it."""
    emulator = Emulator(seed=7, now=NOON)
    emulator.clock.freeze()
    return emulator


def condition(name: str, comparator: str, value: Any) -> Row:
    return {"field": {"api_name": name}, "comparator": comparator, "value": value}


def group(operator: str, *members: Row) -> Row:
    return {"group_operator": operator, "group": list(members)}
