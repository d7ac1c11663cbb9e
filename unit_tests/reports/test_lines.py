"""Does every report, whatever its shape, come out line by line with nothing lost?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from source_zoho.reports import Line, lines

PROFIT_AND_LOSS = {
    "profit_and_loss": [
        {
            "name": "Gross Profit",
            "total": 1200.0,
            "previous_values": [],
            "account_transactions": [
                {
                    "name": "Operating Income",
                    "total": 1500.0,
                    "total_label": "Total Operating Income",
                    "account_transactions": [
                        {"account_id": "388", "account_code": "", "name": "Sales", "total": 1500.0, "depth": 0},
                    ],
                },
                {"name": "Cost of Goods Sold", "total": 300.0, "account_transactions": []},
            ],
        },
        {"name": "Net Profit/Loss", "total": 1200.0, "account_transactions": []},
    ]
}


def of(report: Any) -> list[Line]:
    return list(lines(report))


# ── Places ──


def test_a_section_comes_before_what_it_contains() -> None:
    assert [(line.number, line.depth, line.name) for line in of(PROFIT_AND_LOSS)] == [
        (1, 0, "Gross Profit"),
        (2, 1, "Operating Income"),
        (3, 2, "Sales"),
        (4, 1, "Cost of Goods Sold"),
        (5, 0, "Net Profit/Loss"),
    ]


def test_a_line_knows_the_sections_around_it() -> None:
    sales = of(PROFIT_AND_LOSS)[2]

    assert (sales.path, sales.section) == ("Gross Profit > Operating Income > Sales", "Operating Income")
    assert (sales.account_id, sales.account_code, sales.total) == ("388", None, 1500.0)
    assert sales.values == {"depth": 0}


def test_only_lines_with_lines_below_them_are_sections() -> None:
    assert [line.is_section for line in of(PROFIT_AND_LOSS)] == [True, True, False, False, False]


def test_accounts_below_accounts_are_lines_too() -> None:
    bank = {
        "name": "Bank",
        "account_id": "1",
        "total": 5,
        "account_transactions": [{"name": "Till", "account_id": "2"}],
    }

    assert [line.path for line in of([bank])] == ["Bank", "Bank > Till"]


# ── Cells and lines ──


def test_columns_of_a_trial_balance_are_not_lines() -> None:
    columns = [{"net_debit_total": 9.0, "net_credit_total": ""}]
    account = {"account_id": "1", "name": "Bank", "net_debit_total": 9.0, "net_credit_total": "", "values": columns}

    (line,) = of({"trialbalance": [account]})

    assert line.values == {"net_debit_total": 9.0, "net_credit_total": "", "values": columns}


def test_the_buckets_of_an_ageing_belong_to_their_contact() -> None:
    buckets = [{"interval": "current", "amount": 2.0}]
    contact = {"id": "49", "name": "Customer A", "total": 2.0, "intervals": buckets}
    report = {
        "invoice": {"total": 2.0, "intervals": buckets, "group_list": [{"name": "none", "group_list": [contact]}]}
    }

    assert [(line.path, line.values) for line in of(report)] == [
        ("invoice", {"intervals": buckets}),
        ("invoice > none", {}),
        ("invoice > none > Customer A", {"id": "49", "intervals": buckets}),
    ]


def test_figures_of_an_earlier_period_stay_with_their_line() -> None:
    earlier = [{"name": "2024", "total": 4.0}]

    (line,) = of([{"name": "Sales", "total": 5.0, "previous_values": earlier}])

    assert line.values == {"previous_values": earlier}


def test_an_object_of_sections_is_read_like_a_list_of_them() -> None:
    report = {"profit_and_loss": {"operating_income": {"total": 3.0, "account_transactions": [{"name": "Sales"}]}}}

    assert [line.path for line in of(report)] == [
        "profit_and_loss",
        "profit_and_loss > operating_income",
        "profit_and_loss > operating_income > Sales",
    ]


def test_an_object_without_name_or_total_is_a_cell() -> None:
    (line,) = of([{"name": "Sales", "currency": {"code": "EUR"}}])

    assert line.values == {"currency": {"code": "EUR"}}


def test_a_line_may_be_called_by_other_names() -> None:
    assert [line.name for line in of([{"customer_name": "A"}, {"name": " ", "account_name": "B"}])] == ["A", "B"]


def test_a_line_without_a_name_is_called_by_what_it_stands_under() -> None:
    assert of({"rows": [{"amount": 1}]})[0].name == "rows"


def test_what_the_report_says_of_itself_comes_last() -> None:
    last = of({"rows": [{"name": "A"}], "currency_code": "EUR"})[-1]

    assert (last.number, last.depth, last.values) == (2, 0, {"currency_code": "EUR"})


def test_an_empty_report_has_no_lines() -> None:
    assert of({"profit_and_loss": []}) == of([]) == of(None) == []


# ── Whatever the shape ──

SCALARS = st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.floats(allow_nan=False))
KEYS = st.one_of(
    st.sampled_from(
        ["name", "total", "account_id", "account_code", "values", "account_transactions", "previous_total"]
    ),
    st.text(max_size=4),
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)
REPORTS = st.dictionaries(KEYS, TREES, max_size=4)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif value not in (None, ""):
        yield str(value)


@given(REPORTS)
def test_every_value_of_a_report_is_in_one_of_its_lines(report: dict[str, Any]) -> None:
    told = [[line.name, line.account_id, line.account_code, line.total, line.values] for line in of(report)]

    assert not Counter(leaves(report)) - Counter(leaves(told))


@given(REPORTS)
def test_lines_are_numbered_without_a_gap_and_never_deeper_than_one_below_the_last(report: dict[str, Any]) -> None:
    found = of(report)

    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert all(after.depth <= before.depth + 1 for before, after in pairwise(found))
    assert not found or found[0].depth == 0


@given(REPORTS)
def test_the_same_report_has_the_same_lines(report: dict[str, Any]) -> None:
    assert of(report) == of(report)
