"""What do people do to a module while it is read, and what may a read have seen of it?"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from integration_tests.builders import Record
from integration_tests.crm.builders import ROOT_PATH, record_now
from source_zoho.emulator import Emulator


@dataclass
class Meanwhile:
    """
    Edits, adds and deletes records of *module* before every *every*-th call for it, and remembers every version.

    Calls for it go to its own path, or to *paths*.

    An edit writes the same text into all *fields*, which should lie in different groups of fields: a record with two
    texts is half old and half new.
    """

    zoho: Emulator
    module: str
    fields: tuple[str, ...]
    every: int = 4
    deletes: bool = True
    seed: int = 1
    paths: tuple[str, ...] = ()
    versions: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    deleted: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random, self._edits, self._plans = random.Random(self.seed), 0, True
        for record_id in self.zoho.crm.ids(self.module):
            self.versions[record_id].append(record_now(self.zoho, self.module, record_id))
        self.at_the_beginning = set(self.versions)
        for path in self.paths or (f"{ROOT_PATH}/{self.module}",):
            self._plan(self.zoho, path)

    def stop(self) -> None:
        """Let the module be from now on."""
        self._plans = False

    @property
    def lived_through(self) -> set[str]:
        """Return the ids of the records that were there all the time."""
        return self.at_the_beginning - self.deleted

    @property
    def edited(self) -> set[str]:
        """Return the ids of the records that were edited."""
        return {record_id for record_id, versions in self.versions.items() if len(versions) > 1}

    def half_new(self, rows: dict[str, Record]) -> list[str]:
        """Return the ids of *rows* that are no version that Zoho ever had."""
        return [name for name, row in rows.items() if row not in self.versions[name]]

    def _plan(self, zoho: Emulator, path: str) -> None:
        zoho.on_call(self.every, lambda zoho: self._act(zoho, path), path=path)

    def _act(self, zoho: Emulator, path: str) -> None:
        if not self._plans:
            return
        ids = sorted(self.versions.keys() - self.deleted)
        for record_id in self._random.sample(ids, 4):
            self._edits += 1
            zoho.crm.edit(self.module, record_id, **dict.fromkeys(self.fields, f"edit {self._edits}"))
            self.versions[record_id].append(record_now(zoho, self.module, record_id))
        made = zoho.crm.add(self.module)
        self.versions[made].append(record_now(zoho, self.module, made))
        self.added.add(made)
        if self.deletes:
            gone = self._random.choice(ids)
            zoho.crm.delete(self.module, gone)
            self.deleted.add(gone)
        zoho.clock.advance(seconds=self._random.choice([0, 0, 1, 3]))
        self._plan(zoho, path)
