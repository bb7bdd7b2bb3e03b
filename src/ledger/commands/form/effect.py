"""The effect of a dry run: documents, charges and journal lines, read from the facts it would make.

Totals and balances are always whole. Of the details the first ``DETAILS`` are kept and all are
counted, so an effect stays small however many accounts it touches.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.errors import Refusal
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, UsageRated
from ledger.events.charges import ItemCharged
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted
from ledger.money import EXACT, ZERO, exactly, plain

DETAILS = 100
NOBODY: Mapping[str, Refusal] = {}


@dataclass(frozen=True)
class LineEffect:
    """A line of a document; ``corrects`` is the charge billed before."""

    line: int
    item: str
    description: str
    net: Decimal
    tax: Decimal
    corrects: str | None


@dataclass(frozen=True)
class DocumentEffect:
    """An invoice or credit note without a number; ``invoice`` is what a credit note is against."""

    kind: str
    entity: str
    account: str
    currency: str
    issued_on: date
    due_on: date | None
    invoice: str | None
    net: Decimal
    tax: Decimal
    total: Decimal
    line_count: int
    lines: tuple[LineEffect, ...]


@dataclass(frozen=True)
class ChargeEffect:
    """A charge that changes from ``before`` to ``amount``, both exact; ``accrued`` is rounded."""

    entity: str
    account: str
    subscription: str
    item: str
    period_from: date
    period_to: date
    currency: str
    before: Decimal
    amount: Decimal
    delta: Decimal
    accrued: Decimal


@dataclass(frozen=True)
class PostingEffect:
    """A line of the journal: a debit or a credit."""

    entity: str
    on: date
    account: str
    debit: Decimal | None
    credit: Decimal | None
    customer: str | None
    text: str


@dataclass(frozen=True)
class Total:
    """What an entity would bill and charge in one currency; credit notes count negative."""

    entity: str
    currency: str
    accounts: int
    documents: int
    net: Decimal
    tax: Decimal
    total: Decimal
    charges: int
    delta: Decimal


@dataclass(frozen=True)
class BalanceEffect:
    """By how much the balance of an account of the chart would change, debit positive."""

    entity: str
    account: str
    amount: Decimal


@dataclass(frozen=True)
class LeftOutEffect:
    """An account whose part of the effect cannot be told, and what is missing for it."""

    account: str
    code: str
    message: str


@dataclass(frozen=True)
class Effect:
    """All of it: totals and balances whole, the first details, and how many details there are.

    Nothing of it is about those who are left out.
    """

    totals: tuple[Total, ...]
    balances: tuple[BalanceEffect, ...]
    documents: tuple[DocumentEffect, ...]
    charges: tuple[ChargeEffect, ...]
    journal: tuple[PostingEffect, ...]
    left_out: tuple[LeftOutEffect, ...]
    counts: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the effect in the shape of the contract."""
        out: dict[str, Any] = shape(self)
        return out


@exactly
def effect_of(facts: Iterable[Fact], left_out: Mapping[str, Refusal] = NOBODY) -> Effect:
    """Return the effect of facts in their order, and those of whom it tells nothing."""
    found = _Found()
    for account, error in left_out.items():
        found.without(account, error)
    for fact in facts:
        match fact:
            case InvoiceIssued() | CreditNoteIssued():
                found.document(fact)
            case UsageRated() | ItemCharged():
                found.charge(fact)
            case JournalPosted():
                found.posting(fact)
    return found.effect()


class _Sum:
    """The running total of one entity and currency."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self.documents = self.charges = 0
        self.net = self.tax = self.total = self.delta = ZERO


class _Found:
    def __init__(self) -> None:
        self.sums: defaultdict[tuple[str, str], _Sum] = defaultdict(_Sum)
        self.balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        self.documents: list[DocumentEffect] = []
        self.charges: list[ChargeEffect] = []
        self.journal: list[PostingEffect] = []
        self.left_out: list[LeftOutEffect] = []
        self.counts: Counter[str] = Counter(documents=0, charges=0, journal=0, left_out=0)

    def document(self, fact: InvoiceIssued | CreditNoteIssued) -> None:
        total = self.sums[fact.entity, fact.currency]
        sign = 1 if isinstance(fact, InvoiceIssued) else -1
        total.accounts.add(fact.account)
        total.documents += 1
        total.net += sign * fact.net
        total.tax += sign * fact.tax
        total.total += sign * fact.total
        if self._room("documents"):
            self.documents.append(_document(fact))

    def charge(self, fact: UsageRated | ItemCharged) -> None:
        if not fact.delta and not fact.posted:
            return  # another usage set, the same amount
        total = self.sums[fact.entity, fact.currency]
        total.accounts.add(fact.account)
        total.charges += 1
        total.delta += fact.delta
        if self._room("charges"):
            self.charges.append(
                ChargeEffect(
                    entity=fact.entity,
                    account=fact.account,
                    subscription=fact.subscription,
                    item=fact.item,
                    period_from=fact.period_from,
                    period_to=fact.period_to,
                    currency=fact.currency,
                    before=EXACT.subtract(fact.amount, fact.delta),
                    amount=fact.amount,
                    delta=fact.delta,
                    accrued=fact.accrued,
                )
            )

    def posting(self, fact: JournalPosted) -> None:
        for line in fact.lines:
            self.balances[fact.entity, line.account] += line.amount
            if self._room("journal"):
                self.journal.append(
                    PostingEffect(
                        entity=fact.entity,
                        on=fact.on,
                        account=line.account,
                        debit=line.amount if line.amount > 0 else None,
                        credit=-line.amount if line.amount < 0 else None,
                        customer=line.customer,
                        text=fact.text,
                    )
                )

    def without(self, account: str, error: Refusal) -> None:
        if self._room("left_out"):
            self.left_out.append(LeftOutEffect(account, error.code, error.message))

    def effect(self) -> Effect:
        return Effect(
            totals=tuple(
                Total(
                    entity,
                    currency,
                    len(one.accounts),
                    one.documents,
                    one.net,
                    one.tax,
                    one.total,
                    one.charges,
                    one.delta,
                )
                for (entity, currency), one in sorted(self.sums.items())
            ),
            balances=tuple(
                BalanceEffect(entity, account, amount)
                for (entity, account), amount in sorted(self.balances.items())
                if amount
            ),
            documents=tuple(self.documents),
            charges=tuple(self.charges),
            journal=tuple(self.journal),
            left_out=tuple(self.left_out),
            counts=dict(self.counts),
        )

    def _room(self, kind: str) -> bool:
        self.counts[kind] += 1
        return self.counts[kind] <= DETAILS


def _document(fact: InvoiceIssued | CreditNoteIssued) -> DocumentEffect:
    invoice = isinstance(fact, InvoiceIssued)
    return DocumentEffect(
        kind="invoice" if invoice else "credit_note",
        entity=fact.entity,
        account=fact.account,
        currency=fact.currency,
        issued_on=fact.issued_on,
        due_on=fact.due_on if isinstance(fact, InvoiceIssued) else None,
        invoice=fact.invoice if isinstance(fact, CreditNoteIssued) else None,
        net=fact.net,
        tax=fact.tax,
        total=fact.total,
        line_count=len(fact.lines),
        lines=tuple(map(_line, fact.lines[:DETAILS])),
    )


def _line(line: InvoiceLine) -> LineEffect:
    return LineEffect(line.line, line.item, line.description, line.net, line.tax, line.corrects)


def shape(value: Any) -> Any:
    """Return a value as JSON has it: decimals plain, days ISO."""
    if is_dataclass(value):
        return {field.name: shape(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [shape(part) for part in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value
