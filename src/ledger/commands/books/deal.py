"""Two entities and a day: how each of them books what one owes the other.

A side whose period takes no postings on the day books it on the first later day that does; a day
that neither side takes is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from ledger.catalog.exchange import convert
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import (
    Keeper,
    first_open_day,
    open_day,
    period_guard,
    takes_postings,
)
from ledger.commands.receivables.debtor import minor
from ledger.errors import SameEntity
from ledger.events.exchange import Exchange
from ledger.events.intercompany import Intercompany, Leg
from ledger.events.streams import stream
from ledger.intercompany.balance import Balance, balance_of
from ledger.periods import instant, local_day
from ledger.posting.intercompany import SIDES, intercompany

Legs = tuple[Leg, Leg]


class Asked(Protocol):
    """What both commands say."""

    @property
    def reference(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def payee(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def on(self) -> date | None: ...


@dataclass(frozen=True)
class Deal:
    """Who owes whom how much on which day, and what the reference's stream says so far."""

    where: UUID
    reference: str
    payer: Keeper
    payee: Keeper
    amount: Decimal
    currency: str
    on: date
    balance: Balance | None

    def at_the_days_rate(self, context: Context) -> Legs:
        """Return both sides at the rate of the day."""
        return self._spot(self.payer, context), self._spot(self.payee, context)

    def carried(self, worth: tuple[Decimal, Decimal]) -> Legs:
        """Return both sides at what they carried."""
        return self._leg(self.payer, worth[0]), self._leg(self.payee, worth[1])

    def paid(self, worth: tuple[Decimal, Decimal], context: Context) -> Legs:
        """Return both sides at what they carried, with cash at the rate of the day."""
        payer, payee = self.at_the_days_rate(context)
        return (
            replace(payer, booked=worth[0], cash=payer.booked),
            replace(payee, booked=worth[1], cash=payee.booked),
        )

    def decided(
        self, made: type[Intercompany], legs: Legs, balance: Balance | None = None
    ) -> Decision:
        """Return the fact with the entry of each side, and the periods that they rely on."""
        charge = (balance.charged.cause,) if balance else ()
        fact = made(
            originator_id=self.where,
            originator_version=balance.version + 1 if balance else 1,
            timestamp=instant(self.on, self.payee.time_zone),
            causes=(*charge, self.payer.cause, self.payee.cause),
            reference=self.reference,
            currency=self.currency,
            amount=self.amount,
            on=self.on,
            payer=legs[0],
            payee=legs[1],
        )
        zones = (self.payer.time_zone, self.payee.time_zone)
        entries = [
            intercompany(fact, side, instant(self.on, zone))
            for side, zone in zip(SIDES, zones, strict=True)
        ]
        return Decision([fact, *entries], guards=sorted(set(self._guards(legs))))

    def _guards(self, legs: Legs) -> Iterator[UUID]:
        for leg in legs:
            yield period_guard(leg.entity, self.on)
            yield period_guard(leg.entity, leg.on)

    def _spot(self, entity: Keeper, context: Context) -> Leg:
        if entity.currency == self.currency:
            return self._leg(entity, self.amount)
        exchange = context.exchange_on(self.currency, entity.currency, self.on)
        return self._leg(entity, convert(self.amount, exchange, entity.rounding), exchange)

    def _leg(self, entity: Keeper, booked: Decimal, exchange: Exchange | None = None) -> Leg:
        day = first_open_day(self.on, entity)
        return Leg(entity.entity, entity.currency, day, booked, exchange)


def deal_of(command: Asked, context: Context) -> Deal:
    """Return the deal of a command; refuse one with oneself, or on a day that nobody takes."""
    if command.payer == command.payee:
        raise SameEntity(field="payee", entity=command.payee)
    payer = context.entity(command.payer, "payer")
    payee = context.entity(command.payee, "payee")
    on = command.on or local_day(context.now, payee.time_zone)
    if not takes_postings(on, payer):
        open_day(on, payee, "on")
    where = stream("intercompany", command.reference)
    amount = minor(command.amount, command.currency, "amount")
    balance = balance_of(context.history(where))
    return Deal(where, command.reference, payer, payee, amount, command.currency, on, balance)
