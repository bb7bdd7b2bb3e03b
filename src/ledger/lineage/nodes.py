"""A lineage answer: a tree of nodes, each a fact or a part of one, and how it becomes JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from ledger.money import plain

Direction = Literal["causes", "effects"]


@dataclass(frozen=True)
class EventRef:
    """One version of a usage event that a charge counted."""

    source: str
    id: str
    lane: int
    position: int
    version: int
    type: str
    occurred_at: datetime
    quantity: Decimal


@dataclass(frozen=True)
class UsageSetView:
    """The usage set of a charge as the charge states it, and one page of its events.

    ``proven`` tells whether count, quantity, facts and digest came out equal when the set was
    computed again; it is None when nobody asked. ``after`` is the cursor of the next page.
    """

    charge: str
    lane: int
    account: str
    meter: str
    window_from: datetime
    window_to: datetime
    to_position: int
    count: int
    quantity: Decimal
    facts: int
    digest: str
    events: tuple[EventRef, ...] = ()
    after: str | None = None
    proven: bool | None = None


@dataclass(frozen=True)
class Node:
    """One step of the walk. ``links`` are its causes on the way down, its effects on the way up."""

    kind: str
    id: str
    lane: int | None = None
    position: int | None = None
    type: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    usage: UsageSetView | None = None
    links: tuple["Node", ...] = ()


def as_json(node: Node, direction: Direction) -> dict[str, Any]:
    """Return a tree in the shape of the contract: kind, id, lane, position, type, …, causes."""
    links = [as_json(link, direction) for link in node.links]
    shape: dict[str, Any] = {
        "kind": node.kind,
        "id": node.id,
        "lane": node.lane,
        "position": node.position,
        "type": node.type,
        **node.detail,
    }
    if node.usage is not None:
        shape |= _usage_json(node.usage)
        links += [_event_json(event, direction) for event in node.usage.events]
    return {**shape, direction: links}


def moment(at: datetime) -> str:
    """Write a time as the contract does: RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")


def _usage_json(usage: UsageSetView) -> dict[str, Any]:
    return {
        "account": usage.account,
        "meter": usage.meter,
        "from": moment(usage.window_from),
        "to": moment(usage.window_to),
        "to_position": usage.to_position,
        "count": usage.count,
        "quantity": plain(usage.quantity),
        "facts": usage.facts,
        "digest": usage.digest,
        "proven": usage.proven,
        "next": usage.after,
    }


def _event_json(event: EventRef, direction: Direction) -> dict[str, Any]:
    return {
        "kind": "usage_event",
        "source": event.source,
        "id": event.id,
        "lane": event.lane,
        "position": event.position,
        "type": event.type,
        "version": event.version,
        "time": moment(event.occurred_at),
        "quantity": plain(event.quantity),
        direction: [],
    }
