"""A subscription in an accountant's words: plans, a start, changes, an end, and what is charged."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

import pytest

from ledger.catalog.plans import parse_plan
from ledger.events.catalog import PlanPublished
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.rating.charge import Run
from ledger.rating.fee_charges import Before, charge_fee, due_fees, zeroed_fee
from ledger.rating.fees import fees
from ledger.rating.timeline import Agreement

AT = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f00")


def on(text):
    return text if isinstance(text, date) else date.fromisoformat(text)


def fee(item="base", amount="99", interval="month", timing="in_advance", **more):
    return {"item": item, "kind": "recurring", "amount": amount, "interval": interval,
            "timing": timing, **more}  # fmt: skip


def setup(item="setup", amount="50"):
    return {"item": item, "kind": "one_time", "amount": amount}


@dataclass
class Deal:
    """One subscription while it is agreed and charged; every step may come in any order."""

    plans: dict = field(default_factory=dict)
    agreement: Agreement | None = None
    version: int = 0
    latest: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)

    def plan(self, name, *items, since="2026-01-01", **more):
        versions = self.plans.setdefault(name, [])
        fact = PlanPublished(
            originator_id=uuid5(STREAM, name), originator_version=len(versions) + 1, timestamp=AT,
            plan=name, currency="USD", starts_on=on(since), items=items or (fee(),), **more,
        )  # fmt: skip
        versions.append(parse_plan(fact))
        return self

    def start(self, day, plan="basic", anchor=None, trial=None, overrides=(), **quantity):
        self.version += 1
        self.agreement = Agreement(
            SubscriptionStarted(
                originator_id=STREAM, originator_version=1, timestamp=AT, subscription="s",
                account="acme", entity="US", plan=plan, starts_on=on(day),
                anchor=anchor or on(day).day, quantity=counts(quantity), overrides=overrides,
                trial_until=trial and on(trial),
            )
        )  # fmt: skip
        return self

    def change(self, day, plan=None, **quantity):
        self.version += 1
        changed = SubscriptionChanged(
            originator_id=STREAM, originator_version=self.version, timestamp=AT, subscription="s",
            account="acme", starts_on=on(day), plan=plan, quantity=counts(quantity),
        )  # fmt: skip
        changes = (*self.agreement.changes, changed)
        self.agreement = replace(self.agreement, changes=changes)
        return self

    def end(self, day, credit=False):
        self.version += 1
        ended = SubscriptionEnded(
            originator_id=STREAM, originator_version=self.version, timestamp=AT, subscription="s",
            account="acme", ends_on=on(day), credit_unused=credit,
        )  # fmt: skip
        self.agreement = replace(self.agreement, ended=ended)
        return self

    def fees(self, through):
        """Return "item from to" of every fee begun by a day."""
        return [
            f"{f.item.item} {f.period.start:%y-%m-%d} {f.period.end:%y-%m-%d}"
            for f in fees(self.agreement, self.plans.__getitem__, on(through))
        ]

    def charge(self, through, *, billed=False, **run):
        """Charge all that is due through a day, and return the charges that this made."""
        told = Run("US", "acme", "USD", **{
            "rounding": "half_up", "through": on(through), "at": AT, "first_period": "2020-01",
            **run})  # fmt: skip
        before = [
            Before(each, billed, resubscribed=self.version > self.seen[each.originator_id])
            for each in self.latest.values()
        ]
        dues, gone = due_fees(self.agreement, self.plans.__getitem__, before, on(through))
        made = [charge_fee(each, told) for each in dues] + [zeroed_fee(b, told) for b in gone]
        made = [each for each in made if each]
        for each in made:
            self.latest[each.originator_id] = each
            self.seen[each.originator_id] = self.version
        return made

    def owed(self):
        """Return what every stream came to, those at zero left out."""
        return {
            (each.item, f"{each.period_from}", each.clears): f"{each.due}"
            for each in sorted(self.latest.values(), key=lambda each: each.charge)
            if each.due
        }


def counts(quantity):
    return {name: Decimal(number) for name, number in quantity.items()}


@pytest.fixture
def deal():
    """Nothing agreed yet: publish plans, start, change, end, charge."""
    return Deal()


@pytest.fixture(scope="session")
def make():
    """Make deals and items: for tests that need several."""
    return Deal, fee, setup
