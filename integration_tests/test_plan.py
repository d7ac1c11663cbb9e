"""Does `source-zoho plan` tell beforehand what a read costs, and does the read say what it did cost?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import (
    AirbyteMessageSerializer,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
)
from click.testing import CliRunner, Result

from integration_tests.builders import Run, a_catalog, a_config, forget_earlier_syncs, sync, write_files
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import a_crm_catalog
from source_zoho.cli import app
from source_zoho.emulator import Emulator
from source_zoho.ledger import PREFIX, bill_in

MODULES = ("crm_leads", "crm_wide_load", "crm_deal_history")
EVERYTHING = ["books", "billing", "crm"]
OF_THE_ORGANIZATION = ("crm_roles", "crm_layouts")
LISTS = ("books_invoices", "books_organizations", "books_profit_and_loss", "billing_taxes")


@dataclass
class Desk:
    """Where someone plans: a Zoho, and a folder with the files of a sync."""

    zoho: Emulator
    folder: Path

    def catalog(self, *streams: str) -> ConfiguredAirbyteCatalog:
        """Return the catalog of *streams*."""
        if all(name.startswith("crm_") for name in streams):
            return a_crm_catalog(self.zoho, *streams)
        return a_catalog(*streams)

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return a configuration for all products."""
        return a_config(self.zoho, **{"products": EVERYTHING, **settings})

    def plan(
        self,
        catalog: ConfiguredAirbyteCatalog,
        *options: str,
        state: Sequence[AirbyteStateMessage] | None = None,
        **config: Any,
    ) -> Result:
        """Run the command as a process of its own would."""
        written = write_files(self.folder, self.config(**config), catalog, state)
        arguments = written[written.index("read") + 1 :]
        forget_earlier_syncs()
        self.zoho.calls.reset()
        self.zoho.crm.reset_credits()
        command = ["plan", *arguments, *options]
        return CliRunner().invoke(app, command, prog_name="source-zoho", env={"COLUMNS": "140"})

    def told(self, catalog: ConfiguredAirbyteCatalog, *options: str, **given: Any) -> dict[str, Any]:
        """Return the plan in JSON, which could be made."""
        result = self.plan(catalog, "--json", *options, **given)
        assert result.exit_code == 0, result.output
        plan: dict[str, Any] = json.loads(result.stdout)
        return plan

    def read(self, catalog: ConfiguredAirbyteCatalog, state: Sequence[AirbyteStateMessage] | None = None) -> Run:
        """Read, and keep the output."""
        self.zoho.calls.reset()
        self.zoho.crm.reset_credits()
        run = sync(self.config(), catalog, state)
        assert not run.errors
        messages = [AirbyteMessageSerializer.dump(each) for each in run.output.get_message_iterator()]
        (self.folder / "output.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in messages))
        return run


@pytest.fixture
def desk(zoho: Emulator, tmp_path: Path) -> Desk:
    return Desk(zoho, tmp_path)


def streams(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {each["stream"]: each for each in plan["streams"]}


# ── Plan and read agree ──


def test_the_credits_of_crm_are_what_was_planned(desk: Desk) -> None:
    catalog = desk.catalog(*MODULES, *OF_THE_ORGANIZATION)

    before = desk.told(catalog)
    desk.read(catalog)
    spent = desk.zoho.crm.credits_used
    after = desk.told(catalog, "--last", str(desk.folder / "output.jsonl"))

    planned = before["totals"]["crm"]["credits"]["value"]
    assert planned == pytest.approx(spent, rel=0.05)
    assert after["totals"]["crm"]["last"]["credits"] == spent
    assert streams(after)["crm_wide_load"]["last"]["difference"] == pytest.approx(0, abs=0.05)
    assert streams(after)["crm_wide_load"]["rows"] == {"value": 206, "bound": "exactly"}


def test_a_later_sync_is_planned_from_its_state(desk: Desk) -> None:
    catalog = desk.catalog("crm_wide_load", "crm_deal_history")
    state = desk.read(catalog).state
    desk.zoho.clock.advance(seconds=3600)
    desk.zoho.crm.edit("Wide_Load", desk.zoho.crm.ids("Wide_Load")[7])

    plan = desk.told(catalog, state=state)
    desk.read(catalog, state)

    assert streams(plan)["crm_wide_load"]["rows"]["value"] == 1
    assert plan["totals"]["crm"]["credits"]["value"] == desk.zoho.crm.credits_used


def test_the_calls_of_books_and_billing_are_what_was_planned(desk: Desk) -> None:
    catalog = desk.catalog(*LISTS)

    plan = desk.told(catalog)
    planned_at_the_price_of = desk.zoho.calls.total
    desk.read(catalog)
    after = streams(desk.told(catalog, "--last", str(desk.folder / "output.jsonl")))

    assert {each["calls"]["bound"] for each in plan["streams"]} == {"exactly"}
    assert {name: each["last"]["difference"] for name, each in after.items()} == dict.fromkeys(after, 0)
    first, second = desk.zoho.organization_ids
    assert streams(plan)["books_invoices"]["organizations"] == [
        {
            "organization_id": first,
            "rows": {"value": 430, "bound": "exactly"},
            "calls": {"value": 3, "bound": "exactly"},
        },
        {
            "organization_id": second,
            "rows": {"value": 215, "bound": "exactly"},
            "calls": {"value": 2, "bound": "exactly"},
        },
    ]
    itself = plan["plan_itself"]
    assert planned_at_the_price_of == itself["books"]["calls"] + itself["billing"]["calls"]


def test_events_cost_nothing_and_nobody_is_asked_about_them(desk: Desk) -> None:
    names = ("books_webhook_events", "billing_webhook_events", "crm_notifications")

    plan = desk.told(a_crm_catalog(desk.zoho, *names))

    assert {name: each["calls"]["value"] for name, each in streams(plan).items()} == dict.fromkeys(names, 0)
    to_tell_the_budget = ["/oauth/v2/token", "/crm/v8/org"]
    assert [call.path for call in desk.zoho.calls.log] == to_tell_the_budget


def test_what_zoho_does_not_count_is_at_least_a_call(desk: Desk) -> None:
    plan = streams(desk.told(desk.catalog("books_bills", "books_contact_persons", "books_bill_details")))

    assert plan["books_bills"]["calls"] == {"value": 2, "bound": "at_least"}
    assert plan["books_bills"]["rows"] is None
    assert plan["books_contact_persons"]["calls"]["bound"] == "at_least"
    assert plan["books_bill_details"]["calls"] == {"value": 0, "bound": "exactly"}
    assert plan["books_bill_details"]["remarks"] == ["document_details is none, so it is not read"]


def test_documents_are_planned_by_the_length_of_their_list(desk: Desk) -> None:
    first, _ = desk.zoho.organization_ids

    plan = desk.told(
        desk.catalog("books_invoice_details"), organization_ids=[first], document_details="changed", calls_per_minute=95
    )

    (details,) = plan["streams"]
    assert details["rows"]["value"] == 430
    assert details["calls"]["value"] == 433
    assert details["seconds"] == pytest.approx(433 / 39 * 60)


def test_a_list_that_is_read_for_the_sake_of_others_is_planned_too(desk: Desk) -> None:
    plan = desk.told(desk.catalog("books_project_users"))

    assert list(streams(plan)) == ["(organizations)", "books_projects", "books_project_users"]


# ── The ledger ──


def test_a_read_tells_what_it_cost_in_a_sentence_and_in_a_line(desk: Desk) -> None:
    run = desk.read(desk.catalog("books_invoices", "books_taxes"))

    sentence, line = run.log[-2:]
    assert sentence == (
        "This read made 8 calls to Zoho Books. "
        "They went to: books_invoices 5 calls, books_taxes 2 calls, (organizations) 1 call."
    )
    bill = bill_in(line)
    assert line.startswith(PREFIX)
    assert bill is not None
    assert bill.of("books").calls == desk.zoho.calls.total


def test_no_secret_stands_in_what_a_read_tells(desk: Desk) -> None:
    run = desk.read(desk.catalog("books_taxes"))

    config = desk.config()
    assert not [key for key in ("client_id", "client_secret", "refresh_token") if config[key] in " ".join(run.log[-2:])]


# ── Budgets ──


def test_a_short_budget_says_what_finishes_today_and_where_it_stops(desk: Desk) -> None:
    result = desk.plan(desk.catalog("crm_layouts", "crm_roles"), daily_call_limit=20)

    assert result.exit_code == 0
    assert "It does not suffice for all of it today." in result.stdout
    assert "It stops in crm_layouts" in result.stdout
    assert "Zoho CRM, today: 20 credits left (daily_call_limit)." in result.stdout


def test_the_reserve_and_the_edition_bound_the_credits(desk: Desk) -> None:
    plan = desk.told(desk.catalog("crm_roles"), daily_call_reserve=1_000)

    (budget,) = plan["budgets"]
    assert budget["unit"] == "credits"
    assert budget["left_today"] == budget["per_day"] - plan["plan_itself"]["crm"]["credits"]
    assert "1,000 kept for others" in budget["because"]


def test_what_is_left_of_the_day_in_books_is_what_zoho_says(a_zoho: StartZoho, tmp_path: Path) -> None:
    desk = Desk(a_zoho(calls_per_day=6), tmp_path)
    first, _ = desk.zoho.organization_ids

    plan = desk.told(desk.catalog("books_invoices", "books_taxes"), organization_ids=[first])

    (budget,) = plan["budgets"]
    assert (budget["left_today"], budget["per_day"]) == (4, 6)
    assert plan["days"] == 1
    assert streams(plan)["books_invoices"]["share_of_today"] == pytest.approx(3 / 4)


# ── What cannot be planned ──


def test_a_module_that_there_is_not_is_named_with_its_reason_and_the_others_are_planned(desk: Desk) -> None:
    catalog = deepcopy(desk.catalog("crm_roles", "crm_wide_load"))
    catalog.streams[1].stream.name = "crm_gone"

    result = desk.plan(catalog)

    assert result.exit_code == 1
    assert "Not planned: crm_gone: crm_gone cannot be read" in result.stdout
    assert "crm_roles" in result.stdout
    assert "\x1b" not in result.output


def test_a_scope_that_queries_lack_leaves_lists(a_zoho: StartZoho, tmp_path: Path) -> None:
    scopes = {"ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.org.READ"}
    desk = Desk(a_zoho(scopes=scopes), tmp_path)

    plan = desk.told(desk.catalog("crm_wide_load"))

    told = streams(plan)["crm_wide_load"]
    assert (told["road"], told["rows"], told["calls"]["bound"]) == ("lists", None, "at_least")


@pytest.mark.parametrize("chosen", [[], ["60010007011"]])
def test_a_sign_in_that_fails_is_told_in_a_sentence_and_promises_nothing(desk: Desk, chosen: list[str]) -> None:
    result = desk.plan(desk.catalog("books_taxes"), refresh_token="1000.stale", organization_ids=chosen)

    assert result.exit_code == 1
    assert "Not planned: books_taxes: Zoho refused refresh_token" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Nothing that costs calls could be planned, so nobody knows")
    assert "Traceback" not in result.output


def test_a_day_that_is_used_up_is_told_when_planning_asks(a_zoho: StartZoho, tmp_path: Path) -> None:
    desk = Desk(a_zoho(calls_per_day=1), tmp_path)
    first, _ = desk.zoho.organization_ids
    catalog = desk.catalog("books_invoices", "books_profit_and_loss", "books_taxes")

    result = desk.plan(catalog, organization_ids=[first])

    last = result.stdout.splitlines()[-1]
    assert result.exit_code == 1
    assert "Not planned: books_taxes: Stopped calling organization" in result.stdout
    assert last.startswith(f"Nothing is left today of Zoho Books, organization {first}. It does not suffice")
    assert last.endswith("1 stream could not be planned, and comes on top: books_taxes.")


def test_a_day_of_which_planning_asks_nothing_is_not_promised(desk: Desk) -> None:
    first, _ = desk.zoho.organization_ids
    catalog = desk.catalog("books_invoices")
    state = desk.read(catalog).state

    result = desk.plan(catalog, state=state, organization_ids=[first])

    assert desk.zoho.calls.total == 0
    why, verdict = result.stdout.splitlines()[-2:]
    assert why.endswith("today: not known (Zoho tells it with its answers, and planning had none).")
    assert verdict == (
        f"Nobody knows whether it can be read today: what is left is not known of Zoho Books, organization {first}. "
        "Besides, 1 stream may take more than its + says: books_invoices."
    )


def test_a_job_of_bulk_read_may_leave_something_to_lists(desk: Desk) -> None:
    plan = streams(desk.told(desk.catalog("crm_wide_load"), crm_transport="bulk"))["crm_wide_load"]

    assert plan["road"] == "Bulk Read"
    assert plan["credits"]["bound"] == "about"
    assert plan["remarks"][0].startswith("and up to 4 credits more, 1 for each hundred records that files of Bulk Read")
