"""
What is a Bulk Read job asked for, when is it looked at, and what does it say?

A job writes up to 200,000 records of a module into a file, and says whether there are more:
https://www.zoho.com/crm/developer/docs/api/v8/bulk-read/create-job.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, repeat
from typing import Any

from source_zoho.crm.values import letters, mapping, mappings, text, whole

# How many fields may be named. Whoever names none is given all of them.
MOST_FIELDS = 200
# A look costs a credit, and a late one a moment: each is about as late as half of the time that the job has had.
_WAITS_SECONDS = (4, 10, 20, 40, 60, 90, 120, 180, 240, 300)
# Jobs of an organization wait for each other, those of other programs too; after this a list would have been sooner.
LONGEST_JOB_SECONDS = 2 * 60 * 60
# A word that is nowhere documented may be a step on the way, or an end that nobody told us of.
LONGEST_UNKNOWN_SECONDS = 30 * 60


class Stage(Enum):
    """How far a job is. What Zoho may call it beside the words that we know of is UNKNOWN."""

    UNDER_WAY = "under way"
    READY = "ready"
    FAILED = "failed"
    UNKNOWN = "unknown"


_STAGES = {
    **dict.fromkeys(("added", "queued", "scheduled", "inprogress"), Stage.UNDER_WAY),
    "completed": Stage.READY,
    **dict.fromkeys(("failure", "failed", "deleted"), Stage.FAILED),
}


@dataclass(frozen=True, slots=True)
class Job:
    """
    What Zoho says of a job: its *state* as Zoho writes it, how many *rows* its file has (None: it does not say), and
    whether there are *more*, which *next_page_token* leads to. *reason* is why it failed.
    """

    id: str
    stage: Stage
    state: str = ""
    rows: int | None = None
    more: bool = False
    next_page_token: str = ""
    reason: str = ""


def job_body(module: str, fields: Sequence[str], changed_at: str = "", since: str = "") -> dict[str, Any]:
    """
    Return what asks for the *fields* (none: all) of the records of *module*; of those changed at or after *since*, if
    that is given.
    """
    query: dict[str, Any] = {"module": {"api_name": module}}
    if 0 < len(fields) <= MOST_FIELDS:
        query["fields"] = list(fields)
    if since:
        query["criteria"] = {"field": {"api_name": changed_at}, "comparator": "greater_equal", "value": since}
    return {"query": query, "file_type": "csv"}


def next_job_bodies(body: Mapping[str, Any], token: str) -> list[dict[str, Any]]:
    """
    Return the ways to ask for what follows a job that was asked for by *body*, the likeliest first.

    The token knows the rest of the question, as clients have found; Zoho's documents want a module in every one.
    """
    return [{"query": {"page_token": token}}, {**body, "query": {**body["query"], "page_token": token}}]


def new_job_id(body: Mapping[str, Any]) -> str:
    """Return the id of the job that the answer *body* tells to be begun; nothing when it tells of none."""
    return next((text(mapping(row.get("details")).get("id")) for row in mappings(body.get("data"))), "")


def job_in(body: Mapping[str, Any]) -> Job | None:
    """Return what the answer *body* says of a job."""
    return next((_job(row) for row in mappings(body.get("data")) if row.get("state")), None)


def waits() -> Iterator[float]:
    """Yield the seconds to wait before each look at a job, as long as it is worth waiting for."""
    waited_seconds = 0.0
    for seconds in chain(_WAITS_SECONDS, repeat(_WAITS_SECONDS[-1])):
        waited_seconds += seconds
        if waited_seconds > LONGEST_JOB_SECONDS:
            return
        yield seconds


def _job(row: Mapping[str, Any]) -> Job:
    result, state = mapping(row.get("result")), text(row.get("state"))
    token = text(result.get("next_page_token"))
    more = result.get("more_records")
    return Job(
        id=text(row.get("id")),
        stage=_STAGES.get(letters(state), Stage.UNKNOWN),
        state=state,
        rows=whole(result.get("count")),
        more=bool(token) if more is None else bool(more),
        next_page_token=token,
        reason=_reason(result.get("error_message"))[:300],
    )


def _reason(told: Any) -> str:
    """Return why a job failed: Zoho's words, or its usual envelope around them."""
    return text(told) or ": ".join(filter(None, (text(mapping(told).get(key)) for key in ("code", "message"))))
