"""The auditor of charges: every usage set, quantity, amount and accrual once more, fact by fact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.plans import parse_plan
from ledger.catalog.prices import Dynamic, Percentage
from ledger.commands.engine.ledger import Ledger
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, UsageRated
from ledger.events.catalog import (
    AccountOpened,
    EntityRegistered,
    MeterDefined,
    PlanPublished,
    TaxRateSet,
)
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted
from ledger.events.subscriptions import SubscriptionStarted
from ledger.metering import Reading, aggregate
from ledger.money import is_decimal
from ledger.periods import Cycle, interval_of
from ledger.rating.bounds import Term
from ledger.rating.events import Carried, Percents, percents
from ledger.rating.models import Group, price
from ledger.store.database import Role
from ledger.store.mapper import decode

ZERO = Decimal(0)
PLACES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}


@dataclass
class Used:
    """One version of a usage event, as the log has it."""

    lane: int
    position: int
    stream: UUID
    version: int
    at: datetime
    leaf: bytes
    void: bool
    data: dict[str, Any]


def rounded(amount: Decimal | Fraction, places: int, mode: str) -> Decimal:
    """Round by whole numbers, with nothing of the product's own rounding."""
    scaled = abs(Fraction(amount)) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    whole += twice > 0 or (twice == 0 and (mode == "half_up" or whole % 2 == 1))
    return Decimal(whole if amount >= 0 else -whole).scaleb(-places)


def digest(rows: Iterable[Used]) -> str:
    """Return the digest of a usage set as docs/lineage.md defines it."""
    blocks = groupby(rows, key=lambda row: (row.position - 1) >> 14)
    hashes = (sha256(b"".join(row.leaf for row in block)).digest() for _, block in blocks)
    return sha256(b"".join(hashes)).hexdigest()


def reading(row: Used) -> Reading:
    """Return a usage fact as its meter sees it."""
    data = row.data
    return Reading(row.at, row.position, Decimal(data["quantity"]), data.get("key"))


def has(row: Used, where: dict[str, str]) -> bool:
    """Say whether a fact has these dimension values; an absent one is empty."""
    found = row.data.get("dimensions", {})
    return all(found.get(name, "") == value for name, value in where.items())


def events(item: Any, kind: str, used: list[Used]) -> Percents | Carried | None:
    """Return what prices by event come to, of events in the order of time."""
    if isinstance(item.model, Percentage):
        return percents(item.model, [Decimal(row.data["quantity"]) for row in used])
    if not isinstance(item.model, Dynamic):
        return None
    sent = [(row, row.data["properties"].get(item.model.amount_property)) for row in used]
    prices = {
        row.position: Decimal(told) for row, told in sent
        if type(told) is int or (isinstance(told, str) and is_decimal(told))
    }  # fmt: skip
    good = [row for row in used if row.position in prices]
    bad = [row for row in used if row.position not in prices]
    return Carried(
        len(good), aggregate(kind, map(reading, good)), sum(prices.values(), ZERO),
        len(bad), aggregate(kind, map(reading, bad)),
    )  # fmt: skip


class ChargeAuditor:
    """A look at one log that computes every charge again."""

    def __init__(self, ledger: Ledger) -> None:
        self.usage: list[Used] = []
        self.facts: list[Fact] = []
        self._read(ledger)
        self.entities = {e.entity: e for e in self.of(EntityRegistered)}
        self.accounts = {a.account: a for a in self.of(AccountOpened)}
        self.meters = {m.meter: m for m in self.of(MeterDefined)}
        self.plans = [parse_plan(plan) for plan in self.of(PlanPublished)]
        self.subscriptions = {s.subscription: s for s in self.of(SubscriptionStarted)}
        self.charges = self.of(UsageRated)
        self.latest = {charge.originator_id: charge for charge in self.charges}
        self.documents = self.of(InvoiceIssued, CreditNoteIssued)
        self.lines = [line for entry in self.of(JournalPosted) for line in entry.lines]

    def of(self, *types: type) -> list[Any]:
        """Return the facts of these types, in order."""
        return [fact for fact in self.facts if isinstance(fact, types)]

    def _read(self, ledger: Ledger) -> None:
        sql = """select lane::int, position, stream, version, type, occurred_at, data, leaf
                 from ledger.log order by lane, position"""
        with ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute(sql).fetchall()
        for lane, position, where, version, kind, at, data, leaf in rows:
            if lane == 0:
                self.facts.append(decode(kind, data, where, version, at))
            elif kind.startswith(("usage.recorded", "usage.corrected", "usage.voided")):
                void = kind == "usage.voided/1"
                leaf = bytes(leaf)
                self.usage.append(Used(lane, position, where, version, at, leaf, void, data))

    # Charges

    def in_range(self, charge: UsageRated) -> list[Used]:
        """Return every usage fact in a charge's window, as known at its position."""
        return [
            row for row in self.usage
            if (row.lane, row.data["account"], row.data["meter"])
            == (charge.usage.lane, charge.account, charge.meter)
            and charge.window_from <= row.at < charge.window_to
            and row.position <= charge.usage.to_position
        ]  # fmt: skip

    def usage_set(self, charge: UsageRated) -> list[Used]:
        """Return the latest version of each event then that counts for the charge."""
        return self._standing(self.in_range(charge), charge, charge.filter | charge.group)

    def _standing(self, rows: list[Used], charge: UsageRated, where: dict[str, str]) -> list[Used]:
        """Leave out what is void, of another subscription, or of other dimension values."""
        last = {row.stream: row for row in rows}
        return [
            row for row in last.values()
            if not row.void and row.data.get("subscription") in (None, charge.subscription)
            and has(row, where)
        ]  # fmt: skip

    def before(self, charge: UsageRated) -> list[Used]:
        """Return what stands then of the time before a charge's window: it made the level."""
        rows = [
            row for row in self.usage
            if (row.lane, row.data["account"], row.data["meter"])
            == (charge.usage.lane, charge.account, charge.meter)
            and row.at < charge.window_from and row.position <= charge.usage.to_position
        ]  # fmt: skip
        return self._standing(rows, charge, charge.filter | charge.group)

    def check_charges(self) -> None:
        """Every charge is what its usage set costs, and its accrual that amount in whole units."""
        before: dict[UUID, UsageRated] = {}
        for charge in self.charges:
            rows = self.in_range(charge)
            used = self.usage_set(charge)
            assert charge.usage.digest == digest(rows), charge
            assert (charge.usage.facts, charge.usage.count) == (len(rows), len(used)), charge
            amount, quantity = self._priced(charge, used)
            assert (charge.amount, charge.quantity) == (amount, quantity), charge
            assert charge.accrued == self._accrual(charge), charge
            last = before.get(charge.originator_id)
            assert charge.delta == charge.amount - (last.amount if last else 0), charge
            assert charge.posted == charge.accrued - (last.accrued if last else 0), charge
            assert charge.corrects == (last.charge if last else None), charge
            before[charge.originator_id] = charge
        for charge in self.latest.values():
            own = {c.charge for c in self.charges if c.originator_id == charge.originator_id}
            entries = [e for e in self.of(JournalPosted) if e.entry[len("accrual/") :] in own]
            booked = sum(
                (li.amount for e in entries for li in e.lines if li.account == "1150"), ZERO
            )
            assert booked == charge.accrued, charge

    def _item(self, charge: UsageRated) -> Any:
        version = next(p for p in self.plans
                       if (p.plan, p.version) == (charge.plan, charge.plan_version))  # fmt: skip
        item = next(item for item in version.items if item.item == charge.item)
        negotiated = parse_overrides(self.subscriptions[charge.subscription].overrides)
        return replace(item, model=negotiated.get(item.item, item.model))

    def _priced(self, charge: UsageRated, used: list[Used]) -> tuple[Decimal, Decimal]:
        if charge.window_from == charge.window_to:
            return ZERO, ZERO  # its window is gone
        kind = self.meters[charge.meter].aggregation
        item = self._item(charge)
        assert charge.filter == item.filter, charge
        assert charge.group.keys() == set(item.group_by), charge
        carried = self.before(charge) if kind == "weighted_sum" else []
        level = sum((Decimal(row.data["quantity"]) for row in carried), ZERO)
        assert charge.usage.carried == (level if kind == "weighted_sum" else None), charge
        if self._vanished(charge, item, used, level):
            return ZERO, ZERO
        used = sorted(used, key=lambda row: (row.at, row.position))
        by_region: dict[str, tuple[list[Used], list[Used]]] = defaultdict(lambda: ([], []))
        for place, rows in enumerate((used, carried)):
            for row in rows:
                by_region[row.data.get("dimensions", {}).get("region", "")][place].append(row)
        groups = [
            Group({"region": region}, self._quantity(charge, kind, *rows), len(rows[0]))
            for region, rows in by_region.items()
        ]
        whole = self._quantity(charge, kind, used, carried)
        found = price(item, whole, groups, events(item, kind, used), self._term(charge, item))
        return found.amount, found.quantity

    def _quantity(
        self, charge: UsageRated, kind: str, used: list[Used], carried: list[Used]
    ) -> Decimal:
        if kind != "weighted_sum":
            return aggregate(kind, map(reading, used))
        end, start = charge.window_to, charge.window_from
        total = Fraction(0)
        for row in (*used, *carried):
            seconds = Fraction((end - max(row.at, start)) // timedelta(microseconds=1), 10**6)
            total += Fraction(row.data["quantity"]) * seconds
        return rounded(total / Fraction(charge.usage.over or 1), 12, "half_up")

    def _vanished(self, charge: UsageRated, item: Any, used: list[Used], level: Decimal) -> bool:
        """Say whether a group holds nothing, while others do or a fee without usage is theirs."""
        if used or level or not charge.group:
            return False
        if charge.group != {name: item.filter.get(name, "") for name in item.group_by}:
            return True
        whole = replace(charge, group={})
        levels: dict[str, Decimal] = defaultdict(Decimal)
        if self.meters[charge.meter].aggregation == "weighted_sum":
            for row in self.before(whole):
                region = row.data.get("dimensions", {}).get("region", "")
                levels[region] += Decimal(row.data["quantity"])
        return bool(self.usage_set(whole)) or any(levels.values())

    def _term(self, charge: UsageRated, item: Any) -> Term:
        terms = self.subscriptions[charge.subscription]
        first = max(charge.period_from, terms.trial_until or charge.period_from)
        cycle = Cycle(item.interval, terms.anchor, terms.starts_on)
        whole = interval_of(charge.period_from, cycle)
        return Term(
            (charge.period_to - first).days,
            (whole.end - whole.start).days,
            charge.rated_to == charge.period_to,
        )

    def _accrual(self, charge: UsageRated) -> Decimal:
        entity = self.entities[charge.entity]
        amount = Fraction(charge.amount)
        if charge.tax_inclusive:
            code = charge.tax_code or self.accounts[charge.account].tax
            rates = [rate.rate for rate in self.of(TaxRateSet) if rate.code == code]
            amount = amount * 100 / (100 + Fraction(rates[-1] if rates else 0))
        return rounded(amount, PLACES[charge.currency], entity.rounding)

    # Where usage belongs

    def home(self, row: Used) -> Any:
        """Return (subscription, item, group) of the only place where a fact may be charged."""
        terms, day = self._terms_on(row)
        if row.data.get("subscription") not in (None, terms.subscription):
            return None
        if day < max(terms.starts_on, terms.trial_until or terms.starts_on):
            return None
        holds = self._plan_on(day, terms)
        items = [item for item in holds.items
                 if item.meter == row.data["meter"] and has(row, item.filter)]  # fmt: skip
        assert len(items) <= 1, items
        if not items:
            return None
        found = row.data.get("dimensions", {})
        group = {name: found.get(name, "") for name in items[0].group_by}
        return terms.subscription, items[0].item, group

    def _terms_on(self, row: Used) -> tuple[SubscriptionStarted, date]:
        """Return the subscription of a fact's account, and the fact's day there."""
        account = self.accounts[row.data["account"]]
        (terms,) = [s for s in self.subscriptions.values() if s.account == account.account]
        return terms, row.at.astimezone(ZoneInfo(account.time_zone)).date()

    def _plan_on(self, day: date, terms: Any) -> Any:
        versions = [
            plan for plan in self.plans
            if plan.plan == terms.plan and plan.starts_on <= day
            and (plan.applies_to == "all" or plan.starts_on <= terms.starts_on)
        ]  # fmt: skip
        return max(versions, key=lambda p: (p.starts_on, p.version))

    def check_homes(self) -> None:
        """Every event that counts is in exactly one set where it is priced, and else in none."""
        holders: dict[UUID, list[Any]] = defaultdict(list)
        for charge in self.latest.values():
            for row in self.usage_set(charge):
                holders[row.stream].append((charge.subscription, charge.item, charge.group))
        for row in {row.stream: row for row in self.usage}.values():
            home = None if row.void else self.home(row)
            assert holders[row.stream] == ([home] if home else []), (row, home)

    def unrated(self) -> dict[tuple[str, str], int]:
        """Count the usage facts that are in no charge's range, trials left out.

        Of a day on which all of these were declared void they count only where a rating takes them.
        """
        covered = {
            (row.lane, row.position)
            for charge in self.latest.values() if charge.usage.facts
            for row in self.in_range(charge)
            if row.data.get("subscription") in (None, charge.subscription)
        }  # fmt: skip
        days: dict[tuple[Any, ...], list[Used]] = defaultdict(list)
        for row in self.usage:
            if (row.lane, row.position) not in covered and not self._in_trial(row):
                days[self._day_of(row)].append(row)
        standing = {row.stream: row for row in self.usage}.values()
        live = {(row.lane, row.position) for row in standing if not row.void}
        found: dict[tuple[str, str], int] = defaultdict(int)
        for (account, meter, *_), rows in days.items():
            if self._is_priced(rows[0]) or any((row.lane, row.position) in live for row in rows):
                found[account, meter] += len(rows)
        return dict(found)

    def _day_of(self, row: Used) -> tuple[Any, ...]:
        _, local = self._terms_on(row)
        return (row.data["account"], row.data["meter"], row.data.get("subscription"),
                row.at.astimezone(UTC).date(), local)  # fmt: skip

    def _is_priced(self, row: Used) -> bool:
        terms, day = self._terms_on(row)
        if row.data.get("subscription") not in (None, terms.subscription) or day < terms.starts_on:
            return False
        return row.data["meter"] in {item.meter for item in self._plan_on(day, terms).items}

    def _in_trial(self, row: Used) -> bool:
        terms, day = self._terms_on(row)
        if terms.trial_until is None or not terms.starts_on <= day < terms.trial_until:
            return False
        return self._is_priced(row)
