"""Which calls of Books answer with something else than a list or a document?

They stand in no list of Zoho's, so they have no rows; here they are described well enough to be routed, allowed and
refused like everything else.
"""

from __future__ import annotations

from functools import lru_cache

from .resources import Parent, Resource

ITEM_DETAILS = "item_details"
REPORTS_SCOPE = "ZohoBooks.reports.READ"
_DATES = ("filter_by", "from_date", "to_date", "show_rows")
_ACCOUNTS = (*_DATES, "cash_based")
_PAGED = (*_DATES, "page", "per_page")
# name: (last step of the path, key of the answer, parameters). Zoho documents no report. The first three were seen live
# (whence the missing underscore); paths and keys of ageing are seen in public code, "billaging" follows "invoiceaging".
REPORTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "profit_and_loss": ("profitandloss", "profit_and_loss", _ACCOUNTS),
    "balance_sheet": ("balancesheet", "balance_sheet", _ACCOUNTS),
    "trial_balance": ("trialbalance", "trialbalance", _ACCOUNTS),
    "receivable_ageing": ("aragingsummary", "invoice", _PAGED),
    "receivable_ageing_details": ("aragingdetails", "invoiceaging", _PAGED),
    "payable_ageing": ("apagingsummary", "bills", _PAGED),
    "payable_ageing_details": ("apagingdetails", "billaging", _PAGED),
}


@lru_cache(maxsize=1)
def special_calls() -> dict[str, Resource]:
    """Return the calls that are no lists, by name."""
    calls = [described(ITEM_DETAILS, "/itemdetails", "items", scope="ZohoBooks.settings.READ", search=("item_ids",))]
    calls += [
        described(name, f"/reports/{path}", key, scope=REPORTS_SCOPE, search=parameters)
        for name, (path, key, parameters) in REPORTS.items()
    ]
    return {call.name: call for call in calls}


def described(  # noqa: PLR0913 - a table row has its columns
    name: str,
    path: str,
    key: str,
    *,
    scope: str = "",
    search: tuple[str, ...] = (),
    record_id: str = "",
    number: int = 0,
    parent: Parent | None = None,
    fields: dict[str, str] | None = None,
) -> Resource:
    """Describe something that the resource tables do not have."""
    return Resource(
        product="books",
        name=name,
        entry=name,
        path=path,
        key=key,
        id=record_id,
        scope=scope,
        number=number,
        parent=parent,
        paginated=False,
        page_context=False,
        report_name=None,
        modified_filter=None,
        filter_by=(),
        statuses=(),
        status_field="status",
        sort_columns=(),
        date_filters=(),
        search=search,
        hidden=None,
        fields=fields or {},
        detail_path=None,
        detail_key="",
        detail_fields={},
        sizes={},
        single=False,
        filter_rules={},
    )
