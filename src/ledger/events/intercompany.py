"""Facts about what one entity charges another: one stream per reference, both books in each fact.

What an entity owes is said once, in the currency agreed; each ``Leg`` says what that is worth in
the books of one side, and on which day it is posted there.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Leg:
    """One side, in the currency of its books: ``booked`` moves its intercompany account.

    ``on`` is the posting date, later than the fact's where that day's period takes no postings
    there. ``exchange`` is the rate of the fact's day where the books have another currency; by it a
    charge is ``booked``, and the ``cash`` of a settlement moves.
    """

    entity: str
    currency: str
    on: date
    booked: Decimal
    exchange: Exchange | None = None
    cash: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Intercompany(Fact):
    """What every fact of a reference says: who owes whom how much, agreed in ``currency``."""

    reference: str
    currency: str
    amount: Decimal
    on: date
    payer: Leg
    payee: Leg


@record("intercompany.charged/1")
@dataclass(frozen=True, kw_only=True)
class IntercompanyCharged(Intercompany):
    """The payee charged the payer, each side at the rate of the day."""


@record("intercompany.settled/1")
@dataclass(frozen=True, kw_only=True)
class IntercompanySettled(Intercompany):
    """The payer paid so much of a charge; ``booked`` is what that carried on each side."""


@record("intercompany.credited/1")
@dataclass(frozen=True, kw_only=True)
class IntercompanyCredited(Intercompany):
    """The payee took back so much of a charge that was not settled, at what it carried."""
