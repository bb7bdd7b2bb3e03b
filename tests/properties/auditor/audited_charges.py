"""The auditor of charges: every usage set, quantity, amount and accrual once more, fact by fact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.plans import parse_plan
from ledger.commands.ledger import Ledger
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
from ledger.rating.models import Group, price
from ledger.store.database import Role
from ledger.store.mapper import decode

ZERO = Decimal(0)
PLACES = {"USD": 2, "JPY": 0, "KWD": 3}


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
        """Return the latest version of each event then, unless void or of another subscription."""
        last = {row.stream: row for row in self.in_range(charge)}
        return [
            row for row in last.values()
            if not row.void and row.data.get("subscription") in (None, charge.subscription)
        ]  # fmt: skip

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

    def _priced(self, charge: UsageRated, used: list[Used]) -> tuple[Decimal, Decimal]:
        if charge.window_from == charge.window_to:
            return ZERO, ZERO  # its window is gone
        kind = self.meters[charge.meter].aggregation
        version = next(p for p in self.plans
                       if (p.plan, p.version) == (charge.plan, charge.plan_version))  # fmt: skip
        item = next(item for item in version.items if item.item == charge.item)
        negotiated = parse_overrides(self.subscriptions[charge.subscription].overrides)
        item = replace(item, model=negotiated.get(item.item, item.model))
        groups = []
        by_region: dict[str, list[Used]] = defaultdict(list)
        for row in used:
            by_region[row.data.get("dimensions", {}).get("region", "")].append(row)
        for region, rows in by_region.items():
            groups.append(Group({"region": region}, aggregate(kind, map(reading, rows)), len(rows)))
        found = price(item, aggregate(kind, map(reading, used)), groups)
        return found.amount, found.quantity

    def _accrual(self, charge: UsageRated) -> Decimal:
        entity = self.entities[charge.entity]
        amount = Fraction(charge.amount)
        if charge.tax_inclusive:
            code = charge.tax_code or self.accounts[charge.account].tax
            rates = [rate.rate for rate in self.of(TaxRateSet) if rate.code == code]
            amount = amount * 100 / (100 + Fraction(rates[-1] if rates else 0))
        return rounded(amount, PLACES[charge.currency], entity.rounding)

    # Where usage belongs

    def home(self, row: Used) -> tuple[str, str] | None:
        """Return (subscription, item) of the only place where a usage fact may be charged."""
        account = self.accounts[row.data["account"]]
        (terms,) = [s for s in self.subscriptions.values() if s.account == account.account]
        day = row.at.astimezone(ZoneInfo(account.time_zone)).date()
        if row.data.get("subscription") not in (None, terms.subscription):
            return None
        if day < max(terms.starts_on, terms.trial_until or terms.starts_on):
            return None
        versions = [
            plan for plan in self.plans
            if plan.plan == terms.plan and plan.starts_on <= day
            and (plan.applies_to == "all" or plan.starts_on <= terms.starts_on)
        ]  # fmt: skip
        holds = max(versions, key=lambda p: (p.starts_on, p.version))
        items = [item.item for item in holds.items if item.meter == row.data["meter"]]
        return (terms.subscription, items[0]) if items else None

    def check_homes(self) -> None:
        """Every event that counts is in exactly one set where it is priced, and else in none."""
        holders: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
        for charge in self.latest.values():
            for row in self.usage_set(charge):
                holders[row.stream].append((charge.subscription, charge.item))
        for row in {row.stream: row for row in self.usage}.values():
            home = None if row.void else self.home(row)
            assert holders[row.stream] == ([home] if home else []), (row, home)

    def unrated(self) -> dict[tuple[str, str], int]:
        """Count the usage facts that are in no charge's range, trials left out."""
        covered = {
            (row.lane, row.position)
            for charge in self.latest.values() if charge.usage.facts
            for row in self.in_range(charge)
            if row.data.get("subscription") in (None, charge.subscription)
        }  # fmt: skip
        found: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.usage:
            if (row.lane, row.position) not in covered and not self._in_trial(row):
                found[row.data["account"], row.data["meter"]] += 1
        return dict(found)

    def _in_trial(self, row: Used) -> bool:
        account = self.accounts[row.data["account"]]
        (terms,) = [s for s in self.subscriptions.values() if s.account == account.account]
        day = row.at.astimezone(ZoneInfo(account.time_zone)).date()
        metered = {i.meter for p in self.plans if p.plan == terms.plan for i in p.items}
        return (terms.trial_until is not None and terms.starts_on <= day < terms.trial_until
                and row.data.get("subscription") in (None, terms.subscription)
                and row.data["meter"] in metered)  # fmt: skip
