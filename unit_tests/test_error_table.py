"""Does every row of the error table in ``manifest.yaml`` say something that is understood, and is it ever heard?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from string import Formatter

import pytest
import yaml

from source_zoho.components.rules import Rule
from source_zoho.files import manifest_path

MANIFEST = yaml.safe_load(manifest_path().read_text(encoding="utf-8"))
RULES = [Rule(**row) for row in MANIFEST["definitions"]["error_table"]]
ANY = 99_999  # stands for every code or status that a row does not name

ACTIONS = {"wait", "retry", "replace_token", "give_back", "gone", "end_of_day", "fail"}
TRIES_AGAIN = {"wait", "retry", "replace_token"}
KINDS = {"config", "transient", "system"}


@dataclass(frozen=True)
class Answer:
    """What the error table looks at."""

    status: int
    code: int


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.action}-{rule.codes}-{rule.statuses}")
def test_a_row_of_the_error_table_is_well_formed(rule: Rule) -> None:
    placeholders = {name for _, name, _, _ in Formatter().parse(rule.message) if name}

    assert rule.action in ACTIONS
    assert rule.kind in KINDS
    assert rule.codes or rule.statuses, "a row for every answer would hide errors that nobody knows"
    assert placeholders <= {"product", "scope", "organization", "in_organization"}
    assert not {"Books", "Billing"} & set(rule.message.split()), "the table speaks for all products: say {product}"
    assert not rule.message.endswith("."), "Zoho's words and a full stop are put behind it"
    assert rule.wait_seconds is None or rule.action in TRIES_AGAIN
    assert rule.action != "wait" or rule.wait_seconds, "say how long"


def test_no_answer_is_spoken_of_twice() -> None:
    spoken_of = defaultdict(list)
    for rule in RULES:
        for code, status in product(rule.codes or [ANY], rule.statuses or [ANY]):
            spoken_of[code, status].append(rule.message)
    twice = {answer: messages for answer, messages in spoken_of.items() if len(messages) > 1}

    assert not twice, f"(code, status) in two rows; the second never decides: {twice}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.action}-{rule.codes}-{rule.statuses}")
def test_a_row_of_the_error_table_can_decide(rule: Rule) -> None:
    answers = [Answer(status, code) for status in rule.statuses or [ANY] for code in rule.codes or [ANY]]
    silenced = [each for each in answers if next(r for r in RULES if r.applies_to(each.status, each.code)) is not rule]

    assert not silenced, f"an earlier row decides these: {silenced}"
