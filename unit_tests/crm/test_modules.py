"""Is every module with records read, and does every other one say why it is not?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.crm import modules
from source_zoho.crm.modules import Module, is_history, parse, supports_deleted
from unit_tests.crm.metadata import ANYTHING, module_row


def readable(*rows: object) -> list[str]:
    return [module.api_name for module in parse(rows).readable]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "generated_type",
    ["default", "custom", "linking", "subform", "static_subform", "field_tracker", "picklisttracker", "newer"],
)
def test_modules_of_every_type_that_holds_records_are_read(generated_type: str) -> None:
    assert readable(module_row("Things", generated_type=generated_type)) == ["Things"]


@pytest.mark.parametrize("status", ["visible", "user_hidden", "system_hidden"])
def test_a_module_hidden_from_the_screen_is_read(status: str) -> None:
    assert readable(module_row("Things", status=status)) == ["Things"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "scheduled_for_deletion"}, modules.LEAVING),
        ({"viewable": False}, modules.HIDDEN),
        ({"api_supported": False}, modules.NO_API),
        ({"generated_type": "web"}, modules.WEB_PAGE),
        ({"generated_type": "webtab_slyteui"}, modules.WEB_PAGE),
        ({"generated_type": "Orchestration"}, modules.MACHINERY),
        ({"generated_type": "system"}, modules.MACHINERY),
    ],
)
def test_a_module_that_cannot_be_read_is_named_with_its_reason(said: dict[str, object], reason: str) -> None:
    listing = parse([module_row("Leads"), module_row("Things", **said)])

    assert [module.api_name for module in listing.readable] == ["Leads"]
    assert listing.left_out == [("Things", reason)]


@pytest.mark.parametrize(
    "api_name",
    [
        *("Home", "Documents", "Email_Sentiment", "Locking_Information__s", "Activities", "Visits", "Unknown__s"),
        *("Actions_Performed", "Forecast_Quotas", "File_Upload_1__s", "Image_Upload_22__s"),
    ],
)
def test_zohos_own_modules_without_records_are_left_out_whatever_their_flags_say(api_name: str) -> None:
    assert readable(module_row(api_name)) == []


@pytest.mark.parametrize("api_name", ["Documents", "Projects", "Forecast_Quotas", "Visits", "Activities"])
def test_a_module_that_the_organization_made_is_read_even_under_such_a_name(api_name: str) -> None:
    assert readable(module_row(api_name, generated_type="custom")) == [api_name]


def test_the_files_of_a_field_are_no_stream_even_if_a_sub_form_holds_them() -> None:
    assert readable(module_row("File_Upload_1__s", generated_type="subform")) == []


def test_scores_are_read_although_no_profile_views_them() -> None:
    assert readable(module_row("Entity_Scores__s", viewable=False)) == ["Entity_Scores__s"]


def test_notes_and_attachments_have_streams_of_their_own() -> None:
    listing = parse([module_row("Notes"), module_row("Attachments", status="system_hidden")])

    assert [module.api_name for module in listing.fixed] == ["Notes", "Attachments"]
    assert not listing.readable
    assert not listing.left_out


def test_a_flag_that_zoho_leaves_out_keeps_nothing_from_being_read() -> None:
    assert readable({"api_name": "Things"}) == ["Things"]


def test_a_flag_may_come_as_a_word() -> None:
    assert readable(module_row("Things", viewable="false"), module_row("Stuff", viewable="true")) == ["Stuff"]


def test_a_module_without_a_name_is_named_by_what_else_it_has() -> None:
    listing = parse([module_row("", plural_label="Old things"), {"id": "4600"}, {}])

    assert listing.left_out == [
        ("Old things", modules.NAMELESS),
        ("4600", modules.NAMELESS),
        ("(a module without a name)", modules.NAMELESS),
    ]


def test_a_module_that_is_listed_twice_is_read_once() -> None:
    assert readable(module_row("Leads"), module_row("Leads", viewable=False)) == ["Leads"]


def test_a_module_says_what_it_is_called_and_where_it_belongs() -> None:
    row = module_row(
        "Quoted_Items",
        generated_type="static_subform",
        plural_label=None,
        singular_label="Quoted Item",
        parent_module={"api_name": "Quotes", "id": "4601"},
    )

    assert parse([row]).readable == [
        Module("Quoted_Items", "Quoted Item", "static_subform", row["id"], "visible", parent="Quotes")
    ]


def test_one_sentence_stands_for_all_modules_with_the_same_reason() -> None:
    listing = parse([module_row("Reports"), module_row("Things", viewable=False), module_row("Home")])

    assert listing.reasons() == [f"Home, Reports: {modules.NO_RECORDS}", f"Things: {modules.HIDDEN}"]


@pytest.mark.parametrize(
    ("module", "supported"),
    [
        (Module("Leads", "Leads"), True),
        (Module("Appointments_Rescheduled_History__s", "Rescheduled"), True),
        (Module("CustomModule1", "Machines", "custom"), True),
        (Module("Notes", "Notes"), False),
        (Module("Leads_X_Users", "Leads X Users", "linking"), False),
        (Module("DealHistory", "Stage History", "field_tracker"), False),
    ],
)
def test_deleted_records_are_asked_for_where_zoho_documents_them(module: Module, supported: bool) -> None:
    assert supports_deleted(module) is supported


@pytest.mark.parametrize(
    ("generated_type", "history"), [("field_tracker", True), ("picklisttracker", True), ("custom", False)]
)
def test_a_history_is_told_by_its_type(generated_type: str, history: bool) -> None:
    assert is_history(Module("DealHistory", "Stage History", generated_type)) is history


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["api_name", "plural_label", "generated_type", "status", "viewable", "parent_module", "id"]
            ),
            ANYTHING,
        )
        | ANYTHING
    )
)
def test_no_odd_module_takes_another_with_it(odd: list[object]) -> None:
    listing = parse([*odd, module_row("Leads")])  # type: ignore[list-item]

    assert "Leads" in {module.api_name for module in listing.readable} | {name for name, _ in listing.left_out}
    assert all(module.api_name and module.label for module in listing.readable)
    assert all(name and reason for name, reason in listing.left_out)
