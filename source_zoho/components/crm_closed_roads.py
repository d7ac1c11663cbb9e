"""
Which roads were found closed by an earlier sync, so that there is no need to knock again at once?

A query that Zoho refuses may cost a credit all the same. What it says about a module seldom changes, so it stands in
the notes of the state, and is believed for a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.crm.roads import Road

_NOTE = "no_queries_before"
_BELIEVED_FOR = timedelta(days=7)
_SCOPE_IS_MISSING = "OAUTH_SCOPE_MISMATCH"  # of the token, which may be another one next time


def closed_roads(notes: Mapping[str, Any], now: datetime) -> dict[Road, RoadIsClosed]:
    """Return the roads that *notes* say are closed, with the reason."""
    until = notes.get(_NOTE)
    if not isinstance(until, int) or now.timestamp() >= until:
        return {}
    return {Road.COQL: RoadIsClosed("Zoho refused queries about this module within the last days.")}


def with_closed_roads(notes: Mapping[str, Any], closed: Mapping[Road, RoadIsClosed], now: datetime) -> dict[str, Any]:
    """Return *notes* after a read that found roads *closed* by Zoho."""
    queries = closed.get(Road.COQL)
    if queries is None:
        return {name: value for name, value in notes.items() if name != _NOTE}
    if not queries.code or queries.code == _SCOPE_IS_MISSING:
        return dict(notes)
    return {**notes, _NOTE: int((now + _BELIEVED_FOR).timestamp())}
