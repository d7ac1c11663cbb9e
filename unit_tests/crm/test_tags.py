"""Are the tags of a record the same whichever way it came?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.cells import UNSURE
from source_zoho.crm.fields import Field
from source_zoho.crm.tags import TagReader

HOT = {"name": "Hot", "id": "17", "color_code": "#F17574"}
VIP = {"name": "VIP; old", "id": "9", "color_code": None}
LISTED: list[Mapping[str, Any]] = [
    {**HOT, "created_time": "2025-01-01T00:00:00Z"},
    {**VIP, "created_by": {"id": "1"}},
    {"name": "half"},
]


def read(value: Any) -> Any:
    return TagReader(lambda: LISTED)(value)


@pytest.mark.parametrize("value", [[HOT, VIP], [{**VIP, "more": 1}, HOT], "Hot,VIP; old", "VIP; old;Hot"])
def test_tags_stand_in_the_order_of_their_ids_with_what_a_list_says_of_each(value: Any) -> None:
    assert read(value) == [VIP, HOT]
    assert [list(tag) for tag in read(value)] == [["name", "id", "color_code"]] * 2


@pytest.mark.parametrize(
    "value", [[{"name": "Hot", "id": "17"}], ["Hot"], [HOT, None], [{**HOT, "id": ""}], "Cold", "Hot,Cold", 17, {}]
)
def test_tags_of_which_something_is_not_known_are_unsure(value: Any) -> None:
    assert read(value) is UNSURE


def test_the_tags_of_a_module_are_asked_for_once_and_only_when_a_file_has_some() -> None:
    asked: list[int] = []

    def listed() -> list[Mapping[str, Any]]:
        asked.append(1)
        return [HOT]

    canonical = Canonical([Field("Tag", "text", "jsonarray")], ["Tag"], listed)
    line = canonical.csv(["Id", "Tag"])
    assert line(["1", ""]) == Part({"id": "1", "Tag": None})
    assert canonical.from_coql({"id": "1", "Tag": [HOT]}) == Part({"id": "1", "Tag": [HOT]})
    assert asked == []
    assert [line([number, "Hot"]).row["Tag"] for number in "12"] == [[HOT], [HOT]]
    assert asked == [1]


def test_a_list_whose_tags_lack_something_is_left_as_zoho_wrote_it() -> None:
    canonical = Canonical([Field("Tag", "text", "jsonarray")], ["Tag"])

    assert canonical.from_rest({"id": "1", "Tag": [{"name": "Hot"}]}) == {"id": "1", "Tag": [{"name": "Hot"}]}
    assert canonical.from_rest({"id": "1", "Tag": []}) == {"id": "1", "Tag": None}
