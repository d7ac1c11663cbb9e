"""What does a call for a report answer?

Zoho documents no report. Paths, parameters and the shape of the account reports are reported from live organizations;
those of ageing are seen in public code.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from .ageing import ageing, ageing_details
from .ledger import fiscal_year_start
from .query import LARGEST_PAGE, number
from .refusals import invalid_value, unknown_parameter
from .report_periods import Period, period_of
from .special_calls import special_calls
from .statements import balance_sheet, profit_and_loss, trial_balance

if TYPE_CHECKING:
    from .collection import Row
    from .organization import Organization

_CONTACTS = "group_list"


def report(name: str, query: dict[str, str], organization: Organization, today: date) -> dict[str, object]:
    """Answer a call for a report, or refuse it in Zoho's words."""
    call = special_calls()[name]
    for parameter in query:
        if parameter not in ("organization_id", *call.search):
            raise unknown_parameter(parameter)
    asked = period_of(name, query, today)
    content, context = _content(name, query, organization, asked, today), _context(name, query, asked)
    if "page" in call.search:
        content, pages = _page(content, query)
        context |= pages
    return {"code": 0, "message": "success", call.key: content, "page_context": context}


def _content(name: str, query: dict[str, str], organization: Organization, asked: Period, today: date) -> Any:
    cash = _is_cash(query)
    last = min(asked.last, today)  # nothing is booked ahead
    if name == "profit_and_loss":
        return profit_and_loss(organization, asked.first, last, cash_based=cash)
    if name == "balance_sheet":
        return balance_sheet(organization, last, cash_based=cash)
    if name == "trial_balance":
        first = asked.first if asked.is_custom else fiscal_year_start(organization, last)
        return trial_balance(organization, first, last, cash_based=cash)
    make = ageing_details if name.endswith("_details") else ageing
    return make(organization, "receivable" if name.startswith("receivable") else "payable", asked.last)


def _context(name: str, query: dict[str, str], asked: Period) -> Row:
    """Return what Zoho says of the report beside it; a balance has no first day, and only accounts know a basis."""
    context: Row = {"report_type": name, "applied_filter": asked.applied_filter, "to_date": asked.last.isoformat()}
    if name == "profit_and_loss":
        context["from_date"] = asked.first.isoformat()
    else:
        context["as_of_date"] = asked.last.isoformat()
    if "ageing" not in name:
        context["report_basis"] = "Cash" if _is_cash(query) else "Accrual"
    if "cash_based" in query:
        context["cash_based"] = query["cash_based"]
    return context


def _page(content: Any, query: dict[str, str]) -> tuple[Any, Row]:
    """Return the page that was asked for: of the rows, or of the contacts inside the summary of an ageing."""
    page, per_page = number(query, "page", 1, 10**9), number(query, "per_page", LARGEST_PAGE, LARGEST_PAGE)
    rows = content if isinstance(content, list) else content[_CONTACTS][0][_CONTACTS]
    shown = rows[(page - 1) * per_page : page * per_page]
    pages: Row = {"page": page, "per_page": per_page, "has_more_page": page * per_page < len(rows)}
    if isinstance(content, list):
        return shown, pages
    return {**content, _CONTACTS: [{**content[_CONTACTS][0], _CONTACTS: shown}]}, pages


def _is_cash(query: dict[str, str]) -> bool:
    basis = query.get("cash_based", "false")
    if basis not in ("true", "false"):
        raise invalid_value("cash_based")
    return basis == "true"
