"""Are fields and modules named in a query so that Zoho does not take them for words of its own?"""

from __future__ import annotations

import pytest

from source_zoho.coql import names


@pytest.mark.parametrize("name", ["id", "Last_Name", "Owner.email", "Account_Name.Parent_Account.Account_Name", "_x"])
def test_a_plain_column_is_written_as_it_is(name: str) -> None:
    assert names.column(name) == name


@pytest.mark.parametrize("name", ["External", "external", "Order", "Group", "From", "YEAR", "Value"])
def test_a_column_named_like_a_word_of_sql_is_quoted(name: str) -> None:
    assert names.column(name) == f"'{name}'"


def test_a_column_of_one_of_several_modules_is_quoted() -> None:
    assert names.column("What_Id->Accounts.Account_Name") == "'What_Id->Accounts.Account_Name'"


def test_a_column_may_say_its_module() -> None:
    assert names.column("!Leads.Owner.role.id") == "!Leads.Owner.role.id"


@pytest.mark.parametrize("name", ["", "Last Name", "a'b", "a;b", "Name\n", "1st", "a..b", "a->", "COUNT(id)", "Ä"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert not names.is_path(name)
    with pytest.raises(ValueError, match="no API name of a field"):
        names.column(name)


def test_a_module_named_like_a_word_of_sql_has_a_mark_before_it() -> None:
    assert [names.module("Leads"), names.module("Orders"), names.module("Order")] == ["Leads", "Orders", "!Order"]


@pytest.mark.parametrize("name", ["", "Leads where", "Leads.id", "Leads#1", "!Leads"])
def test_what_is_no_module_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no API name of a module"):
        names.module(name)
