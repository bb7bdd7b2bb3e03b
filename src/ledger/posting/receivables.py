"""What an entry of the receivables sub-ledger is in the general ledger: one line per movement.

    receivable 1100   disputed 1110   unapplied 2130   credit 2120

In a currency other than the entity's a balance is relieved of what it carries, cash moves at the
rate of the day, and the difference is Cr or Dr 7000. Each rule of cash adds its other side; notes
(written off, relieved, lost) are no balance of the ledger and post nothing here.
"""

from collections.abc import Iterable
from decimal import Decimal

from ledger.catalog.exchange import convert
from ledger.events.journal import JournalLine
from ledger.events.receivables import (
    CREDIT,
    DISPUTED,
    RECEIVABLE,
    UNAPPLIED,
    ReceivablesPosted,
)
from ledger.money import ZERO
from ledger.posting import chart
from ledger.posting.entry import Heading, currency_of, foreign
from ledger.receivables.movements import worth_of

ACCOUNTS = {
    RECEIVABLE: (chart.RECEIVABLE, 1),
    DISPUTED: (chart.DISPUTED, 1),
    UNAPPLIED: (chart.UNAPPLIED_CASH, -1),
    CREDIT: (chart.CREDIT_BALANCE, -1),
}
CASH_SIDE = {"bank": chart.BANK, "psp": chart.PSP_CLEARING}


def worth(moved: ReceivablesPosted, amount: Decimal) -> Decimal:
    """Return an amount in the entity's currency, by the rate of the day."""
    return amount if moved.exchange is None else convert(amount, moved.exchange)


def cash(
    moved: ReceivablesPosted, via: str, amount: Decimal, payment: str | None = None
) -> JournalLine:
    """Return the line of cash that came or (negative) went, at the rate of the day."""
    return JournalLine(
        CASH_SIDE[via],
        worth(moved, amount),
        customer=moved.account,
        payment=payment,
        foreign=foreign(moved.currency, moved.exchange, amount),
    )


def with_gain(moved: ReceivablesPosted, lines: Iterable[JournalLine]) -> list[JournalLine]:
    """Return lines with the gain or loss that rates made between then and now."""
    found = list(lines)
    gain = -sum((line.amount for line in found), ZERO)
    assert not gain or moved.exchange is not None, found
    return [*found, JournalLine(chart.EXCHANGE_GAIN, gain, customer=moved.account)]


def balances(moved: ReceivablesPosted) -> list[JournalLine]:
    """Return the lines of the customer's balances, each with what it is about."""
    lines = []
    for movement in moved.movements:
        if movement.balance in ACCOUNTS:
            code, sign = ACCOUNTS[movement.balance]
            lines.append(
                JournalLine(
                    code,
                    sign * worth_of(movement),
                    customer=moved.account,
                    invoice=movement.invoice,
                    payment=movement.payment,
                    foreign=foreign(moved.currency, moved.exchange, sign * movement.amount),
                )
            )
    return lines


def heading(
    moved: ReceivablesPosted, entry: str, rule: str, text: str, *, about_invoice: bool = False
) -> Heading:
    """Return the heading of an entry; one that is only about an invoice is no document itself."""
    return Heading(
        entry=entry,
        entity=moved.entity,
        currency=currency_of(moved.currency, moved.exchange),
        rule=rule,
        text=text,
        document=None if about_invoice else moved.document,
    )
