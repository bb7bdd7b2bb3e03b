"""Positions in another currency are the same page by page as all at once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from ledger.events.exchange import Foreign
from ledger.events.journal import JournalLine
from ledger.events.streams import stream
from ledger.posting.entry import Heading, posted
from ledger.projector.follower import catch_up
from ledger.reads.revaluation import START, positions
from ledger.store.database import Role
from ledger.store.meta import Meta

ACCOUNTS = ["1100", "1300", "2120", "2300"]
ON, END = date(2026, 10, 5), date(2026, 10, 31)


@pytest.fixture
def held(ledger, world):
    """Customers owe by invoice and have credit, one invoice is settled; entities owe each other."""
    (cause,) = ledger.books.read_stream(stream("entity", "US"))
    owed = list(product(("acme", "beta"), ("", "US-1", "US-2")))
    lines = [("1100", who, None, invoice, 10) for who, invoice in owed]
    lines += [("2120", who, None, invoice, -3) for who, invoice in owed]
    lines += [("1300", None, other, None, 20) for other in ("CA", "EU")]
    lines += [("2300", None, "CA", None, -7), ("1100", "beta", None, "US-1", -10)]
    for number, (account, customer, counterparty, invoice, amount) in enumerate(lines):
        about = Heading(entry=f"test/{number}", entity="US", currency="USD", rule="test@1",
                        text="x")  # fmt: skip
        worth, agreed = Decimal(amount) * 2, Foreign("EUR", Decimal(amount))
        fact = posted(about, [
            JournalLine(account, worth, customer=customer, counterparty=counterparty,
                        invoice=invoice or None, foreign=agreed),
            JournalLine("1000", -worth),
        ], cause, ON, datetime(2026, 10, 5, tzinfo=UTC))  # fmt: skip
        ledger.books.save(fact, read_at=ledger.books.head(), meta=Meta("test"))
    catch_up(ledger.db)
    return ledger


def page(ledger, **more):
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(positions("US", "EUR", ACCOUNTS, as_of=END, **more))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_size_make_the_same_list(held, limit):
    found, after = [], START
    while rows := page(held, after=after, limit=limit):
        assert len(rows) <= limit
        found += rows
        after = rows[-1].key
    told = [(*one.key, str(one.amount), str(one.carried)) for one in found]
    assert told == [
        ("1100", "acme", "", "", "10", "20"),
        ("1100", "acme", "", "US-1", "10", "20"),
        ("1100", "acme", "", "US-2", "10", "20"),
        ("1100", "beta", "", "", "10", "20"),
        ("1100", "beta", "", "US-2", "10", "20"),
        ("1300", "", "CA", "", "20", "40"),
        ("1300", "", "EU", "", "20", "40"),
        ("2120", "acme", "", "", "-9", "-18"),
        ("2120", "beta", "", "", "-9", "-18"),
        ("2300", "", "CA", "", "-7", "-14"),
    ]
