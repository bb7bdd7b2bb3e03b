"""Posting of disputes.

DisputeOpened           Dr 1110, 5010 / Cr 1000 or 1010    amount, fee
DisputeWon              Dr 1000 or 1010 / Cr 1110          amount
DisputeLost, loss       Dr 5010 / Cr 1110                  what had paid invoices
DisputeLost, revenue    Dr 4xxx, 2200 / Cr 1110            the same; tax without relief to 5010
DisputeLost, either     Dr 2130 / Cr 1110                  what no invoice had taken
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ledger.events.disputes import DisputeClosed, DisputeOpened, Reversal
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.receivables import DISPUTED, Movement, ReceivablesPosted
from ledger.money import digits, round_ratio
from ledger.posting.chart import CHARGEBACKS, TAX_PAYABLE
from ledger.posting.entry import foreign, posted
from ledger.posting.receivables import balances, cash, heading, with_gain, worth
from ledger.receivables.movements import worth_of

OPENED = "dispute_opened@1"
WON = "dispute_won@1"
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
    other = [back] if is_won else list(_losses(fact, moved))
    rule = WON if is_won else LOST_AS[fact.policy]
    text = f"Dispute {fact.dispute} of {fact.payment} {fact.outcome}"
    about = heading(moved, f"dispute_closed/{fact.dispute}", rule, text)
    return posted(about, with_gain(moved, [*balances(moved), *other]), fact, on, at)


def _losses(fact: DisputeClosed, moved: ReceivablesPosted) -> Iterator[JournalLine]:
    """Yield, per invoice, the revenue and tax taken back, and the rest as a loss."""
    for claim in moved.movements:
        if claim.balance != DISPUTED or claim.invoice is None:
            continue
        back = [each for each in fact.reversals if each.invoice == claim.invoice]
        left = -worth_of(claim)
        for each in back:
            part = _part(moved, claim, each)
            left -= part
            taken = _of(fact, each.revenue_account or TAX_PAYABLE, part, each.invoice)
            yield replace(taken, foreign=foreign(moved.currency, moved.exchange, each.amount))
        yield _of(fact, CHARGEBACKS, left, claim.invoice)


def _part(moved: ReceivablesPosted, claim: Movement, of: Reversal) -> Decimal:
    """Return a reversal in the entity's currency: its share of what the claim is worth."""
    if moved.exchange is None:
        return of.amount
    places = digits(moved.exchange.currency)
    return round_ratio(worth_of(claim), of.amount, claim.amount, places)


def _of(
    fact: DisputeOpened | DisputeClosed, account: str, amount: Decimal, invoice: str | None = None
) -> JournalLine:
    return JournalLine(
        account, amount, customer=fact.account, invoice=invoice, payment=fact.payment
    )
