"""What facts say of amounts that are booked in another currency than their own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Exchange:
    """The rate by which a fact's amounts were booked: into ``currency``, that of the entity.

    1 of the fact's currency = ``rate`` of ``currency``, or the other way round where ``inverted``.
    ``on`` is the rate's day and ``source`` where it is from.
    """

    currency: str
    rate: Decimal
    on: date
    source: str
    inverted: bool = False


@dataclass(frozen=True)
class Foreign:
    """The amount of a journal line in the currency in which it was agreed."""

    currency: str
    amount: Decimal
