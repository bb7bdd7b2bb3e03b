"""Dead letters, sent through again once their cause is mended.

The bytes are read as they were received. What is good now is appended with the original day of
receipt in its meta, together with the ``usage.replayed`` that takes the letter off the list, in one
transaction: received = accepted + duplicate + dead-lettered holds at every position. What is still
refused stays a dead letter and makes no fact. A replay that was killed is simply asked for again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ledger.clock import Clock, utc_now
from ledger.errors import Contention, IdConflict, Refusal, VersionConflict
from ledger.events.streams import stream
from ledger.events.usage import UsageRecorded, UsageReplayed
from ledger.ingest import cloudevents, focus, letters
from ledger.ingest.directory import Directory
from ledger.ingest.event import event_of_json
from ledger.ingest.prepare import Clocked, prepare_event
from ledger.ingest.standing import Standing, standings
from ledger.ingest.times import micros_of
from ledger.store.append import append_packed
from ledger.store.canonical import canonical
from ledger.store.database import Database, Role, Transaction
from ledger.store.dead_letters import DeadLetter, by_id
from ledger.store.flush import Item
from ledger.store.meta import Meta
from ledger.store.rows import Packed, pack

LETTERS_PER_TRANSACTION = 500
ATTEMPTS = 5

_READERS = {
    "cloudevents": cloudevents.read,
    "cloudevents-batch": cloudevents.read,
    "cloudevents-binary": cloudevents.read_binary,
    "focus": focus.reread,
    "command": event_of_json,
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one dead letter: accepted, duplicate, or refused again with this error."""

    letter: DeadLetter
    error: Refusal | None
    outcome: str | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class Replay:
    """Sends dead letters through again, for one actor and command."""

    db: Database
    directory: Directory
    ahead_days: int
    meta: Meta
    clock: Clock = utc_now

    def of(self, ids: Sequence[UUID] = (), code: str | None = None) -> list[Replayed]:
        """Replay the open dead letters with these ids or this code, oldest first.

        Raises UNKNOWN_DEAD_LETTER, before anything is appended, for an id that is not open.
        """
        found = letters.open_ids(self.db, ids, code)
        results: list[Replayed] = []
        for start in range(0, len(found), LETTERS_PER_TRANSACTION):
            results += self._some(found[start : start + LETTERS_PER_TRANSACTION])
        return results

    def _some(self, ids: Sequence[UUID]) -> list[Replayed]:
        for _ in range(ATTEMPTS):
            batch = self._fetched(ids)
            read = [self._prepared(letter) for letter in batch]
            try:
                with self.db.transaction(Role.WRITER) as tx:
                    return self._append(tx, batch, read)
            except VersionConflict:
                ids = letters.still_open(self.db, ids)
        raise Contention

    def _fetched(self, ids: Sequence[UUID]) -> list[DeadLetter]:
        with self.db.transaction(Role.READER) as tx:
            return tx.all(by_id(ids))

    def _prepared(self, letter: DeadLetter) -> Item | Refusal:
        try:
            event = _READERS[letter.format](letter.raw)
            self.directory.load([event.account], [event.meter])
            clocked = Clocked.at(self.clock(), self.ahead_days)
            return prepare_event(event, self.directory, clocked, letter.raw)
        except Refusal as error:
            return error

    def _append(
        self, tx: Transaction, batch: Sequence[DeadLetter], read: Sequence[Item | Refusal]
    ) -> list[Replayed]:
        good = [event for event in read if isinstance(event, Item)]
        found = iter(standings(tx, good))
        rows: list[Packed] = []
        places: list[int | None] = []
        results: list[Replayed] = []
        for letter, event in zip(batch, read, strict=True):
            result, packed = self._settled(letter, event, found)
            places.append(len(rows) if packed else None)
            rows += packed
            results.append(result)
        at = append_packed(tx, rows, read_at=0).positions
        return [
            result if place is None else replace(result, place=at[place])
            for result, place in zip(results, places, strict=True)
        ]

    def _settled(
        self, letter: DeadLetter, event: Item | Refusal, found: Iterator[Standing]
    ) -> tuple[Replayed, list[Packed]]:
        if isinstance(event, Refusal):
            return Replayed(letter, event), []
        standing = next(found)
        if standing is Standing.CONFLICT:
            return Replayed(letter, IdConflict(id=event.id, source=event.source)), []
        outcome = "accepted" if standing is Standing.NEW else "duplicate"
        off = self._off_the_list(letter, event.lane, outcome)
        if standing is Standing.DUPLICATE:
            return Replayed(letter, None, outcome), [off]
        meta = replace(self.meta, replay_day=letter.day.isoformat()).encode()
        type_ = UsageRecorded.TYPE
        fact = pack(event.lane, event.stream, 1, type_, event.stamp, event.data, meta)
        return Replayed(letter, None, outcome), [fact, off]

    def _off_the_list(self, letter: DeadLetter, lane: int, outcome: str) -> Packed:
        data = {
            "dead_letter": str(letter.id),
            "source": letter.source,
            "day": letter.day.isoformat(),
            "code": letter.code,
            "outcome": outcome,
        }
        where = stream("replay", str(letter.id)).bytes
        stamp, type_ = micros_of(self.clock()), UsageReplayed.TYPE
        return pack(lane, where, 1, type_, stamp, canonical(data), self.meta.encode())
