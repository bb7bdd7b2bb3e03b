"""What ingest hands to the group commit, and what it gets back."""

from dataclasses import dataclass

import msgspec


class Prepared(msgspec.Struct, gc=False):
    """A usage event that was proven storable: the first fact of its stream.

    ``stamp`` is when it happened, in microseconds since 1970; ``data`` is canonical JSON. The rest
    is what a dead letter needs if the stream turns out to hold other content.
    """

    lane: int
    stream: bytes
    stamp: int
    data: bytes
    source: str
    id: str
    account: str
    raw: bytes
    form: str


class Refused(msgspec.Struct, gc=False):
    """An event that cannot become a fact: a dead letter, counted under its source.

    Every text is free of U+0000. ``form`` says how to read ``raw`` again.
    """

    lane: int
    source: str
    event_id: str | None
    account: str | None
    code: str
    detail: str
    form: str
    raw: bytes


class Batch(msgspec.Struct, gc=False):
    """Some events of one sender, in their order, and the meta of their facts."""

    events: list[Prepared]
    refused: list[Refused]
    meta: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, once committed; ``conflicts`` are places in its events."""

    accepted: int
    duplicate: int
    conflicts: tuple[int, ...] = ()
