"""set_exchange_rate: what a unit of one currency is worth in another from a day on."""

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Amount, Currency, Day, Text
from ledger.errors import BadValue
from ledger.events.catalog import ExchangeRateSet
from ledger.events.streams import stream
from ledger.periods import instant


class SetExchangeRate(Command):
    """Set an exchange rate: one unit of base is so many of quote from this day on."""

    NAME = "set_exchange_rate"

    base: Currency
    quote: Currency
    rate: Amount
    on: Day
    source: Text


def set_exchange_rate(command: SetExchangeRate, context: Context) -> Decision:
    """Decide the next rate of a pair; the same day again supersedes it for later postings."""
    if command.base == command.quote:
        raise BadValue(field="quote", why="A rate is between two currencies; name another one.")
    where = stream("exchange_rate", command.base, command.quote)
    fact = ExchangeRateSet(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=instant(command.on, "UTC"),
        base=command.base,
        quote=command.quote,
        rate=command.rate,
        on=command.on,
        source=command.source,
    )
    return Decision([fact])
