"""How does a test play leads with something below each, and read what hangs there?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from source_zoho.components.crm_children import RecordChildrenRetriever
from unit_tests.components.crm_fakes import ANYWHERE, CONFIG, Call, Crm, Records, a_crm_selector, a_page, since
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.module_model import NOON, ModuleModel

LONG_AGO = NOON - 100_000
LOOKBACK_SECONDS = 600


def leads(count: int = 3, below: Any = None, **model: Any) -> Crm:
    """Return *count* leads, numbered from 7 on, that changed an hour after each other; *below* answers for each."""
    moments = range(LONG_AGO, LONG_AGO + 3600 * count, 3600)
    records = Records(ModuleModel(**model).add_many(moments))
    return records.crm().on("Leads/deleted", 304).on(ANYWHERE, below or one_thing)


def one_thing(call: Call) -> dict[str, Any]:
    return a_page([{"id": f"of {lead_in(call)}"}], key="things")


def lead_in(call: Call) -> str:
    return call.path.split("/")[1]


def except_of(lead: str, answer: Any) -> Callable[[Call], Any]:
    """Return how all leads are answered for but one."""
    return lambda call: answer if lead_in(call) == lead else one_thing(call)


def a_retriever(crm: Crm, **settings: Any) -> RecordChildrenRetriever:
    wanted = {
        "name": "crm_things",
        "path": "{module}/{record_id}/things",
        "primary_key": ["record_id", "id"],
        "record_selector": a_crm_selector("things"),
        "config": {**CONFIG, "lookback_minutes": LOOKBACK_SECONDS // 60},
        **settings,
    }
    return RecordChildrenRetriever(requester=crm, parameters={}, **wanted)  # type: ignore[arg-type]


def read(crm: Crm, instant: float = 0, **settings: Any) -> Retrieved:
    return retrieve_with(a_retriever(crm, **settings), since(instant, module="Leads"))


def followed(crm: Crm) -> list[str]:
    """Return the leads that were asked about, in the order of the calls."""
    return [lead_in(call) for call in crm.calls if "/" in call.path and not call.path.endswith("/deleted")]
