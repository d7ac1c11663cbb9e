"""Does the reader find out how much an organization takes, lose nothing meanwhile, and tell the next module?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.crm_coql import CoqlReader, CoqlShape
from unit_tests.components.crm_fakes import Call, refusal
from unit_tests.components.crm_queries import CHANGED, WIDE, Queries, a_reader, ids_of, leads, pages, parts_of
from unit_tests.crm.metadata import field

MANY = 450
ALL = [str(number) for number in range(7, 7 + MANY)]


def read(zoho: Queries, shape: CoqlShape | None = None, fields: Any = WIDE) -> CoqlReader:
    """Read all, and make sure that every record came once, in order, with all its fields."""
    reader = a_reader(zoho, fields, shape)
    found = pages(reader)
    assert ids_of(found) == ALL[: len(zoho.model.entries)]
    for part in parts_of(found):
        assert not set(part.unsure) - set(reader.missing)
        empty = [name for name, value in part.row.items() if value is None]
        assert sorted(empty) == sorted(part.unsure)
    return reader


@pytest.mark.parametrize("tells", ["clause", "figure", "nothing"])
@pytest.mark.parametrize("columns", [500, 200, 50])
@pytest.mark.parametrize("rows", [2000, 200])
def test_every_organization_is_read_whole(rows: int, columns: int, tells: str) -> None:
    zoho = leads(MANY, most_rows=rows, most_columns=columns, tells=tells)

    reader = read(zoho)
    learning = len(zoho.asked)
    read(zoho, reader.shape)

    enough = 1000 if rows == 2000 else 200  # for the 450 that the first group has
    a_page = [(rows, 50), (enough, 50), (enough, 24)] if columns == 50 else [(rows, 120)]
    needed = a_page * (3 if rows == 200 else 1)
    assert zoho.asked[learning:] == needed
    assert learning <= len(needed) + 9


@pytest.mark.parametrize("columns", [500, 50])
def test_an_organization_that_gives_fewer_rows_than_asked_is_followed(columns: int) -> None:
    zoho = leads(MANY, most_rows=200, most_columns=columns, clamps=True)

    reader = read(zoho)

    assert reader.shape.rows == 200
    assert [limit for limit, _ in zoho.asked].count(2000) == (1 if columns == 500 else 2)


def test_the_other_groups_are_asked_for_no_more_rows_than_the_first_has() -> None:
    zoho = leads(3, most_columns=50)

    read(zoho)

    assert zoho.asked == [(2000, 120), (2000, 50), (200, 50), (200, 24)]


def test_what_a_wide_module_learned_a_narrow_one_knows() -> None:
    zoho, shape = leads(MANY, most_rows=200, most_columns=50, tells="nothing"), CoqlShape()
    read(zoho, shape)
    asked = len(zoho.asked)

    read(zoho, shape, WIDE[:5])

    assert zoho.asked[asked:] == [(200, 6), (200, 6), (200, 6)]


def test_a_query_has_as_many_formulas_as_zoho_takes() -> None:
    formulas = [field(f"Formula_{number}", "formula", formula={"return_type": "string"}) for number in range(12)]
    zoho = leads(3, most_formulas=5)

    reader = read(zoho, fields=[CHANGED, *formulas])

    assert reader.missing == ()
    assert [columns for _, columns in zoho.asked] == [14, 6, 6, 6]


@pytest.mark.parametrize("number", [6, 12])
def test_a_formula_that_is_refused_by_name_goes_when_there_are_few_of_them(number: int) -> None:
    formulas = [field(f"Formula_{each}", "formula", formula={"return_type": "string"}) for each in range(number)]
    zoho = leads(3, tells="nothing")
    answered = zoho.answered

    def refuse(call: Call) -> Any:
        named = "Formula_3" in call.body["select_query"]
        return refusal("LIMIT_EXCEEDED", column_name="Formula_3") if named else answered(call)

    zoho.crm.on("coql", refuse)

    assert read(zoho, fields=[CHANGED, *formulas]).missing == ("Formula_3",)


def test_a_column_that_is_no_formula_is_not_dropped_for_being_one_too_many() -> None:
    zoho = leads(3)
    zoho.crm.on("coql", refusal("LIMIT_EXCEEDED", column_name="Field_50"), zoho.answered)

    assert read(zoho).missing == ()


def test_a_refused_column_and_too_many_columns_are_told_apart() -> None:
    zoho = leads(3, most_columns=50, refused=("Field_7", "Field_100"), tells="nothing")

    assert read(zoho).missing == ("Field_7", "Field_100")
