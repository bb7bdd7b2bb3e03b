"""One flush of usage: look up, tell duplicates and conflicts, append, count, answer.

``prepare`` does everything that needs no lock, so that the next flush is prepared while this one
copies. ``commit`` looks again, under the lock, at what came to the log in between, and appends the
events, the dead letters and their counts in one transaction.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from ledger.errors import IdConflict
from ledger.events.streams import stream
from ledger.events.usage import UsageReceived, UsageRecorded
from ledger.store import append, dead_letters, known
from ledger.store.batch import Batch, Item, Outcome, Reject
from ledger.store.database import Database, Role, Transaction
from ledger.store.dead_letters import DeadLetter, clean
from ledger.store.known import Known
from ledger.store.mapper import encode, moment
from ledger.store.meta import meta
from ledger.store.rows import Group, NewFact, Packed

RECORDED = UsageRecorded.TYPE
CONFLICT = IdConflict.code


@dataclass
class Prepared:
    """A flush that was looked up at ``heads``, or not: then ``firsts`` is None and all is new."""

    batches: Sequence[Batch]
    groups: list[Group]
    firsts: dict[bytes, Item] | None = None
    seen: dict[bytes, Known] = field(default_factory=dict)
    heads: dict[int, int] = field(default_factory=dict)


def prepare(database: Database, batches: Sequence[Batch], *, look_up: bool = True) -> Prepared:
    """Look up which events are known and leave them out.

    Without the look-up all are taken as new, and ``commit`` finds out if one is not. Nothing is
    touched then but whole groups: going over every event costs more than it seems, because by
    now none is in the core's cache.
    """
    groups = [group for batch in batches for group in batch.groups]
    if not look_up:
        return Prepared(batches, groups)
    firsts: dict[bytes, Item] = {}
    repeated = 0
    for batch in batches:
        for item in batch.items:
            repeated += firsts.setdefault(item.stream, item) is not item
    with database.transaction(Role.WRITER) as tx:
        heads = tx.heads()  # before the look-up: what it cannot see lies above
        seen = known.seen(tx, firsts) if firsts else {}
    if repeated:
        groups = _without_repeats(groups, firsts)
    return Prepared(batches, _without(groups, seen), firsts, seen, heads)


def _without(groups: list[Group], seen: Collection[bytes]) -> list[Group]:
    if not seen:
        return groups
    return [(lane, [row for row in rows if row.stream not in seen]) for lane, rows in groups]


def _without_repeats(groups: list[Group], firsts: dict[bytes, Item]) -> list[Group]:
    """Keep the row of each stream's first item: the first one in that item's lane."""
    taken: set[bytes] = set()
    kept: list[Group] = []
    for lane, rows in groups:
        fresh = []
        for row in rows:
            if row.stream not in taken and firsts[row.stream].lane == lane:
                taken.add(row.stream)
                fresh.append(row)
        kept.append((lane, fresh))
    return kept


def commit(database: Database, flush: Prepared) -> list[Outcome]:
    """Append a flush and return what became of each of its batches.

    Raises ``VersionConflict`` when a stream is there that was not looked up, or not in that lane;
    prepare the flush again then, with a look-up.
    """
    with database.transaction(Role.WRITER) as tx:
        lanes = {lane for lane, rows in flush.groups if rows} or {1}
        heads, recorded_us = append.lock(tx, lanes)
        came = _came_meanwhile(tx, flush, heads)
        sorted_ = _sort(flush, flush.seen | came)
        groups = [group for group in _without(flush.groups, came) if group[1]]
        losses = _record_losses(tx, sorted_, min(lanes), recorded_us)
        if losses:
            groups.append((min(lanes), losses))
        ends = append.write(tx, groups, heads, recorded_us) if groups else heads
    for outcome in sorted_.outcomes:
        outcome.heads = ends
    return sorted_.outcomes


def _came_meanwhile(tx: Transaction, flush: Prepared, heads: dict[int, int]) -> dict[bytes, Known]:
    """Look again at what was appended between the look-up and the lock."""
    came: dict[bytes, Known] = {}
    if not flush.firsts:
        return came
    for lane, head in heads.items():
        if head > flush.heads[lane]:
            came |= known.seen_above(tx, flush.firsts, lane, flush.heads[lane])
    return came


@dataclass
class Sorted:
    """A flush told apart: an outcome per batch, duplicates and refused events by source."""

    outcomes: list[Outcome] = field(default_factory=list)
    duplicates: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, Reject]] = field(default_factory=list)  # with the batch's format


def _sort(flush: Prepared, seen: dict[bytes, Known]) -> Sorted:
    """Tell for each batch what is new, what is a duplicate and what is a conflict.

    A stream's first event in the flush is new unless the log knows it; a later one is held
    against that first one.
    """
    result = Sorted()
    taken: set[bytes] = set()
    for batch in flush.batches:
        outcome = Outcome(rejected=list(batch.rejects))
        if flush.firsts is None:
            outcome.accepted = len(batch.items)
        else:
            _sort_batch(batch, outcome, flush.firsts, seen, taken, result.duplicates)
        result.outcomes.append(outcome)
        result.refused += [(batch.format, reject) for reject in outcome.rejected]
    return result


def _sort_batch(
    batch: Batch,
    outcome: Outcome,
    firsts: dict[bytes, Item],
    seen: dict[bytes, Known],
    taken: set[bytes],
    duplicates: Counter[str],
) -> None:
    for item in batch.items:
        name = item.stream
        if name not in seen and name not in taken:
            taken.add(name)
            outcome.accepted += 1
        elif (seen.get(name) or _content(firsts[name])) == _content(item):
            outcome.duplicate += 1
            duplicates[item.source] += 1
        else:
            outcome.rejected.append(_conflict(item))
            outcome.conflicts += 1
    outcome.rejected.sort(key=lambda reject: reject.at)


def _content(item: Item) -> Known:
    return Known(RECORDED, item.stamp, item.data)


def _conflict(item: Item) -> Reject:
    detail = IdConflict(id=item.id, source=item.source).message
    return Reject(item.at, item.source, item.id, item.account, CONFLICT, detail, item.raw)


def _record_losses(tx: Transaction, sorted_: Sorted, lane: int, recorded_us: int) -> list[Packed]:
    """Write the dead letters, and return the facts that count what was not accepted, by source.

    The day is that of ``recorded_at``, so that accepted events and these counts fall on one day.
    """
    refused: dict[str, Counter[str]] = {}
    for _, reject in sorted_.refused:
        refused.setdefault(clean(reject.source), Counter())[reject.code] += 1
    sources = sorted({*sorted_.duplicates, *refused})
    facts = {
        source: UsageReceived(
            originator_id=stream("received", uuid4().hex),
            originator_version=1,
            timestamp=moment(recorded_us),
            source=source,
            day=moment(recorded_us).date().isoformat(),
            duplicate=sorted_.duplicates[source],
            dead_lettered=dict(refused.get(source, {})),
        )
        for source in sources
    }
    if refused:
        dead_letters.insert(tx, _letters(sorted_, facts, lane))
    return [_row(fact, lane) for fact in facts.values()]


def _letters(
    sorted_: Sorted, counted_by: dict[str, UsageReceived], lane: int
) -> Iterator[DeadLetter]:
    for format_, reject in sorted_.refused:
        source = clean(reject.source)
        fact = counted_by[source]
        yield DeadLetter(
            id=uuid4(),
            lane=lane,
            flush=fact.originator_id,
            source=source,
            day=fact.timestamp.date(),
            event_id=None if reject.id is None else clean(reject.id),
            account=None if reject.account is None else clean(reject.account),
            code=reject.code,
            detail=clean(reject.detail),
            format=format_,
            raw=reject.raw,
            received_at=fact.timestamp,
        )


def _row(fact: UsageReceived, lane: int) -> Packed:
    encoded = encode(fact)
    return NewFact(
        lane, fact.originator_id.bytes, 1, encoded.type, fact.timestamp, encoded.data, RECEIVER
    ).pack()


RECEIVER = meta("intake")
