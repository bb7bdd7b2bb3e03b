"""Reads of what entities of the group owe each other."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.consolidation.statement import Within
from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Reference:
    """A charge within the group, as the books of both sides show it.

    ``payer_open`` and ``payee_open`` are what 2300 and 1300 hold in the currency agreed,
    ``payer_cost`` and ``payee_revenue`` the same of 5200 and 4200; ``…_carried`` is what the
    balances carry in the currency of each side's books.
    """

    reference: str
    payer: str
    payee: str
    currency: str
    charged_on: date
    charged: Decimal
    settled: Decimal
    credited: Decimal
    payer_open: Decimal
    payee_open: Decimal
    payer_cost: Decimal
    payee_revenue: Decimal
    payer_currency: str
    payer_carried: Decimal
    payee_currency: str
    payee_carried: Decimal

    @property
    def difference(self) -> Decimal:
        """What the payee's books have more than the payer's, of what is owed."""
        return self.payee_open - self.payer_open

    @property
    def result_difference(self) -> Decimal:
        """The same of revenue and cost."""
        return self.payee_revenue - self.payer_cost

    @property
    def matched(self) -> bool:
        """Whether both books say the same."""
        return not self.difference and not self.result_difference

    @property
    def state(self) -> str:
        """unmatched, open or settled."""
        if not self.matched:
            return "unmatched"
        return "open" if self.payer_open else "settled"


def references(
    *,
    entity: str | None = None,
    as_of: date | None = None,
    at: int | None = None,
    after: str = "",
    limit: int = 1_000,
) -> Query[Reference]:
    """A page of charges within the group, by reference: by a day, and as at a position."""
    return query(
        "intercompany",
        "references",
        Reference,
        entity=entity,
        as_of=as_of,
        position=at,
        after=after,
        limit=limit,
    )


def eliminable(as_of: date, *, at: int | None = None) -> Query[Within]:
    """What the books hold of charges within the group, and how much of it both sides have."""
    return query("intercompany", "eliminable", Within, as_of=as_of, position=at)
