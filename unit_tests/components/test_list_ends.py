"""Is a list read to its end, and no further, whatever Zoho says of how it goes on?"""

from __future__ import annotations

from typing import Any

import pytest
import requests
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from unit_tests.components.answers import a_list, an_answer
from unit_tests.components.lists import Lists, Retrieved, retrieve

URL = "https://www.zohoapis.com/books/v3/rows?organization_id=7&page=1&per_page=200"


def rows(*ids: int) -> list[dict[str, Any]]:
    return [{"id": str(number)} for number in ids]


def a_page(ids: range | list[int], **context: Any) -> requests.Response:
    return an_answer(a_list(rows(*ids), key="rows", **context), url=URL)


def read(*pages: requests.Response) -> tuple[Retrieved, int]:
    lists = Lists(ready=list(pages))
    return retrieve(lists, method="plain"), len(lists.asked)


@pytest.mark.parametrize("no", [False, "false", "False", "0", 0, "no"])
def test_however_zoho_says_no_it_is_the_end(no: object) -> None:
    got, calls = read(a_page([1, 2], page=1, per_page=200, has_more_page=no))

    assert (len(got.records), calls, got.error) == (2, 1, None)


@pytest.mark.parametrize("yes", [True, "true", "True", "1", 1])
def test_however_zoho_says_yes_there_is_more(yes: object) -> None:
    first = a_page([1, 2], page=1, per_page=2, has_more_page=yes)
    got, calls = read(first, a_page([3], page=2, per_page=2, has_more_page=False))

    assert (len(got.records), calls, got.error) == (3, 2, None)


@pytest.mark.parametrize("unsaid", [None, ""])
def test_a_page_as_long_as_zoho_says_that_its_pages_are_is_not_the_last(unsaid: object) -> None:
    pages = [a_page(range(at, at + 50), page=1, per_page=50, has_more_page=unsaid) for at in (0, 50)]
    got, calls = read(*pages, a_page([100], page=3, per_page=50, has_more_page=unsaid))

    assert (len(got.records), calls, got.error) == (101, 3, None)


def test_a_page_size_may_be_written_as_text() -> None:
    got, calls = read(a_page(range(50), per_page="50"), a_page([50], per_page="50"))

    assert (len(got.records), calls) == (51, 2)


def test_one_empty_page_in_the_middle_is_no_end() -> None:
    more: dict[str, Any] = {"per_page": 2, "has_more_page": True}
    got, calls = read(a_page([1, 2], **more), a_page([], **more), a_page([3], per_page=2, has_more_page=False))

    assert (len(got.records), calls, got.error) == (3, 3, None)


@pytest.mark.parametrize("again", [[], [1, 2]], ids=["nothing", "the same rows"])
def test_more_that_never_comes_fails_the_stream_and_keeps_what_came(again: list[int]) -> None:
    more: dict[str, Any] = {"per_page": 200, "has_more_page": True}
    got, calls = read(a_page([1, 2], **more), *(a_page(again, **more) for _ in range(10)))

    assert [record["id"] for record in got.records] == ["1", "2"]
    assert calls == 4
    assert isinstance(got.error, AirbyteTracedException)
    assert str(got.error.message).startswith(
        "books_rows of organization 7: Zoho says that more rows follow page 4, and"
    )


def test_a_mark_of_utf_8_before_the_answer_is_no_part_of_it() -> None:
    answer = an_answer(content=b'\xef\xbb\xbf{"code": 0, "rows": [{"id": "1"}]}', url=URL)

    got, calls = read(answer)

    assert (len(got.records), calls) == (1, 1)
