"""Remaining performance obligations: what customers were billed for and have not had, by years.

Of deferred revenue the schedules say when it will be earned. Prepaid credits are drawn on demand:
they count at their last usable day, at the latest, and as undated where there is none. What is
billed as it is used (in arrears, on demand) is no part of it: it is billed in the amount that is
earned, which the standards leave out.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.invoicing.recognition import earned_by
from ledger.invoicing.schedules import terms_of
from ledger.money import ZERO
from ledger.periods import years_after
from ledger.posting.chart import DEFERRED_REVENUE, PREPAID
from ledger.reads import subledgers
from ledger.reads.rollforward import roll_forward
from ledger.reads.span import Span, whole
from ledger.reads.subscriptions import Entity
from ledger.reads.waterfall import open_as_of
from ledger.store.transaction import Transaction

Bands = tuple[Decimal, Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Obligation:
    """What an account of the chart holds, by when it will be earned.

    ``balance`` is what the trial balance says of it.
    """

    account: str
    within_1_year: Decimal
    within_2_years: Decimal
    later: Decimal
    undated: Decimal
    balance: Decimal

    @property
    def total(self) -> Decimal:
        """What all bands come to."""
        return self.within_1_year + self.within_2_years + self.later + self.undated

    @property
    def difference(self) -> Decimal:
        """What the ledger holds beyond the bands: always zero."""
        return self.balance - self.total


def obligations(tx: Transaction, one: Entity, span: Span) -> list[Obligation]:
    """Return what is to be earned after a span, of an entity or of its customer."""
    span = whole(tx, span)
    accounts = (DEFERRED_REVENUE, PREPAID)
    balances = {row.account: row.closing for row in roll_forward(tx, span, accounts)}
    bands = {
        DEFERRED_REVENUE: _deferred(tx, one, span),
        PREPAID: _prepaid(tx, span),
    }
    return [
        Obligation(account, *bands[account], balances.get(account, ZERO))
        for account in accounts
        if account in balances or any(bands[account])
    ]


def _deferred(tx: Transaction, one: Entity, span: Span) -> Bands:
    terms = terms_of(one.currency, one.rounding, one.policies)
    first, second, later = ZERO, ZERO, ZERO
    for schedule in open_as_of(tx, one.entity, span.last, span.at, span.customer):
        by_1, by_2 = (earned_by(schedule, years_after(span.last, n), terms) for n in (1, 2))
        first += by_1 - schedule.recognised
        second += by_2 - by_1
        later += schedule.deferred - by_2
    return first, second, later, ZERO


def _prepaid(tx: Transaction, span: Span) -> Bands:
    bands = [ZERO] * 4
    for row in tx.all(subledgers.unused_grants(span, span.last)):
        bands[_band(row.expires_on, span.last)] += row.amount
    first, second, later, undated = bands
    return first, second, later, undated


def _band(expires_on: date | None, day: date) -> int:
    if expires_on is None:
        return 3
    return sum(expires_on > years_after(day, years) for years in (1, 2))
