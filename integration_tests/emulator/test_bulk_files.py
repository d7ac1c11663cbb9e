"""Does the file of a bulk job reach a client over HTTP, whole or visibly cut?"""

from __future__ import annotations

import io
import zipfile

import pytest
import requests

from integration_tests.emulator.client import TIMEOUT_SECONDS, Client
from source_zoho.emulator import Emulator

READ = "/crm/bulk/v8/read"


def finished_job(client: Client) -> str:
    """Make a job, ask about it until it is done, and return its id."""
    body = {"query": {"module": {"api_name": "Deals"}}}
    answer = client.session.post(f"{client.url}{READ}", json=body, timeout=TIMEOUT_SECONDS)
    job_id: str = answer.json()["data"][0]["details"]["id"]
    for _ in range(2):
        client.session.get(f"{client.url}{READ}/{job_id}", timeout=TIMEOUT_SECONDS)
    return job_id


def the_file(client: Client, job_id: str) -> requests.Response:
    return client.session.get(f"{client.url}{READ}/{job_id}/result", timeout=TIMEOUT_SECONDS)


def test_a_file_is_sent_in_chunks_under_its_name(client: Client, zoho: Emulator) -> None:
    job_id = finished_job(client)

    answer = the_file(client, job_id)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={job_id}.zip"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.read(f"{job_id}.csv").splitlines()) > zoho.crm.count("Deals")


def test_a_file_that_is_cut_shows_it(client: Client, zoho: Emulator) -> None:
    job_id = finished_job(client)
    zoho.faults.add("truncated", path=f"{READ}/{{job_id}}/result")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        the_file(client, job_id)
    assert the_file(client, job_id).status_code == 200
