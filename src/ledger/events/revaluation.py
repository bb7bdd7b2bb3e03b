"""Facts about balances in another currency that are shown at the rate of a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Revalued:
    """One position at the end of a day, debit positive: what a customer has on one account.

    ``amount`` is in the position's currency, ``carried`` what the books say it is worth without
    any revaluation, and ``closing`` what it is worth by the rate. ``posted`` brings the difference
    into the books: closing - carried, less what revaluations of that day posted before.
    """

    account: str
    amount: Decimal
    carried: Decimal
    closing: Decimal
    posted: Decimal
    customer: str | None = None
    invoice: str | None = None
    counterparty: str | None = None


@record("receivable.revalued/1")
@dataclass(frozen=True, kw_only=True)
class ReceivableRevalued(Fact):
    """Positions of an entity in one ``currency``, brought to the rate of a day; so are liabilities.

    ``on`` is the day and ``reversed_on`` the day on which all of it is taken back. One stream per
    entity: no two runs post the same. Its version counts currencies and batches.
    """

    entity: str
    currency: str
    exchange: Exchange
    on: date
    reversed_on: date
    revalued: tuple[Revalued, ...]
