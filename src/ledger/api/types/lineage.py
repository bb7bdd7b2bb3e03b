"""Lineage as a flat graph: nodes and links, so that no query has to be as deep as the story."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import about
from ledger.lineage import Node, UsageSetView


@strawberry.type(description="A usage event behind a charge.")
class LineageEvent:
    """One event of a usage set."""

    source: str = about("Who sent it.")
    id: strawberry.ID = about("Its id at the source.")
    lane: int = about("The lane of its fact.")
    position: Long = about("The position of its fact.")
    version: int = about("The version that counted.")
    occurred_at: datetime = about("When it happened.")
    quantity: Decimal = about("What its meter took from it.")


@strawberry.type(description="A usage set: exactly which facts a charge was made of.")
class LineageUsage:
    """A usage set with a page of its events, by time, then position."""

    charge: str = about("The charge that was made of it.")
    lane: int = about("The usage lane.")
    account: str = about("The account that used.")
    meter: str = about("The meter.")
    window_from: datetime = about("Usage counts from here.")
    window_to: datetime = about("Usage counts up to here, exclusive.")
    to_position: Long = about("The last position of the lane that was looked at.")
    count: Long = about("The events that count.")
    quantity: Decimal = about("Their quantity.")
    facts: Long = about("The facts in range, of every version.")
    digest: str = about("SHA-256 (hex) over the leaves of those facts.")
    proven: bool | None = about(
        "Whether all that was computed again and found equal; null: unasked."
    )
    events: list[LineageEvent] = about("A page of the events.")
    after: str | None = about("Continue the events after this; null at the end.")


@strawberry.type(description="A name and a value.")
class Detail:
    """One thing to know about a node."""

    name: str = about("What it is.")
    value: str = about("Its value, as text.")


@strawberry.type(
    description="A step of the story: a line, an entry, a document, a charge, a price."
)
class LineageNode:
    """One node; the fact behind it stands in the log at (lane, position)."""

    ref: strawberry.ID = about("The node within this answer.")
    kind: str = about("journal_line, journal_entry, invoice_line, charge, usage_set, price, …")
    id: str = about("Its own id, such as an invoice number.")
    lane: int | None = about("The lane of the fact behind it.")
    position: Long | None = about("The position of that fact.")
    type: str | None = about("The type of that fact.")
    detail: list[Detail] = about("What a reader wants to see of it.")
    usage: LineageUsage | None = about("The usage set, where it is one or is made of one.")


@strawberry.type(description="That one node came from another.")
class LineageLink:
    """A link of the graph, from effect to cause."""

    effect: strawberry.ID = about("The node that came about.")
    cause: strawberry.ID = about("The node that it came from.")


@strawberry.type(description="Where a line came from, or what a usage event led to.")
class Lineage:
    """A connected graph around one node."""

    root: strawberry.ID = about("The node that was asked for.")
    nodes: list[LineageNode] = about("Every node once, the root first.")
    links: list[LineageLink] = about("How they are linked.")
    as_of: AsOf | None = about("What this answer knows of the books.")


def graph(root: Node, *, down: bool, as_of: AsOf | None) -> Lineage:
    """Flatten a tree of nodes; a node that is reached twice stands once."""
    nodes: dict[str, LineageNode] = {}
    links: dict[tuple[str, str], LineageLink] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        ref = _ref(node)
        nodes.setdefault(ref, _flat(node))
        for other in node.links:
            pair = (ref, _ref(other)) if down else (_ref(other), ref)
            links[pair] = LineageLink(effect=strawberry.ID(pair[0]), cause=strawberry.ID(pair[1]))
            waiting.append(other)
    return Lineage(
        root=strawberry.ID(_ref(root)),
        nodes=list(nodes.values()),
        links=list(links.values()),
        as_of=as_of,
    )


def usage_of(view: UsageSetView) -> LineageUsage:
    """Return a usage set as the schema shows it."""
    return LineageUsage(
        charge=view.charge,
        lane=view.lane,
        account=view.account,
        meter=view.meter,
        window_from=view.window_from,
        window_to=view.window_to,
        to_position=Long(view.to_position),
        count=Long(view.count),
        quantity=view.quantity,
        facts=Long(view.facts),
        digest=view.digest,
        proven=view.proven,
        events=_as_is(view.events),
        after=view.after,
    )


def _flat(node: Node) -> LineageNode:
    return LineageNode(
        ref=strawberry.ID(_ref(node)),
        kind=node.kind,
        id=node.id,
        lane=node.lane,
        position=None if node.position is None else Long(node.position),
        type=node.type,
        detail=[Detail(name=name, value=value) for name, value in node.detail.items()],
        usage=usage_of(node.usage) if node.usage else None,
    )


def _ref(node: Node) -> str:
    return f"{node.kind}:{node.id}"


def _as_is(events: Any) -> list[LineageEvent]:
    """Return events as they are: their attributes are the fields."""
    return list(events)
