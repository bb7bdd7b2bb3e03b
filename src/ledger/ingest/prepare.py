"""From an event to a fact that can be stored: every check an event meets, in one place.

What passes here cannot fail its flush: names and times are in bounds, strings are UTF-8 without
U+0000, the account has a lane and the meter said what it takes.
"""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from ledger.errors import TooFarAhead, UnknownAccount, UnknownMeter
from ledger.events.streams import usage_stream_bytes
from ledger.ingest.directory import Directory
from ledger.ingest.event import Event
from ledger.ingest.times import DAY_MICROS, instant_of, micros_of
from ledger.metering import Taken
from ledger.store.canonical import canonical
from ledger.store.flush import Item

_SORTED = orjson.OPT_SORT_KEYS


class Clocked(NamedTuple):
    """The horizon of a moment: no event may lie beyond ``latest`` (microseconds since 1970)."""

    latest: int
    ahead_days: int

    @classmethod
    def at(cls, now: datetime, ahead_days: int) -> "Clocked":
        """Return the horizon at this time."""
        return cls(micros_of(now) + ahead_days * DAY_MICROS, ahead_days)


def prepare_event(
    event: Event, directory: Directory, clocked: Clocked, raw: bytes, index: int = 0
) -> Item:
    """Return the ``usage.recorded`` that this event becomes, or raise the refusal it meets.

    The directory must have been asked to load the account and the meter. ``raw`` is what a dead
    letter would keep, ``index`` the event's place in its request.
    """
    lane = directory.lanes.get(event.account)
    if lane is None:
        raise UnknownAccount(field="account", id=event.account)
    taker = directory.takers.get(event.meter)
    if taker is None:
        raise UnknownMeter(field="meter", id=event.meter)
    stamp = instant_of(event.time)
    if stamp > clocked.latest:
        raise TooFarAhead(field="time", value=event.time[:64], days=clocked.ahead_days)
    source, id_ = event.source, event.id
    stream = usage_stream_bytes(source, id_)
    data = data_of(event, taker(event.properties))
    return Item(index, source, id_, event.account, lane, stream, stamp, data, raw)


def data_of(event: Event, taken: Taken) -> bytes:
    """Return the canonical data of the fact, what is absent or empty left out.

    Raises BAD_VALUE for U+0000 in any string, which jsonb cannot keep. Text that escapes nothing
    and is ASCII has neither that nor keys which RFC 8785 sorts otherwise, so sorting is enough.
    """
    data: dict[str, Any] = {
        "account": event.account,
        "id": event.id,
        "meter": event.meter,
        "properties": event.properties,
        "quantity": taken.text,
        "source": event.source,
    }
    if taken.key is not None:
        data["key"] = taken.key
    if taken.dimensions:
        data["dimensions"] = taken.dimensions
    if event.subscription is not None:
        data["subscription"] = event.subscription
    # orjson cuts its text out of a large buffer. Kept as it is, thousands of them fragment the heap
    # and cost 1.4 µs each to make; a copy of the exact size gives the buffer back at once.
    text = b"".join((orjson.dumps(data, None, _SORTED), b""))
    if b"\\" in text or not text.isascii():
        return canonical(data)
    return text
