"""Revaluation of many open items in another currency, and of the same again when nothing changed.

As many invoices again are settled: what a run looks at is the whole history of an account. Their
entries are made straight into the log. ``BENCH_ITEMS`` says how many are open.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from resource import RUSAGE_SELF, getrusage
from time import monotonic

from made import ledger, send
from owed import append_all
from table import Figure, main, per_second, times

from ledger.commands.engine.ledger import Ledger
from ledger.events.exchange import Foreign
from ledger.events.fact import Fact
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.streams import stream
from ledger.posting.entry import Heading, posted
from ledger.projector.follower import catch_up
from ledger.reads.revaluation import positions
from ledger.store.database import Role

ITEMS = int(os.environ.get("BENCH_ITEMS", "10000"))
ON, END = date(2026, 10, 5), date(2026, 10, 31)
AT = datetime(2026, 10, 5, tzinfo=UTC)


def entry(number: int, sign: int, cause: Fact) -> JournalPosted:
    """Return the entry of an invoice over 100.00 EUR at 1.10, or of its payment."""
    customer, invoice = f"acct-{number // 4:06d}", f"US-2026-{number:06d}"
    about = Heading(
        entry=f"{'invoice' if sign > 0 else 'payment'}/{invoice}",
        entity="US", currency="USD", rule="bench@1", text=invoice,
    )  # fmt: skip
    amount, agreed = sign * Decimal("110.00"), Foreign("EUR", sign * Decimal("100.00"))
    lines = [
        JournalLine("1100", amount, customer=customer, invoice=invoice, foreign=agreed),
        JournalLine("4000" if sign > 0 else "1000", -amount, customer=customer),
    ]
    made = posted(about, lines, cause, ON, AT)
    assert made is not None
    return made


def entries(cause: Fact) -> Iterator[JournalPosted]:
    """Yield what is open, then as much that was invoiced and paid."""
    for number in range(2 * ITEMS):
        yield entry(number, 1, cause)
        if number % 2:
            yield entry(number, -1, cause)


def set_up(opened: Ledger) -> None:
    """Make the books of an entity with its open items."""
    send(opened, command="register_entity", key="e", entity="US", name="US", currency="USD",
         country="US", time_zone="UTC", first_period="2026-10")  # fmt: skip
    for rate, on in (("1.10", "2026-10-01"), ("1.15", "2026-10-31")):
        send(opened, command="set_exchange_rate", key=on, base="EUR", quote="USD", rate=rate,
             on=on, source="bench")  # fmt: skip
    (cause,) = opened.books.read_stream(stream("entity", "US"))
    append_all(opened, entries(cause))
    catch_up(opened.db)


def timed(opened: Ledger, key: str) -> float:
    """Revalue and return the seconds it took."""
    started = monotonic()
    send(opened, command="revalue", key=key, entity="US", on=END.isoformat())
    return monotonic() - started


def read(opened: Ledger) -> float:
    """Return the seconds of the one statement that reads all positions."""
    started = monotonic()
    with opened.db.transaction(Role.READER) as tx:
        rows = tx.all(positions("US", "EUR", ["1100"], as_of=END, limit=10 * ITEMS))
    assert len(rows) == ITEMS, len(rows)
    return monotonic() - started


def measure() -> Iterator[Figure]:
    """Yield the figures of a month's end."""
    with ledger() as opened:
        set_up(opened)
        first = timed(opened, "first")
        alone = read(opened)
        yield Figure(f"Revalue and reverse {ITEMS:,} open items", per_second(ITEMS, first),
                     f"reading them: {alone:.2f} s", times(alone, first))  # fmt: skip
        catch_up(opened.db)
        again = timed(opened, "again")
        yield Figure("The same again, nothing changed", f"{again * 1000:,.0f} ms",
                     f"first: {first:.1f} s", times(first, again))  # fmt: skip
        peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
        yield Figure("Memory of the process that did it", f"{peak} MB", goal="< 500 MB")


if __name__ == "__main__":
    main(measure)
