"""Is every field of a kind, also where what Zoho says about it does not fit together?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from source_zoho.crm.fields import parse
from source_zoho.crm.kinds import Kind, kind_of
from unit_tests.crm.metadata import ODD_FIELDS, field


def kind(data_type: str, **said: Any) -> Kind:
    return kind_of(field("Value", data_type, **said))


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        *((name, Kind.TEXT) for name in ("text", "textarea", "email", "phone", "website", "picklist", "profileimage")),
        *((name, Kind.TEXT) for name in ("autonumber", "bigint")),
        ("integer", Kind.WHOLE),
        *((name, Kind.NUMBER) for name in ("double", "currency", "percent")),
        ("boolean", Kind.FLAG),
        ("date", Kind.DATE),
        ("datetime", Kind.INSTANT),
        *((name, Kind.REFERENCE) for name in ("lookup", "ownerlookup", "userlookup", "consent_lookup", "layout")),
        *((name, Kind.REFERENCE) for name in ("widget", "wizard")),
        ("multiselectpicklist", Kind.CHOICES),
        *((name, Kind.ODD) for name in ("fileupload", "imageupload", "multi_module_lookup", "participants", "RRULE")),
        *((name, Kind.ODD) for name in ("ALARM", "event_reminder", "time_range", "linetax", "tax", "territories")),
        *((name, Kind.ODD) for name in ("module", "address", "subform", "multiselectlookup", "multireminder")),
    ],
)
def test_the_data_types_of_zohos_documents_are_of_a_kind(data_type: str, expected: Kind) -> None:
    assert kind(data_type) is expected
    assert kind(data_type, json_type=None) is expected


@pytest.mark.parametrize(
    ("data_type", "json_type", "expected"),
    [
        ("mediumtext", "string", Kind.TEXT),
        ("long", "integer", Kind.WHOLE),
        ("bigint", "integer", Kind.WHOLE),
        ("text", "jsonobject", Kind.ODD),
        ("picklist", "jsonarray", Kind.ODD),
        ("multiselectpicklist", "string", Kind.TEXT),
        ("lookup", "string", Kind.REFERENCE),
        ("lookup", "jsonarray", Kind.ODD),
        ("event_reminder", "string", Kind.ODD),
        ("nearby_distance", None, Kind.ODD),
        ("", None, Kind.ODD),
    ],
)
def test_where_the_two_types_disagree_the_json_type_decides_but_for_references(
    data_type: str, json_type: str | None, expected: Kind
) -> None:
    assert kind(data_type, json_type=json_type) is expected


@pytest.mark.parametrize("key", ["formula", "rollup_summary"])
@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        *((name, Kind.NUMBER_OR_TEXT) for name in ("integer", "double", "currency", "percent")),
        ("boolean", Kind.FLAG_OR_TEXT),
        ("date", Kind.DATE_OR_TEXT),
        ("datetime", Kind.INSTANT_OR_TEXT),
        ("text", Kind.TEXT),
    ],
)
def test_what_is_worked_out_is_of_the_kind_that_it_returns(key: str, returns: str, expected: Kind) -> None:
    assert kind(key, **{key: {"return_type": returns}}) is expected


def test_a_formula_that_does_not_say_what_it_returns_goes_by_its_json_type() -> None:
    assert kind("formula", json_type="double") is Kind.NUMBER_OR_TEXT
    assert kind("formula", json_type="jsonobject") is Kind.ODD
    assert kind("formula", json_type=None) is Kind.ODD


def test_tags_and_the_taxes_of_products_are_lists_although_they_are_announced_otherwise() -> None:
    assert kind_of(field("Tag", "text", json_type="jsonarray")) is Kind.TAGS
    assert kind_of(field("Tax", "multiselectpicklist")) is Kind.ODD
    assert kind_of(field("Tax", "currency")) is Kind.NUMBER


def test_an_id_is_text_whatever_zoho_says_of_it() -> None:
    assert kind_of(field("id", "bigint", json_type="integer")) is Kind.TEXT


@given(ODD_FIELDS)
def test_every_field_is_of_a_kind(odd: list[dict[str, Any]]) -> None:
    assert all(isinstance(kind_of(each), Kind) for each in parse(odd))
