"""record_usage and correct_usage: usage events by command, in one transaction with its acceptance.

Events are judged one by one, as over HTTP: a refused one becomes a dead letter and the others go
on. A correction writes the event's stream and posts nothing; the next rating names it.
"""

from typing import Annotated, Any

from pydantic import Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id
from ledger.commands.usage.recording import record
from ledger.errors import (
    BadValue,
    MissingField,
    NothingChanged,
    Refusal,
    UnknownUsage,
    UsageVoided,
)
from ledger.events import usage as facts
from ledger.events.fact import Fact
from ledger.events.streams import usage_stream
from ledger.ingest.event import event_of
from ledger.metering import take
from ledger.store.mapper import encode
from ledger.store.meta import Meta
from ledger.store.rows import NewFact

EVENTS_MAX = 50_000


class RecordUsage(Command):
    """Record usage events; each is answered for itself."""

    NAME = "record_usage"

    events: Annotated[list[Any], Field(max_length=EVENTS_MAX)]


class CorrectUsage(Command):
    """Replace the whole content of a usage event, or declare it void."""

    NAME = "correct_usage"

    source: Id
    id: Id
    properties: dict[str, Any] | None = None
    void: bool | None = None


def record_usage(command: RecordUsage, context: Context) -> Decision:
    """Decide each event: recorded, known already, or a dead letter."""
    return record(command.events, context)


def correct_usage(command: CorrectUsage, context: Context) -> Decision:
    """Decide the next version of a usage event."""
    if command.reason is None:
        raise MissingField(field="reason", name="reason")
    if command.properties is not None and command.void:
        raise BadValue(field="void", why="A correction has new properties or is void, not both.")
    if command.properties is None and not command.void:
        raise MissingField(field="properties", name="properties")
    history = context.history(usage_stream(command.source, command.id))
    if not history:
        raise UnknownUsage(field="id", id=f"{command.id} of {command.source}")
    last = history[-1]
    if isinstance(last, facts.UsageVoided):
        raise UsageVoided(field="id", id=command.id)
    assert isinstance(last, facts.UsageRecorded | facts.UsageCorrected), last
    fact = _void(last, command.reason) if command.void else _corrected(last, command, context)
    lane = context.account(last.account).opened.lane
    return Decision(elsewhere=[_new_fact(fact, lane, context.meta)])


def _void(last: facts.UsageRecorded | facts.UsageCorrected, reason: str) -> Fact:
    return facts.UsageVoided(
        originator_id=last.originator_id,
        originator_version=last.originator_version + 1,
        timestamp=last.timestamp,
        causes=(last.cause,),
        source=last.source,
        id=last.id,
        account=last.account,
        meter=last.meter,
        reason=reason,
    )


def _corrected(
    last: facts.UsageRecorded | facts.UsageCorrected, command: CorrectUsage, context: Context
) -> Fact:
    """Take from the new content what the meter takes; what equals the old content is refused."""
    properties = _checked(command, last)
    if properties == last.properties:
        raise NothingChanged(field="properties")
    taken = take(context.meter(last.meter), properties)
    assert command.reason is not None, "checked before"
    return facts.UsageCorrected(
        originator_id=last.originator_id,
        originator_version=last.originator_version + 1,
        timestamp=last.timestamp,
        causes=(last.cause,),
        source=last.source,
        id=last.id,
        account=last.account,
        meter=last.meter,
        properties=properties,
        quantity=taken.quantity,
        reason=command.reason,
        key=taken.key,
        dimensions=dict(taken.dimensions),
        subscription=last.subscription,
    )


def _checked(
    command: CorrectUsage, last: facts.UsageRecorded | facts.UsageCorrected
) -> dict[str, Any]:
    """Return the new properties, judged as those of any event."""
    try:
        event = event_of(
            {
                "source": last.source,
                "id": last.id,
                "account": last.account,
                "meter": last.meter,
                "time": "",
                "properties": command.properties,
            }
        )
    except Refusal as error:
        error.field = "properties"
        raise
    return event.properties


def _new_fact(fact: Fact, lane: int, meta: Meta) -> NewFact:
    encoded = encode(fact)
    return NewFact(
        lane,
        fact.originator_id.bytes,
        fact.originator_version,
        encoded.type,
        fact.timestamp,
        encoded.data,
        meta.encode(fact.causes),
    )
