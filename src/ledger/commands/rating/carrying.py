"""At which exchange a grant is carried in 2110, where its entity keeps its books otherwise.

A grant is no money: it is worth in the books what it was on its first day, whatever rates do later.
The first fact that books something of it states that exchange, and from then on it is fixed.
"""

from collections.abc import Iterable
from uuid import UUID

from ledger.commands.engine.ground import Ground
from ledger.credits.account import Standing
from ledger.credits.grants import price_of
from ledger.events.charges import ItemCharged
from ledger.events.credit import CreditDrawn, CreditExpired
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.invoicing.billable import GRANT


def exchange_of(standing: Standing, ground: Ground) -> Exchange | None:
    """Return a grant's exchange, or refuse; none in the entity's own currency, or where it is free.

    Grants that older facts booked at the rate of each day have none, and go on so.
    """
    grant = standing.granted
    if standing.exchange is not None or standing.is_booked or not price_of(grant):
        return standing.exchange
    books = ground.entity(grant.entity).currency
    if grant.currency == books:
        return None
    return ground.exchange_on(grant.currency, books, grant.starts_on, field="from")


def rates_fixed(facts: Iterable[Fact]) -> set[UUID]:
    """Return the streams of the rates at which these facts carry grants.

    They are guarded, so that two runs never fix two rates.
    """
    found: set[UUID] = set()
    for fact in facts:
        if not isinstance(fact, ItemCharged | CreditDrawn | CreditExpired) or not fact.exchange:
            continue
        if not isinstance(fact, ItemCharged) or fact.kind == GRANT:
            pair = fact.currency, fact.exchange.currency
            found |= {stream("exchange_rate", *pair), stream("exchange_rate", *reversed(pair))}
    return found
