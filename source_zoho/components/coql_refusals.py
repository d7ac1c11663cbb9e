"""What does a user have to know when Zoho refuses a query: in which words, and at which place in the query?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.coql.parse import UserQuery
from source_zoho.coql.place import in_words, pointed_at
from source_zoho.coql.rewrite import Script
from source_zoho.coql.tokens import tokens
from source_zoho.coql.wanted import SETTING, WantedQuery
from source_zoho.errors import ConfigProblem

# https://www.zoho.com/crm/developer/docs/api/v8/Get-Records-through-COQL-Query.html, "Possible errors"
_ABOUT_THE_QUERY = {
    "DUPLICATE_ALIAS": "Two of its columns have the same alias",
    "DUPLICATE_DATA": "It names a column twice",
    "INVALID_ALIAS": "An alias cannot be one",
    "INVALID_DATA": "A value or a function does not suit its column",
    "INVALID_MODULE": "Zoho has no such module for queries, or the user of the token does not see it",
    "INVALID_QUERY": "A column, a value or an operator does not suit it",
    "LIMIT_EXCEEDED": "It asks for more than Zoho allows",
    "MANDATORY_NOT_FOUND": "Something is missing",
    "SYNTAX_ERROR": "It is not COQL",
}
_NAMES_A_PLACE = ("column_name", "column", "alias", "cvid", "operator", "near")
_LONGEST = 200


def in_the_users_words(failure: ZohoFailure, wanted: WantedQuery, script: Script) -> ZohoFailure:
    """Return *failure* as its user can act on it, with the place in their query; as it is when it is about more."""
    meaning = _ABOUT_THE_QUERY.get(str(failure.code))
    if meaning is None or failure.ends_the_product:
        return failure
    place = _place(failure, wanted.query, script)
    said = "; ".join([f"{failure.code}: {failure.words}".rstrip(": "), *_told(failure.details, place)])
    where = "" if place is None else f" See {in_words(wanted.query.text, place)} of the query:"
    shown = script.text if place is None else pointed_at(wanted.query.text, place)
    sentence = f"{wanted.stream}: Zoho refuses the query. {meaning} (Zoho said {said}). Mend it in {SETTING}.{where}"
    asked = f"{sentence}\n{shown}\n" if where else f"{sentence} It was asked: {shown}"
    return traced(ConfigProblem(asked), failure.code, failure.details)


def _told(details: Mapping[str, Any], place: int | None) -> Iterator[str]:
    """Yield what Zoho says beside its words, but for lines and columns, which are those of a text of ours."""
    of_ours = {"line", "column", *(["near"] if place is not None else [])} if "line" in details else set()
    for name, value in details.items():
        if name not in of_ours and value not in (None, "", [], {}):
            yield f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"[:_LONGEST]


def _place(failure: ZohoFailure, query: UserQuery, script: Script) -> int | None:
    """Return where in the user's query Zoho's finger points; None where it points at words of ours, or nowhere."""
    details = failure.details
    line, column = details.get("line"), details.get("column")
    if isinstance(line, int) and isinstance(column, int):
        place = script.users_offset(line, column)
        return _only(str(details.get("near") or ""), query.text) if place is None else place
    if failure.code == "INVALID_MODULE":
        return query.source.start
    names = [details[each] for each in _NAMES_A_PLACE if isinstance(details.get(each), str)]
    named = next((place for place in (_of_word(name, query.text) for name in names) if place is not None), None)
    return _of_clause(details, query) if named is None else named


def _of_clause(details: Mapping[str, Any], query: UserQuery) -> int | None:
    span = {
        "select": query.selected,
        "where": query.where,
        "group by": query.group_by,
        "order by": query.order_by,
    }.get(str(details.get("clause")).casefold())
    return None if span is None else span.start


def _of_word(word: str, text: str) -> int | None:
    """Return where *word* stands in *text* as a word of its own, be it in quotes; else where it stands at all."""
    found = next((token.start for token in tokens(text) if token.plain.casefold() == word.casefold()), None)
    return _only(word, text) if found is None else found


def _only(piece: str, text: str) -> int | None:
    return text.find(piece) if piece.strip() and text.count(piece) == 1 else None
