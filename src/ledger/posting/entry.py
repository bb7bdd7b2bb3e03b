"""How a journal entry is put together; it knows no rule and no account.

Every rule of posting has one signature: (fact, on, at) -> entry or None, where ``on`` is the
posting date, already moved to an open period, and ``at`` when it happened (the start of that day
in the entity's time zone).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.events.exchange import Exchange, Foreign
from ledger.events.fact import Fact
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.streams import stream
from ledger.periods import period_of


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What an entry says besides its lines: whose books, by which rule, about what."""

    entry: str
    entity: str
    currency: str
    rule: str
    text: str
    service: tuple[date, date] | None = None
    document: str | None = None
    reverses: str | None = None
    reference: str | None = None
    approved_by: str | None = None


def posted(
    heading: Heading, lines: Iterable[JournalLine], fact: Fact, on: date, at: datetime
) -> JournalPosted | None:
    """Return the entry that ``fact`` causes, without its zero lines, or None if none is left."""
    kept = tuple(line for line in lines if line.amount)
    if not kept:
        return None
    service_from, service_to = heading.service or (None, None)
    return JournalPosted(
        originator_id=stream("journal", heading.entry),
        originator_version=1,
        timestamp=at,
        causes=(fact.cause,),
        entry=heading.entry,
        entity=heading.entity,
        currency=heading.currency,
        on=on,
        period=period_of(on),
        rule=heading.rule,
        text=heading.text,
        lines=kept,
        service_from=service_from,
        service_to=service_to,
        document=heading.document,
        reverses=heading.reverses,
        reference=heading.reference,
        approved_by=heading.approved_by,
    )


def entered(facts: Iterable[Fact], entry: JournalPosted | None) -> list[Fact]:
    """Return facts with the entry that they cause; what is worth nothing in the books has none."""
    return [*facts] if entry is None else [*facts, entry]


def foreign(currency: str, exchange: Exchange | None, amount: Decimal | None) -> Foreign | None:
    """Return what a journal line says of an amount in another currency; None without exchange.

    An amount of zero is said, too: the line is about money of that currency, whose worth in the
    books alone changes. What is kept in the books' own currency (None) says nothing.
    """
    return Foreign(currency, amount) if exchange is not None and amount is not None else None


def currency_of(currency: str, exchange: Exchange | None) -> str:
    """Return the currency of the books: the exchange's, or the fact's own."""
    return exchange.currency if exchange is not None else currency


def span(periods: Iterable[tuple[date, date]]) -> tuple[date, date] | None:
    """Return the half-open interval that covers all of these, or None for none."""
    froms_tos = list(periods)
    if not froms_tos:
        return None
    return min(f for f, _ in froms_tos), max(t for _, t in froms_tos)
