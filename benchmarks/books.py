"""The books at scale: payments applied, revenue recognised, trial balances, and postings.

Postings are beside a plain double-entry insert into two tables, as a program without a log would
do it, on the same server in the same run. ``BENCH_PAYMENTS``, ``BENCH_SCHEDULES`` and
``BENCH_LINES`` set the sizes.
"""

import os
from collections.abc import Iterator
from datetime import date
from time import monotonic

import orjson
import posted
from made import ledger, send
from owed import LARGE, LARGE_EVERY, defer, owe
from table import Figure, main, per_second, times

from ledger.commands.engine.ledger import Ledger
from ledger.commands.lines import apply_lines
from ledger.projector.follower import catch_up
from ledger.reads.journal import trial_balance
from ledger.store.database import Role

PAYMENTS = int(os.environ.get("BENCH_PAYMENTS", "20000"))
SCHEDULES = int(os.environ.get("BENCH_SCHEDULES", "100000"))
LINES = int(os.environ.get("BENCH_LINES", "1000000"))
PER_CHUNK = 300  # lines of a file that are read at once
ALONE = 200  # payments sent one by one, for comparison


def payments(numbers: range, accounts: list[str]) -> list[bytes]:
    """Return lines that each pay an invoice of the next account."""
    return [
        orjson.dumps(
            {
                "command": "capture_payment", "key": f"p{number}", "payment": f"p{number}",
                "account": accounts[number * 7919 % len(accounts)], "amount": "100.00",
                "currency": "USD", "via": "bank", "on": "2026-11-02",
            }
        )
        for number in numbers
    ]  # fmt: skip


def applied(opened: Ledger, lines: list[bytes], at_once: int) -> float:
    """Apply lines that come so many at once; return the seconds."""
    groups = (lines[first : first + at_once] for first in range(0, len(lines), at_once))
    started = monotonic()
    for answer in apply_lines(opened, groups, "bench"):
        assert answer.status == "accepted", answer
    return monotonic() - started


def cash() -> Iterator[Figure]:
    """Yield payments applied from a file, beside the same sent one by one."""
    accounts = [f"acct-{number:05d}" for number in range(max(PAYMENTS // 10, 10))]
    with ledger() as opened:
        count = owe(opened, accounts, 10)
        alone = applied(opened, payments(range(-ALONE, 0), accounts), 1)
        together = applied(opened, payments(range(PAYMENTS), accounts), PER_CHUNK)
        work = (
            f"Apply {PAYMENTS:,} payments of {len(accounts):,} accounts to {count:,} invoices, one"
            f" account in {LARGE_EVERY} with {LARGE:,}"
        )
        yield Figure(work, per_second(PAYMENTS, together), f"one by one: {ALONE / alone:,.0f}/s",
                     times(PAYMENTS / together, ALONE / alone), "minutes for 100,000")  # fmt: skip


def revenue() -> Iterator[Figure]:
    """Yield what recognising a month of every schedule costs."""
    with ledger() as opened:
        defer(opened, SCHEDULES)
        catch_up(opened.db)
        started = monotonic()
        send(opened, command="recognise_revenue", key="r", entity="US", through="2026-10-31")
        seconds = monotonic() - started
        yield Figure(f"Recognise a month of {SCHEDULES:,} schedules, and post it",
                     per_second(SCHEDULES, seconds), f"{seconds:.1f} s")  # fmt: skip


def postings() -> Iterator[Figure]:
    """Yield postings beside plain inserts, then trial balances over all lines there are."""
    with ledger() as opened:
        send(opened, command="register_entity", key="e", entity="US", name="US", currency="USD",
             country="US", time_zone="UTC", first_period="2026-01")  # fmt: skip
        rounds = [posted.round_of(opened, number) for number in range(posted.ROUNDS)]
        ours = min(one.ours for one in rounds)
        plain = min(one.plain for one in rounds)
        yield Figure(f"Post entries of two lines, {posted.BATCH:,} a transaction: sealed facts",
                     per_second(posted.ENTRIES, ours),
                     f"two plain tables: {per_second(posted.ENTRIES, plain)}",
                     times(plain, ours))  # fmt: skip
        position = posted.fill(opened, LINES)
        started = monotonic()
        catch_up(opened.db)
        folded = monotonic() - started
        yield Figure(f"Fold {LINES:,} journal lines, all projections", per_second(LINES, folded))
        yield from balances(opened, position)


def balances(opened: Ledger, position: int) -> Iterator[Figure]:
    """Yield the trial balance of everything, up to a date, and at a position."""
    middle = position // 2
    asked = {
        "of everything": trial_balance(),
        "up to a date": trial_balance(as_of=date(2026, 6, 15)),
        "at a position": trial_balance(at=middle),
        "up to a date, at a position": trial_balance(as_of=date(2026, 6, 15), at=middle),
    }
    for name, query in asked.items():
        with opened.db.transaction(Role.READER) as tx:
            seconds = []
            for _ in range(3):
                started = monotonic()
                rows = tx.all(query)
                seconds.append(monotonic() - started)
        assert rows, name
        assert not sum(row.balance for row in rows), name
        yield Figure(f"Trial balance {name}, {LINES:,} lines", f"{min(seconds) * 1000:,.0f} ms")


def measure() -> Iterator[Figure]:
    """Yield all of it."""
    yield from cash()
    yield from revenue()
    yield from postings()


if __name__ == "__main__":
    main(measure)
