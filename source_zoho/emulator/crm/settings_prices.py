"""What does each call cost, by Zoho's own price list?

`/__apis` tells scope and credits for every path and method. The list names what the emulator answers; the credits of
records, COQL and bulk jobs are those of Zoho's page about limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .routes import BULK_ROOT
from .settings_table import table

if TYPE_CHECKING:
    from .settings_rows import Rows

ROOT = "/crm/v8"
# Paths that other parts of the emulator answer: method, path, scope, least and most credits.
_ELSEWHERE = (
    ("GET", "/settings/modules", "ZohoCRM.settings.modules.READ", 1, 1),
    ("GET", "/settings/modules/{module}", "ZohoCRM.settings.modules.READ", 1, 1),
    ("GET", "/settings/fields", "ZohoCRM.settings.fields.READ", 1, 1),
    ("GET", "/{module}", "ZohoCRM.modules.{module}.READ", 1, 3),
    ("GET", "/{module}/{record_id}", "ZohoCRM.modules.{module}.READ", 1, 1),
    ("GET", "/{module}/deleted", "ZohoCRM.modules.{module}.READ", 2, 2),
    ("GET", "/{module}/actions/count", "ZohoCRM.modules.{module}.READ", 50, 50),
    ("GET", "/{module}/actions/fetch_full_data", "ZohoCRM.modules.{module}.READ", 1, 1),
    ("GET", "/{module}/{record_id}/Notes", "ZohoCRM.modules.notes.READ", 1, 1),
    ("GET", "/{module}/{record_id}/Attachments", "ZohoCRM.modules.attachments.READ", 1, 1),
    ("POST", f"{BULK_ROOT}/read", "ZohoCRM.bulk.READ", 50, 50),
    ("GET", f"{BULK_ROOT}/read/{{job_id}}", "ZohoCRM.bulk.READ", 1, 1),
    ("GET", f"{BULK_ROOT}/read/{{job_id}}/result", "ZohoCRM.bulk.READ", 1, 1),
    ("POST", "/coql", "ZohoCRM.coql.READ", 1, 3),
    ("POST", "/__composite_requests", "ZohoCRM.composite_requests.CUSTOM", 1, 1),
)


def apis(_rows: Rows, _parent: str) -> list[dict[str, Any]]:
    """Return the price list, by path."""
    found: dict[str, list[dict[str, Any]]] = {}
    for method, path, scope, least, most in (*_ELSEWHERE, *_from_table()):
        offered = {"method": method, "oauth_scope": scope, "max_credits": most, "min_credits": least}
        found.setdefault(path if path.startswith(BULK_ROOT) else f"{ROOT}{path}", []).append(offered)
    return [{"path": path, "operation_types": offered} for path, offered in sorted(found.items())]


def _from_table() -> list[tuple[str, str, str, int, int]]:
    found = []
    for resource in table().values():
        paths = [resource.path] if resource.detail is None else [resource.path, f"{resource.path}/{{id}}"]
        found += [("GET", path, resource.scopes[0], resource.credits, resource.credits) for path in paths]
    return found
