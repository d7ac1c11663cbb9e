"""Which values does a field have that are made of other records, users, tags or files?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from source_zoho.emulator import words

from .values import Maker

if TYPE_CHECKING:
    from .spec import Field
    from .world import CrmWorld

_COLOURS = ("#57B1FD", "#F17574", "#63C57E", None)
# Children of a record are its neighbours in number: two of each parent.
CHILDREN = 2


def linked_maker(field: Field, module: str, world: CrmWorld) -> Maker | None:
    """Return what makes the values of a field, None for fields that are made otherwise."""
    if field.data_type == "lookup":
        return _lookup(field, world)
    if field.data_type == "multi_module_lookup":
        return _any_of(field, world, "full")
    if field.data_type == "layout":
        return lambda _, __: world.layout(module)
    if field.data_type in ("ownerlookup", "userlookup"):
        return lambda r, _: world.user(r)
    make = _FACTORIES.get(field.data_type)
    return make(world) if make else None


def tags(world: CrmWorld) -> Maker:
    """Make the list of a record's tags: the field is called text and holds an array."""
    return lambda r, _: [_tag(world, r >> shift) for shift in range(r % 3)]


def se_module(field: Field) -> Maker:
    """Tell which module a lookup that reaches several of them means."""
    targets = field.options["parents"].split("|")
    return lambda r, _: targets[r % len(targets)]


def _lookup(field: Field, world: CrmWorld) -> Maker:
    if "parents" in field.options:
        return _any_of(field, world, "named" if "named" in field.options else "plain")
    target = field.options.get("to", "")
    if not target:
        return lambda r, _: {"id": world.foreign_id(3, r % 5), "name": words.REGIONS[r % 4]}
    if "parent" in field.options:
        return lambda _, n: world.reference(target, n // CHILDREN)
    return lambda r, _: world.reference(target, r)


def _any_of(field: Field, world: CrmWorld, style: str) -> Maker:
    targets = field.options["parents"].split("|")

    def make(r: int, _number: int) -> object:
        target = targets[r % len(targets)]
        reference = world.reference(target, r // 8)
        if reference is None or style == "plain":
            return reference
        return {**reference, "module": {"api_name": target, "id": world.module_id(target)}}

    return make


def _tag(world: CrmWorld, r: int) -> dict[str, object]:
    number = r % len(words.OPTIONS)
    return {"name": words.OPTIONS[number], "id": world.foreign_id(1, number), "color_code": _COLOURS[number % 4]}


def _consent(world: CrmWorld) -> Maker:
    return lambda r, _: {"id": world.foreign_id(2, r % 999), "name": f"Consent {r % 999}"}


def _tax(world: CrmWorld) -> Maker:
    return lambda r, _: [{"id": world.foreign_id(4, r % 4), "value": f"{words.TAXES[r % 4]} - {5 + r % 4}.0 %"}]


def _line_tax(world: CrmWorld) -> Maker:
    return lambda r, _: [
        {
            "id": world.foreign_id(4, r % 4),
            "name": words.TAXES[r % 4],
            "display_name": words.TAXES[r % 4],
            "percentage": 5 + r % 4,
            "value": r % 10_000 / 100,
        }
    ]


def _territories(world: CrmWorld) -> Maker:
    return lambda r, _: [
        {
            "id": world.foreign_id(3, r % 4),
            "Name": words.REGIONS[r % 4],
            "$assigned": "Automatic" if r & 8 else "Manual",
        }
    ]


def _named(kind: int, name: str) -> Callable[[CrmWorld], Maker]:
    return lambda world: lambda r, _: {"id": world.foreign_id(kind, r % 7), "name": f"{name} {r % 7}"}


def _file(world: CrmWorld) -> Maker:
    return lambda r, _: [
        {
            "id": world.foreign_id(7, r % 10**6 + place),
            "File_Id__s": f"{r:016x}{place:04x}",
            "File_Name__s": f"scan {place}.pdf",
            "Size__s": str(r % 10**7),
            "Owner__s": world.user(r),
            "Created_Time__s": world.stamp(world.end - r % 10**7),
        }
        for place in range(1 + r % 2)
    ]


def _image(world: CrmWorld) -> Maker:
    return lambda r, _: [
        {
            "id": world.foreign_id(8, r % 10**6),
            "File_Id__s": f"{r:016x}aa",
            "Preview_Id__s": f"{r:016x}bb",
            "File_Name__s": "photo.jpeg",
            "Description__s": None,
            "Sequence_Number__s": 1,
            "State__s": "PROCESSED",
            "Size__s": r % 10**6,
        }
    ]


def _participants(world: CrmWorld) -> Maker:
    def make(r: int, _number: int) -> object:
        user = world.user(r)
        base = {"invited": bool(r & 1), "status": "not_known"}
        guest = {
            "participant": user["id"],
            "type": "user",
            "name": user["name"],
            "Email": user["email"],
            "id": user["id"],
        }
        return [
            {**guest, **base},
            {
                "participant": f"g{r % 99}@example.com",
                "type": "email",
                "name": None,
                "Email": None,
                "id": world.foreign_id(9, r % 999),
                **base,
            },
        ]

    return make


_FACTORIES: dict[str, Callable[[CrmWorld], Maker]] = {
    "consent_lookup": _consent,
    "tax": _tax,
    "linetax": _line_tax,
    "territories": _territories,
    "widget": _named(5, "Gadget"),
    "wizard": _named(6, "Guide"),
    "fileupload": _file,
    "imageupload": _image,
    "participants": _participants,
}
