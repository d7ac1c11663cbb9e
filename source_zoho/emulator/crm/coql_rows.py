"""Which values does an answer to a query show, record by record or group by group?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .coql_checks import Output, Plan
from .coql_columns import Column
from .coql_scan import Found, sort_key
from .rows import Row

if TYPE_CHECKING:
    from .behaviour import ModuleBehaviour
    from .rows import Rows

_CUT = 500
_BATCH = 500
_NAMED = ("lookup", "ownerlookup", "userlookup")
Shape = Callable[[Any], Any]


def record_rows(rows: Rows, plan: Plan, numbers: Sequence[int], behaviour: ModuleBehaviour) -> list[Row]:
    """Return rows of records; the id comes along when it is not asked for."""
    needs = dict.fromkeys(name for one in plan.outputs for name in one.column.needs)
    made = rows.made(numbers, [*needs, *(() if "id" in needs else ("id",))])
    shapes = [(one, _shape(one.column, behaviour)) for one in plan.outputs]
    if all(one.key == one.column.needs[0] and not one.column.relations for one in plan.outputs):
        # Rows are what was made, but for a few columns that are said otherwise.
        _reshape(made, shapes)
    else:
        made = [_row(record, shapes) for record in made]
    return _without_nulls(made) if behaviour.coql_nulls == "left_out" else made


def group_rows(rows: Rows, plan: Plan, records: Found, behaviour: ModuleBehaviour) -> list[Row]:
    """Return rows of groups, in the order that was asked for or in that of their columns."""
    counted = [one.key for one in plan.outputs if (one.column.name, one.aggregate) == ("id", "COUNT")]
    if records.certain is not None and not plan.group_by and len(counted) == len(plan.outputs):
        found: list[Row] = [dict.fromkeys(counted, records.certain)]
        return found if records.certain or behaviour.coql_empty_count == "row" else []
    groups = _grouped(rows, plan, list(records.numbers(rows)))
    if not plan.group_by and not groups[0] and behaviour.coql_empty_count == "204":
        return []
    shapes = {one.key: _shape(one.column, behaviour) for one in plan.outputs}
    found = [{one.key: _of_group(one, members, shapes[one.key]) for one in plan.outputs} for members in groups]
    for key, descending in reversed(plan.order_by):
        found.sort(key=_key_of(str(key)), reverse=descending)
    return found


# ── records ──


def _reshape(made: list[Row], shapes: list[tuple[Output, Shape | None]]) -> None:
    for one, shape in shapes:
        if shape is not None:
            for row in made:
                row[one.key] = shape(row[one.key])


def _row(record: Row, shapes: list[tuple[Output, Shape | None]]) -> Row:
    row = {}
    for one, shape in shapes:
        value = one.column.value(record)
        row[one.key] = shape(value) if shape else value
    return row if "id" in row else {**row, "id": record["id"]}


def _without_nulls(rows: list[Row]) -> list[Row]:
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def _shape(column: Column, behaviour: ModuleBehaviour) -> Shape | None:
    """Return what an answer makes of a value, None when it shows it as it is."""
    field = column.field
    if field is None:
        return None
    if field.api_name == "Territories":
        return _territories
    if field.data_type == "multi_module_lookup":
        return lambda value: _only(value, ("module", "id"))
    if column.kind == "reference" or (field.json_type == "jsonobject" and field.data_type in _NAMED):
        is_named = behaviour.coql_lookup_names and field.data_type in _NAMED
        return (lambda value: _only(value, ("name", "id"))) if is_named else _id_alone
    if field.is_rich and behaviour.coql_rich_text == "cut":
        return lambda value: value[:_CUT] if isinstance(value, str) else value
    return None


def _id_alone(value: Any) -> Any:
    # A page has thousands of them, and nothing else is said of an empty one.
    return {"id": value["id"]} if value else value


def _only(value: Any, names: tuple[str, ...]) -> Any:
    return {name: value[name] for name in names if name in value} if isinstance(value, Mapping) else value


def _territories(value: Any) -> Any:
    return [{"name": one["Name"], "id": one["id"]} for one in value] if isinstance(value, list) else value


# ── groups ──


def _grouped(rows: Rows, plan: Plan, numbers: list[int]) -> list[list[Row]]:
    """Return the records of each group; without GROUP BY there is one group, even of nothing."""
    columns = [one.column for one in plan.outputs] + list(plan.group_by)
    needs = tuple(dict.fromkeys(name for column in columns for name in column.needs))
    groups: dict[tuple[Any, ...], list[Row]] = {} if plan.group_by else {(): []}
    for begin in range(0, len(numbers), _BATCH):
        for row in rows.made(numbers[begin : begin + _BATCH], needs):
            groups.setdefault(tuple(column.compared(row) for column in plan.group_by), []).append(row)
    return [groups[key] for key in sorted(groups, key=lambda key: tuple(map(sort_key, key)))]


def _of_group(output: Output, members: list[Row], shape: Shape | None) -> Any:
    column = output.column
    if output.aggregate is None:
        value = column.value(members[0])
        return shape(value) if shape else value
    # What is shown is a value as it was written, what is compared is what it means.
    known = [(compared, column.value(row)) for row in members if (compared := column.compared(row)) is not None]
    return _AGGREGATES[output.aggregate](known)


def _sum(known: list[tuple[Any, Any]]) -> Any:
    return sum(compared for compared, _ in known) if known else None


def _average(known: list[tuple[Any, Any]]) -> Any:
    return _sum(known) / len(known) if known else None


def _least(known: list[tuple[Any, Any]]) -> Any:
    return min(known, key=lambda pair: pair[0])[1] if known else None


def _most(known: list[tuple[Any, Any]]) -> Any:
    return max(known, key=lambda pair: pair[0])[1] if known else None


_AGGREGATES: dict[str, Callable[[list[tuple[Any, Any]]], Any]] = {
    "COUNT": len,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _least,
    "MAX": _most,
}


def _key_of(key: str) -> Callable[[Row], tuple[bool, Any]]:
    def found(row: Row) -> tuple[bool, Any]:
        value = row[key]
        return sort_key(value["id"] if isinstance(value, Mapping) else value)

    return found
