"""Is every wrong word behind a protocol verb answered with the right one, before anything else happens?"""

from __future__ import annotations

from pathlib import Path

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint

from source_zoho import run
from source_zoho.arguments import VERBS, problem
from unit_tests.rules import every

FILE = {"--config": "c.json", "--catalog": "k.json", "--state": "s.json"}
WRONG = {
    "check": "check needs --config FILE.",
    "discover --debug": "discover needs --config FILE.",
    "read": "read needs --config FILE and --catalog FILE.",
    "read --state s.json": "read needs --config FILE and --catalog FILE.",
    "read --config c.json": "read needs --catalog FILE.",
    "check --config": "--config needs the path of a file behind it.",
    "read --config --catalog k.json": "--config needs the path of a file behind it.",
    "read --config c.json --catalog k.json --state": "--state needs the path of a file behind it.",
    "check --confg c.json": "check takes no --confg; did you mean --config? It takes --config FILE, --debug.",
    "check --Config c.json": "check takes no --Config; did you mean --config?",
    "read --config c.json --catlog k.json": "read takes no --catlog; did you mean --catalog? It takes --config FILE,",
    "read --config c.json --catalogue=k.json": "read takes no --catalogue; did you mean --catalog?",
    "read --c c.json": "read takes no --c",
    "check --config c.json --catalog k.json": "check takes no --catalog. It takes --config FILE, --debug.",
    "discover --state s.json --config c.json": "discover takes no --state",
    "spec --config c.json": "spec takes no --config. It takes --debug.",
    "check -c c.json": "check takes no -c. It takes --config FILE, --debug.",
    "check c.json": "check takes no 'c.json' by itself; it takes --config FILE, --debug.",
    "check --config c.json more.json": "check takes no 'more.json' by itself; it takes --config FILE, --debug.",
    "spec all": "spec takes no 'all' by itself; it takes --debug.",
    "check --config c.json --manifest-path m.yaml": "check takes no --manifest-path: this source has manifest and",
    "read --config c.json --catalog k.json --components-path x": "read takes no --components-path: this source has",
    "check --config=": "What stands behind --config is empty; perhaps it comes from a variable that is not set.",
    "read --config c.json --catalog k.json --state=": "Say what is meant, or leave --state out.",
}
RIGHT = [
    "spec",
    "spec --debug",
    "check --config c.json",
    "check --config=c.json --debug",
    "discover --debug --config -c.json",
    "read --catalog k.json --config c.json",
    "read --conf c.json --cat k.json --sta s.json",
    "read --config a.json --config c.json --catalog k.json",
    "check -h",
    "read --help --confg",
]


@every(WRONG.items(), named=lambda row: row[0])
def test_a_wrong_word_is_answered_with_the_right_one(row: tuple[str, str]) -> None:
    given, sentence = row
    verb, *words = given.split()

    assert sentence in problem(verb, words), problem(verb, words)


@every(RIGHT)
def test_what_the_cdk_takes_is_taken(given: str) -> None:
    verb, *words = given.split()

    assert problem(verb, words) == ""
    if not {"-h", "--help", "-c.json"} & set(words):
        AirbyteEntrypoint.parse_args([verb, *words])


@every(VERBS)
def test_the_cdk_knows_the_same_flags(verb: str) -> None:
    words = [word for flag in VERBS[verb] for word in (flag, FILE[flag])]

    parsed = vars(AirbyteEntrypoint.parse_args([verb, *words]))

    others = parsed.keys() - {"command", "debug", "manifest_path", "components_path"}
    assert {f"--{name}" for name in others} == set(VERBS[verb])


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize("flag", FILE)
def test_a_value_that_is_empty_is_not_taken_for_none(flag: str, empty: str) -> None:
    words = [word for each, file in FILE.items() for word in (each, empty if each == flag else file)]

    assert f"What stands behind {flag} is empty" in problem("read", words)


def test_the_command_says_it_on_standard_error_and_leaves_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_speak_the_protocol", lambda _: pytest.fail("the CDK was asked"))

    with pytest.raises(SystemExit) as left:
        run.main(["check", "--confg", str(Path("c.json"))])

    heard = capsys.readouterr()
    assert (left.value.code, heard.out) == (2, ""), "standard output is for messages"
    assert heard.err.startswith("source-zoho: check takes no --confg; did you mean --config?")
