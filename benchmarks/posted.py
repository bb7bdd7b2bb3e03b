"""Journal entries made straight into the log, and the plain tables of a program without one."""

from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic

import psycopg

from ledger.commands.engine.ledger import Ledger
from ledger.events.streams import stream
from ledger.store.append import append_packed
from ledger.store.canonical import canonical
from ledger.store.database import Role
from ledger.store.embedded import DATABASE, Embedded
from ledger.store.meta import meta
from ledger.store.rows import Packed, pack

ROUNDS = 3
ENTRIES = 10_000
BATCH = 1_000
DAY = 86_400_000_000
START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z in microseconds
PER_ENTRY = 20  # lines of an entry that fills the journal
CHUNK = 2_000
CODES = ("1000", "1010", "1100", "1150", "2100", "2120", "2200", "4000", "4010", "5100")
PLAIN = """
create table plain_entries (
    id text primary key, entity text not null, posted_on date not null, period text not null,
    rule text not null, text text not null);
create table plain_lines (
    entry text not null references plain_entries, line integer not null, account text not null,
    amount numeric not null, customer text, primary key (entry, line));
create index on plain_lines (account);
create index on plain_entries (entity, posted_on);"""


@dataclass(frozen=True)
class Round:
    """The seconds that the same entries took as facts, and as rows of plain tables."""

    ours: float
    plain: float


def round_of(opened: Ledger, number: int) -> Round:
    """Post the same entries both ways."""
    numbers = range(number * ENTRIES, (number + 1) * ENTRIES)
    started = monotonic()
    for first in range(0, ENTRIES, BATCH):
        _append(opened, [_entry(each, 2) for each in numbers[first : first + BATCH]])
    ours = monotonic() - started
    server = Embedded(opened.settings.home)
    try:
        with psycopg.connect(server.admin_url, dbname=DATABASE) as connection:
            return Round(ours, _plain(connection, numbers))
    finally:
        server.leave()


def fill(opened: Ledger, lines: int) -> int:
    """Fill the journal up with so many lines over the days of 2026; return the last position."""
    entries = range(10**9, 10**9 + lines // PER_ENTRY)
    for first in range(0, len(entries), CHUNK):
        _append(opened, [_entry(each, PER_ENTRY) for each in entries[first : first + CHUNK]])
    return opened.books.head()


def _append(opened: Ledger, rows: list[Packed]) -> None:
    with opened.db.transaction(Role.WRITER) as tx:
        append_packed(tx, rows, read_at=0)


def _entry(number: int, lines: int) -> Packed:
    """Return an entry whose lines come in pairs that balance."""
    day = number % 365
    on = (date(2026, 1, 1) + timedelta(days=day)).isoformat()
    data = canonical(
        {
            "entry": f"e/{number}", "entity": "US", "currency": "USD", "on": on,
            "period": on[:7], "rule": "bench@1", "text": f"Entry {number}",
            "lines": [_line(number, line) for line in range(lines)], "service_from": None,
            "service_to": None, "document": None,
        }
    )  # fmt: skip
    where = stream("journal", f"e/{number}").bytes
    return pack(0, where, 1, "journal.posted/1", START + day * DAY, data, _WHO)


def _line(number: int, line: int) -> dict[str, str]:
    sign, code = ("-", 2) if line % 2 else ("", 1)
    return {
        "account": CODES[(number * code + line // 2 * code) % len(CODES)],
        "amount": f"{sign}{10 + number % 90}.{line // 2:02d}",
        "customer": f"acct-{number % 10_000}",
    }


def _plain(connection: psycopg.Connection, numbers: range) -> float:
    """Insert the same entries as rows of two tables, a batch a transaction."""
    if not numbers.start:
        connection.execute(PLAIN)
        connection.commit()
    started = monotonic()
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        days = [date(2026, 1, 1) + timedelta(days=number % 365) for number in batch]
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into plain_entries values (%s, 'US', %s, %s, 'bench@1', %s)",
                [
                    (f"e/{number}", day, f"{day:%Y-%m}", f"Entry {number}")
                    for number, day in zip(batch, days, strict=True)
                ],
            )
            cursor.executemany(
                "insert into plain_lines values (%s, %s, %s, %s, %s)",
                [
                    (f"e/{number}", line + 1, made["account"], made["amount"], made["customer"])
                    for number in batch
                    for line in range(2)
                    for made in [_line(number, line)]
                ],
            )
        connection.commit()
    return monotonic() - started


_WHO = meta("bench")
