"""Accounts and the invoices they owe, made straight into the log for benchmarks to settle.

Every line is 100.00, booked as always, and dated 1 October 2026. A few accounts have very many
invoices, as customers who are billed daily do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from made import send

from ledger.commands.engine.ledger import Ledger
from ledger.events.billing import Deferred, InvoiceIssued, InvoiceLine, TaxGroup
from ledger.events.catalog import AccountOpened
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.posting.documents import document_entries
from ledger.store.append import NewFact, append
from ledger.store.database import Role
from ledger.store.mapper import encode
from ledger.store.meta import meta

CHUNK = 20_000
ON = date(2026, 10, 1)
AT = datetime(2026, 10, 1, tzinfo=UTC)
AMOUNT = Decimal("100.00")
LINES = 100  # lines of an invoice in advance
LARGE = 1_000  # invoices of a large account
LARGE_EVERY = 500  # one account in so many is large


def owe(ledger: Ledger, accounts: Sequence[str], each: int) -> int:
    """Open accounts of the entity US and bill each so often; return how many invoices there are."""
    _register(ledger)
    counts = {name: LARGE if n % LARGE_EVERY == 0 else each for n, name in enumerate(accounts)}
    append_all(ledger, _facts(counts))
    return sum(counts.values())


def defer(ledger: Ledger, schedules: int) -> None:
    """Bill so many subscriptions of a year in advance, many on each invoice."""
    _register(ledger)
    append_all(ledger, _in_advance(schedules))


def _register(ledger: Ledger) -> None:
    send(
        ledger, command="register_entity", key="e", entity="US", name="US", currency="USD",
        country="US", time_zone="UTC", first_period="2026-10",
    )  # fmt: skip


def _in_advance(schedules: int) -> Iterator[Fact]:
    yield _opened("acme")
    for version, first in enumerate(range(0, schedules, LINES), start=1):
        count = min(LINES, schedules - first)
        numbers = range(first, first + count)
        lines = [
            replace(
                _line("acme", number),
                line=place, item="app", kind="recurring", clears="2100", revenue_account="4000",
                subscription=f"s-{number}", charge=f"s-{number}/app/2026-10-01/1", period_from=ON,
                period_to=date(2027, 10, 1), deferred=(Deferred(AMOUNT, "4000"),),
            )
            for place, number in enumerate(numbers, start=1)
        ]  # fmt: skip
        invoice = _invoice("acme", f"US-2026-{version:07d}", version, lines)
        yield invoice
        yield from document_entries(invoice, ON, AT)


def _facts(counts: dict[str, int]) -> Iterator[Fact]:
    number = 0
    for name, count in counts.items():
        yield _opened(name)
        for version in range(1, count + 1):
            number += 1
            lines = [_line(name, version)]
            invoice = _invoice(name, f"US-2026-{number:07d}", version, lines)
            yield invoice
            yield from document_entries(invoice, ON, AT)


def _opened(name: str) -> AccountOpened:
    return AccountOpened(
        originator_id=stream("account", name), originator_version=1, timestamp=AT, account=name,
        entity="US", currency="USD", lane=1, person="", has_vat_id=False, time_zone="UTC",
    )  # fmt: skip


def _line(account: str, number: int) -> InvoiceLine:
    return InvoiceLine(
        line=1, item="api", description="Calls", account=account, subscription=account,
        period_from=date(2026, 9, 1), period_to=ON, quantity=Decimal(10_000), net=AMOUNT,
        tax=ZERO, category="O", rate=ZERO, tax_code=None,
        charge=f"{account}/api/2026-09-01/{number}", revenue_account="4010", clears="4010",
    )  # fmt: skip


def _invoice(
    account: str, number: str, version: int, lines: Sequence[InvoiceLine]
) -> InvoiceIssued:
    total = AMOUNT * len(lines)
    return InvoiceIssued(
        originator_id=stream("receivables", account), originator_version=version, timestamp=AT,
        number=number, entity="US", account=account, currency="USD", issued_on=ON,
        due_on=ON + timedelta(days=30 + version % 60), net=total, tax=ZERO, total=total,
        lines=tuple(lines), taxes=(TaxGroup("O", ZERO, total, ZERO),),
    )  # fmt: skip


def append_all(ledger: Ledger, facts: Iterable[Fact]) -> None:
    """Append facts straight to the log, in large transactions."""
    who = meta("bench")
    rows: list[NewFact] = []
    for fact in facts:
        stored = encode(fact)
        rows.append(
            NewFact(0, fact.originator_id.bytes, fact.originator_version, stored.type,
                    fact.timestamp, stored.data, who)
        )  # fmt: skip
        if len(rows) == CHUNK:
            _flush(ledger, rows)
    _flush(ledger, rows)


def _flush(ledger: Ledger, rows: list[NewFact]) -> None:
    with ledger.db.transaction(Role.WRITER) as tx:
        append(tx, rows, read_at=tx.head())
    rows.clear()
