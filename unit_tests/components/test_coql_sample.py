"""Do the first rows of a query, and what Zoho says beside them, tell of which types its columns are?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from source_zoho.components import coql_sample, crm_metadata
from source_zoho.components.coql_sample import sampled, samples_for, schema_of
from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.traced import ZohoFailure
from source_zoho.oauth import tokens
from unit_tests.components.coql_fakes import LEADS, a_part, asked, rows, wanted_query
from unit_tests.components.crm_fakes import CONFIG, Crm, refusal, the_end_of_the_day, trouble
from unit_tests.crm.metadata import field_row, module_row

TEXT, NUMBER = ["null", "string"], ["null", "number"]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    coql_sample.forget()
    crm_metadata.forget()
    tokens._stores.clear()


def a_zoho(*answers: Any, fields: list[dict[str, Any]] | None = None) -> Crm:
    """Return a Zoho that answers a query, and describes Leads."""
    described = [field_row("Last_Name"), field_row("Amount", "currency")] if fields is None else fields
    crm = Crm().on("coql", *answers).on("settings/modules", {"modules": [module_row("Leads")]})
    return crm.on("settings/fields", {"fields": described} if described else refusal("NO_PERMISSION"))


def schema(crm: Crm, query: str = LEADS, **more: Any) -> dict[str, Any]:
    """Return the properties of the schema of a query."""
    wanted = wanted_query(query, **more)
    sample = samples_for(CONFIG).of(wanted, crm)  # type: ignore[arg-type]
    properties: dict[str, Any] = schema_of(wanted, sample, metadata_for(CONFIG, crm))["properties"]  # type: ignore[arg-type]
    return properties


# ── what is asked ──


def test_the_first_rows_are_asked_for_once_at_the_smallest_price_with_what_zoho_knows_of_the_columns() -> None:
    crm = a_zoho(a_part(rows(1)))

    schema(crm)
    schema(crm)

    (call,) = [call for call in crm.calls if call.path == "coql"]
    assert call.body == {
        "select_query": "select Last_Name, id from Leads where City = 'Bern' order by id asc limit 200",
        "include_meta": ["fields"],
    }


def test_a_limit_of_the_users_holds_for_the_first_rows_too() -> None:
    crm = a_zoho(a_part(rows(1)))

    schema(crm, f"{LEADS} limit 7")

    assert asked(crm)[0].endswith("limit 7")


@pytest.mark.parametrize("failure", [refusal("OAUTH_SCOPE_MISMATCH"), refusal("INVALID_DATA", api_name="include_meta")])
def test_zoho_may_not_tell_what_it_knows_of_the_columns(failure: ZohoFailure) -> None:
    crm = a_zoho(failure, a_part(rows(1)))

    assert schema(crm)["Last_Name"]["type"] == TEXT
    assert "include_meta" not in crm.calls[1].body


# ── types ──


def test_what_zoho_says_beside_the_rows_goes_first_and_spares_a_look_at_the_module() -> None:
    meta = {"Last_Name": field_row("Last_Name", "picklist"), "Account_Name.Phone": field_row("Phone", "phone")}
    crm = a_zoho({**a_part(rows(1)), "fields": meta})

    found = schema(crm, "select Last_Name, Account_Name.Phone from Leads where id is not null")

    assert found["Last_Name"]["description"].endswith("(pick list).")
    assert found["Account_Name.Phone"]["type"] == TEXT
    assert crm.paths == ["coql"]


def test_a_plain_field_has_the_type_of_the_module_under_its_alias_too() -> None:
    found = schema(a_zoho(None), "select Amount as money, Last_Name from Leads where id is not null")

    assert (found["money"]["type"], found["Last_Name"]["type"]) == (NUMBER, TEXT)


@pytest.mark.parametrize("fields", [[], [field_row("Other")]])
def test_a_column_that_nobody_describes_has_the_type_of_its_values(fields: list[dict[str, Any]]) -> None:
    values = [{"id": "1", "Days": 3, "Owner.email": "a@b.c"}, {"id": "2", "Days": 1.5, "Owner.email": None}]
    found = schema(a_zoho(a_part(values), fields=fields), "select Days, Owner.email from Leads where id is not null")

    assert (found["Days"], found["Owner.email"]["type"]) == ({"type": NUMBER}, TEXT)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2.5, None], NUMBER),
        ([True, None], ["null", "boolean"]),
        (["a", None], TEXT),
        ([{"id": "1"}], ["null", "object"]),
        ([["a"]], ["null", "array"]),
        ([], None),
        ([None], None),
        ([1, "a"], None),
        ([True, 1], None),
    ],
)
def test_values_of_one_kind_have_its_type_and_others_any(values: list[Any], found: list[str] | None) -> None:
    assert sampled(values).get("type") == found


def test_a_count_is_a_whole_number_a_sum_is_a_number_and_an_id_is_a_text() -> None:
    query = "select City, COUNT(id) as leads, SUM(Amount) from Leads where id is not null group by City"
    found = schema(a_zoho(a_part([{"City": "Bern", "leads": 2, "SUM(Amount)": 3}])), query)

    assert found["leads"]["type"] == ["null", "integer"]
    assert found["SUM(Amount)"]["type"] == NUMBER
    assert schema(a_zoho(None), "select id as lead from Leads where A = 1", name="by_id")["lead"]["type"] == TEXT


def test_the_key_and_the_cursor_are_described_too() -> None:
    fields = [field_row("Last_Name"), field_row("Modified_Time", "datetime")]
    found = schema(a_zoho(None, fields=fields), cursor_field="Modified_Time")

    assert list(found) == ["Last_Name", "id", "Modified_Time"]
    assert found["Modified_Time"]["format"] == "date-time"


# ── refusals ──


def test_a_query_that_zoho_refuses_is_described_by_its_names_and_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    crm = a_zoho(refusal("INVALID_QUERY", column_name="Last_Name"))

    assert schema(crm)["Last_Name"] == {}
    for _ in range(2):
        samples_for(CONFIG).tell_refusals()

    (record,) = caplog.records
    assert "crm_query_leads: Zoho refuses the query." in record.getMessage()
    assert crm.paths == ["coql"]


@pytest.mark.parametrize("failure", [trouble(), the_end_of_the_day()])
def test_passing_trouble_is_no_refusal(failure: ZohoFailure) -> None:
    with pytest.raises(ZohoFailure) as raised:
        schema(a_zoho(failure))

    assert raised.value is failure


def test_passing_trouble_with_the_module_is_no_reason_to_guess() -> None:
    crm = a_zoho(a_part(rows(1))).on("settings/fields", trouble())

    with pytest.raises(ZohoFailure, match="trouble"):
        schema(crm)
