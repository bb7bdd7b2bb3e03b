"""The auditor of fees: what every recurring and one-time item owes, day by day once more."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from audited_charges import PLACES, rounded

from ledger.events.catalog import AccountOpened, EntityRegistered, PlanPublished
from ledger.events.charges import ItemCharged
from ledger.events.fact import Fact
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
Key = tuple[str, str, date, str]


@dataclass
class Contract:
    """What was recorded of one subscription."""

    start: SubscriptionStarted
    changes: list[SubscriptionChanged]
    end: SubscriptionEnded | None

    def agreed(self, day: date) -> tuple[str, date, dict[str, Decimal]]:
        """Return the plan of a day, the day it was taken, and how many of each item."""
        plan, taken, quantity = self.start.plan, self.start.starts_on, dict(self.start.quantity)
        for when in sorted(
            {change.starts_on for change in self.changes if change.starts_on <= day}
        ):
            before = plan
            for change in self.changes:
                if change.starts_on == when:
                    plan = change.plan or plan
                    quantity.update(change.quantity)
            taken = taken if plan == before else when
        return plan, taken, quantity

    def live(self, day: date) -> bool:
        """Say whether a day costs anything: it is after a trial, and not after the end."""
        first = max(self.start.starts_on, self.start.trial_until or date.min)
        return first <= day and (self.end is None or day < self.end.ends_on)

    def turns(self, day: date, interval: str) -> bool:
        """Say whether an interval begins on a day."""
        last = (day.replace(day=28) + timedelta(4)).replace(day=1) - DAY
        if day.day != min(self.start.anchor, last.day):
            return False
        begin = self.start.starts_on
        month = begin.year * 12 + begin.month
        ends = (begin.replace(day=28) + timedelta(4)).replace(day=1) - DAY
        if min(self.start.anchor, ends.day) > begin.day:
            month -= 1
        return (day.year * 12 + day.month - month) % MONTHS[interval] == 0


class FeeAuditor:
    """A look at the facts of a log that computes every fee again, by no rule of the product."""

    def __init__(self, facts: list[Fact]) -> None:
        of: dict[type, list[Any]] = defaultdict(list)
        for fact in facts:
            of[type(fact)].append(fact)
        self.plans = of[PlanPublished]
        self.entities = {each.entity: each for each in of[EntityRegistered]}
        self.currencies = {each.account: each.currency for each in of[AccountOpened]}
        self.contracts = [
            Contract(
                start,
                [c for c in of[SubscriptionChanged] if c.subscription == start.subscription],
                next((e for e in reversed(of[SubscriptionEnded])
                      if e.subscription == start.subscription), None),
            )
            for start in of[SubscriptionStarted]
        ]  # fmt: skip
        self.charged = {fact.originator_id: fact for fact in of[ItemCharged]}

    def check(self, through: date) -> None:
        """Every stream of fees came to what its days cost by the end of a day; no other did."""
        found = {
            (c.subscription, c.item, c.period_from, c.charge.rsplit("/", 2)[1]): c.amount
            for c in self.charged.values()
            if c.kind in ("recurring", "one_time") and c.amount
        }
        owed = self.owed(through)
        wrong = {key: (found.get(key), owed.get(key)) for key in found.keys() | owed.keys()
                 if found.get(key) != owed.get(key)}  # fmt: skip
        assert not wrong, wrong

    def owed(self, through: date) -> dict[Key, Decimal]:
        """Return what every fee comes to."""
        return {
            key: amount
            for contract in self.contracts
            for key, amount in self._of(contract, through)
            if amount
        }

    def _of(self, contract: Contract, through: date) -> Iterator[tuple[Key, Decimal]]:
        start = contract.start
        names = {item["item"] for plan in self.plans for item in plan.items
                 if item["kind"] in ("recurring", "one_time")}  # fmt: skip
        days = [start.starts_on + timedelta(n)
                for n in range((through - start.starts_on).days + 400)]  # fmt: skip
        for name in sorted(names):
            told = {day: self._item(contract, name, day) for day in days}
            yield from self._fees(contract, name, told, through)

    def _item(self, contract: Contract, name: str, day: date) -> Any:
        """Return the item of a day with how many of it there are, or none."""
        if not contract.live(day):
            return None
        plan, taken, quantity = contract.agreed(day)
        versions = [p for p in self.plans if p.plan == plan and p.starts_on <= day
                    and (p.applies_to == "all" or p.starts_on <= taken)]  # fmt: skip
        holds = max(versions, key=lambda p: (p.starts_on, p.originator_version))
        item = next((i for i in holds.items if i["item"] == name), None)
        return item and (item, quantity.get(name, Decimal(1)))

    def _fees(
        self, contract: Contract, name: str, told: dict[date, Any], through: date
    ) -> Iterator[tuple[Key, Decimal]]:
        once = False
        for day, found in told.items():
            if found is None or day > through:
                continue
            item, many = found
            price = Fraction(item["amount"]) * Fraction(many)
            if item["kind"] == "one_time":
                if not once:
                    yield self._key(contract, name, day, "one_time"), self._money(price, contract)
                once = True
                continue
            if told.get(day - DAY) == found and not contract.turns(day, item["interval"]):
                continue
            amount = self._fee(contract, told, day, through)
            yield self._key(contract, name, day, item["timing"]), amount

    def _fee(
        self, contract: Contract, told: dict[date, Any], first: date, through: date
    ) -> Decimal:
        """Return what an item costs from a day on, up to where it changes or its interval ends."""
        item, many = told[first]
        price = Fraction(item["amount"]) * Fraction(many)
        begin, turn = first, first + DAY
        while not contract.turns(begin, item["interval"]):
            begin -= DAY
        while not contract.turns(turn, item["interval"]):
            turn += DAY
        end = first
        while end < turn and told.get(end, told[first]) == told[first]:
            end += DAY

        def rest(day: date) -> Decimal:
            return self._money(price * (turn - day).days / (turn - begin).days, contract)

        if item["timing"] == "in_arrears":
            return rest(first) - rest(min(end, through + DAY))
        if contract.end is None or end != contract.end.ends_on or end == turn:
            return rest(first) - rest(end)
        if not contract.end.credit_unused:
            return rest(first)
        share = Fraction((end - first).days, (turn - first).days)
        return self._money(Fraction(rest(first)) * share, contract)

    def _money(self, amount: Fraction, contract: Contract) -> Decimal:
        start = contract.start
        rounding = self.entities[start.entity].rounding
        return rounded(amount, PLACES[self.currencies[start.account]], rounding)

    def _key(self, contract: Contract, name: str, day: date, timing: str) -> Key:
        return contract.start.subscription, name, day, timing
