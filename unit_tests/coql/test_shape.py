"""Does a reader find out how much an organization takes, from whatever Zoho says when it is too much?"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from source_zoho.coql.shape import CoqlShape, Size


@dataclass
class Zoho:
    """Takes so many *rows*, *columns* and *formulas* in a query, and says as little about it as *tells* says."""

    rows: int = 2000
    columns: int = 500
    formulas: int = 500
    tells: str = "nothing"
    asked: list[Size] = field(default_factory=list)

    def takes(self, size: Size) -> bool:
        return size.rows <= self.rows and size.columns <= self.columns and size.formulas <= self.formulas

    def says(self, size: Size) -> tuple[int | None, str]:
        """Return the figure and the words that come with a refusal."""
        limit, clause = (self.rows, "limit") if size.rows > self.rows else (self.columns, "select")
        if self.takes(Size(size.rows, size.columns)):
            limit = self.formulas
        return {
            "nothing": (None, ""),
            "vaguely": (None, "The value of limit clause or the select column has exceeded the maximum limit"),
            "figure": (limit, ""),
            "clause": (limit, f"{limit}\n{clause}"),
            "clause only": (None, clause),
        }[self.tells]


def a_page(zoho: Zoho, shape: CoqlShape, columns: int, formulas: int = 0, rows: int = 2000) -> Size:
    """Ask for a page until Zoho takes it, and return what was asked for in the end."""
    for _ in range(20):
        asked = Size(min(rows, shape.rows), min(columns, shape.columns), min(formulas, shape.formulas or formulas))
        zoho.asked.append(asked)
        if zoho.takes(asked):
            shape.accepted(asked, asked.rows - 1, more=True)
            return asked
        assert shape.refused(asked, *zoho.says(asked)), asked
    raise AssertionError(f"never taken: {zoho.asked}")


TELLS = ["nothing", "vaguely", "figure", "clause", "clause only"]


def test_what_is_taken_stays_as_it_is() -> None:
    shape, zoho = CoqlShape(), Zoho()

    a_page(zoho, shape, 120)

    assert (shape.rows, shape.columns, shape.formulas) == (2000, 500, None)
    assert zoho.asked == [Size(2000, 120)]


@pytest.mark.parametrize("tells", TELLS)
@pytest.mark.parametrize("columns", [500, 200, 50])
@pytest.mark.parametrize("rows", [2000, 200])
def test_after_two_pages_everything_is_asked_for_that_is_taken(rows: int, columns: int, tells: str) -> None:
    shape, zoho = CoqlShape(), Zoho(rows, columns, tells=tells)

    for _ in range(2):
        last = a_page(zoho, shape, 120)

    assert last.rows == rows
    assert last.columns == min(columns, 120)
    assert len(zoho.asked) <= 7


@pytest.mark.parametrize("tells", ["figure", "clause"])
def test_a_figure_teaches_at_once(tells: str) -> None:
    shape, zoho = CoqlShape(), Zoho(columns=110, tells=tells)

    a_page(zoho, shape, 120)

    assert zoho.asked == [Size(2000, 120), Size(2000, 110)]


def test_without_a_hint_fewer_rows_are_tried_before_columns_are_halved() -> None:
    shape, zoho = CoqlShape(), Zoho(rows=200)

    a_page(zoho, shape, 120)
    a_page(zoho, shape, 120)

    assert zoho.asked == [Size(2000, 120), Size(200, 120), Size(200, 120)]


def test_columns_are_halved_and_many_rows_asked_for_again() -> None:
    shape, zoho = CoqlShape(), Zoho(columns=200)

    a_page(zoho, shape, 300)
    a_page(zoho, shape, 300)

    assert zoho.asked == [Size(2000, 300), Size(200, 300), Size(200, 150), Size(2000, 150)]


def test_with_few_columns_it_must_have_been_the_rows() -> None:
    shape, zoho = CoqlShape(), Zoho(rows=200, columns=50)

    a_page(zoho, shape, 50)

    assert zoho.asked == [Size(2000, 50), Size(200, 50)]
    assert shape.columns == 500


def test_what_one_module_learned_is_not_asked_of_zoho_by_another() -> None:
    shape, zoho = CoqlShape(), Zoho(rows=200, columns=200)
    a_page(zoho, shape, 300)
    a_page(zoho, shape, 300)
    zoho.asked.clear()

    a_page(zoho, shape, 140)

    assert zoho.asked == [Size(200, 140)]


def test_an_organization_that_gives_200_rows_whatever_is_asked_is_not_paid_for_more() -> None:
    shape = CoqlShape()

    shape.accepted(Size(2000, 120), 200, more=True)

    assert shape.rows == 200


@pytest.mark.parametrize(("brought", "more"), [(200, False), (199, True), (1437, True), (0, False)])
def test_other_short_answers_teach_nothing(brought: int, more: bool) -> None:
    shape = CoqlShape()

    shape.accepted(Size(2000, 120), brought, more=more)

    assert shape.rows == 2000


@pytest.mark.parametrize(("limit", "words"), [(5, "5\nselect"), (5, ""), (None, "dynamic formula fields")])
def test_formulas_have_a_limit_of_their_own(limit: int | None, words: str) -> None:
    shape = CoqlShape()

    assert shape.refused(Size(2000, 120, 8), limit, words)

    assert (shape.rows, shape.columns, shape.formulas) == (2000, 500, 5)
    assert not shape.refused(Size(2000, 120, 5), None, "dynamic formula fields")


def test_formulas_are_thought_of_where_nothing_else_can_be_too_much() -> None:
    shape, zoho = CoqlShape(), Zoho(formulas=5)

    taken = a_page(zoho, shape, 40, formulas=8)

    assert taken.formulas == 5
    assert shape.columns == 500


def test_where_nothing_small_is_taken_there_is_an_end() -> None:
    shape = CoqlShape()

    asked = [Size(200, 48)]
    while shape.refused(asked[-1]):
        asked.append(Size(200, min(48, shape.columns)))

    assert [size.columns for size in asked] == [48, 24, 12, 6]


def test_a_closed_shape_says_why() -> None:
    shape = CoqlShape()

    shape.close("The scope is missing.", "OAUTH_SCOPE_MISMATCH")

    assert shape.refusal == ("The scope is missing.", "OAUTH_SCOPE_MISMATCH")
