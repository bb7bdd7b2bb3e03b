"""Lost disputes undone by a re-rating: who got his money back is not given it again.

An invoice of 119.00 was paid, and a dispute took all of it; a re-rating says that 11.90 of it were
never due. What was booked as lost falls by that much before the credit note takes it, so nothing
goes to the customer's balance.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from ledger.events.billing import CreditNoteIssued
from ledger.events.disputes import DisputeClosed, DisputeReversed
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.receivables import Movement, ReceivablesPosted
from ledger.events.streams import stream
from ledger.money import digits
from ledger.posting.disputes import dispute_reversed
from ledger.posting.entry import entered
from ledger.receivables import undone
from ledger.receivables.items import Item, Lost
from ledger.receivables.reversal import Places


@dataclass(frozen=True)
class Undone:
    """A lost dispute undone: the fact, and its entry of the sub-ledger without a version."""

    fact: DisputeReversed
    moved: ReceivablesPosted

    @property
    def where(self) -> UUID:
        """The stream of the dispute, which must not move meanwhile."""
        return self.fact.originator_id

    def facts(self, version: int) -> list[Fact]:
        """Return all its facts: the sub-ledger is at ``version``."""
        moved = replace(self.moved, originator_version=version + 1)
        entry = dispute_reversed(self.fact, moved, self.fact.on, self.fact.timestamp)
        return entered([self.fact, moved], entry)


def undone_of(
    note: CreditNoteIssued,
    item: Item,
    amount: Decimal,
    exchange: Exchange | None,
    histories: Mapping[UUID, Sequence[Fact]],
    before: Counter[UUID],
) -> Iterator[Undone]:
    """Yield what a credit note undoes of an invoice's lost disputes, the latest first.

    ``before`` counts what the same draft appends to the stream of each dispute.
    """
    for lost in reversed(item.losses):
        part = min(amount, lost.amount)
        if not part:
            return
        where = stream("dispute", lost.dispute)
        version = len(histories[where]) + before[where] + 1
        before[where] += 1
        yield _undone(note, lost, part, exchange, histories[where], version)
        amount -= part


def _undone(
    note: CreditNoteIssued,
    lost: Lost,
    amount: Decimal,
    exchange: Exchange | None,
    history: Sequence[Fact],
    version: int,
) -> Undone:
    invoice = note.invoice
    closed = next(fact for fact in history if isinstance(fact, DisputeClosed))
    assert invoice is not None, note
    places = Places(digits(note.currency), digits(exchange.currency) if exchange else None)
    borne = undone.borne(invoice, lost, history, places)
    parts = undone.undone(borne, amount, note, places)
    fact = DisputeReversed(
        originator_id=closed.originator_id,
        originator_version=version,
        timestamp=note.timestamp,
        causes=(closed.cause, *note.causes),
        dispute=lost.dispute,
        payment=closed.payment,
        invoice=invoice,
        entity=note.entity,
        account=note.account,
        currency=note.currency,
        amount=amount,
        on=note.issued_on,
        policy=closed.policy,
        reversals=tuple(undone.reversals(invoice, parts, places)),
        losses=tuple(undone.losses(invoice, parts, places)),
    )
    moves = undone.movements(invoice, lost, parts, amount, places)
    moved = entry_of(note, fact, lost.dispute, moves, exchange)
    return Undone(fact, moved)


def entry_of(
    note: CreditNoteIssued,
    fact: Fact,
    document: str,
    movements: tuple[Movement, ...],
    exchange: Exchange | None,
) -> ReceivablesPosted:
    """Return what a credit note undoes as an entry of the sub-ledger, without a version."""
    return ReceivablesPosted(
        originator_id=note.originator_id,
        originator_version=0,
        timestamp=note.timestamp,
        causes=(fact.cause,),
        account=note.account,
        entity=note.entity,
        currency=note.currency,
        on=note.issued_on,
        kind="reversal",
        document=document,
        movements=movements,
        exchange=exchange,
    )
