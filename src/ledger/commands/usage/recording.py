"""Usage events of a command on their way into the log: the same checks as every other way in.

The bulk ways share a flush; a command appends its events itself, so that they and its acceptance
are one transaction. What another writer records meanwhile makes the append fail and start over.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import orjson

from ledger.clock import utc_now
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.errors import BadSchema, BadValue, IdConflict
from ledger.events.streams import stream
from ledger.events.usage import UsageReceived, UsageRecorded
from ledger.ingest.answer import Rejection, Tally
from ledger.ingest.chunk import Chunk
from ledger.ingest.cloudevents import glimpse
from ledger.ingest.directory import Directory
from ledger.ingest.event import Event, Raw, event_of_json
from ledger.ingest.form import Form
from ledger.ingest.prepare import Clocked
from ledger.ingest.standing import Standing, standings
from ledger.store import dead_letters
from ledger.store.database import Role
from ledger.store.dead_letters import DeadLetter, clean
from ledger.store.flush import Item, Reject
from ledger.store.mapper import encode, moment
from ledger.store.rows import NewFact

FALLBACK_LANE = 1
FIELDS = frozenset({"source", "id", "account", "meter", "time", "properties", "subscription"})


def record(events: Sequence[Any], context: Context) -> Decision:
    """Decide what becomes of each event, in the order given."""
    ledger = context.ledger
    chunk = Chunk.read(COMMAND, 0, [_raw(event, index) for index, event in enumerate(events)])
    directory = Directory(ledger.db)
    directory.load(chunk.accounts(), chunk.meters())
    clocked = Clocked.at(context.now, ledger.settings.usage_ahead_days)
    batch = chunk.prepare(directory, clocked, b"")
    with ledger.db.transaction(Role.WRITER) as tx:
        found = standings(tx, batch.items)
    sorted_ = list(zip(batch.items, found, strict=True))
    new = [item for item, standing in sorted_ if standing is Standing.NEW]
    known = [item for item, standing in sorted_ if standing is Standing.DUPLICATE]
    refused = [*batch.rejects, *(_conflict(i) for i, s in sorted_ if s is Standing.CONFLICT)]
    counts = _received(known, refused)
    letters = list(_letters(refused, counts))
    return Decision(
        elsewhere=[_recorded(item, context) for item in new]
        + [_counted(fact, context) for fact in counts.values()],
        inside=(lambda tx: dead_letters.insert(tx, letters)) if letters else None,
        usage=_tally(len(new), len(known), refused),
    )


def _read(raw: Raw) -> Event:
    """Read an event; what is no field of one is refused, as in any command."""
    event = event_of_json(raw)
    if unknown := sorted(orjson.loads(raw).keys() - FIELDS):
        raise BadSchema(field=unknown[0], why=f"There is no field {unknown[0]:.40} in an event.")
    return event


def _glimpse(raw: Raw) -> dict[str, str]:
    """Return the source, id and account of a refused event, as far as they can be told."""
    told = glimpse(raw)
    fields = orjson.loads(raw)
    account = fields.get("account") if isinstance(fields, dict) else None
    told.pop("account", None)
    return told | ({"account": account} if isinstance(account, str) else {})


COMMAND = Form("command", _read, _glimpse)


def _raw(event: Any, index: int) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:
        raise BadValue(
            field=f"events.{index}", why="The event holds a value that JSON cannot carry."
        ) from None


def _conflict(item: Item) -> Reject:
    detail = IdConflict(id=item.id, source=item.source).message
    return Reject(item.at, item.source, item.id, item.account, IdConflict.code, detail, item.raw)


def _recorded(item: Item, context: Context) -> NewFact:
    return NewFact(
        item.lane,
        item.stream,
        1,
        UsageRecorded.TYPE,
        moment(item.stamp),
        item.data,
        context.meta.encode(),
    )


def _received(known: Sequence[Item], refused: Sequence[Reject]) -> dict[str, UsageReceived]:
    """Return the counts of what was not accepted, by source; the day is that of the database."""
    duplicates = Counter(clean(item.source) for item in known)
    codes: dict[str, Counter[str]] = {}
    for reject in refused:
        codes.setdefault(clean(reject.source), Counter())[reject.code] += 1
    now = utc_now()
    return {
        source: UsageReceived(
            originator_id=stream("received", uuid4().hex),
            originator_version=1,
            timestamp=now,
            source=source,
            day=now.date().isoformat(),
            duplicate=duplicates[source],
            dead_lettered=dict(codes.get(source, {})),
        )
        for source in sorted({*duplicates, *codes})
    }


def _counted(fact: UsageReceived, context: Context) -> NewFact:
    encoded = encode(fact)
    return NewFact(
        FALLBACK_LANE,
        fact.originator_id.bytes,
        1,
        encoded.type,
        fact.timestamp,
        encoded.data,
        context.meta.encode(),
    )


def _letters(refused: Sequence[Reject], counted: dict[str, UsageReceived]) -> Iterator[DeadLetter]:
    for reject in refused:
        source = clean(reject.source)
        fact = counted[source]
        yield DeadLetter(
            id=uuid4(),
            lane=FALLBACK_LANE,
            flush=fact.originator_id,
            source=source,
            day=fact.timestamp.date(),
            event_id=None if reject.id is None else clean(reject.id),
            account=None if reject.account is None else clean(reject.account),
            code=reject.code,
            detail=clean(reject.detail),
            format=COMMAND.name,
            raw=reject.raw,
            received_at=fact.timestamp,
        )


def _tally(accepted: int, duplicate: int, refused: Sequence[Reject]) -> Tally:
    tally = Tally(accepted, duplicate)
    for reject in sorted(refused, key=lambda reject: reject.at):
        tally.reject(Rejection(reject.at, reject.id, reject.code, reject.detail))
    return tally
