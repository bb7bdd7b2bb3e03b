"""A small, made-up log with every kind of fact, and two versions of one stream close together."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.events.billing import (
    CreditNoteIssued,
    InvoiceIssued,
    InvoiceLine,
    TaxGroup,
    Unpriced,
    UsageRated,
    UsageSet,
)
from ledger.events.cash import Application, PaymentCaptured
from ledger.events.catalog import (
    AccountChanged,
    AccountErased,
    AccountOpened,
    EntityChanged,
    EntityRegistered,
    ExchangeRateSet,
    MeterDefined,
    PlanPublished,
    TaxRateSet,
)
from ledger.events.erp import (
    AccountMapped,
    ExportAcknowledged,
    ExportLine,
    ExportOffered,
    ExportProfileSet,
    ExportRejected,
    ExportSealed,
)
from ledger.events.fact import Fact
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.limits import SpendLimitSet, ThresholdCrossed
from ledger.events.periods import PeriodClosed, PeriodSoftClosed
from ledger.events.streams import stream, usage_stream
from ledger.events.subscriptions import SubscriptionStarted
from ledger.events.usage import (
    UsageCorrected,
    UsageReceived,
    UsageRecorded,
    UsageReplayed,
    UsageVoided,
)
from ledger.store.append import NewFact, append, meta
from ledger.store.canonical import canonical
from ledger.store.database import Database, Role
from ledger.store.mapper import encode

START = datetime(2026, 10, 1, tzinfo=UTC)
D = Decimal


class Story:
    """Appends facts of a made-up business; ``play`` appends some of everything."""

    def __init__(self, database: Database, seed: int = 7) -> None:
        self.database = database
        self.random = random.Random(seed)
        self.versions: dict = {}
        self.events: list[UsageRecorded] = []
        self.charges: dict[str, UsageRated] = {}
        self.invoices: list[InvoiceIssued] = []
        self.sealed: list[ExportSealed] = []
        self.usage_lane_of = {"acme": 1, "beta": 1, "gamma": 2}

    def fact(self, cls: type[Fact], stream_id, at: datetime = START, **fields) -> Fact:
        version = self.versions[stream_id] = self.versions.get(stream_id, 0) + 1
        return cls(originator_id=stream_id, originator_version=version, timestamp=at, **fields)

    def append(self, *facts: Fact, lane: int = 0, **meta_fields) -> list[int]:
        """Append facts in one transaction and return their positions."""
        return self.append_raw(
            *(
                NewFact(
                    lane,
                    fact.originator_id.bytes,
                    fact.originator_version,
                    (encoded := encode(fact)).type,
                    fact.timestamp,
                    encoded.data,
                    canonical({"actor": "test", **meta_fields}) if meta_fields else meta("test"),
                )
                for fact in facts
            )
        )

    def append_raw(self, *facts: NewFact) -> list[int]:
        with self.database.transaction(Role.WRITER) as tx:
            appended = append(tx, list(facts), read_at=tx.head())
        return [position for _, position in appended.positions]

    # -- reference data ---------------------------------------------------------------------------

    def catalog(self) -> None:
        self.append(
            self.fact(
                EntityRegistered,
                stream("entity", "US"),
                entity="US",
                name="US Inc",
                currency="USD",
                country="US",
                time_zone="America/New_York",
                first_period="2026-01",
            )
        )
        for account, parent in (("acme", None), ("beta", "acme"), ("gamma", None)):
            self.append(
                self.fact(
                    AccountOpened,
                    stream("account", account),
                    account=account,
                    entity="US",
                    currency="USD",
                    lane=self.usage_lane_of[account],
                    person="00",
                    has_vat_id=False,
                    time_zone="America/New_York",
                    parent=parent,
                )
            )
        self.append(
            self.fact(
                EntityChanged,
                stream("entity", "US"),
                entity="US",
                starts_on=date(2026, 11, 1),
                policies={"breakage": "proportional"},
            ),
            self.fact(
                AccountChanged,
                stream("account", "gamma"),
                account="gamma",
                starts_on=date(2026, 11, 1),
                tax="std",
            ),
            self.fact(AccountErased, stream("account", "gamma"), account="gamma"),
            self.fact(
                PeriodSoftClosed, stream("period", "US", "2026-01"), entity="US", period="2026-01"
            ),
            self.fact(
                PeriodClosed,
                stream("period", "US", "2026-01"),
                entity="US",
                period="2026-01",
                position=1,
                digest="00",
            ),
            self.fact(
                ExchangeRateSet,
                stream("exchange_rate", "EUR", "USD"),
                base="EUR",
                quote="USD",
                rate=D("1.1"),
                on=date(2026, 10, 1),
                source="ECB",
            ),
        )
        for aggregation in ("sum", "max", "latest", "unique_count", "count"):
            self.append(
                self.fact(
                    MeterDefined,
                    stream("meter", aggregation),
                    meter=aggregation,
                    aggregation=aggregation,
                    dimensions=("region", "tier"),
                )
            )
        self.old_plan()
        self.append(
            self.fact(
                PlanPublished,
                stream("plan", "basic"),
                plan="basic",
                currency="USD",
                starts_on=date(2026, 10, 1),
                items=({"item": "api", "kind": "usage", "meter": "sum"},),
            ),
            self.fact(
                TaxRateSet,
                stream("tax", "std"),
                code="std",
                rate=D("8.875"),
                starts_on=date(2026, 1, 1),
                category="S",
            ),
        )
        for account in ("acme", "gamma"):
            self.append(
                self.fact(
                    SubscriptionStarted,
                    stream("subscription", f"s-{account}"),
                    subscription=f"s-{account}",
                    account=account,
                    entity="US",
                    plan="basic",
                    starts_on=date(2026, 10, 1),
                    anchor=1,
                    quantity={},
                    trial_until=date(2026, 10, 3) if account == "gamma" else None,
                )
            )

    def old_plan(self) -> None:
        """A plan as an older version of this software published it: without applies_to."""
        stream_id = stream("plan", "basic")
        self.versions[stream_id] = 1
        data = {
            "plan": "basic",
            "currency": "USD",
            "starts_on": "2026-01-01",
            "items": [{"item": "api", "kind": "usage", "meter": "sum"}],
            "tax_inclusive": False,
        }
        self.append_raw(
            NewFact(0, stream_id.bytes, 1, "plan.published/1", START, canonical(data), meta("test"))
        )

    # -- usage ------------------------------------------------------------------------------------

    def usage(self, count: int, **meta_fields) -> None:
        """Record events, and correct or void some: soon, so that one chunk holds two versions."""
        for _ in range(count):
            account = self.random.choice(list(self.usage_lane_of))
            lane = self.usage_lane_of[account]
            facts: list[Fact] = [self.event(account)]
            if self.random.random() < 0.25:
                facts.append(self.change(self.random.choice([facts[0], self.old(account)])))
            self.append(*facts, lane=lane, **meta_fields)

    def old(self, account: str) -> Fact:
        return self.random.choice([e for e in self.events if e.account == account])

    def event(self, account: str) -> UsageRecorded:
        meter = self.random.choice(["sum", "max", "latest", "unique_count", "count"])
        event_id = f"e{len(self.events)}"
        at = START + timedelta(minutes=self.random.randrange(0, 5 * 24 * 60, 7))
        fact = self.fact(
            UsageRecorded,
            usage_stream("app", event_id),
            at,
            source="app",
            id=event_id,
            account=account,
            meter=meter,
            properties={"quantity": "1"},
            **self.content(meter),
        )
        self.events.append(fact)
        return fact

    def content(self, meter: str) -> dict:
        """What a meter took: quantities of unlike scale, some negative, few groups."""
        quantity = D(self.random.choice(["1", "2.50", "-3", "0.125", "40"]))
        return {
            "quantity": D(1) if meter in ("count", "unique_count") else quantity,
            "key": self.random.choice("abc") if meter == "unique_count" else None,
            "dimensions": self.random.choice(
                [{}, {"region": "eu"}, {"region": "us", "tier": "x"}, {"region": "us"}]
            ),
            "subscription": self.random.choice([None, None, None, f"s-{'acme'}", "other"]),
        }

    def change(self, event: UsageRecorded) -> Fact:
        common = {
            "source": event.source,
            "id": event.id,
            "account": event.account,
            "meter": event.meter,
            "reason": "test",
        }
        if self.random.random() < 0.3:
            return self.fact(UsageVoided, event.originator_id, event.timestamp, **common)
        return self.fact(
            UsageCorrected,
            event.originator_id,
            event.timestamp,
            properties={},
            **common,
            **self.content(event.meter),
        )

    def receipts(self) -> None:
        """Duplicates and dead letters, one of which a replay brings in the next day."""
        n = len(self.events)
        self.append(
            self.fact(
                UsageReceived,
                stream("received", f"r{n}"),
                source="app",
                day="2026-10-02",
                duplicate=3,
                dead_lettered={"BAD_VALUE": 2, "UNKNOWN_METER": 1},
            ),
            lane=1,
        )
        self.append(self.event("acme"), lane=1, replay_day="2026-10-02")
        for letter, outcome in ((1, "accepted"), (2, "duplicate")):
            letter_id = f"{n:08x}-0000-4000-8000-00000000000{letter}"
            self.append(
                self.fact(
                    UsageReplayed,
                    stream("replay", letter_id),
                    dead_letter=letter_id,
                    source="app",
                    day="2026-10-02",
                    code="BAD_VALUE",
                    outcome=outcome,
                )
            )

    # -- billing ----------------------------------------------------------------------------------

    def rate(self, account: str, day: int, amount: str, *, days: int = 31) -> UsageRated:
        """Rate one period, or rate it again, and accrue the difference."""
        period = date(2026, 10, day)
        stream_id = stream("charge", f"s-{account}", "api", period.isoformat())
        prior = self.charges.get(str(stream_id))
        version = self.versions.get(stream_id, 0) + 1
        posted = D(amount) - (prior.accrued if prior else 0)
        window_from = datetime(2026, 10, day, 4, tzinfo=UTC)
        with self.database.transaction(Role.READER) as tx:
            head = tx.head(self.usage_lane_of[account])
        charge = self.fact(
            UsageRated,
            stream_id,
            charge=f"s-{account}/api/{period}/{version}",
            entity="US",
            account=account,
            subscription=f"s-{account}",
            item="api",
            meter="sum",
            plan="basic",
            plan_version=2,
            currency="USD",
            period_from=period,
            period_to=period + timedelta(days=days),
            rated_to=period + timedelta(days=days),
            window_from=window_from,
            window_to=window_from + timedelta(days=days),
            quantity=D("1.5"),
            amount=D(amount),
            delta=D(amount) - (prior.amount if prior else 0),
            accrued=D(amount),
            posted=posted,
            posted_on=date(2026, 10, 31),
            usage=UsageSet(self.usage_lane_of[account], head, 1, 1, "00"),
            unpriced=Unpriced(1, D(2)) if version == 1 else None,
            corrects=prior.charge if prior else None,
        )
        self.charges[str(stream_id)] = charge
        facts: list[Fact] = [charge]
        if posted:
            facts.append(self.entry(f"accrual/{charge.charge}", charge, posted))
        self.append(*facts)
        return charge

    def entry(self, entry: str, charge: UsageRated, posted: Decimal) -> JournalPosted:
        return self.journal(
            entry,
            JournalLine("1150", posted, customer=charge.account, charge=charge.charge),
            JournalLine("4010", -posted, customer=charge.account, charge=charge.charge),
        )

    def journal(self, entry: str, *lines: JournalLine) -> JournalPosted:
        return self.fact(
            JournalPosted,
            stream("journal", entry),
            entry=entry,
            entity="US",
            currency="USD",
            on=date(2026, 10, 31),
            period="2026-10",
            rule="test@1",
            text=entry,
            lines=lines,
        )

    def line(self, charge: UsageRated, net: Decimal, number: int = 1) -> InvoiceLine:
        return InvoiceLine(
            line=number,
            item="api",
            description="api",
            account=charge.account,
            subscription=charge.subscription,
            period_from=charge.period_from,
            period_to=charge.period_to,
            quantity=D(1),
            net=net,
            tax=D("1.00"),
            category="S",
            rate=D(10),
            tax_code="std",
            charge=charge.charge,
            revenue_account="4010",
        )

    def invoice(self, charge: UsageRated) -> InvoiceIssued:
        number = f"US-2026-{len(self.invoices) + 1:06}"
        net = charge.accrued
        fact = self.fact(
            InvoiceIssued,
            stream("receivables", "acme"),
            number=number,
            entity="US",
            account="acme",
            currency="USD",
            issued_on=date(2026, 11, 1),
            due_on=date(2026, 12, 1),
            net=net,
            tax=D("1.00"),
            total=net + 1,
            lines=(self.line(charge, net),),
            taxes=(TaxGroup("S", D(10), net, D("1.00")),),
        )
        self.invoices.append(fact)
        customer = {"customer": "acme", "invoice": number}
        self.append(
            fact,
            self.journal(
                f"invoice/{number}",
                JournalLine("1100", net + 1, **customer),
                JournalLine("1150", -net, charge=charge.charge, invoice_line=1, **customer),
                JournalLine("2200", D("-1.00"), **customer),
            ),
        )
        return fact

    def credit(self, invoice: InvoiceIssued, charge: UsageRated, net: str) -> None:
        number = f"US-CN-2026-{self.versions.get('cn', 0) + 1:06}"
        self.versions["cn"] = self.versions.get("cn", 0) + 1
        total = D(net) + 1
        line = replace(self.line(charge, D(net)), against=invoice.number, against_line=1)
        self.append(
            self.fact(
                CreditNoteIssued,
                stream("receivables", "acme"),
                number=number,
                entity="US",
                account="acme",
                currency="USD",
                issued_on=date(2026, 11, 2),
                invoice=invoice.number,
                net=D(net),
                tax=D("1.00"),
                total=total,
                lines=(line,),
                taxes=(TaxGroup("S", D(10), D(net), D("1.00")),),
                to_receivable=total - 1,
                to_credit_balance=D(1),
                reason="rerating",
            ),
            self.journal(
                f"credit_note/{number}",
                JournalLine("1150", D(net), customer="acme", charge=charge.charge),
                JournalLine("2200", D("1.00"), customer="acme"),
                JournalLine("1100", 1 - total, customer="acme", invoice=invoice.number),
                JournalLine("2120", D(-1), customer="acme", invoice=invoice.number),
            ),
        )

    def pay(self, payment: str, invoice: InvoiceIssued, applied: str) -> None:
        self.append(
            self.fact(
                PaymentCaptured,
                stream("payment", payment),
                payment=payment,
                entity="US",
                account="acme",
                currency="USD",
                amount=D(applied) + 2,
                on=date(2026, 11, 3),
                via="bank",
                applications=(Application(invoice.number, D(applied)),),
                unapplied=D(2),
            ),
            self.journal(
                f"payment/{payment}",
                JournalLine("1000", D(applied) + 2, customer="acme", payment=payment),
                JournalLine(
                    "1100",
                    -D(applied),
                    customer="acme",
                    payment=payment,
                    invoice=invoice.number,
                ),
                JournalLine("2130", D(-2), customer="acme", payment=payment),
            ),
        )

    def limits(self) -> None:
        for starts_on, amount in ((date(2026, 10, 1), D(100)), (date(2026, 11, 1), None)):
            self.append(
                self.fact(
                    SpendLimitSet,
                    stream("spend_limit", "acme"),
                    account="acme",
                    entity="US",
                    currency="USD",
                    starts_on=starts_on,
                    amount=amount,
                    notify_at=(D(80), D(100)) if amount else (),
                )
            )
        self.append(
            self.fact(
                ThresholdCrossed,
                stream("spending_threshold", "acme", "2026-10-01", "80"),
                kind="spending",
                entity="US",
                account="acme",
                currency="USD",
                period_from=date(2026, 10, 1),
                period_to=date(2026, 11, 1),
                percent=D(80),
                limit=D(100),
                quantity=D(95),
                lane=0,
                position=1,
            )
        )

    # -- ERP --------------------------------------------------------------------------------------

    def profile(self, target: str) -> None:
        self.append(
            self.fact(
                ExportProfileSet,
                stream("profile", target, "US"),
                target=target,
                entity="US",
                profile={"default": "document"},
            ),
            self.fact(
                AccountMapped,
                stream("mapping", target, "US"),
                target=target,
                entity="US",
                account="1100",
                erp_account="11000",
                starts_on=date(2026, 1, 1),
            ),
        )

    def seal(self, target: str, member: int) -> ExportSealed:
        external_id = str(stream("external", target, str(member)))
        sealed = self.fact(
            ExportSealed,
            stream("export", target, external_id),
            target=target,
            entity="US",
            external_id=external_id,
            short_ref=f"US-{member}",
            kind="journal",
            profile="document",
            account_class="other",
            currency="USD",
            posting_date=date(2026, 10, 31),
            posting_period="2026-10",
            members=(member,),
            member_digest="00",
            lines=(ExportLine("1150", D(1), D(0)), ExportLine("4010", D(0), D(1))),
            total=D(1),
        )
        self.sealed.append(sealed)
        self.append(sealed, self.offer(sealed, 1))
        return sealed

    def offer(self, sealed: ExportSealed, revision: int) -> ExportOffered:
        return self.fact(
            ExportOffered,
            sealed.originator_id,
            target=sealed.target,
            entity="US",
            external_id=sealed.external_id,
            revision=revision,
            erp_date=date(2026, 10, 31),
            content={"a": "b"},
            sha256=f"{revision:064}",
        )

    def answer(self, sealed: ExportSealed, revision: int, *, accepted: bool) -> None:
        common = {
            "target": sealed.target,
            "external_id": sealed.external_id,
            "revision": revision,
            "sha256": f"{revision:064}",
        }
        if accepted:
            fact = self.fact(
                ExportAcknowledged,
                sealed.originator_id,
                **common,
                erp_document_id="4711",
                erp_number="4711",
                erp_posting_date=date(2026, 11, 1),
                erp_period="2026-11",
                differs=("erp_period",),
            )
        else:
            fact = self.fact(
                ExportRejected,
                sealed.originator_id,
                **common,
                code="PERIOD_CLOSED",
                message="closed",
                disposition="hold",
            )
        self.append(fact)

    # -- the whole --------------------------------------------------------------------------------

    def play(self, events: int = 60) -> None:
        """A month: usage, ratings and re-ratings, documents, payments, exports."""
        self.catalog()
        self.events_of_every_account()
        self.usage(events)
        self.receipts()
        charge = self.rate("acme", 1, "100.00")
        self.rate("gamma", 1, "7.00", days=3)
        invoice = self.invoice(charge)
        self.profile("erp")
        self.usage(events)
        higher = self.rate("acme", 1, "120.00")
        self.rate("acme", 1, "90.00", days=15)
        self.rate("acme", 16, "5.00", days=16)
        self.invoice(self.rate("acme", 16, "6.00", days=16))
        self.credit(invoice, higher, "10.00")
        self.pay("p1", invoice, "50.00")
        self.receipts()
        self.limits()
        self.exports()
        self.usage(events // 2)

    def events_of_every_account(self) -> None:
        for account, lane in self.usage_lane_of.items():
            self.append(self.event(account), lane=lane)

    def exports(self) -> None:
        with self.database.transaction(Role.READER) as tx:
            rows = tx.conn.execute(
                "select position from ledger.log where type = 'journal.posted/1' order by 1"
            ).fetchall()
        first, second, third = (self.seal("erp", position) for (position,) in rows[:3])
        self.answer(first, 1, accepted=True)
        self.answer(second, 1, accepted=False)
        self.append(self.offer(second, 2))
        self.answer(third, 1, accepted=False)


@pytest.fixture
def database(bare: Database) -> Database:
    """A database without any build: here is tested how they are made."""
    return bare


@pytest.fixture
def story(database: Database) -> Story:
    """An empty log with a second usage lane, and somebody to write it."""
    with database.transaction(Role.WRITER) as tx:
        tx.execute("insert into ledger.log_heads (lane) values (2) on conflict do nothing")
    return Story(database)
