"""Does `source-zoho report` make a page of what it is given, and say what is wrong with what is no read?"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.cli.sync.planned import Expected, differences, read_plan, total_of
from source_zoho.errors import ConfigProblem
from source_zoho.estimates import Bound, Estimate
from unit_tests.cli.messages import a_record, a_status
from unit_tests.cli.sync.reads import in_lines, words


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["report", *arguments], input=io.BytesIO(given))


def test_it_writes_the_page_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "read.jsonl").write_bytes(b"".join(in_lines(a_record(), a_status())))
    (tmp_path / "r.html").write_text("an older one")

    result = run("--from", str(tmp_path / "read.jsonl"), "--output", str(tmp_path / "r.html"))

    assert result.exit_code == 0, result.output
    assert str(tmp_path / "r.html") in result.stdout.replace("\n", "")
    assert "The one stream was read to its end." in result.stdout
    assert "The one stream was read to its end." in words((tmp_path / "r.html").read_text("utf-8"))


def test_it_reads_standard_input(tmp_path: Path) -> None:
    result = run("--from", "-", "--output", str(tmp_path / "r.html"), given=b"".join(in_lines(a_status())))

    assert result.exit_code == 0
    assert "From standard input" in words((tmp_path / "r.html").read_text("utf-8"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "nowhere.jsonl"], "nowhere.jsonl cannot be read (No such file or directory)"),
        (["--from", "-"], "Standard input holds no messages of a read. Give --from what `source-zoho read` wrote"),
        (["--from", "-", "--plan", "plan.json"], "There is no plan file at plan.json; check the path after --plan."),
    ],
)
def test_wrong_use_is_one_sentence_and_leaves_no_page(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    result = run(*arguments, "--output", str(tmp_path / "r.html"))

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"", "holds no messages of a read"),
        (b'{"streams": []}\n[]\nhello\n', "holds no messages of a read"),
        (b'{"type": "FOO"}\n', "holds no messages of a read"),
        (b'{"type": "CATALOG", "catalog": {"streams": []}}\n', "- is what `source-zoho discover` wrote, not a read"),
        (b'{"type": "CONNECTION_STATUS"}\n', "- is what `source-zoho check` wrote, not a read"),
        (b'{"type": "SPEC", "spec": {}}\n', "- is what `source-zoho spec` wrote, not a read"),
    ],
)
def test_what_is_no_read_is_told_so(given: bytes, sentence: str, tmp_path: Path) -> None:
    result = run("--from", "-", "--output", str(tmp_path / "r.html"), given=given)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--from", "--plan"])
def test_what_it_reads_is_never_replaced_by_the_page(option: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"".join(in_lines(a_status())))
    others = [] if option == "--from" else ["--from", "-"]

    result = run(option, str(tmp_path / "mine"), *others, "--output", str(tmp_path / "." / "mine"))

    assert result.exit_code == 2
    assert f"is what {option} reads and would be replaced; name another file with --output." in result.stderr
    assert (tmp_path / "mine").read_bytes() == b"".join(in_lines(a_status()))


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    result = run("--from", "-", "--output", str(tmp_path / "no" / "r.html"), given=b"".join(in_lines(a_status())))

    assert result.exit_code == 2
    assert "cannot be written (No such file or directory); name another file with --output." in result.stderr


ENTRY = {"product": "crm", "stream": "crm_leads", "calls": None, "credits": {"value": "many", "bound": "exactly"}}
PLANS_THAT_ARE_NONE = [
    {},
    [],
    {"streams": [{"product": "crm"}]},
    {"streams": 5},
    {"streams": [ENTRY]},
    {"streams": [{**ENTRY, "credits": {"value": 1, "bound": "perhaps"}}]},
    {"streams": [{**ENTRY, "credits": 7}]},
]


@pytest.mark.parametrize("plan", PLANS_THAT_ARE_NONE)
def test_what_is_no_plan_is_told_so(plan: object, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    with pytest.raises(ConfigProblem, match="is no plan; give --plan what `source-zoho plan --json` wrote"):
        read_plan(str(tmp_path / "plan.json"))


def test_a_plan_is_read_by_product_and_stream(tmp_path: Path) -> None:
    streams = [
        {"product": "books", "stream": "books_bills", "calls": {"value": 2, "bound": "at_least"}, "credits": None},
        {
            "product": "crm",
            "stream": "crm_leads",
            "calls": None,
            "credits": {"value": 7, "bound": "exactly"},
            "rows": {"value": 9, "bound": "about"},
            "planned": False,
        },
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"streams": streams}))

    assert read_plan(str(tmp_path / "plan.json")) == {
        ("books", "books_bills"): Expected(Estimate(2, Bound.AT_LEAST)),
        ("crm", "crm_leads"): Expected(None, Estimate(7), Estimate(9, Bound.ABOUT), is_planned=False),
    }


def test_a_plan_that_cannot_tell_everything_of_a_product_tells_the_least() -> None:
    plan = {("crm", "a"): Expected(credits=Estimate(7)), ("crm", "b"): Expected(), ("books", "c"): Expected()}

    assert total_of(plan, "crm") == Estimate(7, Bound.AT_LEAST)
    assert total_of(plan, "books") is None
    assert total_of(plan, "billing") is None


PLAN = {
    ("books", "(organizations)"): Expected(),
    ("books", "books_bills"): Expected(),
    ("crm", "crm_x"): Expected(is_planned=False),
}


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (["books_bills"], []),
        ([], []),
        (["crm_leads"], ["The plan is one of another sync: it names none of the streams that were read. "]),
        (["books_bills", "crm_leads"], ["1 stream of this read is not in the plan: crm_leads."]),
    ],
)
def test_a_plan_of_another_sync_is_noticed(read: list[str], said: list[str]) -> None:
    assert [told[: len(part)] for told, part in zip(differences(PLAN, read), said, strict=True)] == said


def test_streams_of_the_plan_that_did_not_come_up_are_named() -> None:
    many = {("books", f"books_{number}"): Expected() for number in range(12)}

    (told,) = differences(many, ["books_0"])

    assert told.startswith("11 streams of the plan did not come up in this read: books_1, books_10, books_11,")
    assert told.endswith(" and 3 more.")
