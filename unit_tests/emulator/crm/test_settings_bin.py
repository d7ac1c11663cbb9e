"""Is the recycle bin made from what was deleted, and can it be filtered?"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from unit_tests.emulator.crm.settings_caller import Asker, AWorld


def gone(number: int, kind: str = "recycle") -> dict[str, Any]:
    at = f"2026-02-{number:02d}T00:00:00+00:00"
    by = {"name": "Ada Okafor", "id": "1"}
    return {"id": str(number), "type": kind, "display_name": f"Ünit {number}", "deleted_time": at, "deleted_by": by}


@pytest.fixture
def after_deletes() -> Asker:
    return Asker(AWorld(gone={"Leads": [gone(1), gone(3), gone(4, "permanent")], "Deals": [gone(2)]}))


def test_the_recycle_bin_holds_what_can_be_restored_newest_first(after_deletes: Asker) -> None:
    rows = after_deletes.json("/settings/recycle_bin")["recycle_bin"]

    assert [row["id"] for row in rows] == ["3", "2", "1"]
    assert rows[0]["module"] == {"api_name": "Leads", "id": "5540230000000000000"}
    assert set(rows[0]) == {"id", "display_name", "module", "owner", "deleted_by", "deleted_time"}


def test_the_recycle_bin_can_be_sorted_filtered_and_empty(after_deletes: Asker) -> None:
    leads = '{"field": {"api_name": "module"}, "comparator": "equal", "value": "Leads"}'
    path = "/settings/recycle_bin"

    assert [row["id"] for row in after_deletes.json(path, sort_order="asc")["recycle_bin"]] == ["1", "2", "3"]
    assert [row["id"] for row in after_deletes.json(path, filters=leads)["recycle_bin"]] == ["3", "1"]
    assert Asker().status(path) == 204


def test_the_recycle_bin_may_name_modules_by_a_text(after_deletes: Asker) -> None:
    after_deletes.settings.behave("recycle_bin", module_as="text")

    assert after_deletes.json("/settings/recycle_bin")["recycle_bin"][0]["module"] == "Leads"


def test_texts_are_compared_as_texts(after_deletes: Asker) -> None:
    told = '{"field": {"api_name": "display_name"}, "comparator": "greater_than", "value": "Ünit 2"}'
    body = after_deletes.json("/settings/recycle_bin", filters=told)

    assert [row["display_name"] for row in body["recycle_bin"]] == ["Ünit 3"]


@pytest.mark.parametrize(
    ("comparator", "value", "ids"),
    [
        ("greater_than", "2026-02-02T00:00:00+00:00", ["3"]),
        ("greater_equal", "2026-02-02T01:00:00+01:00", ["3", "2"]),
        ("less_than", "2026-02-02T00:00:00+00:00", ["1"]),
        ("less_equal", "2026-02-02T00:00:00+00:00", ["2", "1"]),
        ("between", ["2026-02-01T00:00:00+00:00", "2026-02-02T00:00:00+00:00"], ["2", "1"]),
        ("not_equal", "2026-02-02T00:00:00+00:00", ["3", "1"]),
        ("in", ["2026-02-03T00:00:00+00:00"], ["3"]),
    ],
)
def test_times_are_compared_as_instants(after_deletes: Asker, comparator: str, value: Any, ids: list[str]) -> None:
    told = {"field": {"api_name": "deleted_time"}, "comparator": comparator, "value": value}
    body = after_deletes.json("/settings/recycle_bin", filters=orjson.dumps(told).decode())

    assert [row["id"] for row in body["recycle_bin"]] == ids
