"""Does the state remember where a read in the order of ids stopped?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.components.crm_position import Position, position_in, without_position

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOMEWHERE = Position("5725767000000412345", NOON, NOON)


@pytest.mark.parametrize("position", [SOMEWHERE, Position("1", None, NOON)])
def test_a_position_stands_in_the_notes_beside_others(position: Position) -> None:
    noted = position.noted({"read_in_full_at": 1})

    assert position_in(noted) == position
    assert without_position(noted) == {"read_in_full_at": 1}


@pytest.mark.parametrize(
    "notes",
    [
        {},
        {"by_id": "12"},
        {"by_id": {"after": "12"}},
        {"by_id": {"after": 12, "began_at": 1}},
        {"by_id": {"after": "twelve", "began_at": 1}},
        {"by_id": {"after": "12", "since": 1, "began_at": "yesterday"}},
    ],
)
def test_notes_that_cannot_be_understood_hold_no_position(notes: dict[str, Any]) -> None:
    assert position_in(notes) is None
