"""
Does the page of a sync show what its messages say?

The messages and the plan are counted here with nothing but `json`, so that a mistake of the report is no mistake here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.chromium import Tab
from tasks.page_checks import asked, expect

_PRODUCTS = {"books": "Zoho Books", "billing": "Zoho Billing", "crm": "Zoho CRM"}
_MARKS = {"exactly": "", "at_least": "+", "at_most": "-", "about": "~"}
_COSTS = "source-zoho-costs: "
_CLOSE = 0.006  # of the track: the page rounds to hundredths of a hundredth, and the browser to parts of a pixel
_LEAST_PIXELS = 2  # what is next to nothing is still drawn
Cells = list[str]


@dataclass
class Truth:
    """What the messages of a read say."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    status: dict[str, str] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    costs: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # product, stream, "calls" or "credits"
    calls_of: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    newest: dict[str, datetime] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)

    def rows_of(self, stream: str) -> int:
        """Return how many rows *stream* brought."""
        return sum(number for (name, _), number in self.rows.items() if name == stream)

    def note(self, message: Mapping[str, Any]) -> None:
        """Take in what *message* says."""
        match message:
            case {"type": "RECORD", "record": {"stream": stream, "data": data}}:
                self.rows[stream, data.get("organization_id") or ""] += 1
                if changed := data.get("last_modified_time") or data.get("Modified_Time"):
                    moment = datetime.fromisoformat(changed)
                    self.newest[stream] = max(moment, self.newest.get(stream, moment))
                if stream == "books_organizations":
                    self.names[data["organization_id"]] = data["name"]
            case {"trace": {"stream_status": {"stream_descriptor": {"name": stream}, "status": status}} as trace}:
                self.status[stream] = {"COMPLETE": "complete", "INCOMPLETE": "incomplete"}.get(status, "unfinished")
                if status in ("STARTED", "COMPLETE", "INCOMPLETE"):
                    (self.began if status == "STARTED" else self.ended)[stream] = trace["emitted_at"]
            case {"trace": {"error": {"stream_descriptor": {"name": stream}, "message": text}}}:
                self.failures.append((stream, text))
            case {"log": {"message": text}} if text.startswith(_COSTS):
                self._note_costs(json.loads(text.removeprefix(_COSTS)))

    def _note_costs(self, bill: Mapping[str, Any]) -> None:
        for each in bill["streams"]:
            for coin in ("calls", "credits"):
                self.costs[each["product"], each["stream"], coin] += each.get(coin, 0)
            self.calls_of[each.get("organization_id", "crm" if each["product"] == "crm" else "")] += each["calls"]


def truth_of(messages: Path) -> Truth:
    """Return what *messages* say."""
    truth = Truth()
    for line in messages.read_bytes().splitlines():
        truth.note(json.loads(line))
    truth.empty = {name for name, status in truth.status.items() if status == "complete" and not truth.rows_of(name)}
    return truth


def plan_in(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return what the plan in *path* expects of each stream, as the page ought to say it."""
    streams = json.loads(path.read_text("utf-8"))["streams"]
    return {
        (each["product"], each["stream"]): {what: _said(each[what]) for what in ("rows", "calls", "credits")}
        for each in streams
    }


def _said(estimate: Mapping[str, Any] | None) -> str:
    return f"{estimate['value']:,}{_MARKS[estimate['bound']]}" if estimate else ""


def check_truth(tab: Tab, messages: Path, plan_path: Path) -> str:
    """Check every number on the page that *tab* shows; return what was compared, or raise ClickException."""
    truth, plan = truth_of(messages), plan_in(plan_path)
    told: dict[str, list[Any]] = {}
    for table in asked(tab, "tables()"):
        told.setdefault(table["place"], []).append(table)
    _check_streams(told["streams"][0], truth, plan)
    _check_organizations(told, truth)
    _check_costs(told["cost"][0]["rows"], truth)
    _check_reasons(tab, truth)
    charts = {each["title"]: each["bars"] for each in asked(tab, "charts()")}
    number = sum(_check_chart(title, bars, truth) for title, bars in charts.items())
    compared = len(truth.status), len({where for _, where in truth.rows} - {""}), number
    return "{} streams, {} organizations and {} bars are what the messages say".format(*compared)


def _check_streams(table: Mapping[str, Any], truth: Truth, plan: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    heads = table["heads"]
    shown = {row[0]: dict(zip(heads, row, strict=True)) for row in table["rows"]}
    lines = {name for _, name, _ in truth.costs} | set(truth.status)
    together = {f"{title}, together" for title in _PRODUCTS.values()}
    expect(set(shown) - together == lines, f"each stream has its line: {(set(shown) - together) ^ lines}")
    for name, status in truth.status.items():
        product, told = name.partition("_")[0], shown[name]
        expected = plan[product, name]
        really = {
            "Ended": status,
            "Rows": f"{truth.rows_of(name):,}",
            "Calls": f"{truth.costs[product, name, 'calls']:,}",
            "Credits": f"{truth.costs[product, name, 'credits']:,}" if product == "crm" else "",
            "Rows planned": expected["rows"],
            "Planned": expected["credits" if product == "crm" else "calls"],
        }
        if newest := truth.newest.get(name):
            really["Newest change (UTC)"] = f"{newest.astimezone(UTC):%Y-%m-%d %H:%M}"
        expect({head: told[head] for head in really} == really, f"{name} is told as {really}, not as {told}")
    for product, title in _PRODUCTS.items():
        rows = sum(number for (name, _), number in truth.rows.items() if name.startswith(product))
        expect(shown[f"{title}, together"]["Rows"] == f"{rows:,}", f"{title} has {rows:,} rows together")


def _check_organizations(told: Mapping[str, Any], truth: Truth) -> None:
    by_id: Counter[str] = Counter()
    for (name, where), number in truth.rows.items():
        by_id[where or ("crm" if name.startswith("crm") else "")] += number
    rows = told["organizations"][0]["rows"]
    for id_, called in truth.names.items():
        (shown,) = [row for row in rows if row[0].endswith(f" {id_}")]
        right = [f"{' '.join(called.split())} {id_}", f"{by_id[id_]:,}", f"{truth.calls_of[id_]:,}"]
        expect(shown[:3] == right, f"an organization is told as {right}, not as {shown}")
    expect(rows[-1][1] == f"{by_id['crm']:,}", "the CRM has its rows")
    _check_rows_of_each(told["streams"][1], truth)


def _check_rows_of_each(table: Mapping[str, Any], truth: Truth) -> None:
    ids = [head.rpartition(" ")[2] for head in table["heads"][1:]]
    cells = {(row[0], id_): cell for row in table["rows"] for id_, cell in zip(ids, row[1:], strict=True) if cell}
    right = {place: f"{number:,}" for place, number in truth.rows.items() if place[1]}
    expect(cells == right, f"rows by organization are those of the file: {cells.items() ^ right.items()}")


def _check_costs(rows: list[Cells], truth: Truth) -> None:
    for product, title in _PRODUCTS.items():
        calls, of_crm = (
            sum(number for (place, _, what), number in truth.costs.items() if (place, what) == (product, coin))
            for coin in ("calls", "credits")
        )
        (shown,) = [row for row in rows if row[0] == title]
        right = [f"{calls:,}", f"{of_crm:,}" if product == "crm" else ""]
        expect(shown[1:3] == right and shown[3], f"{title} cost {right} and has a plan, not {shown}")


def _check_reasons(tab: Tab, truth: Truth) -> None:
    failed, empty = (
        str(tab.value(f"document.querySelector('section[aria-labelledby={part}]')?.innerText ?? ''"))
        for part in ("failed", "empty")
    )
    for name, status in truth.status.items():
        named = re.compile(rf"\b{name}\b")
        expect(status == "complete" or named.search(failed), f"{name} stands among what failed")
        expect(name not in truth.empty or named.search(empty), f"{name} stands among what is without rows")
    for name, text in truth.failures:
        remedy = re.split(r"[.;] ", text.partition(" (Zoho said")[0])[-1].casefold()
        where = re.search(r"of organization (\d+): ", text)
        expect(remedy in failed.casefold(), f"{name} has its remedy: {remedy}")
        expect(not where or f"{truth.names[where[1]]} {where[1]}" in failed, f"{name} names where it failed")


def _check_chart(title: str, bars: list[dict[str, Any]], truth: Truth) -> int:
    expect(bars and all(bar["height"] > 0 for bar in bars), f"{title} is drawn")
    if title.startswith("When"):
        _check_times(bars, truth)
        return len(bars)
    numbers = [_number(bar["number"]) for bar in bars]
    planned = [_number(found[1]) if (found := re.search(r"of (\S+) planned", bar["words"])) else 0 for bar in bars]
    most = max(*numbers, *planned)
    for bar, number, plan in zip(bars, numbers, planned, strict=True):
        _expect_near(bar, "width", number / most, title)
        if bar["mark"] is not None:
            _expect_near(bar, "mark", plan / most, title)
        if title == "Rows by stream":
            expect(number == truth.rows_of(bar["name"]), f"the bar of {bar['name']} has its rows")
        else:
            product = next(product for product, called in _PRODUCTS.items() if title.startswith(called))
            coin = "credits" if product == "crm" else "calls"
            expect(number == truth.costs[product, bar["name"], coin], f"the bar of {bar['name']} has its {coin}")
    return len(bars)


def _check_times(bars: list[dict[str, Any]], truth: Truth) -> None:
    start, end = min(truth.began.values()), max(truth.ended.values())
    for bar in bars:
        began, ended = truth.began[bar["name"]], truth.ended.get(bar["name"], end)
        _expect_near(bar, "left", (began - start) / (end - start), "the timeline")
        _expect_near(bar, "width", (ended - began) / (end - start), "the timeline")
        expect(bar["bad"] == (truth.status[bar["name"]] != "complete"), f"{bar['name']} has the colour of its end")


def _expect_near(bar: Mapping[str, Any], what: str, right: float, where: str) -> None:
    is_near = abs(bar[what] - right) <= _CLOSE or (what == "width" and bar["pixels"] <= _LEAST_PIXELS)
    expect(is_near, f"in {where} {what} of {bar['name']} is {right:.4f} of the track, not {bar[what]:.4f}")


def _number(said: str) -> int:
    return int(re.sub(r"\D", "", said))
