"""Schedules of revenue: what lines in advance defer, over which days, and what is not earned yet.

One schedule per charge stream, over the days it was billed for; one more per line of a concession,
negative, from the day it was given to the end, so that what is left is earned evenly. Bundles have
one per part. What is earned by a day follows from the schedule alone (``rating.schedule``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine
from ledger.events.fact import Fact
from ledger.invoicing.billable import DEFERRED_REVENUE, StreamKey, stream_key
from ledger.invoicing.billed import CONCESSION
from ledger.money import ZERO, digits
from ledger.rating.schedule import DAILY, earned


@dataclass(frozen=True)
class Terms:
    """How an entity earns: its policy, and how amounts become minor units of its currency."""

    policy: str = DAILY
    places: int = 2
    mode: str = "half_up"


def terms_of(currency: str, rounding: str, policies: Mapping[str, Any]) -> Terms:
    """Return how an entity earns, from its currency, its rounding and its policies."""
    return Terms(policies.get("revenue_schedule", DAILY), digits(currency), rounding)


@dataclass(frozen=True)
class Schedule:
    """So much, earned over [``start``, ``end``)."""

    amount: Decimal
    start: date
    end: date

    def unearned(self, day: date, terms: Terms) -> Decimal:
        """Return what is left to earn from the start of a day on."""
        if not self.start < self.end:
            return ZERO
        return self.amount - earned(
            self.amount, self.start, self.end, day, terms.policy, terms.places, terms.mode
        )


def schedules_of(key: StreamKey, history: Iterable[Fact]) -> dict[tuple[str, str | None], Schedule]:
    """Fold the documents of a payer to the schedules of one charge stream, by id and part."""
    result: dict[tuple[str, str | None], Schedule] = {}
    for fact in history:
        if not isinstance(fact, InvoiceIssued | CreditNoteIssued):
            continue
        for line in fact.lines:
            if line.clears == DEFERRED_REVENUE and stream_key(line.charge) == key:
                _add(result, fact, line)
    return result


def unearned_of(key: StreamKey, history: Iterable[Fact], day: date, terms: Terms) -> Decimal:
    """Return what of a charge stream is not earned on a day, after earlier concessions."""
    found = schedules_of(key, history).values()
    return max(sum((each.unearned(day, terms) for each in found), ZERO), ZERO)


def _add(
    result: dict[tuple[str, str | None], Schedule],
    fact: InvoiceIssued | CreditNoteIssued,
    line: InvoiceLine,
) -> None:
    conceded = isinstance(fact, CreditNoteIssued) and fact.reason == CONCESSION
    sign = 1 if isinstance(fact, InvoiceIssued) else -1
    start, end = line.period_from, line.billed_to or line.period_to
    name = stream_key(line.charge)
    if conceded:
        name, start = f"{fact.number}/{line.line}", max(fact.issued_on, start)
    for each in line.deferred:
        at = (name, each.part)
        before = result.get(at, Schedule(ZERO, start, end))
        result[at] = replace(
            before,
            amount=before.amount + sign * each.amount,
            start=min(before.start, start),
            end=end,
        )
