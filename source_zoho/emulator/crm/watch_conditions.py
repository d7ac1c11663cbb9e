"""Which fields must an edit change before a channel hears of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .refusals import CrmRefusedError, refused
from .watch_checks import invalid, missing

if TYPE_CHECKING:
    from .watch_modules import WatchedModules

MOST_CONDITIONS, MOST_FIELDS, MOST_MEMBERS = 2, 10, 2
_OPERATORS = ["and", "or"]
Row = dict[str, Any]


def conditions_of(entry: Mapping[str, Any], path: str, modules: WatchedModules) -> tuple[Row, ...]:
    """Read the conditions of an entry, with names and ids filled in, or refuse them."""
    given = entry.get("notification_condition")
    if given is None:
        return ()
    if not isinstance(given, list):
        raise invalid(path, "notification_condition", expected_data_type="jsonarray")
    if len(given) > MOST_CONDITIONS:
        raise invalid(path, "notification_condition", maximum_length=MOST_CONDITIONS)
    return tuple(_condition(one, f"{path}.notification_condition[{n}]", modules) for n, one in enumerate(given))


def _condition(given: Any, path: str, modules: WatchedModules) -> Row:
    if not isinstance(given, dict):
        raise refused("INVALID_DATA", api_name="notification_condition", json_path=path)
    for name in ("type", "module"):
        if name not in given:
            raise missing(path, name)
    if given["type"] != "field_selection":
        raise invalid(path, "type", supported_values=["field_selection"])
    module = _module(given["module"], f"{path}.module", modules)
    if "field_selection" not in given:
        dependee = {"api_name": "type", "json_path": f"{path}.type"}
        where = {"api_name": "field_selection", "json_path": f"{path}.field_selection"}
        raise refused("DEPENDENT_FIELD_MISSING", **where, dependee=dependee)
    selection = _selection(given["field_selection"], f"{path}.field_selection", module["api_name"], modules)
    if len(list(_fields(selection))) > MOST_FIELDS:
        raise invalid(path, "field_selection", maximum_length=MOST_FIELDS)
    return {"type": "field_selection", "module": module, "field_selection": selection}


def _module(given: Any, path: str, modules: WatchedModules) -> Row:
    if not isinstance(given, dict):
        raise refused("INVALID_DATA", api_name="module", json_path=path, expected_data_type="jsonobject")
    if not {"api_name", "id"} & set(given):
        expected = [{"api_name": name, "json_path": f"{path}.{name}"} for name in ("api_name", "id")]
        raise refused("EXPECTED_FIELD_MISSING", expected_fields=expected)
    for name in ("api_name", "id"):
        if name in given and not isinstance(given[name], str):
            raise invalid(path, name, expected_data_type="string")
    found = modules.named(given.get("api_name"), given.get("id"))
    if found is None:
        raise refused("INVALID_DATA", api_name="module", json_path=path)
    if given.get("id", found["id"]) != found["id"]:
        raise _ambiguous(path)
    return found


def _ambiguous(path: str) -> CrmRefusedError:
    both = [{"api_name": name, "json_path": f"{path}.{name}"} for name in ("api_name", "id")]
    return refused("AMBIGUITY_DURING_PROCESSING", ambiguity_due_to=both)


def _selection(given: Any, path: str, module: str, modules: WatchedModules) -> Row:
    """Read a group of fields, or a single one."""
    if not isinstance(given, dict):
        raise refused("INVALID_DATA", api_name="field_selection", json_path=path, expected_data_type="jsonobject")
    if "field" in given:
        return {"field": _field(given["field"], f"{path}.field", module, modules)}
    if "group" not in given:
        raise missing(path, "field")
    if "group_operator" not in given:
        raise missing(path, "group_operator")
    if given["group_operator"] not in _OPERATORS:
        raise invalid(path, "group_operator", supported_values=_OPERATORS)
    members = given["group"]
    if not isinstance(members, list) or not 1 <= len(members) <= MOST_MEMBERS:
        raise invalid(path, "group", expected_data_type="jsonarray", maximum_length=MOST_MEMBERS)
    inner = [_selection(one, f"{path}.group[{number}]", module, modules) for number, one in enumerate(members)]
    return {"group_operator": given["group_operator"], "group": inner}


def _field(given: Any, path: str, module: str, modules: WatchedModules) -> Row:
    name = given.get("api_name") if isinstance(given, dict) else None
    field_id = modules.field_id(module, str(name))
    if field_id is None:
        raise refused("INVALID_DATA", api_name="field", json_path=path)
    return {"api_name": name, "id": field_id}


def _fields(selection: Row) -> Iterator[Row]:
    if "field" in selection:
        yield selection
    for one in selection.get("group", ()):
        yield from _fields(one)
