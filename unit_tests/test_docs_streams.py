"""Does the documentation say of every stream what is true, and of none what is not?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from bench.sync_calls import classes
from source_zoho.crm import editions
from source_zoho.crm.modules import Module
from source_zoho.crm.names import stream_names
from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import resources
from source_zoho.emulator.webhooks.billing_types import EVENT_TYPES
from source_zoho.files import schema_names
from tasks import crm_costs, stream_costs, stream_table
from tasks.road_prices import road_prices
from tasks.stream_facts import PRODUCTS, Kind, streams
from tasks.stream_facts import manifest as read_manifest
from unit_tests.pages import BENCHMARKS, EMULATOR, PAGE, PAGES, README, ROOT, blocks, text_of

_NEEDS_A_SETTING = "; needs document_details: changed."


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return read_manifest()


def test_the_tables_are_what_the_manifest_says() -> None:
    stale = [str(page.relative_to(ROOT)) for page in stream_table.stale_pages()]

    assert not stale, f"run `poe table` and look at the difference in {', '.join(stale)}"


def test_check_says_which_page_is_stale_and_writes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n<!-- streams -->\n<!-- /streams -->\n", encoding="utf-8")
    monkeypatch.setattr(stream_table, "ROOT", tmp_path)
    monkeypatch.setattr(stream_table, "PAGES", {page: ["streams"]})

    checked = CliRunner().invoke(stream_table.main, ["--check"])
    written = CliRunner().invoke(stream_table.main, [])
    checked_again = CliRunner().invoke(stream_table.main, ["--check"])

    assert (checked.exit_code, checked.output) == (1, "page.md is stale: run `poe table`\n")
    assert (written.exit_code, written.output) == (0, "page.md written\n")
    assert (checked_again.exit_code, checked_again.output) == (0, "")


def test_a_page_without_markers_is_named_with_what_it_lacks() -> None:
    with pytest.raises(click.ClickException, match="<!-- streams -->"):
        stream_table.refreshed("# A page\n", "streams", [])


def listed_on(page: Path) -> list[str]:
    """Return the streams that have a line of their own in a table of *page*."""
    return re.findall(r"^\| `((?:books|billing|crm)_\w+)` \| `", text_of(page), re.MULTILINE)


def test_every_stream_is_in_the_table_of_the_connectors_page_once(manifest: dict[str, Any]) -> None:
    names = [stream.name for stream in streams(manifest)]
    schemas = {path.stem for path in (ROOT / "schemas").glob("*.json")}

    assert schemas <= set(listed_on(PAGE)), f"no line in {PAGE.name} for {schemas - set(listed_on(PAGE))}"
    assert sorted(listed_on(PAGE)) == sorted(names)


def test_the_readme_lists_what_is_read_without_any_setting_and_counts_the_rest(manifest: dict[str, Any]) -> None:
    known = streams(manifest)
    counted = re.findall(r"^\| Zoho \w+ \| [^|]+ \| (\d+) \|", text_of(README), re.MULTILINE)

    assert sorted(listed_on(README)) == sorted(stream.name for stream in known if stream.kind.is_list)
    assert sum(map(int, counted)) == len(known)
    first_sentence = text_of(README).split("\n")[2]
    assert f" {len(known)} streams" in first_sentence, "the README's first sentence counts the streams"


def test_there_is_a_rule_for_what_every_stream_costs(manifest: dict[str, Any]) -> None:
    unknown = stream_costs.without_a_rule(streams(manifest))

    assert unknown == [], f"give tasks/stream_costs.py and tasks/stream_facts.py a rule for {', '.join(unknown)}"


def test_a_stream_without_a_rule_is_told_apart_and_does_not_break_the_table(manifest: dict[str, Any]) -> None:
    (bills,) = [stream for stream in streams(manifest) if stream.name == "books_bills"]
    stranger = replace(bills, retriever="SomeRetriever")

    assert stranger.kind is Kind.UNKNOWN
    assert stream_costs.without_a_rule([bills, stranger]) == ["books_bills (SomeRetriever)"]
    assert "SomeRetriever" in stream_costs.how(stranger)
    assert stream_costs.price(stranger) == stream_costs.Price("?", "?")


def test_streams_that_a_page_speaks_of_exist(manifest: dict[str, Any]) -> None:
    known = {stream.name for stream in streams(manifest)}
    spoken_of = {name for page in PAGES for name in re.findall(r"\b(?:books|billing|crm)_[a-z_]+\b", text_of(page))}

    # The emulator's tables of resources are files, and its names for the resources of Billing are those of the streams.
    emulated = {name for name in resources() if name.startswith("billing_")}
    settings = set(re.findall(r"\bbilling_[a-z_]+(?==)", text_of(EMULATOR)))
    settings |= {name for page in PAGES for name in re.findall(r"\bcrm_[a-z_]+(?==)", text_of(page))}
    settings |= manifest["spec"]["connection_specification"]["properties"].keys()
    in_crm = [Module(name, label=name) for name in Emulator().crm.modules()]
    modules = {*stream_names(in_crm, schema_names("crm_")).values(), "crm_custom_module"}
    files = {path.stem for folder in ("source_zoho", "tasks") for path in (ROOT / folder).rglob("*.*")}
    queries = {name for name in spoken_of if name.startswith("crm_query_")}  # they are called as their users wish
    events = set(EVENT_TYPES)  # of Billing's webhooks
    assert spoken_of - events - known - emulated - settings - modules - files - queries == set()


def test_the_cost_of_a_page_is_the_one_that_the_page_tells(manifest: dict[str, Any]) -> None:
    by_name = {stream.name: stream for stream in streams(manifest)}

    invoices, journals = by_name["books_invoices"], by_name["books_journals"]
    assert stream_costs.calls(invoices) == -(-(stream_costs.ROWS - 1) // 199)
    assert 1.05 < stream_costs.calls(journals) / (stream_costs.ROWS / 200) < 1.15
    assert f"{round(95 * 199, -2):,} rows a minute" in text_of(PAGE)


def test_the_price_of_a_module_grows_with_its_fields_unless_nothing_changed() -> None:
    narrow, wide = crm_costs.credits_of_module(50), crm_costs.credits_of_module(120)

    assert wide == 3 * narrow - 2, "only the first group is asked whether there is an order"
    assert crm_costs.credits_of_module(120, changed=0) == 1
    assert crm_costs.credits_of_module(50, changed=None, changed_at="") == stream_costs.ROWS / 200


def test_the_front_door_tells_the_price_of_a_wide_module() -> None:
    _, *rows = road_prices()
    taken = {(records, fields): price for records, fields, *_, price, _ in rows}

    some, many = taken["10,000", "120"], taken["100,000", "120"]
    assert f"10,000 records of 120 fields cost {some} credits the first time, 100,000 cost {many}" in text_of(README)


def test_the_price_of_documents_is_told_in_the_schema_of_each(manifest: dict[str, Any]) -> None:
    gated = [stream for stream in streams(manifest) if stream.is_for_details]
    schemas = {each.name: json.loads(text_of(ROOT / "schemas" / f"{each.name}.json")) for each in gated}

    silent = [name for name, schema in schemas.items() if not schema["description"].endswith(_NEEDS_A_SETTING)]
    assert silent == []


def test_what_the_page_says_is_not_read_is_not_read(manifest: dict[str, Any]) -> None:
    for product, title in PRODUCTS.items():
        section = text_of(PAGE).partition(f"#### Not read from {title.removeprefix('Zoho ')}\n")[2].partition("\n#")[0]
        given_up = set(re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE))))
        read = {stream.settings["path"] for stream in streams(manifest) if stream.product == product}

        assert given_up
        assert given_up & read == set()


def test_the_benchmark_has_measured_every_class_of_streams(manifest: dict[str, Any]) -> None:
    table = text_of(BENCHMARKS).partition("<!-- calls of a sync -->")[2].partition("<!-- /calls of a sync -->")[0]
    measured = re.findall(r"^\| (Zoho \w+) \| ([^|]+) \| \d+ \|", table, re.MULTILINE)
    known = [(PRODUCTS[each.product], each.words) for each in classes(streams(manifest))]

    assert sorted(measured) == sorted(known), "measure again: python -m bench.sync_calls --write"


def test_the_scopes_to_grant_are_those_of_the_streams(manifest: dict[str, Any]) -> None:
    listed = [scope for block in blocks(PAGE, "text") for scope in block.strip().split(",") if scope]
    asked = manifest["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    wanted = {to_grant(stream.scope, listed) for stream in streams(manifest) if stream.scope}

    # For discovery, and for the roads that are cheaper than lists.
    wanted |= {"ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.coql.READ", "ZohoCRM.bulk.READ"}
    wanted -= {"ZohoCRM.share.READ"}  # one for each module, which Zoho does not list: the page tells
    assert set(listed) == wanted, f"the sign-in button and {PAGE.name} lack {sorted(wanted - set(listed))}"
    assert sorted(listed) == sorted(scope["scope"] for scope in asked["scopes"])


def to_grant(scope: str, listed: Collection[str]) -> str:
    """Return the scope that covers *scope*: itself, or in CRM the one for all settings or all modules."""
    return scope if scope in listed else re.sub(r"^(ZohoCRM\.(?:settings|modules))\..+\.READ$", r"\1.READ", scope)


def test_every_scope_of_crm_is_explained(manifest: dict[str, Any]) -> None:
    asked = manifest["spec"]["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"]
    table = text_of(PAGE).partition("| Scope of CRM |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`(ZohoCRM[\w.]+)`", table)) >= {
        scope["scope"] for scope in asked["scopes"] if scope["scope"].startswith("ZohoCRM")
    }


def test_the_allowances_on_the_page_are_those_that_the_connector_keeps_to() -> None:
    table = text_of(PAGE).partition("| Edition |")[2].partition("\n\n")[0]
    told = re.findall(
        r"^\| (\w+)[^|]* \| ([\d,]+)(?: and ([\d,]+) for each user)? \| [^|]+ \| (\d+) \|", table, re.MULTILINE
    )

    assert len(told) == 5
    for name, base, for_each, at_once in told:
        row = {"license_details": {"paid": True, "paid_type": name, "users_license_purchased": 10}}
        known = editions.allowance(row)
        assert known.credits == number(base) + 10 * number(for_each)
        assert known.concurrent_calls == int(at_once)


def number(text: str) -> int:
    return int(text.replace(",", "") or 0)
