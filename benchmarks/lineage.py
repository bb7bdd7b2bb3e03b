"""The first page of the lineage of a journal line behind which a million events stand."""

from collections.abc import Iterator
from statistics import median
from time import monotonic

from made import ledger, record, send, set_up
from table import Figure, main

from ledger import lineage
from ledger.commands.engine.ledger import Ledger
from ledger.projector.follower import catch_up
from ledger.reads import journal
from ledger.store.database import Role

STEPS = (100_000, 1_000_000)
REPEATS = 20


def first_page(opened: Ledger) -> float:
    """Return the median milliseconds of the first page of the large account's revenue line."""
    with opened.db.transaction(Role.READER) as tx:
        line = next(
            row for row in tx.all(journal.journal_lines(limit=100)) if row.account == "4010"
        )
    taken = []
    for _ in range(REPEATS):
        started = monotonic()
        with opened.db.transaction(Role.READER) as tx:
            lineage.down(tx, line.id, first=100)
        taken.append((monotonic() - started) * 1000)
    return median(taken)


def measure() -> Iterator[Figure]:
    """Yield the time of a first page at each size of the log."""
    for events in STEPS:
        with ledger() as opened:
            set_up(opened, ["large"])
            record(opened, ["large"], events)
            catch_up(opened.db)
            started = monotonic()
            send(opened, command="rate_usage", key="r", through="2026-10-31")
            rated = monotonic() - started
            catch_up(opened.db)
            yield Figure(
                f"Lineage, first page of a line with {events:,} events",
                f"{first_page(opened):.1f} ms (rated in {rated:.1f} s)",
                goal="< 100 ms, flat",
            )


if __name__ == "__main__":
    main(measure)
