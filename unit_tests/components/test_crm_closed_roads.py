"""Is it remembered for a while which modules Zoho does not give by queries?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components.crm_closed_roads import closed_roads, with_closed_roads
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.crm.roads import Road

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OTHERS = {"read_in_full_at": 1}
REFUSED = {Road.COQL: RoadIsClosed("Zoho does not give module Leads by queries.", "INVALID_MODULE")}


def test_a_module_that_was_refused_is_believed_to_be_for_a_week() -> None:
    notes = with_closed_roads(OTHERS, REFUSED, NOON)

    assert notes.items() > OTHERS.items()
    assert list(closed_roads(notes, NOON + timedelta(days=6, hours=23))) == [Road.COQL]
    assert closed_roads(notes, NOON + timedelta(days=7)) == {}


def test_the_week_is_not_prolonged_by_syncs_that_did_not_ask() -> None:
    notes = with_closed_roads(OTHERS, REFUSED, NOON)
    later = NOON + timedelta(days=3)

    assert with_closed_roads(notes, closed_roads(notes, later), later) == notes


def test_what_queries_give_again_is_forgotten() -> None:
    notes = with_closed_roads(OTHERS, REFUSED, NOON)

    assert with_closed_roads(notes, {}, NOON) == OTHERS


@pytest.mark.parametrize("code", ["", "OAUTH_SCOPE_MISMATCH"])
def test_what_zoho_did_not_say_of_the_module_is_not_believed_tomorrow(code: str) -> None:
    assert with_closed_roads(OTHERS, {Road.COQL: RoadIsClosed("No.", code)}, NOON) == OTHERS


def test_files_are_always_asked_for_anew() -> None:
    assert with_closed_roads(OTHERS, {Road.BULK: RoadIsClosed("No.", "MODULE_NOT_SUPPORTED")}, NOON) == OTHERS


@pytest.mark.parametrize("notes", [{}, {"no_queries_before": "tomorrow"}, {"no_queries_before": None}])
def test_notes_that_say_nothing_of_it_close_nothing(notes: dict[str, Any]) -> None:
    assert closed_roads(notes, NOON) == {}
