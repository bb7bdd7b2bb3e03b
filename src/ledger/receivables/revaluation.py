"""What a balance in another currency is worth at the end of a day, and what of it is not booked.

Worked example: 1,000.00 EUR are carried at 1,100.00 USD and a euro is 1.15 USD: the position closes
at 1,150.00, so 50.00 are posted. A part of 400.00 EUR is found to be paid on that day: 600.00 EUR
carried at 660.00 close at 690.00, the difference is 30.00, and -20.00 are posted.
"""

from dataclasses import dataclass
from decimal import Decimal

from ledger.catalog.exchange import convert
from ledger.events.exchange import Exchange
from ledger.events.revaluation import Revalued


@dataclass(frozen=True)
class Position:
    """What a monetary account holds of one customer or counterparty in another currency.

    All are debit positive: ``amount`` in ``currency``, and in that of the books what is ``carried``
    without revaluations, and what those ``posted`` that are not taken back yet.
    """

    account: str
    customer: str
    counterparty: str
    invoice: str
    currency: str
    amount: Decimal
    carried: Decimal
    posted: Decimal

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Where the page after it begins."""
        return self.account, self.customer, self.counterparty, self.invoice


def revalued(position: Position, exchange: Exchange, mode: str) -> Revalued:
    """Return a position at the rate of the day; ``posted`` is what is still to be posted."""
    closing = convert(position.amount, exchange, mode)
    return Revalued(
        account=position.account,
        amount=position.amount,
        carried=position.carried,
        closing=closing,
        posted=closing - position.carried - position.posted,
        customer=position.customer or None,
        invoice=position.invoice or None,
        counterparty=position.counterparty or None,
    )
