"""Why can streams not be read, each cause told once for all of them?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from source_zoho.availability import REMEDY_OF_CLOSED, SCOPE, STATES, Finding, remedy
from source_zoho.cli.doctor.findings import Diagnosis
from source_zoho.ledger import TITLES
from source_zoho.scopes import product_of

SEE_BELOW = "see below"
_SCOPES = "The sign-in lacks scopes that these streams want."
_REMEDY_OF_SCOPES = (
    "Sign in again with the scopes that the last line lists, besides those that are granted, or leave the streams out."
)


@dataclass(frozen=True)
class Row:
    """A line of the table: one *stream*, and the *organizations* where this is found of it; none: in all of them."""

    stream: str
    state: str
    brief: str
    organizations: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """What went wrong in *words*, for which *streams* in which *organizations* (none: of the whole account)."""

    state: str
    words: str
    streams: tuple[str, ...]
    organizations: tuple[str, ...]
    remedy: str


def rows(diagnosis: Diagnosis, *, everything: bool) -> list[Row]:
    """Return the lines of the table: what cannot be read, or all; an organization that is closed has one line."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in _open(diagnosis):
        if everything or not each.can_be_read:
            key = each.stream, each.state, each.brief or ("" if each.can_be_read else SEE_BELOW)
            found.setdefault(key, []).append(each.organization_id)
    lines = [Row(*key, _unless_all(ids, diagnosis.open[product_of(key[0])])) for key, ids in found.items()]
    shut = [
        Row(f"all of {TITLES[each.product]}", each.refused.state, each.refused.brief, (each.organization_id,))
        for each in diagnosis.closed
    ]
    return [*shut, *lines]


def causes(diagnosis: Diagnosis) -> Iterator[Cause]:
    """Yield each cause once, by what can be done about it."""
    for closed in diagnosis.closed:
        title, organization = TITLES[closed.product], closed.organization_id
        words = (
            f"Organization {organization} refuses all of {title} in the same way ({_words(closed.refused)}): it seems "
            f"not to have {title}, or the user who signed in has no access to it there."
        )
        yield Cause(closed.refused.state, words, (), (organization,), REMEDY_OF_CLOSED)
    found: dict[tuple[str, str], list[Finding]] = {}
    for each in _open(diagnosis):
        if not each.can_be_read:
            found.setdefault((each.state, _SCOPES if each.state == SCOPE else _words(each)), []).append(each)
    for (state, words), findings in sorted(found.items(), key=lambda item: STATES.index(item[0][0])):
        places = () if state == SCOPE else _ids(each.organization_id for each in findings)
        help_with_it = _REMEDY_OF_SCOPES if state == SCOPE else remedy(state)
        yield Cause(state, words, _names(findings), places, help_with_it)


def _open(diagnosis: Diagnosis) -> list[Finding]:
    """Return the findings without those of organizations that refuse everything."""
    shut = {each.place for each in diagnosis.closed}
    return [each for each in diagnosis.findings if (each.product, each.organization_id) not in shut]


def _words(finding: Finding) -> str:
    if finding.code:
        return f"Zoho said {finding.brief}: {finding.said}"
    return finding.said or finding.why


def _names(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.stream for each in findings))


def _unless_all(ids: Sequence[str], there: Collection[str]) -> tuple[str, ...]:
    """Return *ids*, or none when they are all that are *there*."""
    return () if set(ids) >= set(there) else _ids(ids)


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in ids if each))
