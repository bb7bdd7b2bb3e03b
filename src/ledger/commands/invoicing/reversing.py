"""Losses undone by a re-rating: what was never owed was never lost.

An invoice of 119.00 was written off; a re-rating says that 11.90 of it were never due. The loss
falls by that much before the credit note takes it, so nothing goes to the customer's balance for
money that never came.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from ledger.commands.invoicing.undoing import Undone, entry_of, undone_of
from ledger.commands.receivables import allowances
from ledger.events.billing import CreditNoteIssued
from ledger.events.catalog import EntityRegistered
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.losses import AllowanceAdjusted, WriteOffReversed
from ledger.events.receivables import RECEIVABLE, RELIEVED, ReceivablesPosted
from ledger.events.streams import stream
from ledger.invoicing.booking import Document
from ledger.money import ZERO, digits
from ledger.posting.entry import entered
from ledger.posting.losses import write_off_reversed
from ledger.receivables.allowance import Allowance, unborne
from ledger.receivables.booking import booked
from ledger.receivables.items import Item
from ledger.receivables.movements import worth_of
from ledger.receivables.state import Receivables
from ledger.receivables.write_off import movements, reversed_by
from ledger.store.books import Books


@dataclass(frozen=True)
class Reversed:
    """A write-off undone in part: the fact, and its entry of the sub-ledger without a version."""

    entity: EntityRegistered
    fact: WriteOffReversed
    moved: ReceivablesPosted

    @property
    def where(self) -> UUID:
        """The stream of the write-off, which must not move meanwhile."""
        return self.fact.originator_id

    def facts(self, version: int, allowance: int) -> list[Fact]:
        """Return all its facts: the sub-ledger is at ``version``, the allowance at that."""
        fact = self.fact
        moved = replace(self.moved, originator_version=version + 1)
        refills = allowances.changes(
            self.entity,
            Allowance(version=allowance),
            [(fact.account, fact.own), (None, fact.general)],
            fact.on,
            fact.timestamp,
            "reversal",
            fact,
            fact.invoice,
        )
        entry = write_off_reversed(fact, moved, fact.on, fact.timestamp)
        return entered([fact, moved, *refills], entry)


def reversals_of(
    documents: Iterable[Document],
    state: Receivables,
    entity: EntityRegistered,
    exchange: Exchange | None,
    books: Books,
) -> list[Reversed | Undone]:
    """Return what the credit notes of a draft undo; they take more than is open.

    What is given up goes first, then what was lost to disputes.
    """
    notes = [
        (note, state.items[note.invoice])
        for note in documents
        if isinstance(note, CreditNoteIssued) and note.invoice
    ]
    beyond = [(note, item) for note, item in notes if note.to_receivable > item.open]
    histories = books.facts_of(where for _, item in beyond for where in _streams(item))
    counts: Counter[UUID] = Counter()
    found: list[Reversed | Undone] = []
    for note, item in beyond:
        amount = note.to_receivable - item.open
        given_up = min(amount, item.given_up)
        if given_up:
            history = histories[stream("write_off", item.invoice)]
            found.append(_reversed(note, item, given_up, state, entity, exchange, history))
        found += undone_of(note, item, amount - given_up, exchange, histories, counts)
    return found


def _streams(item: Item) -> Iterator[UUID]:
    """Yield the streams in which it stands how the losses of an invoice were borne."""
    yield stream("write_off", item.invoice)
    for lost in item.losses:
        yield stream("dispute", lost.dispute)


def _reversed(
    note: CreditNoteIssued,
    item: Item,
    amount: Decimal,
    state: Receivables,
    entity: EntityRegistered,
    exchange: Exchange | None,
    history: Sequence[Fact],
) -> Reversed:
    share = reversed_by(item, amount, note.total, note.tax, digits(note.currency))
    moves = movements(item.invoice, share, -1)
    if exchange is not None:
        moves = booked(state, moves, exchange, entity.rounding)
    worth = {each.balance: abs(worth_of(each)) for each in moves}
    tax = worth.get(RELIEVED, ZERO)
    split = unborne(history, worth[RECEIVABLE] - tax)
    fact = WriteOffReversed(
        originator_id=stream("write_off", item.invoice),
        originator_version=len(history) + 1,
        timestamp=note.timestamp,
        causes=(history[-1].cause, *note.causes),
        invoice=item.invoice,
        entity=note.entity,
        account=note.account,
        currency=note.currency,
        amount=amount,
        tax=tax,
        own=split.own,
        general=split.general,
        expense=split.expense,
        on=note.issued_on,
        booked=None if exchange is None else worth[RECEIVABLE],
    )
    return Reversed(entity, fact, entry_of(note, fact, item.invoice, moves, exchange))


def reversing(
    undone: Iterable[Reversed | Undone], versions: dict[str, int], books: Books
) -> Iterator[Fact]:
    """Yield the facts of reversals of one entity, and advance the versions of their payers."""
    allowance: int | None = None
    for each in undone:
        version = versions[each.fact.account]
        versions[each.fact.account] += 1
        if isinstance(each, Undone):
            yield from each.facts(version)
            continue
        if allowance is None:
            where = allowances.where(each.entity)
            allowance = books.versions([where])[where]
        facts = each.facts(version, allowance)
        allowance += sum(isinstance(fact, AllowanceAdjusted) for fact in facts)
        yield from facts
