"""Is CRM asked what changed and what was deleted by as few questions as will do?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.components import crm_coql, crm_missed
from source_zoho.components.crm_missed import ChangesRetriever, Questions
from source_zoho.crm.weave import Row
from source_zoho.oauth import tokens
from source_zoho.webhooks.downtime import STREAM
from unit_tests.components.crm_fakes import CONFIG, Crm, a_crm_selector, a_page, refusal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_DELETION = {"id": "4", "deleted_time": NOON.isoformat(), "type": "recycle"}


@pytest.fixture(autouse=True)
def nothing_is_learned_for_others() -> Iterator[None]:
    """Let no other test know that this organization takes no queries."""
    yield
    crm_coql.forget()
    tokens._stores.clear()


def a_record(record_id: str) -> Row:
    return {"id": record_id, "Created_Time": NOON.isoformat(), "Modified_Time": NOON.isoformat()}


def test_records_are_asked_for_no_more_than_their_times() -> None:
    rows = [a_record("1"), a_record("2")]
    crm = Crm().on("coql", refusal("OAUTH_SCOPE_MISMATCH")).on("Leads", a_page(rows))
    requesters: dict[str, Any] = dict.fromkeys(("requester", "coql", "bulk_create", "bulk_ask", "bulk_fetch"), crm)
    retriever = ChangesRetriever(
        record_selector=a_crm_selector(), config=CONFIG, parameters={}, name=STREAM, **requesters
    )

    found = [row for batch in retriever.changed("Leads", NOON) for row in batch]

    assert [row["id"] for row in found] == ["1", "2"]
    asked = [call for call in crm.calls if call.path == "Leads"]
    assert {tuple(call.fields) for call in asked} == {("Modified_Time", "Created_Time")}
    assert all("If-Modified-Since" in call.headers for call in asked)


@pytest.mark.parametrize(("wanted", "taken"), [("bulk", "auto"), ("rest", "rest"), ("coql", "coql"), (None, None)])
def test_no_job_is_made_for_a_few_times(monkeypatch: pytest.MonkeyPatch, wanted: str | None, taken: str | None) -> None:
    built: list[Mapping[str, Any]] = []

    class Nothing:
        def changed(self, module: str, since: datetime) -> Iterator[list[Row]]:
            return iter(())

    def build(config: Mapping[str, Any], name: str, class_name: str) -> Nothing:
        built.append(config)
        return Nothing()

    monkeypatch.setattr(crm_missed, "module_retriever", build)
    questions = Questions({**CONFIG, **({"crm_transport": wanted} if wanted else {})})

    assert [*questions.changed("Leads", NOON), *questions.changed("Deals", NOON)] == []

    assert [config.get("crm_transport") for config in built] == [taken]


def test_deletions_are_asked_for_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = Crm().on("Leads/deleted", a_page([A_DELETION]))
    monkeypatch.setattr(crm_missed, "crm_requester", lambda *_, **__: crm)

    assert list(Questions(CONFIG).deleted("Leads", NOON)) == [[A_DELETION]]
    assert crm.calls[0].headers == {"If-Modified-Since": NOON.isoformat()}
