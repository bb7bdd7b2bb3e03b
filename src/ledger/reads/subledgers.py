"""Reads of the sub-ledgers: what the facts say that each control account holds, apart from the
journal; and the tax of documents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.reads.queries import query
from ledger.reads.span import Span
from ledger.store.database import Query


@dataclass(frozen=True)
class Balance:
    """What the sub-ledger of an account says that it holds, debit positive."""

    account: str
    amount: Decimal


@dataclass(frozen=True)
class ItemBalance:
    """What the sub-ledger says of one item of a customer, debit positive."""

    account: str
    item: str
    amount: Decimal


@dataclass(frozen=True)
class Taxed:
    """The tax groups of some documents of one kind, signed as they change what is owed."""

    country: str | None
    code: str | None
    category: str
    rate: Decimal
    currency: str
    books: str
    kind: str
    documents: int
    base: Decimal
    tax: Decimal
    booked_base: Decimal
    booked_tax: Decimal


@dataclass(frozen=True)
class TaxedDocument:
    """One tax group of one document; of a relief, which knows no group, there is no category."""

    position: int
    place: int
    number: str
    invoice: str | None
    account: str
    kind: str
    day: date
    currency: str
    books: str
    country: str | None
    code: str | None
    category: str | None
    rate: Decimal | None
    base: Decimal
    tax: Decimal
    booked_base: Decimal
    booked_tax: Decimal


@dataclass(frozen=True)
class Relief:
    """How much of an invoice's tax was given back (negative), before a span and by its end."""

    invoice: str
    kind: str
    account: str
    currency: str
    books: str
    tax_before: Decimal
    tax: Decimal
    booked_before: Decimal
    booked_tax: Decimal


@dataclass(frozen=True)
class Group:
    """One tax group of an invoice."""

    number: str
    country: str | None
    code: str | None
    category: str
    rate: Decimal
    currency: str
    tax: Decimal
    booked_tax: Decimal


@dataclass(frozen=True)
class Unused:
    """What is left of the prepaid grants with one last usable day, or with none."""

    expires_on: date | None
    amount: Decimal


def unused_grants(span: Span, day: date) -> Query[Unused]:
    """What is left of prepaid grants at the end of a day, by their last usable day."""
    return query("subledgers", "unused_grants", Unused, day=day, **vars(span))


def balances(span: Span, accounts: Sequence[str], day: date) -> Query[Balance]:
    """What the sub-ledgers of a span's entity, or customer, hold at the end of a day."""
    return query("subledgers", "balances", Balance, accounts=list(accounts), day=day, **vars(span))


def items(
    span: Span, accounts: Sequence[str], items: Sequence[str], day: date
) -> Query[ItemBalance]:
    """What the sub-ledgers say of some items of a span's customer at the end of a day."""
    params = {"accounts": list(accounts), "items": list(items), "day": day}
    return query("subledgers", "items", ItemBalance, **params, **vars(span))


def taxed(span: Span) -> Query[Taxed]:
    """The tax of an entity's documents in a span."""
    return query("subledgers", "taxed", Taxed, **vars(span))


def taxed_documents(
    span: Span, *, after: tuple[int, int] = (0, 0), limit: int = 1_000
) -> Query[TaxedDocument]:
    """A page of the documents behind the rows of a tax report."""
    return query(
        "subledgers",
        "taxed_documents",
        TaxedDocument,
        after=after[0],
        after_place=after[1],
        limit=limit,
        **vars(span),
    )


def reliefs(span: Span) -> Query[Relief]:
    """What write-offs, recoveries and lost disputes moved of invoices' tax, up to a span's end."""
    return query("subledgers", "reliefs", Relief, **vars(span))


def groups_of(numbers: Collection[str]) -> Query[Group]:
    """The tax groups of the invoices named."""
    return query("subledgers", "groups_of", Group, numbers=list(numbers))
