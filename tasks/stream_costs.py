"""
How is a stream read, and how many calls does that take?

The calls for a list are not estimated: ``source_zoho.paging.cost`` counts them. A stream that asks about the rows of
another list pays for that list too; what is told here comes on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from source_zoho.paging.cost import calls_of
from source_zoho.paging.walk import Method, ladder
from tasks.crm_costs import CRM_RULES
from tasks.prices import CHANGED, PAGE, ROWS, Price, Rule
from tasks.stream_facts import Kind, Stream

__all__ = ["CHANGED", "ROWS", "Price"]

_DOCUMENTS_IN_A_CALL = 100
_LISTS: Mapping[str, str] = {
    "keyset": "incremental: changed rows, oldest change first",
    "filter": "incremental: changed rows, by Zoho's filter",
    "newest_first": "incremental: latest change first, until it meets the cursor",
    "latest_first": "incremental: latest first, if it comes so, until it meets the cursor",
    "scan": "incremental: every page, keeping what changed",
}


def how(stream: Stream) -> str:
    """Say in words how *stream* is read."""
    rule = _RULES.get(stream.retriever)
    return rule.words(stream) if rule else f"`{stream.retriever}`, of which `tasks/stream_costs.py` knows nothing"


def price(stream: Stream) -> Price:
    """Return what *stream* costs; question marks when there is no rule for its retriever."""
    rule = _RULES.get(stream.retriever)
    return rule.price(stream) if rule else Price("?", "?")


def without_a_rule(streams: Sequence[Stream]) -> list[str]:
    """Return the names of the *streams* of which the tables cannot say what they cost, each with its retriever."""
    return [
        f"{stream.name} ({stream.retriever})"
        for stream in streams
        if stream.retriever not in _RULES or stream.kind is Kind.UNKNOWN
    ]


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words_of_list(stream: Stream) -> str:
    if stream.is_incremental:
        words = _LISTS[stream.settings["method"]] + _read_at(stream)
    else:
        words = "full refresh: every page" if stream.asks_for_pages else "full refresh: one answer"
    return f"{words}; a list for each row of `{stream.parent}`" if stream.parent else words


def _price_of_list(stream: Stream) -> Price:
    if stream.parent:
        return Price.always("1 for each row")
    if "{organization_id}" in stream.settings["path"]:
        return Price.always("1")
    return Price(f"{calls(stream)}", f"{calls(stream, later=stream.is_incremental)}")


# ── What belongs to the rows of a list ───────────────────────────────────────────────────────────────────────────────


def _words_of_children(stream: Stream) -> str:
    if stream.settings.get("parents"):
        return "full refresh: one answer for each kind of document"
    return f"{_begin(stream)}: one call for each row of `{stream.parent}`{_that_changed(stream)}"


def _price_of_children(stream: Stream) -> Price:
    if listed := stream.settings.get("parents"):
        return Price.always(f"{len(listed)}")
    # A document may have to be read before it is known what to ask for.
    also = f", and 1 for each `{stream.settings['called']}` in it" if stream.settings.get("via") else ""
    if only := stream.settings.get("only"):
        return Price.always(f"1 for each row whose `{only['field']}` is `{only['value']}`{also}")
    return Price(f"1 for each row{also}", f"1 for each {'changed ' if stream.is_incremental else ''}row{also}")


def _words_of_bulk(stream: Stream) -> str:
    return f"{_begin(stream)}: one call for every hundred rows of `{stream.parent}`{_that_changed(stream)}"


def _price_of_bulk(_: Stream) -> Price:
    return Price(f"1 for every {_DOCUMENTS_IN_A_CALL} rows", f"1 for every {_DOCUMENTS_IN_A_CALL} changed rows")


def _begin(stream: Stream) -> str:
    return "incremental" if stream.is_incremental else "full refresh"


def _that_changed(stream: Stream) -> str:
    return f" that changed{_read_at(stream)}" if stream.is_incremental else ""


def _read_at(stream: Stream) -> str:
    return "; `read_at` is the cursor" if stream.cursor_field == "read_at" else ""


# ── Reports, custom fields, deletions ────────────────────────────────────────────────────────────────────────────────


def _words_of_report(stream: Stream) -> str:
    periods, bases = stream.settings.get("periods") or [], stream.settings.get("bases") or []
    what = "this month and the one before" if periods else "as of today"
    return f"a snapshot for each day: {what}{', ' + ' and '.join(bases) if bases else ''}"


def _price_of_report(stream: Stream) -> Price:
    times = max(len(stream.settings.get("periods") or []), 1) * max(len(stream.settings.get("bases") or []), 1)
    if "per_page" in stream.settings.get("query", {}):
        return Price.always(f"{times} for every {PAGE} lines")
    return Price.always(f"{times}")


def _words_of_custom_fields(_: Stream) -> str:
    return "full refresh: the newest rows of each list that has custom fields"


def _price_of_custom_fields(stream: Stream) -> Price:
    words = f"{len(stream.settings['lists']) + 1}, and 2 for each custom module"
    return Price.always(words)


def _words_of_deletions(_: Stream) -> str:
    return "incremental: the ids of the lists that `track_deletions` names, compared with those of the last sync"


def _price_of_deletions(_: Stream) -> Price:
    return Price(
        f"1 for every {PAGE} rows of these lists",
        "the same, or 2 for a list that Zoho counts; and 1 for each record that is missing",
    )


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _words_of_events(_: Stream) -> str:
    return "incremental: what came to the store that `webhook_store_url` names, in the order in which it was kept"


def _price_of_events(stream: Stream) -> Price:
    missed = ", and 1 or more for each module with a time that was missed" if stream.product == "crm" else ""
    return Price("0", f"0{missed}")


_RULES: Mapping[str, Rule] = {
    "ListRetriever": Rule(_words_of_list, _price_of_list),
    "FollowRetriever": Rule(_words_of_children, _price_of_children),
    "DetailRetriever": Rule(_words_of_children, _price_of_children),
    "BulkDetailRetriever": Rule(_words_of_bulk, _price_of_bulk),
    "ReportRetriever": Rule(_words_of_report, _price_of_report),
    "CustomFieldsRetriever": Rule(_words_of_custom_fields, _price_of_custom_fields),
    "DeletionsRetriever": Rule(_words_of_deletions, _price_of_deletions),
    "WebhookEventsRetriever": Rule(_words_of_events, _price_of_events),
    **CRM_RULES,
}


# ── What a list costs ────────────────────────────────────────────────────────────────────────────────────────────────


def calls(stream: Stream, *, later: bool = False) -> int:
    """Count the calls that read a list of ROWS rows; in a *later* sync CHANGED of them have changed."""
    if not stream.asks_for_pages:
        return 1
    methods = ladder(Method(stream.settings["method"]), stream.settings["stable_sort"])
    return calls_of(methods, ROWS, CHANGED if later else None, dated=stream.cursor_field != "read_at")
