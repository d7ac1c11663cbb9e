"""In which words does Zoho CRM refuse a query?

The details are those that Zoho's OpenAPI files list for each code; texts are ours where the files have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .refusals import CrmRefusedError, refused

_COLUMN = "column given seems to be invalid"
_TYPE = "data type not supported"
_VALUE = "value given seems to be invalid for the column"


def syntax_error(near: str, line: int, column: int) -> CrmRefusedError:
    """Refuse a text that is no query, and say where it stops being one."""
    return refused("SYNTAX_ERROR", "error occurred while parsing the query", near=near, line=line, column=column)


def too_deep() -> CrmRefusedError:
    """Refuse a query whose brackets have no end."""
    return refused("SYNTAX_ERROR", "parsing takes too long, please validate the query")


def missing_clause(clause: str) -> CrmRefusedError:
    """Refuse a query that lacks a clause."""
    return refused("SYNTAX_ERROR", "missing clause", clause=clause)


def too_many(limit: int, clause: str, *, bare: bool = False) -> CrmRefusedError:
    """Refuse more of something than a query may have; *bare* leaves out of what."""
    details: dict[str, Any] = {"limit": limit} if bare else {"limit": limit, "clause": clause}
    return refused("LIMIT_EXCEEDED", f"the {clause} clause exceeds the allowed limit", **details)


def unknown_column(name: str) -> CrmRefusedError:
    """Refuse a name that is no column of the module."""
    return refused("INVALID_QUERY", _COLUMN, column_name=name)


def misplaced_column(name: str, clause: str, message: str = _COLUMN) -> CrmRefusedError:
    """Refuse a column that a clause cannot have."""
    return refused("INVALID_QUERY", message, column_name=name, clause=clause)


def unsupported_type(name: str, data_type: str) -> CrmRefusedError:
    """Refuse a column whose type queries do not know."""
    return refused("INVALID_QUERY", _TYPE, column_name=name, data_type=data_type)


def invalid_operator(name: str, operator: str) -> CrmRefusedError:
    """Refuse an operator that a column's type does not have."""
    reason = "the operator is not supported for the data type of the column"
    return refused("INVALID_QUERY", "invalid operator found", reason=reason, column_name=name, operator=operator)


def invalid_value(name: str, operator: str, expected: str) -> CrmRefusedError:
    """Refuse a value that is none of the column's type."""
    return refused("INVALID_QUERY", _VALUE, column_name=name, operator=operator, expected_data_type=expected)


def invalid_view(view: str) -> CrmRefusedError:
    """Refuse a custom view that the module does not have."""
    return refused("INVALID_QUERY", "the cvid given seems to be invalid", cvid=view)


def invalid_subquery(sequence: int, message: str, **details: Any) -> CrmRefusedError:
    """Refuse a query inside a query."""
    return refused("INVALID_QUERY", message, sub_query_sequence=sequence, **details)


def invalid_alias(name: str) -> CrmRefusedError:
    """Refuse an empty alias."""
    return refused("INVALID_ALIAS", alias="", column_name=name)


def duplicate_alias(alias: str, columns: Sequence[str]) -> CrmRefusedError:
    """Refuse an alias that means several columns."""
    return refused("DUPLICATE_ALIAS", alias=alias, referred_columns=list(columns))


def duplicate_column(name: str, aggregate: str | None = None) -> CrmRefusedError:
    """Refuse a column that is named twice."""
    details = {"column_name": name} if aggregate is None else {"column_name": name, "aggregate": aggregate}
    return refused("DUPLICATE_DATA", **details)


def invalid_aggregate(column: str) -> CrmRefusedError:
    """Refuse a function that a column's type does not have."""
    return refused("INVALID_DATA", reason="unsupported aggregate function for the column", column=column)
