"""Does what is remembered of a list survive the state?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from source_zoho.deletions.known import Known

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
KNOWN = Known(frozenset({"46001", "46002"}), NOON, frozenset({"basic-plan"}), count_agreed_at=NOON)


def test_a_note_is_json_and_comes_back_the_same() -> None:
    assert Known.of(json.loads(json.dumps(KNOWN.note()))) == KNOWN


def test_a_note_can_be_read_by_people() -> None:
    note = Known(frozenset({"46001"}), NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))).note()

    assert note["at"] == "2025-06-15T12:00:00+00:00"
    assert note["count"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2025-06-15T12:00:00"},
        {"at": "yesterday"},
        {"at": 7},
        {"count_agreed_at": "2025-06-15T12:00:00"},
        {"count": 3},
        {"ids": "2.x."},
        {"ids": None},
        {"hidden": "nonsense"},
    ],
)
def test_a_note_that_somebody_changed_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"note|set of ids|isoformat"):
        Known.of({**KNOWN.note(), **change})


@pytest.mark.parametrize("missing", ["at", "ids", "hidden", "count", "count_agreed_at"])
def test_a_note_that_lacks_something_is_refused(missing: str) -> None:
    note = KNOWN.note()
    del note[missing]

    with pytest.raises(ValueError, match="without what it should say"):
        Known.of(note)
