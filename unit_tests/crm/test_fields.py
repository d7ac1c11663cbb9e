"""Is every field of a module known by what Zoho says about it, however little that is?"""

from __future__ import annotations

import pytest
from hypothesis import given

from source_zoho.crm.fields import Field, parse
from unit_tests.crm.metadata import ODD_FIELDS, field, field_row


def test_a_field_is_what_its_row_says() -> None:
    assert parse([field_row("Lead_Status", "picklist")]) == [
        Field("Lead_Status", "picklist", "string", label="Lead Status")
    ]


def test_fields_keep_zohos_order_and_count_once() -> None:
    rows = [field_row("Name"), field_row("id", "bigint"), field_row("Name", "integer"), field_row("Amount")]

    assert [each.api_name for each in parse(rows)] == ["Name", "id", "Amount"]
    assert parse(rows)[0].data_type == "text"


def test_only_the_records_own_id_is_the_id() -> None:
    assert field("id", "bigint").is_id
    assert not field("ID").is_id
    assert not field("Account_id").is_id


@pytest.mark.parametrize("data_type", ["subform", "multiselectlookup", "multiuserlookup", "address"])
def test_lists_leave_out_what_zoho_documents(data_type: str) -> None:
    assert not field("Rows", data_type).listed


@pytest.mark.parametrize("data_type", ["text", "formula", "imageupload", "fileupload", "RRULE", "something_new", ""])
def test_everything_else_is_asked_for(data_type: str) -> None:
    assert field("Value", data_type).listed


@pytest.mark.parametrize(("data_type", "computed"), [("formula", True), ("rollup_summary", True), ("currency", False)])
def test_computed_fields_are_known(data_type: str, computed: bool) -> None:
    assert field("Total", data_type).is_computed is computed


@pytest.mark.parametrize(
    ("said", "rich"),
    [
        ({"textarea": {"type": "rich_text"}}, True),
        ({"textarea": {"type": "Rich Text"}}, True),
        ({"textarea": {"type": "large"}, "length": 50_000}, False),
        ({"textarea": {"type": "small"}}, False),
        ({"length": 50_000}, True),
        ({"length": 32_000}, False),
        ({}, False),
    ],
)
def test_rich_text_is_told_by_its_kind_or_else_by_its_length(said: dict[str, object], rich: bool) -> None:
    assert field("Terms", "textarea", **said).is_rich_text is rich


def test_a_long_field_of_another_type_is_no_rich_text() -> None:
    assert not field("Notes_of_Call", "text", length=65_000).is_rich_text


@pytest.mark.parametrize("key", ["formula", "rollup_summary"])
def test_a_computed_field_says_what_it_returns(key: str) -> None:
    assert field("Total", key, **{key: {"return_type": "Currency"}}).return_type == "currency"


@pytest.mark.parametrize(
    ("data_type", "said"),
    [
        ("subform", {"associated_module": {"module": "Machines", "id": "4601"}}),
        ("subform", {"associated_module": {"api_name": "Machines", "module_name": "Machines of a customer"}}),
        ("subform", {"subform": {"module": "Machines", "id": "4601"}}),
        ("multiselectlookup", {"multiselectlookup": {"linking_details": {"module": {"api_name": "Machines"}}}}),
        ("multiselectlookup", {"multiselectlookup": {"linking_module": {"api_name": "Machines", "id": "4601"}}}),
        ("multiselectlookup", {"multiselectlookup": {"linking_module": "Machines"}}),
        ("multiuserlookup", {"multiuserlookup": {"linking_details": {"module": {"api_name": "Machines"}}}}),
    ],
)
def test_a_field_that_lists_leave_out_says_whose_rows_hold_it(data_type: str, said: dict[str, object]) -> None:
    assert field("Machines_Owned", data_type, **said).rows_module == "Machines"


def test_a_field_that_lists_hold_has_no_rows_elsewhere() -> None:
    assert field("Name", associated_module={"module": "Machines"}).rows_module == ""


def test_a_lookup_says_where_it_points() -> None:
    assert field("Account_Name", "lookup", lookup={"module": {"api_name": "Accounts"}}).lookup_module == "Accounts"


def test_a_row_may_say_no_more_than_a_name() -> None:
    assert parse([{"api_name": "Name"}, {}, {"api_name": None}, {"field_label": "Lost"}]) == [
        Field("Name", data_type="", json_type="", label="Name")
    ]


@given(ODD_FIELDS)
def test_no_odd_field_takes_another_with_it(odd: list[dict[str, object]]) -> None:
    fields = parse([*odd, field_row("Sound")])
    names = [each.api_name for each in fields]

    assert "Sound" in names
    assert len(names) == len(set(names))
    assert all(each.api_name and each.label for each in fields)


@pytest.mark.parametrize(
    ("data_type", "choices"), [("multiselectpicklist", {"red", "plain"}), ("picklist", set()), ("text", set())]
)
def test_a_multi_select_pick_list_knows_the_choices_that_people_see_as_they_are_stored(
    data_type: str, choices: set[str]
) -> None:
    offered = [
        {"actual_value": "red", "display_value": "red"},
        {"actual_value": "blue", "display_value": "Azure"},
        {"actual_value": "plain"},
        *({"actual_value": None}, {"actual_value": ""}, "odd"),
    ]

    assert field("Colours", data_type, pick_list_values=offered).choices == choices
