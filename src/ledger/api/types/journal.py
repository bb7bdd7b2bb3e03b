"""The books as the auditor reads them: entries, lines and the trial balance."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode, Json, Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import about, derived


def line_id(root: Any) -> strawberry.ID:
    """Return the id of a line."""
    return strawberry.ID(f"{root.position}.{root.line}")


def debit_of(root: Any) -> Decimal:
    """Return a line's amount if it is a debit, else 0."""
    amount: Decimal = root.amount
    return max(amount, Decimal(0))


def credit_of(root: Any) -> Decimal:
    """Return a line's amount if it is a credit, else 0."""
    amount: Decimal = root.amount
    return max(-amount, Decimal(0))


@strawberry.type(description="A line of the journal; ask `lineage` for what led to it.")
class JournalLine:
    """One debit or credit with everything that it came from."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    position: Long = about("The position of the entry's fact in the books.")
    line: int = about("Its place in the entry, from 1.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the entry.")
    posted_on: date = about("The posting date.")
    period: str = about("The posting period, such as 2026-10.")
    service_from: date | None = about("The first day of the service.")
    service_to: date | None = about("The day after the service.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    account: str = about("The account of the chart.")
    amount: Decimal = about("Debit positive, credit negative.")
    debit: Decimal = derived(debit_of, "The amount if it is a debit, else 0.")
    credit: Decimal = derived(credit_of, "The amount if it is a credit, else 0.")
    customer: str | None = about("The customer account, on control accounts.")
    invoice: str | None = about("The document that it came from.")
    invoice_line: int | None = about("The document's line.")
    charge: str | None = about("The charge that it came from.")
    payment: str | None = about("The payment that it came from.")
    foreign_currency: CurrencyCode | None = about("The currency agreed, where it is another.")
    foreign_amount: Decimal | None = about("The amount in it, signed alike.")
    counterparty: str | None = about("The other entity, on intercompany accounts.")
    reverses: str | None = about("The entry that this one takes back.")
    reference: str | None = about("What the entries of several entities share.")
    actor: str | None = about("Who asked for what it records.")
    approved_by: str | None = about("Who agreed to it, where it was made by hand.")
    recorded_at: datetime = about("When the entry was recorded.")


@strawberry.type(description="A journal entry; its lines sum to zero.")
class JournalEntry:
    """An entry with its lines."""

    entry: strawberry.ID = about("The entry.")
    position: Long = about("The position of its fact in the books.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency.")
    posted_on: date = about("The posting date.")
    period: str = about("The posting period.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What it says.")
    recorded_at: datetime = about("When it was recorded.")
    lines: list[JournalLine] = about("The lines, in order.")


@strawberry.type(description="A month of an entity's books that was ever closed.")
class Period:
    """How a period stands."""

    entity: str = about("The legal entity.")
    period: str = about("The month, such as 2026-10.")
    state: str = about("soft_closed, closed or reopened.")
    digest: str | None = about("SHA-256 (hex) of the trial balance that its close stated.")
    at_position: Long | None = about("The position up to which the close read the books.")
    recorded_at: datetime = about("Since when it stands so.")


@strawberry.type(description="An account of the trial balance.")
class TrialBalanceAccount:
    """Sums and balance of one account of the chart."""

    account: str = about("The account of the chart.")
    debit: Decimal = about("The sum of debits.")
    credit: Decimal = about("The sum of credits.")
    balance: Decimal = about("Debits minus credits.")


@strawberry.type(description="All accounts of an entity; the balances sum to zero.")
class TrialBalance:
    """The trial balance of one entity."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode | None = about("The currency of the books; null while they are empty.")
    accounts: list[TrialBalanceAccount] = about("The accounts with postings, in order.")
    total: Decimal = about("The sum of all balances: zero.")
    as_of: AsOf | None = about("What this answer knows of the books.")


def _stream(root: Any) -> strawberry.ID:
    return strawberry.ID(str(root.stream))


@strawberry.type(description="A fact of the log, as it was recorded.")
class Fact:
    """A fact with its two times, its content and its place."""

    lane: int = about("Its lane; 0 is the books.")
    position: Long = about("Its position in the lane, from 1 without gaps.")
    stream: strawberry.ID = derived(_stream, "The stream that it belongs to.")
    version: int = about("Its version in the stream.")
    type: str = about("Its type and version, such as invoice.issued/1.")
    occurred_at: datetime = about("When it happened.")
    recorded_at: datetime = about("When it was recorded.")
    data: Json = about("What happened.")
    meta: Json = about("Who asked for it, why, and what caused it.")
    content: str = about("SHA-256 (hex) of its content.")
    leaf: str = about("SHA-256 (hex) of its leaf in the lane's tree.")


@strawberry.type(description="What came in from one source on one day (UTC).")
class Receipt:
    """The completeness identity: received = accepted + duplicate + dead-lettered."""

    source: str = about("Who sent it.")
    day: date = about("The day of receipt.")
    received: Long = about("Events received.")
    accepted: Long = about("Events accepted, replayed ones included.")
    duplicate: Long = about("Events that were there already.")
    dead_lettered: Long = about("Events refused and kept as dead letters.")
    replayed: Long = about("Dead letters sent through again with success.")
