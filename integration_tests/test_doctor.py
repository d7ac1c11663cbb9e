"""Does `source-zoho doctor` find what is wrong, say what to do, and keep secrets to itself?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from integration_tests.builders import a_config, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from source_zoho.cli import app
from source_zoho.emulator import Emulator
from source_zoho.scopes import for_products

THREE_MORE = [f"--stream=billing_{each}" for each in ("addons", "coupons", "taxes")]
SETTINGS, INVOICES = "ZohoBooks.settings.READ", "ZohoBooks.invoices.READ"


@dataclass
class Practice:
    """Where someone asks the doctor: a Zoho, and a folder for the configuration."""

    zoho: Emulator
    folder: Path

    def doctor(self, *options: str, columns: int = 160, **config: Any) -> Result:
        """Run the command as a process of its own would."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(a_config(self.zoho, **config)), "utf-8")
        return self.with_file(str(path), *options, columns=columns)

    def with_file(self, path: str, *options: str, columns: int = 160) -> Result:
        forget_earlier_syncs()
        self.zoho.calls.reset()
        arguments = ["doctor", "--config", path, *options]
        return CliRunner().invoke(app, arguments, prog_name="source-zoho", env={"COLUMNS": str(columns)})

    def report(self, *streams: str, **config: Any) -> Mapping[str, Any]:
        """Return the answer for programs about *streams*."""
        chosen = [word for name in streams for word in ("--stream", name)]
        result = self.doctor("--json", *chosen, **config)
        report: Mapping[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (0 if report["healthy"] else 1), result.output
        return report


@pytest.fixture
def practice(zoho: Emulator, tmp_path: Path) -> Practice:
    return Practice(zoho, tmp_path)


def states(report: Mapping[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in report["streams"]:
        found.setdefault(each["stream"], set()).add(each["state"])
    return found


def test_a_connection_without_fault_is_told_so(practice: Practice) -> None:
    result = practice.doctor("--stream", "books_invoices", "--stream", "books_bills", "--all", products=["books"])

    assert result.exit_code == 0, result.output
    assert "2 ok: can be read" in result.stdout
    assert "Everything that was asked about can be read." in result.stdout
    assert "see below" not in result.stdout
    assert "only in" not in result.stdout
    for organization_id in practice.zoho.organization_ids:
        assert organization_id in result.stdout


def test_asking_costs_a_call_for_each_list_and_organization(practice: Practice) -> None:
    report = practice.report("books_invoices", "books_bills", "books_bill_comments", products=["books"])

    active = len(practice.zoho.organization_ids)
    assert report["calls"] == practice.zoho.calls.total == 2 + 2 * active  # the list of organizations twice
    assert states(report)["books_bill_comments"] == {"off"}
    assert {each["left"] is None for each in report["products"][0]["organizations"] if each["active"]} == {False}


def test_children_are_as_available_as_their_list(practice: Practice) -> None:
    practice.zoho.faults.add(57, path="/bills", times=100)

    report = practice.report("books_bill_comments", products=["books"], document_details="changed")

    assert states(report) == {"books_bill_comments": {"scope"}}
    assert {each["why"] for each in report["streams"]} == {"as books_bills"}


def test_a_missing_scope_is_named_once_for_all_its_streams(a_zoho: StartZoho, tmp_path: Path) -> None:
    practice = Practice(a_zoho(scopes={SETTINGS}), tmp_path)

    report = practice.report("books_invoices", "books_retainer_invoices", "books_taxes", products=["books"])

    found = states(report)
    assert (found["books_invoices"], found["books_retainer_invoices"]) == ({"scope"}, {"scope"})
    assert found["books_taxes"] <= {"ok", "empty"}
    assert report["missing_scopes"] == [INVOICES]


def test_what_a_granted_scope_does_not_open_is_a_permission(practice: Practice) -> None:
    practice.zoho.faults.add(57, path="/retainerinvoices", times=100)

    found = states(practice.report("books_invoices", "books_retainer_invoices", products=["books"]))

    assert found["books_retainer_invoices"] == {"permission"}


@pytest.mark.parametrize(
    ("code", "state"),
    [("NO_PERMISSION", "permission"), ("OAUTH_SCOPE_MISMATCH", "scope"), ("INVALID_URL_PATTERN", "edition")],
)
def test_crm_says_by_its_code_who_can_mend_it(practice: Practice, code: str, state: str) -> None:
    practice.zoho.faults.add(code, path="/crm/v8/settings/roles", times=100)

    report = practice.report("crm_roles", products=["crm"])

    assert states(report)["crm_roles"] == {state}


def test_a_part_that_the_organization_lacks_is_the_edition(practice: Practice) -> None:
    practice.zoho.faults.add(5, path="/fixedassets", times=100)

    result = practice.doctor("--stream", "books_fixed_assets", products=["books"])

    assert result.exit_code == 1
    assert "edition: Zoho said code 5: Invalid URL Passed" in result.stdout
    assert "leave the stream out" in result.stdout
    assert "1 edition: cannot be read" in result.stdout


def test_a_dead_refresh_token_ends_it_with_zohos_word(practice: Practice) -> None:
    result = practice.doctor(refresh_token="1000.dead.token")

    assert result.exit_code == 1
    assert "invalid_code" in result.stdout
    assert "dead.token" not in result.output
    assert practice.zoho.calls.total == 0


def test_a_wrong_configuration_is_told_whole(practice: Practice) -> None:
    result = practice.doctor(data_center="europe", num_workers=99)

    assert result.exit_code == 1
    assert "data_center is 'europe'; expected one of: us, eu" in result.stdout.replace("\n", " ")
    assert "num_workers is 99" in result.stdout


def test_what_it_prints_can_be_shown_to_anybody(practice: Practice) -> None:
    config = a_config(practice.zoho)

    for options in (["--all"], ["--json"]):
        output = practice.doctor(*options, "--stream", "books_contacts", "--stream", "crm_users").output
        for secret in ("client_id", "client_secret", "refresh_token"):
            assert config[secret] not in output
        assert not any(str(row["name"]) in output for row in practice.zoho.rows("organizations", ""))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--stream", "books_invoicess"], "books_invoicess is no stream of this configuration"),
        (["--stream", "crm_roles"], "crm_roles is no stream of this configuration"),
    ],
)
def test_a_stream_that_there_is_not_is_wrong_use(practice: Practice, options: list[str], sentence: str) -> None:
    result = practice.doctor(*options, products=["books"])

    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_file_that_is_not_there_is_wrong_use(practice: Practice) -> None:
    result = practice.with_file("nowhere.json")

    assert result.exit_code == 2
    assert "nowhere.json" in result.stderr


def test_without_streams_it_lists_organizations_only(practice: Practice) -> None:
    result = practice.doctor("--no-streams", products=["crm"])

    assert result.exit_code == 0, result.output
    assert "Zoho CRM" in result.stdout
    assert "enterprise" in result.stdout
    assert practice.zoho.crm.credits_used == 2
    assert "tells what is left of its credits only when half of them are used" in result.stdout


def test_without_streams_it_says_what_is_left_of_the_day(practice: Practice) -> None:
    result = practice.doctor("--no-streams", products=["books", "billing"])

    assert result.exit_code == 0, result.output
    assert "not told" not in result.stdout
    assert practice.zoho.calls.total == 2 + 2 * len(practice.zoho.organization_ids)


@pytest.mark.parametrize("which", ["strange", "inactive"])
def test_an_organization_that_a_check_refuses_is_named_with_those_that_can_be_read(
    practice: Practice, which: str
) -> None:
    readable = practice.zoho.organization_ids
    listed = [str(row["organization_id"]) for row in practice.zoho.rows("organizations", "")]
    wrong, why = "123", "does not belong to the user"
    if which == "inactive":
        wrong, why = next(each for each in listed if each not in readable), "is not active"

    result = practice.doctor("--stream", "books_bills", products=["books"], organization_ids=[readable[0], wrong])

    assert result.exit_code == 1
    assert f"organization_ids contains {wrong}, which {why}" in result.stdout
    assert all(each in result.stdout for each in readable)
    assert "1 ok: can be read" in result.stdout, "the other organization is asked all the same"
    assert "Everything" not in result.stdout
    assert not any(str(row["name"]) in result.output for row in practice.zoho.rows("organizations", ""))


def test_an_organization_that_crm_does_not_tell_is_a_remark(a_zoho: StartZoho, tmp_path: Path) -> None:
    practice = Practice(a_zoho(scopes=set(for_products(["crm"])) - {"ZohoCRM.org.READ"}), tmp_path)

    result = practice.doctor("--stream", "crm_roles", "--stream", "crm_leads", "--all", products=["crm"])

    assert result.exit_code == 0, result.output
    assert "the sign-in lacks ZohoCRM.org.READ" in result.stdout
    assert "than the smallest edition allows" in result.stdout
    assert "2 ok: can be read" in result.stdout


def test_without_the_list_of_modules_the_other_lists_of_crm_are_asked_about(a_zoho: StartZoho, tmp_path: Path) -> None:
    practice = Practice(a_zoho(scopes={"ZohoCRM.org.READ", "ZohoCRM.users.READ"}), tmp_path)

    report = practice.report("crm_users", "crm_leads", products=["crm"])

    assert "ZohoCRM.settings" in report["products"][0]["problem"]
    assert states(report) == {"crm_users": {"ok"}}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("crm_lead", "did you mean crm_leads"),
        ("crm_rolls", "crm_roles"),
        ("crm_home", "crm_home is no stream: It holds no records that Zoho delivers as a list."),
        ("books_bilks", "did you mean books_bills"),
    ],
)
def test_a_name_that_nothing_has_is_answered_with_those_that_are_near(
    practice: Practice, name: str, answer: str
) -> None:
    result = practice.doctor("--stream", name, products=["books", "crm"])

    assert result.exit_code == 2
    assert answer in result.stderr


def test_a_module_is_what_discovery_says_of_it(practice: Practice) -> None:
    report = practice.report("crm_locked_vault", "crm_leads", products=["crm"])

    assert states(report) == {"crm_locked_vault": {"permission"}, "crm_leads": {"ok"}}
    (vault,) = (each for each in report["streams"] if each["stream"] == "crm_locked_vault")
    assert vault["why"].startswith("crm_locked_vault cannot be read: ")
    assert "NO_PERMISSION" in vault["said"]


def test_a_module_whose_records_are_refused_is_not_ok(practice: Practice) -> None:
    practice.zoho.faults.add("NO_PERMISSION", path="/crm/v8/Leads", times=100)

    report = practice.report("crm_leads", "crm_deals", products=["crm"])

    assert states(report) == {"crm_leads": {"permission"}, "crm_deals": {"ok"}}


def test_a_query_of_the_configuration_is_asked(practice: Practice) -> None:
    good = {"name": "won", "query": "select Deal_Name from Deals where Stage = 'Closed Won'"}
    bad = {"name": "odd", "query": "select No_Such_Field from Deals where id > 0"}

    report = practice.report("crm_query_won", "crm_query_odd", products=["crm"], coql_queries=[good, bad])

    assert states(report)["crm_query_odd"] == {"failed"}
    assert states(report)["crm_query_won"] <= {"ok", "empty"}


@pytest.mark.parametrize("columns", [80, 100, 160])
def test_many_missing_scopes_make_a_short_report(a_zoho: StartZoho, tmp_path: Path, columns: int) -> None:
    practice = Practice(a_zoho(scopes={SETTINGS}), tmp_path)

    lines = practice.doctor(products=["books"], columns=columns).stdout.splitlines()

    assert max(len(line) for line in lines if not line.startswith("Missing scopes")) <= columns
    assert sum("Sign in again with the scopes" in line for line in lines) == 1
    assert sum("The sign-in lacks scopes" in line for line in lines) == 1
    assert len(lines) < 100, "once for each stream, and not for each organization"


def test_an_organization_without_the_product_is_told_once(a_zoho: StartZoho, tmp_path: Path) -> None:
    practice = Practice(a_zoho(odd_accounts=True), tmp_path)

    result = practice.doctor("--stream", "billing_plans", *THREE_MORE, products=["billing"])

    assert result.exit_code == 1
    assert result.stdout.count("refuses all of Zoho Billing in the same way") == 1
    assert "organization_ids" in result.stdout
    assert "Let an administrator allow it" not in result.stdout
    assert "all of Zoho Billing" in result.stdout
    assert "billing_plans" not in result.stdout
