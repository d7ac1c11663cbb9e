"""
Are the words behind a verb of Airbyte's protocol ones that it knows?

Asked before the CDK is imported, which takes seconds and whose own answer names what is missing and not what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise

VERBS: Mapping[str, tuple[str, ...]] = {
    "spec": (),
    "check": ("--config",),
    "discover": ("--config",),
    "read": ("--config", "--catalog", "--state"),
}
_OPTIONAL = frozenset({"--state"})
_HELP = frozenset({"-h", "--help"})
_ALONE = ("--debug", "--help", "-h")
# The CDK has these for sources that are nothing but a manifest, and would read it from there.
_OF_OTHER_SOURCES = ("--manifest-path", "--components-path")
_EMPTY = re.compile(r"--[a-z][a-z-]*=\s*")


def empty_flag(words: Sequence[str]) -> str:
    """Return the first flag whose value is empty, as one is behind which a script wrote a variable that is not set."""
    for before, word in pairwise(["", *words]):
        if _EMPTY.fullmatch(word):
            return word.partition("=")[0]
        if not word.strip() and before.startswith("--"):
            return before
    return ""


def about_an_empty(flag: str) -> str:
    """Return the sentence for a *flag* whose value is empty."""
    return (
        f"What stands behind {flag} is empty; perhaps it comes from a variable that is not set. "
        f"Say what is meant, or leave {flag} out."
    )


def problem(verb: str, words: Sequence[str]) -> str:
    """Return the sentence for what is wrong with *words* behind *verb* or missing from them, empty for nothing."""
    if _HELP & set(words):
        return ""
    if empty := empty_flag(words):
        return about_an_empty(empty)
    named: list[str] = []
    for flag, has_value in _flags(words):
        known = _meant(verb, flag)
        if not known:
            return _unknown(verb, flag)
        if known not in _ALONE and not has_value:
            return f"{known} needs the path of a file behind it."
        named.append(known)
    missing = [flag for flag in VERBS[verb] if flag not in named and flag not in _OPTIONAL]
    return f"{verb} needs {' and '.join(f'{flag} FILE' for flag in missing)}." if missing else ""


def _flags(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield each flag of *words*, or word where a flag should stand, and whether there is a value for it."""
    rest = list(words)
    while rest:
        flag, is_joined, _ = rest.pop(0).partition("=")
        takes_next = not is_joined and flag not in _ALONE and flag.startswith("-") and bool(rest)
        has_value = bool(is_joined) or (takes_next and not rest[0].startswith("--"))
        if takes_next and has_value:
            rest.pop(0)
        yield flag, has_value


def _meant(verb: str, flag: str) -> str:
    """Return the flag of *verb* that *flag* is or begins, as the CDK takes it, too; empty when there is none."""
    known = (*VERBS[verb], *_ALONE)
    begun = [each for each in known if flag.startswith("--") and len(flag) > len("--") and each.startswith(flag)]
    return flag if flag in known else begun[0] if len(begun) == 1 else ""


def _unknown(verb: str, flag: str) -> str:
    flags = ", ".join([*(f"{each} FILE" for each in VERBS[verb]), "--debug"])
    if not flag.startswith("-"):
        return f"{verb} takes no {flag!r} by itself; it takes {flags}."
    if flag in _OF_OTHER_SOURCES:
        return f"{verb} takes no {flag}: this source has manifest and components with it. It takes {flags}."
    near = get_close_matches(flag, (*VERBS[verb], *_ALONE), n=1)
    return f"{verb} takes no {flag}{f'; did you mean {near[0]}?' if near else '.'} It takes {flags}."
