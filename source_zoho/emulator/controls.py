"""How does another process steer the emulator?

The control path is not Zoho's and says so by its name. Its calls are not counted, need no token and are answered only
to callers on this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson

from .webhooks.controls import ACTIONS as WEBHOOK_ACTIONS
from .wire import Answer, Request

if TYPE_CHECKING:
    from .emulator import Emulator

CONTROL_PATH = "/_emulator/"
Body = dict[str, Any]


def control(emulator: Emulator, request: Request, peer: str) -> Answer:
    """Answer one call of the control path."""
    if not ip_address(peer).is_loopback:
        return _error(403, "the control path answers only to callers on this machine")
    found = _ACTIONS.get((request.method, request.path.removeprefix(CONTROL_PATH)))
    if found is None:
        return _error(404, f"no such control; there are: {', '.join(CONTROLS)}")
    action, _ = found
    try:
        body = orjson.loads(request.body) if request.body else dict(request.query)
        return Answer.json(200, action(emulator, body))
    except (KeyError, TypeError, ValueError) as error:
        return _error(400, f"{type(error).__name__}: {error}")


def _error(status: int, message: str) -> Answer:
    return Answer.json(status, {"error": message})


def _state(emulator: Emulator, _body: Body) -> Body:
    with emulator.lock:
        return {
            "seed": emulator.seed,
            "size": emulator.size,
            "now": emulator.clock.now().isoformat(),
            "organization_ids": emulator.organization_ids,
            "inactive_organization_ids": emulator.inactive_organization_ids,
            "products": {organization.id: list(organization.products) for organization in emulator.world},
            "records": {
                organization.id: {name: held.size for name, held in organization.collections.items()}
                for organization in emulator.world
            },
        }


def _calls(emulator: Emulator, _body: Body) -> Body:
    with emulator.lock:
        return emulator.calls.as_json()


def _config(emulator: Emulator, _body: Body) -> Body:
    return emulator.config()


def _rows(emulator: Emulator, body: Body) -> Body:
    return {"rows": emulator.rows(body["resource"], body["organization_id"], body.get("parent_id"))}


def _detail(emulator: Emulator, body: Body) -> Body:
    return {"record": emulator.detail(body["resource"], body["organization_id"], body["record_id"])}


def _add_organization(emulator: Emulator, body: Body) -> Body:
    return {"organization_id": emulator.add_organization(**body)}


def _edit(emulator: Emulator, body: Body) -> Body:
    emulator.edit(body["resource"], body["organization_id"], body["record_id"], **body.get("fields", {}))
    return {"record_id": body["record_id"]}


def _add(emulator: Emulator, body: Body) -> Body:
    return {"record_id": emulator.add(body["resource"], body["organization_id"], **body.get("fields", {}))}


def _delete(emulator: Emulator, body: Body) -> Body:
    emulator.delete(body["resource"], body["organization_id"], body["record_id"])
    return {"record_id": body["record_id"]}


def _crm_rows(emulator: Emulator, body: Body) -> Body:
    return {"rows": emulator.crm.rows(body["module"])}


def _crm_add(emulator: Emulator, body: Body) -> Body:
    return {"record_id": emulator.crm.add(body["module"], **body.get("fields", {}))}


def _crm_edit(emulator: Emulator, body: Body) -> Body:
    emulator.crm.edit(body["module"], body["record_id"], **body.get("fields", {}))
    return {"record_id": body["record_id"]}


def _crm_delete(emulator: Emulator, body: Body) -> Body:
    emulator.crm.delete(body["module"], body["record_id"], permanent=bool(body.get("permanent", False)))
    return {"record_id": body["record_id"]}


def _crm_restore(emulator: Emulator, body: Body) -> Body:
    emulator.crm.restore(body["module"], body["record_id"])
    return {"record_id": body["record_id"]}


def _crm_behave(emulator: Emulator, body: Body) -> Body:
    emulator.crm.behave(**body)
    return {"module": body.get("module")}


def _crm_usage(emulator: Emulator, _body: Body) -> Body:
    crm = emulator.crm
    by_path = dict(crm.credits_by_path)
    used = {"credits_used": crm.credits_used, "credits_left": crm.credits_left, "credits_by_path": by_path}
    return {**used, "most_at_once": crm.most_at_once}


def _behave(emulator: Emulator, body: Body) -> Body:
    emulator.behave(**body)
    return {"resource": body["resource"]}


def _fault(emulator: Emulator, body: Body) -> Body:
    with emulator.lock:
        emulator.faults.add(**body)
    return {"kind": body["kind"]}


def _clock(emulator: Emulator, body: Body) -> Body:
    if "seconds" in body:
        emulator.clock.advance(float(body["seconds"]))
    if "set" in body:
        emulator.clock.set(datetime.fromisoformat(body["set"]))
    return {"now": emulator.clock.now().isoformat()}


def _reset_calls(emulator: Emulator, _body: Body) -> Body:
    with emulator.lock:
        emulator.calls.reset()
    return {}


def _revoke(emulator: Emulator, _body: Body) -> Body:
    emulator.revoke_access_tokens()
    return {}


def _grant_code(emulator: Emulator, body: Body) -> Body:
    return {"code": emulator.grant_code(set(body["scopes"]), seconds=float(body.get("seconds", 180)))}


_ACTIONS: dict[tuple[str, str], tuple[Callable[[Emulator, Body], Body], str]] = {
    ("GET", "state"): (_state, "seed, clock, organizations and how many records each began with"),
    ("GET", "calls"): (_calls, "counters and log of Zoho's calls"),
    ("GET", "config"): (_config, "a configuration for the connector"),
    ("GET", "rows"): (_rows, "all rows of `resource` in `organization_id` (of `parent_id`)"),
    ("GET", "detail"): (_detail, "`record_id` of `resource` in `organization_id`, whole, as its detail call answers"),
    ("GET", "crm-rows"): (_crm_rows, "all records of `module` of the CRM, as a right reader delivers them"),
    ("GET", "crm-usage"): (_crm_usage, "credits of the CRM, in all and by path, and the most calls in flight"),
    ("POST", "crm-add"): (_crm_add, "add a record with `fields` to `module` of the CRM"),
    ("POST", "crm-edit"): (_crm_edit, "change `fields` of `record_id` in `module` of the CRM"),
    ("POST", "crm-delete"): (_crm_delete, "delete `record_id` of `module` of the CRM, `permanent` or not"),
    ("POST", "crm-restore"): (_crm_restore, "take `record_id` of `module` of the CRM out of the recycle bin"),
    ("POST", "crm-behave"): (_crm_behave, "switches of a `module` or list of settings of the CRM, or of all"),
    ("POST", "edit"): (_edit, "change `fields` of `record_id`"),
    ("POST", "add"): (_add, "add a record with `fields`"),
    ("POST", "delete"): (_delete, "delete `record_id`"),
    ("POST", "add-organization"): (_add_organization, "open an organization: `name`, `products` ..."),
    ("POST", "behave"): (_behave, "`filter`, `sort`, `all_sorts`, `page_context`, `key` ... of a `resource`"),
    ("POST", "fault"): (_fault, "plan a fault: `kind`, `path`, `times`, `after`, `organization_id`, `retry_after`"),
    ("POST", "clock"): (_clock, "advance by `seconds` or `set` an instant"),
    ("POST", "reset-calls"): (_reset_calls, "forget counters and log"),
    ("POST", "grant-code"): (_grant_code, "make a grant code for `scopes`, good for `seconds`"),
    ("POST", "revoke"): (_revoke, "let every access token die"),
    **WEBHOOK_ACTIONS,
}
CONTROLS = {f"{method} {CONTROL_PATH}{name}": what for (method, name), (_, what) in _ACTIONS.items()}
