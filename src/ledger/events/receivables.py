"""Facts of the receivables sub-ledger: what a decision about cash did to what customers owe.

As ``journal.posted`` is to the general ledger, so is ``receivables.posted`` to the accounts of
customers: every decision after a payment came in says its whole effect here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record

RECEIVABLE = "receivable"
DISPUTED = "disputed"
UNAPPLIED = "unapplied"
CREDIT = "credit"
WRITTEN_OFF = "written_off"
RELIEVED = "relieved"
LOST = "lost"


@dataclass(frozen=True)
class Movement:
    """A change of one balance; more of it is positive.

    ``balance`` is one that the ledger keeps: receivable (1100), disputed (1110), unapplied (2130)
    or credit (2120); or a note about an invoice: written_off, lost (paid by cash that a dispute
    took for good) or relieved (tax given back by a write-off, or by the ``dispute`` named). A
    receivable that moves by a ``payment`` is applied or reopened by it; one that moves by a
    ``dispute`` alone is owed again, for a credit note to take; a credit that moves by a ``dispute``
    is what its loss takes of the credit that the ``invoice`` left. ``booked`` is the same in the
    entity's currency, where that is another.
    """

    balance: str
    amount: Decimal
    invoice: str | None = None
    payment: str | None = None
    dispute: str | None = None
    booked: Decimal | None = None


@record("receivables.posted/1")
@dataclass(frozen=True, kw_only=True)
class ReceivablesPosted(Fact):
    """One entry of the sub-ledger, in the receivables stream of the account that pays.

    ``kind`` says what happened (return, refund, application, dispute, dispute_won, dispute_lost,
    write_off, recovery, reversal), ``document`` names it. ``exchange`` is the rate of the day,
    where the account has another currency than its entity.
    """

    account: str
    entity: str
    currency: str
    on: date
    kind: str
    document: str
    movements: tuple[Movement, ...]
    exchange: Exchange | None = None
