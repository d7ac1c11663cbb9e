"""
Does the table in ``manifest.yaml`` keep its own rules?

Each failure names the row and what to do, so that nobody needs to remember a checklist. Rules about what belongs to
the rows of another list stand in ``test_manifest_children.py``, and those for CRM alone in ``test_manifest_crm.py``.
"""

from __future__ import annotations

import re
from importlib import resources
from itertools import groupby
from urllib.parse import urlsplit

import pytest
import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from jsonschema import Draft7Validator

from source_zoho.configuration import DETAIL_LEVELS, SECRETS
from source_zoho.data_centers import DATA_CENTERS
from source_zoho.emulator.resources import resources as documented_lists
from unit_tests.manifest_rows import (
    BY_NAME,
    RESOLVED,
    ROOT,
    ROWS,
    TEXT,
    WRITTEN,
    Row,
    every_row,
    every_row_of_books_and_billing,
    every_row_of_events,
    fields_of,
)

SPEC = WRITTEN["spec"]["connection_specification"]["properties"]
PRODUCTS = {"books": "ZohoBooks", "billing": "ZohoSubscriptions", "crm": "ZohoCRM"}

COLUMNS = {"name", "path", "records", "primary_key", "stable_sort", "query", "scope"}
OF_FOLLOWERS = {"parent", "parent_key", "walk"}
NOW_AND_THEN = {
    "FollowRetriever": {"called", "only", "via", "parents", "nothing_there", "or_path"},
    "DetailRetriever": {"or_path"},
    "ListRetriever": {"nothing_there", "or_path"},
}
# The list of organizations belongs to no organization, and otherwise stands and behaves like its neighbours. So do
# the lists of CRM whose rows are given a key, or spared a secret.
STANDS_WITH = {
    "books/account": "books/whole",
    **dict.fromkeys(("books/report_of_months", "books/report_without_basis"), "books/report"),
    **dict.fromkeys(("crm/by_module", "crm/without_token"), "crm/flat"),
    "crm/of_parent_module": "crm/of_module",
    "crm/share_of_record": "crm/of_record",
}
# Zoho names these beside the one for all modules: https://www.zoho.com/crm/developer/docs/api/v8/scopes.html
OF_THEIR_OWN = {"modules.notes.READ", "modules.attachments.READ", "modules.emails.READ"}
# One scope for each module, and none for all is documented: a scope that Zoho does not know ends the sign-in.
WITHOUT_THE_BUTTON = {"crm_record_shares"}
# Discovery asks five questions in one call where it may; records may come by queries and by Bulk Read.
BESIDE_THE_ROWS = {"ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.coql.READ", "ZohoCRM.bulk.READ"}
# What was deleted from other lists is a comparison, not a list of Zoho's.
NO_LIST = {"DeletionsRetriever"}

# What a list hides from those who do not ask for all of it.
HIDDEN_WITHOUT_A_FILTER = {
    "billing_addons": ("filter_by", "AddonStatus.All", "inactive addons"),
    "billing_coupons": ("filter_by", "CouponStatus.All", "expired coupons"),
    "billing_customers": ("filter_by", "Status.All", "inactive customers"),
    "billing_items": ("filter_by", "Status.All", "inactive items"),
    "billing_plans": ("filter_by", "PlanStatus.All", "inactive plans"),
    "billing_subscriptions": ("filter_by", "SubscriptionStatus.All", "subscriptions that have ended"),
    "billing_transactions": ("filter_by", "TransactionType.All", "refunds"),
    "books_bank_accounts": ("filter_by", "Status.All", "inactive accounts"),
    "books_bank_transactions": ("filter_by", "Status.All", "uncategorized and excluded lines"),
    "books_chart_of_accounts": ("filter_by", "AccountType.All", "inactive accounts"),
    "books_contacts": ("filter_by", "Status.All", "inactive contacts"),
    "books_customer_debit_notes": ("filter_by", "Type.DebitNote", "debit notes, in the list of invoices"),
    "books_item_categories": ("include_root_category", "false", "nothing; it shows a category that does not exist"),
    "books_items": ("filter_by", "Status.All", "inactive items"),
    "books_journals": ("filter_by", "JournalDate.All", "drafts"),
    "books_users": ("filter_by", "Status.All", "inactive and invited users"),
}


# ── rows ──


@every_row_of_books_and_billing
def test_a_row_spells_out_every_column_and_no_other(row: Row) -> None:
    wanted = COLUMNS | (OF_FOLLOWERS if row.follows else set())
    wanted |= {"asks_for_pages"} if row.kind == "FollowRetriever" else set()
    missing, unknown = wanted - set(row.columns), set(row.columns) - wanted - NOW_AND_THEN.get(row.kind, set())

    assert not missing, f"{row.name}: say {sorted(missing)} too; a column left out is taken from the child or parent"
    assert not unknown, f"{row.name}: no component reads {sorted(unknown)}; columns are {sorted(wanted)}"


@every_row_of_books_and_billing
def test_the_columns_of_a_row_have_the_right_shape(row: Row) -> None:
    columns = row.columns

    assert re.fullmatch(rf"{row.product}_[a-z]+(_[a-z]+)*", row.name), "product and plural noun in snake case"
    assert not str(columns["path"]).startswith("/"), "the path goes on from the API's root"
    assert all(isinstance(key, str) for key in columns["records"])
    assert columns["primary_key"][0] == "organization_id", "records of all organizations share a table"
    assert all(isinstance(value, str) for value in columns["query"].values()), "quote it: a query holds texts"
    if row.kind not in NO_LIST:
        assert columns["records"], "a list of keys"
        assert re.fullmatch(r"[a-z]+\.(READ|ALL)", columns["scope"])


@every_row
def test_key_and_cursor_of_a_row_are_in_its_schema(row: Row) -> None:
    wanted = [*row.columns["primary_key"], *([row.cursor_field] if row.cursor_field else [])]
    missing = [name for name in wanted if name not in fields_of(row.name)]

    assert not missing, f"schemas/{row.name}.json lacks {missing}"


@every_row
def test_a_row_of_the_list_says_when_it_changed_where_the_list_is_read_by_that(row: Row) -> None:
    # These know no other.
    told = {"ReportRetriever", "DeletedRecordsRetriever", "RecordChildrenRetriever", "WebhookEventsRetriever"}

    assert row.retriever.get("cursor_field") == row.cursor_field or row.kind in told, "they look at the same field"


@every_row_of_events
def test_a_row_of_events_asks_nobody_and_has_one_position(row: Row) -> None:
    columns = dict(row.columns)
    organization = [] if row.product == "crm" else ["organization_id"]

    assert set(columns) == (COLUMNS - {"stable_sort", "query"} if row.product == "crm" else COLUMNS)
    assert columns.pop("primary_key") == [*organization, "key"], "a store that is set up anew counts from 1 again"
    assert columns.pop("name") in {f"{row.product}_webhook_events", "crm_notifications"}
    assert not any(columns.values()), f"{row.name}: there is nothing to ask for"
    assert row.retriever.keys().isdisjoint({"requester", "paginator", "partition_router"})
    assert row.resolved["incremental_sync"]["type"] == "IncrementingCountCursor"


def test_every_schema_has_its_row() -> None:
    orphans = {path.stem for path in (ROOT / "schemas").glob("*.json")} - set(BY_NAME)

    assert not orphans, f"give them a row in manifest.yaml, or take the files away: {sorted(orphans)}"


def test_every_list_that_zoho_documents_has_its_row() -> None:
    documented = {f"books_{name}" if each.product == "books" else name for name, each in documented_lists().items()}

    assert not documented - set(BY_NAME), "give them a row in manifest.yaml"


@every_row_of_books_and_billing
def test_a_row_is_a_list_of_zohos_or_says_what_else_it_is(row: Row) -> None:
    is_something_else = row.is_detail or row.kind in {"ReportRetriever", "CustomFieldsRetriever", *NO_LIST}
    detail_of_itself = {"books_organization_details"}  # one document of each organization, without a list

    assert row.resource is not None or is_something_else or row.name in detail_of_itself


def test_every_name_stands_once() -> None:
    assert len(ROWS) == len(BY_NAME)


def test_every_archetype_is_used() -> None:
    used = {(row.product, row.archetype) for row in ROWS}
    declared = {
        (product, name)
        for product in PRODUCTS
        for name in WRITTEN["definitions"][product].keys() - {"errors", "error_table", "requester", "organizations"}
    }
    built_upon = {tuple(reference.split("/")) for reference in re.findall(r"#/definitions/(\w+/\w+)", TEXT)}

    assert used <= declared
    assert not declared - used - built_upon, "no row is of these archetypes: take them away"


def test_rows_of_an_archetype_stand_together_sorted_by_name() -> None:
    sections = [
        (archetype, [row.name for row in same])
        for archetype, same in groupby(ROWS, key=lambda row: _section(f"{row.product}/{row.archetype}"))
    ]

    assert len(sections) == len({archetype for archetype, _ in sections}), "an archetype has two places in the table"
    for archetype, names in sections:
        assert names == sorted(names) or archetype == "books/report", f"sort the rows of {archetype} by name"


def _section(archetype: str) -> str:
    return STANDS_WITH.get(archetype, archetype)


def test_every_product_is_read_on_its_own_condition() -> None:
    conditions = [product["condition"] for product in WRITTEN["streams"]]

    assert conditions == [f"{{{{ '{each}' in (config.get('products') or ['{each}']) }}}}" for each in PRODUCTS]


# ── requests ──


@every_row_of_books_and_billing
def test_a_row_uses_the_requester_of_its_product_with_its_error_table_and_authenticator(row: Row) -> None:
    requester = dict(row.retriever["requester"])
    documents = requester.pop("documents", False)

    assert requester == RESOLVED["definitions"][row.product]["requester"]
    assert documents is row.follows, "calls for single documents go at their own pace, and no others"


@pytest.mark.parametrize(
    "component",
    [
        *("ZohoRequester", "ZohoErrorHandler", "ZohoAuthenticator", "OrganizationRouter"),
        *("CrmRequester", "CrmErrorHandler", "CrmOrganizationRouter", "ModuleRouter", "ModulesRetriever"),
    ],
)
def test_a_component_that_all_streams_share_is_written_once(component: str) -> None:
    assert len(re.findall(rf"source_zoho\.components\.{component}\b", TEXT)) == 1


@pytest.mark.parametrize("product", ["books", "billing"])
def test_a_product_tells_its_organization_and_speaks_of_itself(product: str) -> None:
    requester = RESOLVED["definitions"][product]["requester"]
    errors = requester["error_handler"]

    assert requester["organization_in"] == {"books": "query", "billing": "header"}[product]
    assert requester["product"] == errors["product"] == product.capitalize()
    assert errors["scopes"] == PRODUCTS[product]
    assert "table" not in errors, "one table for all products, under definitions/error_table"


def test_lists_that_hide_rows_are_asked_for_all_of_them() -> None:
    wrong = {
        name: f"without {parameter}={value} the list hides {what}"
        for name, (parameter, value, what) in HIDDEN_WITHOUT_A_FILTER.items()
        if BY_NAME[name].columns["query"].get(parameter) != value
    }

    assert not wrong


@every_row_of_books_and_billing
def test_a_list_with_a_documented_all_filter_uses_it(row: Row) -> None:
    wanted = [value for value in (row.resource.filter_by if row.resource else ()) if value.endswith(".All")]
    asked = row.columns["query"].get("filter_by", "")

    if wanted and row.name != "books_customer_debit_notes":
        assert asked in wanted, f"{row.name}: a default may hide rows; ask for one of {wanted}"
    elif row.kind != "ReportRetriever":
        assert asked in {"", "Type.DebitNote"}, f"{row.name}: Zoho documents no such filter"


@every_row_of_books_and_billing
def test_a_list_is_asked_for_where_zoho_has_it_and_its_rows_are_sought_under_the_documented_key(row: Row) -> None:
    if row.resource is None or not row.resource.path:
        return
    path, known = (re.sub(r"\{\w+\}", "{}", each).strip("/") for each in (row.columns["path"], row.resource.path))

    assert path == known
    assert row.resource.key in row.columns["records"]


@every_row_of_books_and_billing
def test_a_scope_is_the_one_that_zoho_documents(row: Row) -> None:
    undecided = {"books_transaction_templates"}  # each kind of document wants a scope of its own
    if row.resource is not None and row.name not in undecided:
        assert f"{PRODUCTS[row.product]}.{row.columns['scope']}" == row.resource.scope


@every_row_of_books_and_billing
def test_a_list_is_sorted_by_a_column_that_zoho_documents_or_says_that_it_is_not(row: Row) -> None:
    column = row.columns["stable_sort"]
    if row.resource is not None and column and row.retriever.get("sort_documented", True):
        assert row.resource.sorts_by(column), f"{row.name}: documented are {row.resource.sort_columns}"


def test_the_sign_in_button_asks_for_the_scopes_of_the_rows_and_no_other() -> None:
    button = WRITTEN["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    asked = [each["scope"] for each in button["scopes"]]

    assert len(asked) == len(set(asked))
    wanted = {_scope_to_grant(row) for row in ROWS if row.columns["scope"] and row.name not in WITHOUT_THE_BUTTON}
    assert set(asked) == wanted | BESIDE_THE_ROWS


def _scope_to_grant(row: Row) -> str:
    """Return the scope that a user grants for *row*: in CRM one for all settings, and one for almost all modules."""
    scope = row.columns["scope"]
    if row.product == "crm" and scope not in OF_THEIR_OWN:
        scope = re.sub(r"^(settings|modules)\..*READ", r"\1.READ", scope)
    return f"{PRODUCTS[row.product]}.{scope}"


# ── the whole document ──


def test_the_manifest_is_what_the_cdk_understands() -> None:
    source = resources.files("airbyte_cdk.sources.declarative") / "declarative_component_schema.yaml"
    validator = Draft7Validator(yaml.load(source.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    complete = ManifestComponentTransformer().propagate_types_and_parameters("", RESOLVED, {})

    assert not [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(complete)]


def test_the_form_offers_the_levels_of_detail_that_are_understood() -> None:
    field = SPEC["document_details"]

    assert field["enum"] == list(DETAIL_LEVELS)
    assert field["default"] == DETAIL_LEVELS[0] == "none", "nobody pays a call for each document without asking for it"


def test_secrets_are_marked_and_nothing_else_is() -> None:
    marked = {name for name, field in SPEC.items() if field.get("airbyte_secret")}

    assert marked == {*SECRETS, "webhook_store_url", "crm_notification_token"}
    assert not [name for name in marked if "default" in SPEC[name]]
    assert {name for name in marked if "examples" in SPEC[name]} == {"webhook_store_url"}, "the form of it is no secret"


def test_the_form_has_a_title_a_sentence_and_a_place_for_every_field() -> None:
    groups = {group["id"] for group in WRITTEN["spec"]["connection_specification"]["groups"]}

    assert all(field["title"] and re.search(r"[.]$", field["description"]) for field in SPEC.values())
    assert [field["order"] for field in SPEC.values()] == list(range(len(SPEC))), "in the order of the form"
    assert {field["group"] for field in SPEC.values()} == groups


def test_every_data_centre_can_be_chosen_and_signed_in_to() -> None:
    button = WRITTEN["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]

    assert SPEC["data_center"]["enum"] == list(DATA_CENTERS)
    for url in (button["consent_url"], button["access_token_url"]):
        hosts = dict(re.findall(r"'([a-z]{2})': '([a-z.]+)'", url))
        assert {key: f"accounts.{host}" for key, host in hosts.items()} == {
            key: urlsplit(center.accounts_url).hostname for key, center in DATA_CENTERS.items()
        }
