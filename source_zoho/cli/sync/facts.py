"""What is known of a sync when its messages have been read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from source_zoho.ledger import TITLES, Bill, Cost, Place

COMPLETE, INCOMPLETE, UNFINISHED = "complete", "incomplete", "unfinished"


@dataclass
class Stream:
    """
    One stream of a read: its rows by organization (empty: none is named), its time, how it ended, and what was said.

    ``began_ms`` and ``ended_ms`` are epoch milliseconds of the machine that read, 0 when it did not say. ``counted`` is
    how many rows the connector says it sent (None: it does not say). ``failures`` are its own words about what went
    wrong, ``remarks`` those of the log that name it.
    """

    name: str
    rows: Counter[str] = field(default_factory=Counter)
    began_ms: float = 0
    ended_ms: float = 0
    status: str = UNFINISHED
    newest: datetime | None = None
    counted: int | None = None
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def product(self) -> str:
        """The product of Zoho that its name begins with; empty for a stream of something else."""
        first = self.name.partition("_")[0]
        return first if first in TITLES else ""

    @property
    def reasons(self) -> list[str]:
        """Why it brought nothing, or not everything: in its own words, or else in those of the log."""
        return self.failures or self.remarks

    @property
    def lost(self) -> int:
        """How many rows fewer there are than the connector counted, of a stream that was read to its end."""
        return max((self.counted or 0) - self.rows.total(), 0) if self.status == COMPLETE else 0

    @property
    def seconds(self) -> float | None:
        """How long it was read; None when that was not told."""
        return (self.ended_ms - self.began_ms) / 1000 if self.began_ms and self.ended_ms else None


@dataclass
class Sync:
    """
    Everything that a read said, but for the records themselves.

    ``names`` are those of organizations, by id, and ``crm_name`` that of the CRM's. ``strange`` counts lines that are
    no messages, and messages of types that nobody knows; ``is_cut_off`` tells that the last line is half a message, and
    ``bills`` how many reads said what they cost.
    """

    streams: dict[str, Stream] = field(default_factory=dict)
    bill: Bill | None = None
    names: dict[str, str] = field(default_factory=dict)
    crm_name: str = ""
    warnings: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    strange: Counter[str] = field(default_factory=Counter)
    is_cut_off: bool = False
    bills: int = 0

    @property
    def messages(self) -> int:
        """How many messages there are."""
        return self.kinds.total()

    @property
    def began_ms(self) -> float:
        """When the first stream began, 0 when no stream says so."""
        return min((each.began_ms for each in self.streams.values() if each.began_ms), default=0)

    @property
    def ended_ms(self) -> float:
        """When the last stream that says so began or ended."""
        return max((max(each.began_ms, each.ended_ms) for each in self.streams.values()), default=0)

    @property
    def ended(self) -> datetime | None:
        """The instant of that."""
        return datetime.fromtimestamp(self.ended_ms / 1000, UTC) if self.ended_ms else None

    @property
    def costs(self) -> Mapping[Place, Cost]:
        """What the read cost; nothing when it does not say."""
        return self.bill.costs if self.bill else {}

    @property
    def organization_ids(self) -> list[str]:
        """The organizations that rows name, in order."""
        return sorted({each for stream in self.streams.values() for each in stream.rows if each})

    def of(self, name: str) -> Stream:
        """Return the stream *name*, which need not have been heard of."""
        return self.streams.setdefault(name, Stream(name))
