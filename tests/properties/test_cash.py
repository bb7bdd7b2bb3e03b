"""Random interleavings of everything that cash may do, on several accounts of two entities.

After each step every balance of the ledger is the sum of its sub-ledger, none is below zero, and
the cash is what came and went, wherever the posting rules of the day put it. At the end the
projections say the same, and so does a rebuild.
"""

import itertools
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.events.streams import stream
from ledger.posting.rules import RULES
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads.receivables import Scope, balances_as_of, open_items_as_of
from ledger.receivables.allowance import allowance
from ledger.receivables.movements import worth_of
from ledger.receivables.state import fold
from ledger.store.database import Role

ACCOUNTS = {"US-a": "US", "US-b": "US", "EU-c": "EU", "JP-d": "JP"}
ENTITIES = {
    "US": ("USD", {}),
    "EU": ("EUR", {"chargeback": "revenue", "tax_relief_on_write_off": True}),
    "JP": ("JPY", {"chargeback": "revenue", "tax_relief_on_write_off": True}),
}
AGREED = {"US": "USD", "EU": "EUR", "JP": "USD"}  # the customer of JP is billed in dollars
RATES = ["150", "151.37", "92.5", "149.999"]
REFUSALS = {
    "AMOUNT_TOO_LARGE", "INVOICE_SETTLED", "NOTHING_TO_APPLY", "PAYMENT_SPENT",
    "PAYMENT_DISPUTED", "DISPUTE_DECIDED", "NOTHING_CHANGED", "NOT_WRITTEN_OFF", "TOO_EARLY",
    "UNKNOWN_INVOICE",
}  # fmt: skip
PLACES = {"1000": "1005", "1010": "1015", "5000": "5005", "5010": "5015", "5100": "5105",
          "7000": "7005", "4090": "4095", "4030": "4035"}  # fmt: skip
CLASSES = {"1": "Assets", "4": "Income", "5": "Expenses", "7": "Income"}
CASH = ("1000", "1005", "1010", "1015", "5000", "5005")
LINES = """
select data ->> 'entity', line ->> 'account', line ->> 'customer', line ->> 'invoice',
       line ->> 'payment', (line ->> 'amount')::numeric
from ledger.log cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = 0 and type = 'journal.posted/1'"""
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
cents = st.integers(1, 20_000).map(lambda n: str(Decimal(n).scaleb(-2)))
shares = st.sampled_from(["0.25", "0.5", "1", "1.5"])
sources = st.sampled_from(["credit_balance", "unapplied_cash"])
vias = st.sampled_from(["bank", "psp"])
which = st.integers(0, 10**6)
posting_rules = st.sampled_from(sorted(name for name, roles in RULES.items() if roles))


class Cash(RuleBasedStateMachine):
    """A small business whose customers do with their money whatever they like."""

    playing = None  # how to get a player over a fresh database
    rolling = None  # how to check the roll-forwards of a ledger

    def __init__(self) -> None:
        super().__init__()
        self._opened = type(self).playing(())
        self.play = self._opened.__enter__()
        self.ids = itertools.count(1)
        self.day = 1
        self.payments, self.disputes = [], []
        self.cash = defaultdict(Decimal)
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
        others = [{"account": code, "name": code, "class": CLASSES[code[0]]}
                  for code in PLACES.values()]  # fmt: skip
        do("change_chart", from_="2026-01-01", accounts=others)
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
        self.play.do("issue_invoices", through="2026-10-31", on=self.on, account=account)

    @rule(account=accounts, amount=cents, via=vias, later=st.booleans())
    def pay(self, account, amount, via, later):
        payment = f"p-{next(self.ids)}"
        entity = ACCOUNTS[account]
        apply = {"apply": []} if later else {}
        self.play.do("capture_payment", payment=payment, account=account, amount=amount,
                     currency=AGREED[entity], on=self.on, via=via, **apply)  # fmt: skip
        self.payments.append((payment, account))
        self.cash[entity] += Decimal(amount)

    @precondition(lambda self: self.payments)
    @rule(number=which, amount=st.none() | cents)
    def return_(self, number, amount):
        payment, account = self._pick(self.payments, number)
        part = {} if amount is None else {"amount": amount}
        if self._ask("return_payment", payment=payment, code="R01", **part):
            self.cash[ACCOUNTS[account]] -= self._last("payment.returned/1", "amount")

    @precondition(lambda self: self.payments)
    @rule(number=which, share=shares, fee=st.sampled_from(["0", "15.00"]))
    def dispute(self, number, share, fee):
        payment, account = self._pick(self.payments, number)
        paid = self._state(account).payments[payment]
        amount = _part(paid.left, share)
        dispute = f"d-{next(self.ids)}"
        if self._ask("open_dispute", dispute=dispute, payment=payment, amount=str(amount), fee=fee):
            self.disputes.append((dispute, account, amount))
            self.cash[ACCOUNTS[account]] -= amount + Decimal(fee)

    @precondition(lambda self: self.disputes)
    @rule(number=which, outcome=st.sampled_from(["won", "lost"]))
    def decide(self, number, outcome):
        dispute, account, amount = self._pick(self.disputes, number)
        if self._ask("close_dispute", dispute=dispute, outcome=outcome) and outcome == "won":
            self.cash[ACCOUNTS[account]] += amount

    @rule(account=accounts, share=shares, source=sources, via=vias)
    def refund(self, account, share, source, via):
        state = self._state(account)
        has = state.free if source == "unapplied_cash" else state.credit_balance
        amount = _part(has, share)
        if self._ask("refund", refund=f"r-{next(self.ids)}", account=account, amount=str(amount),
                     via=via, from_=source):  # fmt: skip
            self.cash[ACCOUNTS[account]] -= amount

    @rule(account=accounts, number=which, source=sources, amount=st.none() | cents)
    def apply(self, account, number, source, amount):
        part = {} if amount is None else {"amount": amount}
        self._ask("apply_balance", account=account, invoice=self._invoice(account, number),
                  from_=source, **part)  # fmt: skip

    @rule(account=accounts, own=st.booleans(), amount=st.integers(-5_000, 9_000).filter(bool))
    def set_aside(self, account, own, amount):
        whose = {"account": account} if own else {}
        places = 0 if ACCOUNTS[account] == "JP" else -2
        self._ask("adjust_allowance", entity=ACCOUNTS[account],
                  amount=str(Decimal(amount).scaleb(places)), **whose)  # fmt: skip

    @rule(account=accounts, number=which)
    def give_up(self, account, number):
        self._ask("write_off", invoice=self._invoice(account, number))

    @rule(account=accounts, number=which, amount=cents)
    def recover(self, account, number, amount):
        self._ask("recover_write_off", invoice=self._invoice(account, number), amount=amount)

    @rule(account=accounts, amount=cents, back=st.booleans())
    def fail_and_pay_out(self, account, amount, back):
        """What moves no customer's balance: a declined card, and a payout or its debit."""
        entity = ACCOUNTS[account]
        self.play.do("fail_payment", payment=f"f-{next(self.ids)}", account=account,
                     amount=amount, on=self.on, code="declined")  # fmt: skip
        unit = "1" if entity == "JP" else "0.01"
        amount = str((Decimal(amount) * (-1 if back else 1)).quantize(Decimal(unit)))
        self.play.do("settle_payout", payout=f"o-{next(self.ids)}", entity=entity, amount=amount,
                     fee="3", currency=ENTITIES[entity][0], on=self.on)  # fmt: skip
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

    @rule(name=posting_rules, mask=which, back=st.integers(0, 20), one=st.none() | accounts)
    def post_elsewhere(self, name, mask, back, one):
        """Some accounts of a rule give way to others, from a day on, for one entity or all."""
        codes = sorted(RULES[name].values())
        chosen = {code: PLACES[code] for place, code in enumerate(codes) if mask >> place & 1}
        whose = {} if one is None else {"entity": ACCOUNTS[one]}
        self._ask("change_posting_rule", rule=name, accounts=chosen,
                  from_=f"2026-11-{max(self.day - back, 1):02}", **whose)  # fmt: skip

    @invariant()
    def ledger_is_sub_ledger(self):
        """Every balance of a customer is what its invoices and payments say, and not below zero."""
        sums = self._sums()
        for account in ACCOUNTS:
            state = self._state(account)
            for item in state.items.values():
                assert item.booked == sums["1100", account, item.invoice], item
                assert item.open or not item.booked, item
                assert min(item.open, item.disputed, item.given_up, item.relieved) >= 0, item
                assert min(item.booked, item.lost_booked, item.relieved_booked) >= 0, item
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
                state = self._state(account)
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

    def _ask(self, command, **fields) -> bool:
        """Ask for what may be refused; a refusal has a code and appends nothing."""
        head = self.play.ledger.books.head()
        answer = self.play.ask(command, **{"on": self.on, **fields})
        if answer.status == "accepted":
            return True
        assert answer.error is not None, answer
        assert answer.error.code in REFUSALS, answer
        assert self.play.ledger.books.head() == head
        return False

    def _state(self, account):
        return fold(self.play.ledger.books.read_stream(stream("receivables", account)))

    def _invoice(self, account, number) -> str:
        items = list(self._state(account).items)
        return items[number % len(items)] if items else "none"

    def _last(self, type_, field) -> Decimal:
        with self.play.ledger.db.transaction(Role.READER) as tx:
            row = tx.execute(
                "select data ->> %(field)s from ledger.log where lane = 0 and type = %(type)s"
                " order by position desc limit 1",
                {"field": field, "type": type_},
            ).fetchone()
        return Decimal(row[0])  # fmt: skip

    def _positions(self, on):
        """Sum the yen books by position, up to a day; every line there says its currency."""
        with self.play.ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute(POSITIONS, {"accounts": list(REVALUED), "on": on}).fetchall()
        for row in rows:
            assert row[6:] == (0, ["USD"]), row
        return {row[:3]: (row[3], row[4], row[5] or 0) for row in rows}

    def _sums(self):
        """Sum the journal by whatever the invariants ask for."""
        sums = defaultdict(Decimal)
        with self.play.ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute(LINES).fetchall()
        for entity, account, customer, invoice, payment, amount in rows:
            sums["entity", entity] += amount
            sums["of", entity, account] += amount
            sums[account, customer] += amount
            about = payment if account == "2130" else invoice
            if about:
                sums[account, customer, about] += amount
            if account in CASH:
                sums["cash", entity] += amount
        return sums

    @staticmethod
    def _pick(choices, number):
        return choices[number % len(choices)]


def _part(whole: Decimal, share: str) -> Decimal:
    """Return a share of an amount, at least a cent: above one it is more than there is."""
    return max(whole * Decimal(share), Decimal("0.01")).quantize(Decimal("0.01"))


def test_cash_in_any_order_keeps_ledger_and_sub_ledger_one(playing, rolling):
    how = {"playing": staticmethod(playing), "rolling": staticmethod(rolling)}
    machine = type("CashHere", (Cash,), how)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
