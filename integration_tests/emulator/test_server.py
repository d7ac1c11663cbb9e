"""Does the emulator behave on the wire?"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
import requests

from integration_tests.emulator.client import TIMEOUT_SECONDS, Client
from source_zoho.emulator import Emulator


def test_a_list_can_be_read_with_a_fresh_token(client: Client) -> None:
    answer = client.get("/invoices")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert len(answer.json()["invoices"]) == 200


def test_the_token_names_the_emulator_as_its_api_domain(client: Client, zoho: Emulator) -> None:
    assert client.ask_token().json()["api_domain"] == zoho.url


def test_one_connection_serves_many_calls(client: Client) -> None:
    connection = HTTPConnection(client.url.removeprefix("http://"), timeout=TIMEOUT_SECONDS)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/books/v3/organizations")
        connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()

    assert len(sockets) == 1
    assert None not in sockets


def test_times_with_a_plus_survive_the_query_string(client: Client) -> None:
    newest = client.get("/bills", sort_column="last_modified_time", sort_order="D").json()["bills"][0]

    found = client.get("/bills", last_modified_time=newest["last_modified_time"]).json()["bills"]

    assert newest["bill_id"] in {row["bill_id"] for row in found}
    assert client.session.get(
        f"{client.url}/books/v3/bills?organization_id={client.organization_id}&last_modified_time=2024-01-01T00:00:00+0530",
        timeout=TIMEOUT_SECONDS,
    ).json() == {"code": 2, "message": "Invalid value passed for last_modified_time"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused_and_the_connection_lives_on(client: Client, method: str) -> None:
    address = f"{client.url}/books/v3/invoices?organization_id={client.organization_id}"

    answer = client.session.request(method, address, json={"total": 1}, timeout=TIMEOUT_SECONDS)

    assert (answer.status_code, answer.json()["code"]) == (405, 37)
    assert client.get("/items").status_code == 200


def test_a_path_of_no_product_is_code_5(client: Client) -> None:
    answer = client.session.get(f"{client.url}/inventory/v1/items", timeout=TIMEOUT_SECONDS)

    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_a_reset_connection_is_a_connection_error(client: Client, zoho: Emulator) -> None:
    zoho.faults.add("reset")

    with pytest.raises(requests.ConnectionError):
        client.get("/items")
    assert client.get("/items").status_code == 200


def test_a_truncated_body_ends_before_its_length(client: Client, zoho: Emulator) -> None:
    zoho.faults.add("truncated")

    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        client.get("/items")
    assert client.get("/items").status_code == 200


@pytest.mark.parametrize("kind", ["html", "html_200", "not_json", "empty", "502", "503", "504"])
def test_an_answer_that_is_not_zohos_is_no_json(client: Client, zoho: Emulator, kind: str) -> None:
    zoho.faults.add(kind)

    with pytest.raises(requests.JSONDecodeError):
        client.get("/items").json()
    assert client.get("/items").json()["code"] == 0


def test_retry_after_and_quota_travel_as_headers(client: Client, zoho: Emulator) -> None:
    zoho.faults.add("44", retry_after=60)

    answer = client.get("/items")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert int(answer.headers["X-Rate-Limit-Limit"]) == 10_000
    assert 0 < int(answer.headers["X-Rate-Limit-Reset"]) <= 86_400


def test_readers_in_parallel_see_whole_pages_while_records_change(client: Client, zoho: Emulator) -> None:
    bills = [str(row["bill_id"]) for row in zoho.rows("bills", client.organization_id)]
    stop = threading.Event()

    def keep_editing() -> None:
        number = 0
        while not stop.is_set():
            zoho.edit("bills", client.organization_id, bills[number % len(bills)], total=float(number))
            number += 1

    def read(_: int) -> int:
        with requests.Session() as session:
            session.headers["Authorization"] = str(client.session.headers["Authorization"])
            address = f"{client.url}/books/v3/bills?organization_id={client.organization_id}"
            rows = session.get(address, timeout=TIMEOUT_SECONDS).json()["bills"]
        return len({row["bill_id"] for row in rows})

    editor = threading.Thread(target=keep_editing)
    editor.start()
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(read, range(40)))
    stop.set()
    editor.join()

    assert set(counts) == {len(bills)}


def test_a_stopped_emulator_hangs_up(zoho: Emulator) -> None:
    with Emulator() as short_lived:
        client = Client(short_lived)
        assert client.get("/items").status_code == 200

    with pytest.raises(requests.ConnectionError):
        client.get("/items")


def test_two_emulators_serve_side_by_side(client: Client) -> None:
    with Emulator(seed=8) as other, Client(other) as second:
        assert second.organization_id != client.organization_id
        assert client.get("/items", organization_id=second.organization_id).json()["code"] == 6041
        assert second.get("/items").status_code == 200
