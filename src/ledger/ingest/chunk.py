"""A run of events on its way: read, then checked, then handed to the flush.

Reading and checking take no connection, so they run while another flush copies; the one look-up of
accounts and meters that are not known yet stands between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.errors import BadSchema, Refusal
from ledger.ingest.directory import Directory
from ledger.ingest.event import (
    DECODE_ERRORS,
    EVENT_BYTES_MAX,
    NAME_LENGTH_MAX,
    UNREADABLE,
    Event,
    refusal,
)
from ledger.ingest.form import TOO_LONG, Form
from ledger.ingest.prepare import Clocked, prepare_event
from ledger.store.flush import Batch, Item, Reject


@dataclass(slots=True)
class Chunk:
    """Some consecutive events of one request; ``first`` is the index of the first of them."""

    form: Form
    first: int
    raws: Sequence[bytes]
    events: list[Event | None] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    @classmethod
    def read(cls, form: Form, first: int, raws: Sequence[bytes]) -> "Chunk":
        """Decode every event; what cannot be read becomes a dead letter and the rest goes on."""
        chunk = cls(form, first, raws)
        try:
            if max(map(len, raws), default=0) <= EVENT_BYTES_MAX:
                chunk.events = [form.read(raw) for raw in raws]
                return chunk
        except (Refusal, *DECODE_ERRORS):
            pass
        chunk.events = [chunk._read_one(at, raw) for at, raw in enumerate(raws)]
        return chunk

    def accounts(self) -> set[str]:
        """Return the accounts that the events name."""
        return {event.account for event in self.events if event is not None}

    def meters(self) -> set[str]:
        """Return the meters that the events name."""
        return {event.meter for event in self.events if event is not None}

    def prepare(self, directory: Directory, clocked: Clocked, meta: bytes) -> Batch:
        """Check every event that was read and return what the flush is to append."""
        items: list[Item] = []
        keep, first = self.form.keep, self.first
        for at, (event, raw) in enumerate(zip(self.events, self.raws, strict=True)):
            if event is None:
                continue
            try:
                items.append(prepare_event(event, directory, clocked, keep(raw), first + at))
            except Refusal as error:
                told = {"source": event.source, "id": event.id, "account": event.account}
                self._reject(at, error, told)
        return Batch(items, meta, self.form.name, self.rejects)

    def _read_one(self, at: int, raw: bytes) -> Event | None:
        try:
            if len(raw) > EVENT_BYTES_MAX:
                raise BadSchema(why=TOO_LONG)
            return self.form.read(raw)
        except Refusal as error:
            found = error
        except DECODE_ERRORS as error:
            found = refusal(error)
        told = self.form.glimpse(raw[:EVENT_BYTES_MAX])
        self._reject(at, found, {name: text for name, text in told.items() if _is_name(text)})
        return None

    def _reject(self, at: int, error: Refusal, told: dict[str, str]) -> None:
        self.rejects.append(
            Reject(
                self.first + at,
                told.get("source", UNREADABLE),
                told.get("id"),
                told.get("account"),
                error.code,
                error.message,
                self.form.keep(self.raws[at][:EVENT_BYTES_MAX]),
            )
        )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= NAME_LENGTH_MAX
