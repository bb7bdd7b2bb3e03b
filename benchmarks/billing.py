"""Rating and billing at scale, then the same again after a price changed and after one late event.

What changed decides what it costs: the figures after the first are beside the first rating of
everything. The last is a month with ten events a subscription, where what is measured costs little
and the documents and entries are what is paid for.
``BENCH_SUBSCRIPTIONS`` and ``BENCH_EVENTS`` make it smaller.
"""

import os
from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import monotonic

from made import PLAN, ledger, record, send, set_up
from table import Figure, main, per_second, times

from ledger.commands.engine.ledger import Ledger
from ledger.projector.follower import catch_up
from ledger.store.database import Role

SUBSCRIPTIONS = int(os.environ.get("BENCH_SUBSCRIPTIONS", "10000"))
EVENTS = int(os.environ.get("BENCH_EVENTS", "10000000"))
FEW = 10
ACCOUNTS = [f"acct-{number:05d}" for number in range(SUBSCRIPTIONS)]
OCTOBER = "2026-10-31"


def timed(opened: Ledger, command: str, key: str, **fields: object) -> float:
    """Carry out a run and return its seconds; the projections are folded before and after."""
    catch_up(opened.db)
    started = monotonic()
    send(opened, command=command, key=key, **fields)
    seconds = monotonic() - started
    catch_up(opened.db)
    return seconds


def documents(opened: Ledger, kind: str) -> int:
    """Count the documents of a kind in the log."""
    query = "select count(*) from ledger.log where lane = 0 and type = %(type)s"
    with opened.db.transaction(Role.READER) as tx:
        row = tx.execute(query, {"type": kind}).fetchone()
    assert row is not None
    return int(row[0])


def late_event(opened: Ledger) -> None:
    """Record one event of the past month."""
    event = {
        "source": "late", "id": "1", "account": ACCOUNTS[0], "meter": "calls",
        "time": "2026-10-05T12:00:00Z", "properties": {"quantity": "5"},
    }  # fmt: skip
    send(opened, command="record_usage", key="late", events=[event])


def measure() -> Iterator[Figure]:
    """Yield the figures of a month: rated, billed, priced anew, and one event late."""
    with ledger() as opened:
        set_up(opened, ACCOUNTS)
        record(opened, ACCOUNTS, EVENTS)
        size = f"{SUBSCRIPTIONS:,} subscriptions, {EVENTS:,} events"
        rated = timed(opened, "rate_usage", "rate", through=OCTOBER)
        yield Figure(f"Rate and accrue: {size}", per_second(SUBSCRIPTIONS, rated),
                     f"{EVENTS / rated:,.0f} events/s")  # fmt: skip
        billed = timed(opened, "issue_invoices", "bill", through=OCTOBER, on="2026-11-01")
        invoices = documents(opened, "invoice.issued/1")
        yield Figure("Invoice and post what was rated", per_second(invoices, billed))
        yield Figure("Rate, invoice and post", per_second(invoices, rated + billed),
                     goal="≥ 1,000 invoices/s")  # fmt: skip
        yield from changed(opened, rated)
    with ledger() as opened:
        set_up(opened, ACCOUNTS)
        record(opened, ACCOUNTS, FEW * SUBSCRIPTIONS)
        rated = timed(opened, "rate_usage", "rate", through=OCTOBER)
        billed = timed(opened, "issue_invoices", "bill", through=OCTOBER, on="2026-11-01")
        yield Figure(f"Rate, invoice and post with {FEW} events each",
                     per_second(documents(opened, "invoice.issued/1"), rated + billed),
                     goal="≥ 1,000 invoices/s")  # fmt: skip
        peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
        yield Figure("Memory of the process that did it", f"{peak} MB", goal="< 500 MB")


def changed(opened: Ledger, rated: float) -> Iterator[Figure]:
    """Yield what it costs when a price changes backwards, one event is late, or nothing changed."""
    price = {**PLAN["items"][0], "model": {"type": "per_unit", "unit": "0.00008"}}
    send(opened, command="publish_plan", key="p2", **{**PLAN, "items": [price]})
    again = timed(opened, "rate_usage", "rate-2", through=OCTOBER)
    yield Figure("Re-rate all after a retroactive price change", per_second(SUBSCRIPTIONS, again))
    credited = timed(opened, "issue_invoices", "bill-2", through=OCTOBER, on="2026-11-02")
    notes = documents(opened, "credit_note.issued/1")
    yield Figure("Credit notes of it, posted", per_second(notes, credited))
    nothing = timed(opened, "rate_usage", "rate-3", through=OCTOBER)
    yield Figure("Re-rate when nothing changed", f"{nothing * 1000:,.0f} ms",
                 f"all: {rated:.1f} s", times(rated, nothing))  # fmt: skip
    late_event(opened)
    one = timed(opened, "rate_usage", "rate-4", through=OCTOBER)
    yield Figure("Re-rate after one late event", f"{one * 1000:,.0f} ms",
                 f"all: {rated:.1f} s", times(rated, one))  # fmt: skip


if __name__ == "__main__":
    main(measure)
