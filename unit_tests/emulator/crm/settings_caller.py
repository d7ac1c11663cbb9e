"""How does a test ask for settings without a server, and without the records that the emulator keeps?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from source_zoho.emulator.clock import Clock
from source_zoho.emulator.crm.refusals import CrmRefusedError
from source_zoho.emulator.crm.settings import Settings

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
_TYPES = {"Leads_X_Users": "linking", "Quoted_Items": "static_subform", "Vehicles": "custom"}


def _no_rows() -> dict[str, list[dict[str, Any]]]:
    return {}


@dataclass
class AWorld:
    """An organization with a handful of modules, three deals and two contacts."""

    edition: str = "enterprise"
    users: int = 10
    gone: dict[str, list[dict[str, Any]]] = field(default_factory=_no_rows)
    clock: Clock = field(default_factory=lambda: Clock(NOON))

    def stamp(self, epoch_seconds: int) -> str:
        return datetime.fromtimestamp(epoch_seconds, UTC).isoformat()

    def modules(self) -> list[str]:
        return ["Leads", "Contacts", "Deals", "Tasks", "Vehicles", "Leads_X_Users", "Quoted_Items", "Home"]

    def readable(self) -> list[str]:
        return self.modules()[:-1]

    def module(self, api_name: str) -> Mapping[str, Any] | None:
        if api_name not in self.modules():
            return None
        kind, number = _TYPES.get(api_name, "default"), self.modules().index(api_name)
        return {"api_name": api_name, "id": f"55402300000000{number:05d}", "generated_type": kind} | {
            "api_supported": api_name != "Home"
        }

    def fields(self, module: str) -> list[Mapping[str, Any]]:
        names = ("id", "Full_Name", "Email", "Created_Time", "Modified_Time")
        return [
            {"api_name": name, "id": f"{module}{number}", "field_label": name, "data_type": "text"}
            for number, name in enumerate(names)
        ]

    def ids(self, module: str) -> list[str]:
        return {
            "Deals": ["7001", "7002", "7003"],
            "Contacts": ["8001", "8002"],
            "Leads": ["9001"],
            "Tasks": ["6001"],
        }.get(module, [])

    def record(self, module: str, record_id: str) -> Mapping[str, Any]:
        if record_id not in self.ids(module):
            raise KeyError(record_id)
        times = {"Created_Time": "2025-01-02T03:04:05+05:30", "Modified_Time": "2025-05-06T07:08:09+05:30"}
        return {"id": record_id, "Full_Name": f"Ünit {record_id}", "Email": f"{record_id}@example.com", **times}

    def deleted(self, module: str) -> list[dict[str, Any]]:
        return self.gone.get(module, [])

    def channels(self) -> list[dict[str, Any]]:
        return []


class Asker:
    """A caller of settings: gives bodies, or the status of an answer without one, or the refusal."""

    def __init__(self, world: AWorld | None = None, seed: int = 7) -> None:
        self.world = world or AWorld()
        self.world.clock.freeze()
        self.settings = Settings(self.world, seed=seed)

    def ask(self, path: str, *, since: str | None = None, **query: Any) -> tuple[int, dict[str, Any] | None]:
        found = self.settings.find(path)
        assert found is not None, path
        headers = {} if since is None else {"if-modified-since": since}
        return self.settings.answer(found, {name: str(value) for name, value in query.items()}, headers)

    def json(self, path: str, **query: Any) -> dict[str, Any]:
        status, body = self.ask(path, **query)
        assert status == 200, (path, status)
        assert body is not None
        return body

    def status(self, path: str, **query: Any) -> int:
        status, body = self.ask(path, **query)
        assert (body is None) == (status != 200)
        return status

    def refusal(self, path: str, **query: Any) -> CrmRefusedError:
        try:
            self.ask(path, **query)
        except CrmRefusedError as refusal:
            return refusal
        raise AssertionError(f"{path} was answered")
