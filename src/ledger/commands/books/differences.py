"""What exchange rates make of an entity's foreign balances at the end of a day and is not posted.

Both who revalues and who closes a period ask; both see the same, as known at one position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.catalog.exchange import exchange_of
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.open_periods import Keeper
from ledger.events.catalog import ExchangeRateSet
from ledger.events.exchange import Exchange
from ledger.events.revaluation import Revalued
from ledger.posting.revaluation import revalued_accounts
from ledger.reads import revaluation as reads
from ledger.receivables.revaluation import Position, revalued

BATCH_POSITIONS = 900
"""With a line for what each account gains, an entry then stays below 1,000 lines."""


@dataclass(frozen=True)
class Due:
    """Positions of one currency that differ, the rate of the day, and the fact that set it."""

    currency: str
    exchange: Exchange
    rate: ExchangeRateSet
    revalued: tuple[Revalued, ...]


def differences(ground: Ground, entity: Keeper, on: date) -> Iterator[Due]:
    """Yield what is due at the end of a day, page by page, in the order of currency and account.

    Raises ``NoExchangeRate`` before the first page.
    """
    accounts = revalued_accounts(entity.policies)
    known = ground.read(
        reads.foreign_currencies(accounts, entity=entity.entity, as_of=on, at=ground.read_at)
    )
    rates = [
        (row.foreign_currency, ground.rate_on(row.foreign_currency, row.currency, on))
        for row in known
    ]
    for currency, rate in rates:
        exchange = exchange_of(rate, entity.currency)
        for page in _pages(ground, entity.entity, currency, accounts, on):
            found = (revalued(position, exchange, entity.rounding) for position in page)
            if due := tuple(one for one in found if one.posted):
                yield Due(currency, exchange, rate, due)


def _pages(
    ground: Ground, entity: str, currency: str, accounts: Sequence[str], on: date
) -> Iterator[Sequence[Position]]:
    after = reads.START
    while True:
        query = reads.positions(
            entity,
            currency,
            accounts,
            as_of=on,
            at=ground.read_at,
            after=after,
            limit=BATCH_POSITIONS,
        )
        rows = ground.read(query)
        if rows:
            yield rows
        if len(rows) < BATCH_POSITIONS:
            return
        after = rows[-1].key
