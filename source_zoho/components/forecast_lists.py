"""What will the streams of Books and Billing cost, as far as Zoho says how long their lists are?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from source_zoho.components.census import Answer
from source_zoho.components.deletions import tracked
from source_zoho.components.manifest_rows import Row, class_of, is_for_details, name_of, parent_of
from source_zoho.configuration import wants_details, webhook_store_url
from source_zoho.estimates import NOTHING, Bound, Estimate, Forecast
from source_zoho.paging.cost import calls_of
from source_zoho.paging.walk import Method, ladder

ROWS_OF_A_PAGE = 200
_DOCUMENTS_IN_A_CALL = 100
_UNKNOWN_LENGTH = "Zoho does not say how long the list is"
_UNKNOWN_CHANGES = "how much changed shows only when it is read"
_NO_DETAILS = "document_details is none, so it is not read"
_AT_LEAST_ONE = Estimate(1, Bound.AT_LEAST)
_TO_THE_END = frozenset({Method.SCAN, Method.PLAIN})


@dataclass(frozen=True)
class Known:
    """
    What is known before a read: the resolved *rows* of the manifest by name, *answers* to the question how long a
    list is, by stream and organization, and which streams go on *from_a_state* in which organizations.
    """

    config: Mapping[str, Any]
    rows: Mapping[str, Row]
    answers: Mapping[tuple[str, str], Answer] = field(default_factory=dict)
    from_a_state: Collection[tuple[str, str]] = frozenset()

    def length(self, stream: str, organization_id: str) -> Estimate | None:
        """Return how many rows a list has, None where that is not known."""
        answer = self.answers.get((stream, organization_id))
        if answer is None:
            return None
        if answer.by == "ignored":
            return Estimate(ROWS_OF_A_PAGE + 1, Bound.AT_LEAST)
        return None if answer.count is None else Estimate(answer.count)

    def problem(self, row: Row, organization_id: str) -> str:
        """Return why Zoho could not be asked about a list that the stream of *row* looks through, else nothing."""
        answers = (self.answers.get((name, organization_id)) for name in _looked_through(row, self))
        return next((each.problem for each in answers if each and each.by == "failed"), "")


@dataclass(frozen=True)
class Question:
    """A stream, by the resolved *row* that declares it, in one organization."""

    row: Row
    organization_id: str
    known: Known

    @property
    def stream(self) -> str:
        """Its name."""
        return name_of(self.row)

    @property
    def settings(self) -> dict[str, Any]:
        """What its row says, the archetype before the columns."""
        return {**self.row["$parameters"], **self.row["retriever"]}

    @property
    def goes_on(self) -> bool:
        """Whether it reads on from a state."""
        return (self.stream, self.organization_id) in self.known.from_a_state

    @property
    def leaves_out(self) -> bool:
        """Whether it asks for a part of its list only, since a state or a start date."""
        return bool(self.row.get("incremental_sync")) and (self.goes_on or bool(self.known.config.get("start_date")))

    def told(self, road: str, calls: Estimate, rows: Estimate | None = None, why: str = "") -> Forecast:
        """Return the forecast of this stream."""
        return Forecast(
            product=self.stream.partition("_")[0],
            stream=self.stream,
            road=road,
            calls=calls,
            rows=rows,
            organization_id=self.organization_id,
            documents=bool(self.settings["requester"].get("documents")),
            why=why,
        )


def forecast(question: Question) -> Forecast:
    """Return what the stream in *question* will cost."""
    if is_for_details(question.row) and not wants_details(question.known.config):
        return question.told("not read", NOTHING, NOTHING, _NO_DETAILS)
    if problem := question.known.problem(question.row, question.organization_id):
        product = question.stream.partition("_")[0]
        return Forecast(product, question.stream, "", None, organization_id=question.organization_id, why=problem)
    rule = _RULES.get(class_of(question.row["retriever"]))
    if rule is None:
        kind = class_of(question.row["retriever"]) or "its kind"
        return Forecast("", question.stream, "", None, why=f"there is no price for {kind}")
    return rule(question)


def forecast_of_events(stream: str, config: Mapping[str, Any]) -> Forecast:
    """Return what it costs to read the events that our own receiver has kept: nothing, unless some were missed."""
    product = stream.partition("_")[0]
    of_crm = product == "crm"
    credits_spent = NOTHING if of_crm else None
    if webhook_store_url(config):
        why = "and calls for modules whose notifications were missed" if of_crm else ""
        return Forecast(product, stream, "event store", NOTHING, credits=credits_spent, why=why)
    why = "webhook_store_url names no store"
    return Forecast(product, stream, "not read", NOTHING, NOTHING, credits_spent, why=why)


def lists_to_count(streams: Iterable[str], known: Known) -> set[str]:
    """Return the lists whose length would say what *streams* cost."""
    going_on = {stream for stream, _ in known.from_a_state}
    found: set[str] = set()
    for stream in streams:
        row = known.rows[stream]
        if not is_for_details(row) or wants_details(known.config):
            found.update(
                each for each in _looked_through(row, known) if not _asks_for_a_part(known.rows[each], going_on)
            )
    return found


def _looked_through(row: Row, known: Known) -> list[str]:
    """Return the names of the lists that the stream of *row* looks through."""
    settings, kind = {**row["$parameters"], **row["retriever"]}, class_of(row["retriever"])
    if kind == "DeletionsRetriever":
        return _tracked(name_of(row), known.config)
    if kind not in _RULES or kind in _NO_LISTS or settings.get("parents"):
        return []
    if parent := parent_of(row):
        return [parent]
    return [name_of(row)] if settings.get("asks_for_pages", True) else []


def _asks_for_a_part(row: Row, going_on: Collection[str]) -> bool:
    """Tell whether the list of *row* is asked for what changed only: its length says nothing then."""
    return name_of(row) in going_on and Method(row["retriever"].get("method", "plain")) not in _TO_THE_END


# ── lists ──


def _of_list(asked: Question) -> Forecast:
    parent = parent_of(asked.row)
    if parent:
        return _of_list_of_each(asked, parent)
    settings = asked.settings
    if not settings.get("asks_for_pages", True) or "{organization_id}" in settings["path"]:
        return asked.told("one answer", Estimate(1), _length(asked))
    rows, calls, why = _walk(asked, asked.row)
    return asked.told("list", calls, rows, why)


def _of_list_of_each(asked: Question, parent: str) -> Forecast:
    length = asked.known.length(parent, asked.organization_id)
    number = Estimate(length.value if length else 1, Bound.AT_LEAST)
    return asked.told("a list for each parent", number, None, f"1 call or more for {_each_row(parent, length)}")


def _walk(asked: Question, row: Row) -> tuple[Estimate | None, Estimate, str]:
    """Return the rows that a walk through the list of *row* brings, the calls it takes, and a remark."""
    settings = {**row["$parameters"], **row["retriever"]}
    method = Method(settings["method"])
    length = asked.known.length(name_of(row), asked.organization_id)
    part_only = asked.leaves_out and method not in _TO_THE_END
    if part_only and asked.goes_on:
        return None, _AT_LEAST_ONE, _UNKNOWN_CHANGES
    if length is None:
        return None, _AT_LEAST_ONE, _UNKNOWN_LENGTH
    calls = calls_of(
        ladder(method, settings["stable_sort"]),
        length.value,
        dated=row.get("incremental_sync", {}).get("cursor_field") != "read_at",
        sort_documented=settings.get("sort_documented", True),
    )
    bound = length.bound + (Bound.AT_MOST if part_only else Bound.EXACTLY)
    rows = None if length.bound else Estimate(length.value, Bound.AT_MOST if asked.leaves_out else Bound.EXACTLY)
    return rows, Estimate(calls, bound), _UNKNOWN_LENGTH if length.bound else ""


def _length(asked: Question) -> Estimate | None:
    return asked.known.length(asked.stream, asked.organization_id)


# ── what belongs to the rows of a list ──


def _of_children(asked: Question) -> Forecast:
    return _following(asked, "a call for each row", 1)


def _of_documents(asked: Question) -> Forecast:
    return _following(asked, "documents", 1)


def _of_bulk_documents(asked: Question) -> Forecast:
    return _following(asked, f"documents, {_DOCUMENTS_IN_A_CALL} in a call", _DOCUMENTS_IN_A_CALL)


def _following(asked: Question, road: str, at_a_time: int) -> Forecast:
    """Return what it takes to read the list of the parents and then what belongs to each, so many *at_a_time*."""
    settings = asked.settings
    if listed := settings.get("parents"):
        return asked.told(road, Estimate(len(listed)))
    parent = parent_of(asked.row) or ""
    parents, calls, why = _walk(asked, asked.known.rows[parent])
    if asked.goes_on:
        return asked.told(road, Estimate(calls.value, Bound.AT_LEAST), None, why or _UNKNOWN_CHANGES)
    if parents is None:
        length = asked.known.length(parent, asked.organization_id)
        least = -(-length.value // at_a_time) if length and not asked.leaves_out else 0
        told = f"1 call for {_each_row(parent, length, at_a_time)}"
        return asked.told(road, Estimate(calls.value + least, Bound.AT_LEAST), None, told)
    bound = Bound.AT_MOST if settings.get("only") else Bound.ABOUT if settings.get("via") else Bound.EXACTLY
    each = Estimate(-(-parents.value // at_a_time), parents.bound + bound)
    if class_of(asked.row["retriever"]).endswith("DetailRetriever"):
        return asked.told(road, calls + each, parents)
    price = "at most 1 call" if settings.get("only") else "about 1 call" if settings.get("via") else "1 call"
    return asked.told(road, calls + each, None, f"{price} for {_each_row(parent, parents)}")


def _each_row(parent: str, length: Estimate | None, at_a_time: int = 1) -> str:
    several = at_a_time > 1
    if length is None:
        rows = f"every {at_a_time} rows" if several else "each row"
        return f"{rows} of {parent}, and Zoho does not say how many there are"
    number = f"{_LIMITS.get(length.bound, '')}{length.value:,}"
    return f"{f'every {at_a_time}' if several else 'each'} of {number} rows of {parent}"


_LIMITS = {Bound.AT_LEAST: "at least ", Bound.AT_MOST: "at most "}


# ── reports, custom fields, deletions ──


def _of_report(asked: Question) -> Forecast:
    settings = asked.settings
    times = max(len(settings.get("periods") or []), 1) * max(len(settings.get("bases") or []), 1)
    has_pages = "per_page" in settings.get("query", {})
    return asked.told("report", Estimate(times, Bound.AT_LEAST if has_pages else Bound.EXACTLY))


def _of_custom_fields(asked: Question) -> Forecast:
    calls = Estimate(len(asked.settings["lists"]) + 1, Bound.AT_LEAST)
    return asked.told("a page of each list", calls, None, "and 2 calls for each custom module")


def _of_deletions(asked: Question) -> Forecast:
    names = _tracked(asked.stream, asked.known.config)
    if not names:
        return asked.told("not read", NOTHING, NOTHING, "track_deletions names no list")
    calls = sum((_walk_of_ids(asked, asked.known.rows[name]) for name in names), NOTHING)
    return asked.told("ids of lists", Estimate(calls.value, Bound.AT_LEAST), None, "and 1 call for each missing record")


def _tracked(stream: str, config: Mapping[str, Any]) -> list[str]:
    """Return the lists whose deletions are looked for in the product of *stream*."""
    product = stream.partition("_")[0]
    return [name for name in tracked(config) if name.startswith(f"{product}_")]


def _walk_of_ids(asked: Question, row: Row) -> Estimate:
    length = asked.known.length(name_of(row), asked.organization_id)
    if length is None:
        return _AT_LEAST_ONE
    return Estimate(calls_of((Method.PLAIN,), length.value), Bound.AT_LEAST)


def _of_events(asked: Question) -> Forecast:
    return forecast_of_events(asked.stream, asked.known.config)


_NO_LISTS = frozenset({"ReportRetriever", "CustomFieldsRetriever", "WebhookEventsRetriever"})
_RULES: Mapping[str, Callable[[Question], Forecast]] = {
    "ListRetriever": _of_list,
    "FollowRetriever": _of_children,
    "DetailRetriever": _of_documents,
    "BulkDetailRetriever": _of_bulk_documents,
    "ReportRetriever": _of_report,
    "CustomFieldsRetriever": _of_custom_fields,
    "DeletionsRetriever": _of_deletions,
    "WebhookEventsRetriever": _of_events,
}
