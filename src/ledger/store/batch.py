"""What callers hand to the group commit of usage, and what they get back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct as Record

from ledger.events.usage import UsageRecorded
from ledger.store.rows import Group, by_lane, pack

RECORDED = UsageRecorded.TYPE


class Item(Record, frozen=True, gc=False):
    """An event that is storable and complete. ``at`` is its index in the caller's batch.

    ``stamp`` is its time in microseconds since 1970, ``data`` its canonical JSON, ``raw`` the
    bytes that are kept should it turn out to be a conflict.
    """

    at: int
    source: str
    id: str
    account: str
    lane: int
    stream: bytes
    stamp: int
    data: bytes
    raw: bytes


class Reject(Record, frozen=True, gc=False):
    """An event that was refused before it came here, or an item that is a conflict."""

    at: int
    source: str
    id: str | None
    account: str | None
    code: str
    detail: str
    raw: bytes


@dataclass(frozen=True)
class Batch:
    """The events of one caller: answered together, after the flush that holds them committed."""

    items: Sequence[Item]
    meta: bytes
    format: str
    rejects: Sequence[Reject] = ()

    def __len__(self) -> int:
        return len(self.items) + len(self.rejects)

    @cached_property
    def groups(self) -> list[Group]:
        """The rows of the items by lane, packed by whoever asks first.

        That had better be the thread that made the items, while its core's cache holds them: later
        and in another thread packing took twice as long.
        """
        return by_lane(
            [
                pack(one.lane, one.stream, 1, RECORDED, one.stamp, one.data, self.meta)
                for one in self.items
            ]
        )


@dataclass
class Outcome:
    """What became of a batch: counts, the rejects by index (conflicts among them), and the heads
    that now hold it."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Reject] = field(default_factory=list)
    conflicts: int = 0
    heads: dict[int, int] = field(default_factory=dict)
