"""Does every row of the error tables in ``manifest.yaml`` say something that is understood, and is it ever heard?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from string import Formatter

import pytest

from source_zoho.components.rules import Rule, rules
from source_zoho.manifest import read_manifest

DEFINITIONS = read_manifest()["definitions"]
OF_BOOKS_AND_BILLING = rules(DEFINITIONS["error_table"])
OF_CRM = rules(DEFINITIONS["crm"]["error_table"])
TABLES = pytest.mark.parametrize("table", [OF_BOOKS_AND_BILLING, OF_CRM], ids=["books and billing", "crm"])
RULES = pytest.mark.parametrize(
    ("table", "rule"),
    [(table, rule) for table in (OF_BOOKS_AND_BILLING, OF_CRM) for rule in table],
    ids=lambda each: f"{each.action}-{each.codes}-{each.statuses}-{each.says}" if isinstance(each, Rule) else "",
)
ANY = 99_999  # stands for every code or status that a row does not name

ACTIONS = {"wait", "retry", "replace_token", "give_back", "gone", "end_of_day", "fail", "stop"}
TRIES_AGAIN = {"wait", "retry", "replace_token"}
KINDS = {"config", "transient", "system"}


@dataclass(frozen=True)
class Answer:
    """What the error table looks at."""

    status: int
    code: int | str


def answers_of(rule: Rule) -> list[Answer]:
    """Return the answers that *rule* speaks of, whatever they say."""
    return [Answer(status, code) for code, status in product(rule.codes or [ANY], rule.statuses or [ANY])]


@RULES
def test_a_row_of_the_error_table_is_well_formed(table: Sequence[Rule], rule: Rule) -> None:
    placeholders = {name for _, name, _, _ in Formatter().parse(rule.message) if name}

    assert rule.action in ACTIONS
    assert rule.then in {"", *ACTIONS}
    assert not rule.then or rule.action in TRIES_AGAIN, "what follows when trying has not helped"
    assert rule.kind in KINDS
    assert rule.codes or rule.statuses, "a row for every answer would hide errors that nobody knows"
    assert placeholders <= {"product", "scope", "organization", "in_organization"}
    assert not {"Books", "Billing"} & set(rule.message.split()), "the table speaks for all products: say {product}"
    assert not rule.message.endswith("."), "Zoho's words and a full stop are put behind it"
    assert rule.wait_seconds is None or rule.action in TRIES_AGAIN
    re.compile(rule.says)


@pytest.mark.parametrize("rule", OF_BOOKS_AND_BILLING, ids=lambda rule: str(rule.codes))
def test_books_and_billing_say_how_long_to_wait(rule: Rule) -> None:
    assert rule.action != "wait" or rule.wait_seconds, "say how long"


@TABLES
def test_no_answer_is_spoken_of_twice(table: Sequence[Rule]) -> None:
    spoken_of = defaultdict(list)
    for rule in table:
        for answer in answers_of(rule):
            spoken_of[answer, rule.says].append(rule.message)
    twice = {answer: messages for answer, messages in spoken_of.items() if len(messages) > 1}

    assert not twice, f"in two rows; the second never decides: {twice}"


@RULES
def test_a_row_of_the_error_table_can_decide(table: Sequence[Rule], rule: Rule) -> None:
    earlier = table[: table.index(rule)]
    silent = [rule for rule in earlier if not rule.says]
    silenced = [each for each in answers_of(rule) if any(one.applies_to(each.status, each.code) for one in silent)]

    assert not silenced, f"an earlier row decides these: {silenced}"


def test_crm_tells_its_refusals_by_words_and_gives_nothing_back_as_a_success() -> None:
    assert all(isinstance(code, str) or code == -1 for rule in OF_CRM for code in rule.codes)
    assert not {"give_back", "gone"} & {rule.action for rule in OF_CRM}
