"""Facts to and from what the log stores: a type of ours, canonical data, and causes.

Rules of versions and types live here: a stored type is lifted to its current record when it is
read. ``FactMapper`` is the eventsourcing library's mapper over the same two functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from ledger.errors import UnreadableFact
from ledger.events import (  # noqa: F401 (each registers its records)
    billing,
    cash,
    catalog,
    charges,
    chart,
    command,
    credit,
    disputes,
    dunning,
    erp,
    intercompany,
    journal,
    limits,
    losses,
    periods,
    receivables,
    revaluation,
    revenue,
    statements,
    subscriptions,
    usage,
)
from ledger.events.fact import ENVELOPE, Cause, Fact, lift
from ledger.store.canonical import canonical, microseconds, moment_text, no_floats

SPARSE = frozenset({"usage.recorded", "usage.corrected"})  # the hot path leaves empty fields out


@dataclass(frozen=True)
class Encoded:
    """A fact in stored form, without its place."""

    type: str
    data: bytes
    causes: tuple[Cause, ...]


def encode(fact: Fact) -> Encoded:
    """Return a fact's stored form. Raises ``BadValue`` for what cannot be stored."""
    names, loose = _fields(type(fact))  # type: ignore[arg-type]
    data = {name: getattr(fact, name) for name in names}
    for name in loose:
        no_floats(data[name])
    if fact.TYPE.partition("/")[0] in SPARSE:
        data = {name: value for name, value in data.items() if value is not None and value != {}}
    return Encoded(fact.TYPE, canonical(data), fact.causes)


def decode(
    type_: str,
    data: dict[str, Any],
    stream: UUID,
    version: int,
    occurred_at: datetime,
    causes: Sequence[Mapping[str, Any]] = (),
) -> Fact:
    """Return the fact in its current shape, lifted from the version it was stored in."""
    try:
        cls, lifted = lift(type_, data)
        envelope = {
            "originator_id": stream,
            "originator_version": version,
            "timestamp": occurred_at,
            "causes": causes,
        }
        return msgspec.convert({**lifted, **envelope}, cls)
    except (KeyError, ValueError, msgspec.ValidationError) as error:
        raise UnreadableFact(stream=stream, version=version, why=f"{type_}: {error}") from error


@dataclass(frozen=True)
class StoredFact(StoredEvent):
    """A stored event on its way to the log, beside its state the parts that it was joined from."""

    encoded: Encoded
    occurred_at: datetime


class FactMapper(Mapper[UUID]):
    """The library's mapper for our facts: the topic is our type, the state canonical JSON."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredFact:
        """Return a fact as the library stores it."""
        assert isinstance(domain_event, Fact), domain_event
        encoded = encode(domain_event)
        occurred_at = moment_text(microseconds(domain_event.timestamp))
        state = join_state(canonical(encoded.causes), encoded.data, occurred_at)
        return StoredFact(
            domain_event.originator_id,
            domain_event.originator_version,
            encoded.type,
            state,
            encoded,
            domain_event.timestamp,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Return the fact the library read."""
        assert isinstance(stored_event.originator_id, UUID)
        state = orjson.loads(stored_event.state)
        return decode(
            stored_event.topic,
            state["data"],
            stored_event.originator_id,
            stored_event.originator_version,
            datetime.fromisoformat(state["occurred_at"]),
            state["causes"],
        )


def join_state(causes: bytes, data: bytes, occurred_at: str) -> bytes:
    """Return the state of a stored event: canonical JSON of these three, by joining them."""
    return b'{"causes":%b,"data":%b,"occurred_at":"%b"}' % (causes, data, occurred_at.encode())


def split_state(state: bytes) -> tuple[bytes, bytes, datetime]:
    """Undo ``join_state``: causes hold no text but UUIDs, and a time has 27 characters."""
    causes, _, rest = state.removeprefix(b'{"causes":').partition(b'],"data":')
    tail = len(b',"occurred_at":"') + 27 + len(b'"}')
    return causes + b"]", rest[:-tail], datetime.fromisoformat(rest[-29:-2].decode())


def moment(stamp: int) -> datetime:
    """Return microseconds since 1970 as a time in UTC, exactly."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stamp)


@cache  # by type; there are few
def _fields(cls: type[Fact]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a record's data fields, and of those that could hide a float."""
    hints = get_type_hints(cls)
    names = tuple(field.name for field in fields(cls) if field.name not in ENVELOPE)
    return names, tuple(name for name in names if "Any" in str(hints[name]))
