"""
Which tags does a record have, whichever way it came?

Lists give a tag with its id, its name and its colour. A file gives the names alone, and the tags of the module tell the
rest: https://www.zoho.com/crm/developer/docs/api/v8/get-tag-list.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from source_zoho.crm.cells import UNSURE, Reader, choices_reader
from source_zoho.crm.values import mappings, text

Tag = dict[str, Any]
# The tags of a module, as Zoho lists them; they are asked for when a file has some.
TagsOf = Callable[[], Iterable[Mapping[str, Any]]]
_KEYS = ("name", "id", "color_code")


class TagReader:
    """Reads tags as records have them: by name, id and colour, in the order of their ids."""

    def __init__(self, listed: TagsOf = tuple) -> None:
        self._listed = listed

    def __call__(self, value: Any) -> Any:
        """Return the tags that *value* says, a list or a text with names; UNSURE where it leaves something open."""
        if isinstance(value, list):
            tags = [_tag(each) for each in value]
            return UNSURE if None in tags else _in_order(filter(None, tags))
        names = self._names(value) if isinstance(value, str) else UNSURE
        return UNSURE if names is UNSURE else _in_order(self._by_name[name] for name in names or ())

    @cached_property
    def _by_name(self) -> Mapping[str, Tag]:
        known = [_tag(each) for each in mappings(self._listed())]
        return {tag["name"]: tag for tag in known if tag}

    @cached_property
    def _names(self) -> Reader:
        return choices_reader(frozenset(self._by_name))


def _tag(said: Any) -> Tag | None:
    """Return the tag that *said* is, None when something of it is missing."""
    if not isinstance(said, Mapping) or not all(key in said for key in _KEYS):
        return None
    name, tag_id = text(said["name"]), text(said["id"])
    return {"name": name, "id": tag_id, "color_code": said["color_code"]} if name and tag_id else None


def _in_order(tags: Iterable[Tag]) -> list[Tag] | None:
    return sorted(tags, key=lambda tag: (len(tag["id"]), tag["id"])) or None
