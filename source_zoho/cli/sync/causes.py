"""What was said of many streams in the same words, and what is to be done about it?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from source_zoho.ledger import TITLES

_PLACE = re.compile(r"^(?:Exception while syncing stream \w+: )?(?P<stream>\w+)(?: of organization (?P<id>\w+))?: ")
_ORGANIZATION = re.compile(r"\b([Oo])rganization (\d[\w-]*)")
_SCOPE = re.compile(r"\bthe scope (Zoho\w+(?:\.\w+)+)")
_LISTED = re.compile(r": (\w+(?:, \w+)+)(?=[.;]|$)")
# The first sentence, or the part of it that says what happened before the part that says what to do.
_FIRST = re.compile(r"(.+?[.;])\s+(\S.*)", re.DOTALL)

_PLAIN_WORD = re.compile(r"^[a-z]+\b")  # no name of a stream


@dataclass(frozen=True)
class Case:
    """Streams of which the same was said in the same organizations (none: of all the account), for these scopes."""

    streams: tuple[str, ...]
    organizations: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """What was said: what happened, what follows from it and is to be done, and of which streams."""

    what: str
    then: str
    cases: tuple[Case, ...]

    @property
    def streams(self) -> list[str]:
        """All streams, each once."""
        return sorted({name for case in self.cases for name in case.streams})

    @property
    def organizations(self) -> list[str]:
        """All organizations that are named, each once."""
        return sorted({each for case in self.cases for each in case.organizations})

    @property
    def has_scopes(self) -> bool:
        """Whether a scope is named anywhere."""
        return any(case.scopes for case in self.cases)


@dataclass
class _Said:
    """One thing that was said of a stream, in general words and in its own."""

    stream: str
    own: str
    general: str
    organizations: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)


def causes(told: Iterable[tuple[str, str]]) -> list[Cause]:
    """Return what is *told* (streams, which may be empty, and words), the same words once; most streams come first."""
    said: dict[str, list[_Said]] = defaultdict(list)
    for stream, words in told:
        each = _said(stream, words)
        said[each.general].append(each)
    found = [_cause(group) for group in said.values()]
    return sorted(found, key=lambda cause: len(cause.streams), reverse=True)


def place_in(words: str) -> re.Match[str] | None:
    """Return the ``stream`` that *words* begin with, and the ``id`` of its organization; None when there is none."""
    place = _PLACE.match(words)
    return place if place and place["stream"].partition("_")[0] in TITLES else None


def _said(stream: str, words: str) -> _Said:
    # What a stream meets in the list that it belongs to, it says with the name of that list.
    found = place_in(words) if stream else None
    own = words[found.end() :] if found else words
    said = _Said(stream, own, own)
    if found and found["id"]:
        said.organizations.add(found["id"])
    said.organizations.update(match[2] for match in _ORGANIZATION.finditer(own))
    said.scopes.update(_SCOPE.findall(own))
    said.general = _SCOPE.sub("its scope", _ORGANIZATION.sub(_this, own))
    if stream:  # its name stands beside the words
        said.general = _LISTED.sub(lambda list_: _unlisted(list_, stream), said.general)
        said.own = _LISTED.sub(lambda list_: _unlisted(list_, stream), said.own)
    return said


def _this(match: re.Match[str]) -> str:
    return f"{'This' if match[1] == 'O' else 'this'} organization"


def _unlisted(match: re.Match[str], stream: str) -> str:
    return "" if stream in match[1].split(", ") else match[0]


def _cause(group: Collection[_Said]) -> Cause:
    own = {each.own for each in group}
    words = own.pop() if len(own) == 1 else next(iter(group)).general
    parts = _FIRST.fullmatch(words)
    what, then = (f"{parts[1][:-1]}.", _PLAIN_WORD.sub(_capital, parts[2])) if parts else (words, "")
    return Cause(what, then, tuple(_cases(group)))


def _capital(match: re.Match[str]) -> str:
    return match[0].capitalize()


def _cases(group: Iterable[_Said]) -> list[Case]:
    """Return the streams of each organization; organizations with the same streams stand together."""
    streams, scopes = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for each in group:
        for organization in each.organizations or {""}:
            streams[organization].add(each.stream)
            scopes[organization].update(each.scopes)
    alike = defaultdict[tuple[str, ...], list[str]](list)
    for organization, names in sorted(streams.items()):
        alike[tuple(sorted(names - {""}))].append(organization)
    return [
        Case(names, tuple(filter(None, places)), tuple(sorted(set().union(*(scopes[each] for each in places)))))
        for names, places in alike.items()
    ]
