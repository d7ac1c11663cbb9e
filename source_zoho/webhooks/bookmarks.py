"""How far have events been read, and is that a place in this store?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from source_zoho.webhooks.store import EventStore

SEQUENCE, STORE = "sequence", "store"  # in a state


@dataclass(frozen=True, slots=True)
class Bookmark:
    """
    Events were heeded up to ``sequence`` of the store that knows it by the identity ``store``.

    Up to version 0.5.0 states did not name the store: such a bookmark is believed, as long as there is such a sequence.
    """

    sequence: int = 0
    store: str = ""

    @classmethod
    def of(cls, note: object) -> Self | None:
        """Return what *note* of a state says, or None when it says nothing that can be relied on."""
        found = note if isinstance(note, Mapping) else {}
        sequence, store = whole(found.get(SEQUENCE)), found.get(STORE, "")
        return cls(sequence, store) if sequence is not None and isinstance(store, str) else None

    @classmethod
    def at(cls, store: EventStore, sequence: int) -> Self:
        """Return the bookmark at *sequence* of *store*."""
        return cls(sequence, store.identity(sequence))

    def is_in(self, store: EventStore) -> bool:
        """Tell whether what *store* gave out up to this sequence is what was read."""
        if self.sequence > store.last_sequence():
            return False
        return not self.store or self.store == store.identity(self.sequence)

    def note(self) -> dict[str, Any]:
        """Return this as JSON for a state."""
        return {SEQUENCE: self.sequence, **({STORE: self.store} if self.store else {})}


def whole(value: object) -> int | None:
    """Return *value* if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def store_in(state: Mapping[str, Any]) -> str:
    """Return which store *state* names: none, if an earlier version wrote it."""
    return str(state.get(STORE) or "")
