"""Posting of disputes.

DisputeOpened           Dr 1110, 5010 / Cr 1000 or 1010    amount, fee
DisputeWon              Dr 1000 or 1010 / Cr 1110          amount
DisputeLost, loss       Dr 5010 / Cr 1110                  what had paid invoices
DisputeLost, revenue    Dr 4xxx, 2200 / Cr 1110            the same; tax without relief to 5010
DisputeLost, either     Dr 2130 / Cr 1110                  what no invoice had taken
DisputeLost, either     Dr 2120 / Cr 1110                  what a credit note had given back
DisputeReversed         Dr 1100 / Cr 5010, 4xxx, 2200      what was never owed, as it was borne

In a currency other than the entity's, revenue and tax are taken back at what the invoice was booked
at and a loss is worth what the bank took; the difference is Cr or Dr 7000.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ledger.events.disputes import DisputeClosed, DisputeOpened, DisputeReversed
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.receivables import ReceivablesPosted
from ledger.posting.chart import CHARGEBACKS, TAX_PAYABLE
from ledger.posting.entry import foreign, posted
from ledger.posting.receivables import balances, cash, heading, with_gain, worth

OPENED = "dispute_opened@1"
WON = "dispute_won@1"
REVERSED = "dispute_reversed@1"
LOST_AS = {"loss": "dispute_lost@1", "revenue": "dispute_lost_revenue@1"}


def dispute_opened(
    fact: DisputeOpened, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book what the bank took: the claim, which may come back, and the fee, which does not."""
    fee = _of(fact, CHARGEBACKS, worth(moved, fact.fee))
    taken = cash(moved, fact.via, -fact.amount - fact.fee, fact.payment)
    lines = with_gain(moved, [*balances(moved), fee, taken])
    text = f"Dispute {fact.dispute} of {fact.payment}"
    about = heading(moved, f"dispute/{fact.dispute}", OPENED, text)
    return posted(about, lines, fact, on, at)


def dispute_closed(
    fact: DisputeClosed, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book how it ended: the money is back, or the claim is worth nothing."""
    is_won = fact.outcome == "won"
    back = cash(moved, fact.via, fact.amount, fact.payment)
    other = [back] if is_won else list(_borne(fact, moved, 1))
    rule = WON if is_won else LOST_AS[fact.policy]
    text = f"Dispute {fact.dispute} of {fact.payment} {fact.outcome}"
    about = heading(moved, f"dispute_closed/{fact.dispute}", rule, text)
    return posted(about, with_gain(moved, [*balances(moved), *other]), fact, on, at)


def dispute_reversed(
    fact: DisputeReversed, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Undo what was booked as lost and was never owed; a credit note takes what is owed again."""
    entry = f"dispute_reversal/{fact.dispute}/{fact.originator_version}"
    text = f"Reversed loss of {fact.invoice} by dispute {fact.dispute}"
    about = heading(moved, entry, REVERSED, text)
    lines = [*balances(moved), *_borne(fact, moved, -1)]
    return posted(about, with_gain(moved, lines), fact, on, at)


def _borne(
    fact: DisputeClosed | DisputeReversed, moved: ReceivablesPosted, sign: int
) -> Iterator[JournalLine]:
    """Yield the revenue and tax taken back of each invoice, and the rest as a loss."""
    for each in fact.reversals:
        worth = each.amount if each.booked is None else each.booked
        line = _of(fact, each.revenue_account or TAX_PAYABLE, sign * worth, each.invoice)
        agreed = foreign(moved.currency, moved.exchange, sign * each.amount)
        yield replace(line, foreign=agreed)
    for loss in fact.losses:
        worth = loss.amount if loss.booked is None else loss.booked
        yield _of(fact, CHARGEBACKS, sign * worth, loss.invoice)


def _of(
    fact: DisputeOpened | DisputeClosed | DisputeReversed,
    account: str,
    amount: Decimal,
    invoice: str | None = None,
) -> JournalLine:
    return JournalLine(
        account, amount, customer=fact.account, invoice=invoice, payment=fact.payment
    )
