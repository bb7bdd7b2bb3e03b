"""Random interleavings of everything that cash may do, on several accounts of two entities.

After each step every balance of the ledger is the sum of its sub-ledger, none is below zero, and
the cash is what came and went, wherever the posting rules of the day put it. At the end the
projections say the same, and so does a rebuild.
"""

import os
import runpy
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.events.billing import CreditNoteIssued
from ledger.events.streams import stream
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads.receivables import Scope, balances_as_of, open_items_as_of
from ledger.receivables.allowance import allowance
from ledger.receivables.movements import worth_of
from ledger.receivables.state import fold
from ledger.store.database import Role

RULES = runpy.run_path(str(Path(__file__).with_name("cash_rules.py")))
ACCOUNTS = {"US-a": "US", "US-b": "US", "EU-c": "EU", "JP-d": "JP"}
ENTITIES = {
    "US": ("USD", {}),
    "EU": ("EUR", {"chargeback": "revenue", "tax_relief_on_write_off": True}),
    "JP": ("JPY", {"chargeback": "revenue", "tax_relief_on_write_off": True}),
}
AGREED = {"US": "USD", "EU": "EUR", "JP": "USD"}  # the customer of JP is billed in dollars
PAYS = {account: AGREED[entity] for account, entity in ACCOUNTS.items()}
BOOKS = {entity: currency for entity, (currency, _) in ENTITIES.items()}
RATES = ["150", "151.37", "92.5", "149.999"]
CASH = ("1000", "1005", "1010", "1015", "5000", "5005")
LINES = """
select data ->> 'entity', line ->> 'account', line ->> 'customer', line ->> 'invoice',
       line ->> 'payment', (line ->> 'amount')::numeric
from ledger.log cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = 0 and type = 'journal.posted/1'"""
LOSSES = """
select coalesce(sum((loss ->> 'amount')::numeric
                    * case type when 'dispute.closed/1' then 1 else -1 end), 0)
from ledger.log cross join lateral jsonb_array_elements(data -> 'losses') as loss
where lane = 0 and type in ('dispute.closed/1', 'dispute.reversed/1')
  and data ->> 'entity' = %(entity)s"""
REVALUED = ("1100", "1110", "1150", "1160", "2120", "2130", "2200")
POSITIONS = """
select line ->> 'account', line ->> 'customer',
       case line ->> 'account' when '1100' then line ->> 'invoice' end,
       sum((line ->> 'amount')::numeric), sum((line #>> '{foreign,amount}')::numeric),
       sum((line ->> 'amount')::numeric) filter (where data ->> 'rule' like 'revaluation_reversed%%'
                                                 or data ->> 'rule' like 'receivable_revalued%%'),
       count(*) filter (where line -> 'foreign' = 'null'),
       array_agg(distinct line #>> '{foreign,currency}')
from ledger.log cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = 0 and type = 'journal.posted/1' and data ->> 'entity' = 'JP'
  and line ->> 'account' = any(%(accounts)s) and data ->> 'on' <= %(on)s
group by 1, 2, 3"""

accounts = st.sampled_from(sorted(ACCOUNTS))


class Cash(RULES["CashRules"]):
    """A small business whose customers do with their money whatever they like."""

    HOMES, AGREED, BOOKS = ACCOUNTS, PAYS, BOOKS
    rolling = None  # how to check the roll-forwards of a ledger

    def __init__(self) -> None:
        super().__init__()
        self.day = 1
        self.rate = "150"

    @initialize()
    def begin(self):
        """Two entities with unlike policies, three customers, one price of a cent a unit."""
        do = self.play.do
        do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        do("define_meter", meter="api", aggregation="sum")
        model = {"type": "per_unit", "unit": "0.01"}
        item = {"item": "api", "kind": "usage", "meter": "api", "interval": "month", "model": model}
        for entity, (currency, policies) in ENTITIES.items():
            do("register_entity", entity=entity, name=entity, currency=currency, country="US",
               time_zone="UTC", first_period="2026-01", policies=policies)  # fmt: skip
            do("publish_plan", plan=entity, currency=AGREED[entity], items=[item],
               from_="2026-01-01")  # fmt: skip
        do("set_exchange_rate", base="USD", quote="JPY", rate="150", on="2026-01-01", source="t")
        self.another_chart()
        for account, entity in ACCOUNTS.items():
            tax = {"tax": "vat"} if entity != "US" else {}
            do("open_account", account=account, entity=entity, name=account,
               currency=AGREED[entity], **tax)  # fmt: skip
            do("start_subscription", subscription=account, account=account, plan=entity,
               from_="2026-10-01")  # fmt: skip
            self.bill(account, 10_000)

    @rule(account=accounts, quantity=st.integers(-9_000, 9_000))
    def bill(self, account, quantity):
        """More usage of October is a further invoice, less of it a credit note."""
        event = {"account": account, "meter": "api", "time": "2026-10-05T10:00:00Z",
                 "properties": {"quantity": str(quantity)}}  # fmt: skip
        self.play.use([event])
        self.play.do("rate_usage", through="2026-10-31", account=account)
        before = self.play.state(account).version
        self.play.do("issue_invoices", through="2026-10-31", on=self.on, account=account)
        items = self.play.state(account).items
        for note in self._notes(account):
            if note.originator_version > before and note.invoice and note.to_credit_balance:
                assert not items[note.invoice].unpaid, "only what is paid becomes a balance"

    @precondition(lambda self: any(self._lost_of(account) for account in ACCOUNTS))
    @rule(number=st.integers(0, 10**6), quantity=st.integers(1, 9_000))
    def find_too_much_billed(self, number, quantity):
        """Of an account that lost a dispute less was used than was billed."""
        lost = [account for account in sorted(ACCOUNTS) if self._lost_of(account)]
        self.bill(self._pick(lost, number), -quantity)

    def find_less(self, account, quantity):
        self.bill(account, -quantity)

    @rule()
    def wait(self):
        """Three days pass, and a dollar is worth something else."""
        self.day = min(self.day + 3, 30)
        self.rate = RATES[self.day % 4]
        self.play.do("set_exchange_rate", base="USD", quote="JPY", rate=self.rate, on=self.on,
                     source="test")  # fmt: skip

    @rule(entity=st.sampled_from(sorted(ENTITIES)))
    def revalue(self, entity):
        """Every position is at the rate of the day, and the next day carries what it did."""
        carried = self._positions("2026-12-31")
        answer = self.play.do("revalue", entity=entity, on=self.on)
        assert entity == "JP" or not answer.facts
        for key, (worth, amount, *_) in self._positions(self.on).items():
            closing = (amount * Decimal(self.rate)).quantize(Decimal(1), ROUND_HALF_UP)
            assert entity != "JP" or worth == closing, key
        assert self._positions("2026-12-31") == carried
        assert not self.play.do("revalue", entity=entity, on=self.on).facts

    @invariant()
    def ledger_is_sub_ledger(self):
        """Every balance of a customer is what its invoices and payments say, and not below zero."""
        sums = self._sums()
        for account in ACCOUNTS:
            state = self.play.state(account)
            for item in state.items.values():
                assert item.booked == sums["1100", account, item.invoice], item
                assert item.open or not item.booked, item
                assert min(item.open, item.disputed, item.given_up, item.relieved) >= 0, item
                assert min(item.booked, item.given_up_booked, item.relieved_booked) >= 0, item
                assert item.tax_owed >= 0 <= item.tax_carried, item
                assert item.tax_owed or not item.tax_carried, item
                for lost in item.losses:
                    assert lost.amount > 0 <= lost.booked, item
                    assert lost.amount >= lost.tax >= 0 <= lost.tax_booked, item
                kept = any(each.invoice == item.invoice for each in state.credits)
                assert not (item.lost and kept), "what the bank gave back is no credit as well"
            assert sum(each.amount for each in state.credits) == state.credit_balance, account
            taxes = sum(item.tax_carried for item in state.items.values())
            net = [one for note in self._notes(account) if not note.invoice for one in note.taxes]
            taxes -= sum(one.tax if one.booked is None else one.booked for one in net)
            assert taxes == -sums["2200", account], account
            claims = [claim for each in state.disputes.values() for claim in each]
            assert sum(map(worth_of, claims)) == sums["1110", account], account
            held = sum(paid.held for paid in state.payments.values())
            disputed = sum(item.disputed for item in state.items.values()) + held
            assert disputed == sum(claim.amount for claim in claims), account
            for paid in state.payments.values():
                assert paid.booked == -sums["2130", account, paid.payment], paid
                assert paid.unapplied or not paid.booked, paid
                assert 0 <= paid.held <= paid.unapplied, paid
            assert state.unapplied >= 0, account
            assert state.credit_booked == -sums["2120", account] >= 0, account
            assert (state.credit_balance > 0) >= (state.credit_booked > 0), account
            self.folds_alike(account, state)

    def folds_alike(self, account, state):
        """A fold that stops half-way and goes on comes to the same."""
        facts = self.play.ledger.books.read_stream(stream("receivables", account))
        half = len(facts) // 2
        assert fold(facts[half:], fold(facts[:half])) == state

    @invariant()
    def entities_balance(self):
        """Entries balance per entity; cash and the allowance are what was done with them."""
        sums = self._sums()
        for entity in ENTITIES:
            assert not sums["entity", entity]
            assert not sums["of", entity, "7090"]
            if entity != "JP":  # there cash depends on the rates of its days
                assert sums["cash", entity] == self.cash[entity], entity
                assert not sums["of", entity, "7000"] + sums["of", entity, "7005"]
                borne = sums["of", entity, "5010"] + sums["of", entity, "5015"]
                assert borne == self.fees[entity] + self._lost(entity), entity
            facts = self.play.ledger.books.read_stream(stream("allowance", entity))
            parts = allowance(facts).amounts
            assert all(amount >= 0 for amount in parts.values()), parts
            assert sum(parts.values()) == -sums["of", entity, "1120"], entity

    def teardown(self):
        """The projections agree with the facts, and a rebuild with both."""
        ledger = self.play.ledger
        try:
            catch_up(ledger.db)
            assert list(run_checks(ledger.db)) == []
            type(self).rolling(ledger)
            with ledger.db.transaction(Role.READER) as tx:
                items = {row.number: row.open for row in tx.all(open_items_as_of(Scope()))}
                owed = {row.account: row for row in tx.all(balances_as_of(Scope()))}
            for account in ACCOUNTS:
                state = self.play.state(account)
                assert state.open_amounts.items() <= items.items()
                row = owed.get(account)
                assert (row.unapplied if row else 0) == state.unapplied
                assert (row.credit if row else 0) == state.credit_balance
            for name in ("receivables", "journal", "chart"):
                assert rebuild(ledger.db, name).differences.count == 0
        finally:
            self._opened.__exit__(None, None, None)

    @property
    def on(self) -> str:
        return f"2026-11-{self.day:02}"

    def before(self, days):
        return f"2026-11-{max(self.day - days, 1):02}"

    def _notes(self, account):
        facts = self.play.ledger.books.read_stream(stream("receivables", account))
        return [fact for fact in facts if isinstance(fact, CreditNoteIssued)]

    def _lost(self, entity):
        """Return what is lost for good: under revenue, what spent credit left none to take of."""
        if ENTITIES[entity][1].get("chargeback") == "revenue":
            return self.play.rows(LOSSES, entity=entity)[0][0]
        names = [name for name, home in ACCOUNTS.items() if home == entity]
        return sum(self._lost_of(name) for name in names)

    def _lost_of(self, account):
        return sum(item.lost for item in self.play.state(account).items.values())

    def _positions(self, on):
        """Sum the yen books by position, up to a day; every line there says its currency."""
        rows = self.play.rows(POSITIONS, accounts=list(REVALUED), on=on)
        for row in rows:
            assert row[6:] == (0, ["USD"]), row
        return {row[:3]: (row[3], row[4], row[5] or 0) for row in rows}

    def _sums(self):
        """Sum the journal by whatever the invariants ask for."""
        sums = defaultdict(Decimal)
        for entity, account, customer, invoice, payment, amount in self.play.rows(LINES):
            sums["entity", entity] += amount
            sums["of", entity, account] += amount
            sums[account, customer] += amount
            about = payment if account == "2130" else invoice
            if about:
                sums[account, customer, about] += amount
            if account in CASH:
                sums["cash", entity] += amount
        return sums


HISTORIES = int(os.environ.get("HISTORIES", "0"))


def test_cash_in_any_order_keeps_ledger_and_sub_ledger_one(playing, rolling):
    how = {"playing": staticmethod(playing), "rolling": staticmethod(rolling)}
    machine = type("CashHere", (Cash,), how)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=HISTORIES or 6,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
