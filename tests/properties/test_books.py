"""Random interleavings of everything that moves books: usage, billing, cash, revenue and closes.

Four entities keep books in unlike currencies for customers who may pay in others, at rates that
move; time goes on, and months are closed and reopened. After each step every check of every
projection holds, each entity's journal balances, and what a closed period adds up to is what its
close said. At the end every projection is rebuilt as it stands, the log verifies, and hledger
accepts the journal.
"""

import os
import runpy
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.commands.books.closing import balance_digest
from ledger.commands.engine.context import Context
from ledger.events.streams import stream
from ledger.intercompany.balance import balance_of
from ledger.money import digits
from ledger.periods import following, last_day, period_of
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.projector.rebuild import rebuild
from ledger.proof.verify import verify
from ledger.reads.journal import periods
from ledger.store.database import Role
from ledger.store.meta import Meta

CashRules = runpy.run_path(str(Path(__file__).with_name("cash_rules.py")))["CashRules"]
ENTITIES = {
    "US": ("USD", "America/New_York", "half_up", {}),
    "EU": ("EUR", "Europe/Berlin", "half_up", {
        "chargeback": "revenue", "tax_relief_on_write_off": True, "breakage": "proportional"}),
    "JP": ("JPY", "Asia/Tokyo", "half_even", {"revenue_schedule": "monthly"}),
    "KW": ("KWD", "Asia/Kuwait", "half_even", {"revalue_tax_payable": False}),
}  # fmt: skip
HOMES = {"us": "US", "us-eur": "US", "eu": "EU", "eu-kwd": "EU", "jp-usd": "JP", "kw-jpy": "KW"}
AGREED = {"us": "USD", "us-eur": "EUR", "eu": "EUR", "eu-kwd": "KWD", "jp-usd": "USD",
          "kw-jpy": "JPY"}  # fmt: skip
BOOKS = {entity: found[0] for entity, found in ENTITIES.items()}
WORTH = {"USD": Decimal(1), "EUR": Decimal("0.91"), "JPY": Decimal(150), "KWD": Decimal("0.307")}
START = datetime(2026, 11, 5, 12, tzinfo=UTC)
SUMS = """
select data ->> 'entity', line ->> 'account', sum((line ->> 'amount')::numeric)
from ledger.log cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = 0 and type = 'journal.posted/1'
group by 1, 2"""
MANUAL = ("1000", "4000", "5000", "5100", "7000")

which = st.integers(0, 10**6)
entities = st.sampled_from(sorted(ENTITIES))
quantities = st.integers(1, 60_000)
whom = st.none() | which


def worth(amount: str, currency: str) -> str:
    """Return an amount of dollars as about as much of another currency, in its minor units."""
    return str(round(Decimal(amount) * WORTH[currency], digits(currency)))


def items_of(currency: str) -> list[dict]:
    """Return the items of the one plan: fees before and after, usage, and a commitment."""
    fee = {"kind": "recurring", "proration": "day"}
    unit = str((Decimal("0.0333") * WORTH[currency]).normalize())
    tiers = [{"up_to": "100", "unit": unit}, {"unit": unit, "flat": worth("1.5", currency)}]
    return [
        {"item": "base", "amount": worth("99", currency), "interval": "month",
         "timing": "in_advance", **fee},
        {"item": "year", "amount": worth("249.99", currency), "interval": "year",
         "timing": "in_advance", **fee},
        {"item": "care", "amount": worth("31.01", currency), "interval": "month",
         "timing": "in_arrears", **fee},
        {"item": "calls", "kind": "usage", "meter": "calls", "interval": "month",
         "model": {"type": "graduated", "tiers": tiers}},
        {"item": "commit", "kind": "commitment", "amount": worth("300", currency),
         "interval": "quarter", "policy": "straight_line"},
    ]  # fmt: skip


class EveryBook(CashRules):
    """A group of companies through a winter in which nothing goes by plan."""

    rolling = agree = tally = None  # how roll-forwards and hledger are asked; the answers
    HOMES, AGREED, BOOKS = HOMES, AGREED, BOOKS
    REFUSALS = CashRules.REFUSALS | {
        "PERIOD_NOT_OPEN", "NOTHING_TO_CREDIT", "WRITTEN_OFF", "LOST_TO_DISPUTE", "USAGE_VOIDED",
        "BAD_VALUE", "CLOSE_BLOCKED", "ALREADY_REVERSED",
    }  # fmt: skip

    def __init__(self):
        super().__init__()
        self.play.now = START
        self.lag = self.seen = 0
        self.closed = dict.fromkeys(ENTITIES, 0)
        self.deals, self.journals = [], []

    @initialize()
    def begin(self):
        """Six customers of four entities, each with a subscription and some usage of October."""
        do = self.play.do
        do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        do("define_meter", meter="calls", aggregation="sum")
        self.move_rates(0, "2026-01-01")
        self.another_chart()
        for entity, (currency, zone, rounding, policies) in ENTITIES.items():
            do("register_entity", entity=entity, name=entity, currency=currency, country="US",
               time_zone=zone, first_period="2026-10", rounding=rounding,
               policies=policies)  # fmt: skip
            do("publish_plan", plan=currency, currency=currency, items=items_of(currency),
               from_="2026-01-01")  # fmt: skip
        for number, account in enumerate(sorted(HOMES)):
            do("open_account", account=account, entity=HOMES[account], name=account,
               currency=AGREED[account], tax="vat")  # fmt: skip
            do("start_subscription", subscription=account, account=account, plan=AGREED[account],
               from_="2026-10-01", anchor=(1, 15, 31)[number % 3])  # fmt: skip
            self.use(number, 400 + number, 5_000)
        self.bill(None, True)

    def move_rates(self, move, on):
        """Say what currencies are worth from a day on, some of them the other way round."""
        for base, quote in (("USD", "EUR"), ("USD", "JPY"), ("KWD", "USD"), ("EUR", "JPY"),
                            ("EUR", "KWD"), ("JPY", "KWD")):  # fmt: skip
            moved = 1 + Decimal(move * (1 + digits(base) + digits(quote)) % 13 - 6) / 60
            rate = (WORTH[quote] / WORTH[base] * moved).quantize(Decimal("0.00000001"))
            self.play.do("set_exchange_rate", base=base, quote=quote, rate=str(rate), on=on,
                         source="test")  # fmt: skip

    @rule(days=st.integers(1, 16), move=which, lag=st.sampled_from([0, 0, 0, 4, 20]))
    def wait(self, days, move, lag):
        """Days pass, rates move; from now on things are dated today, or some days before."""
        self.play.now += timedelta(days)
        self.lag = lag
        self.move_rates(move, self.today.isoformat())

    @rule(whose=which, hours=st.integers(1, 700), quantity=quantities)
    def use(self, whose, hours, quantity):
        at = self.play.now - timedelta(hours=hours, microseconds=len(self.play.events))
        self.play.use(
            [
                {
                    "account": self._account(whose),
                    "meter": "calls",
                    "time": at.isoformat(),
                    "properties": {"quantity": str(Decimal(quantity).scaleb(-1))},
                }
            ]
        )

    @rule(number=which, quantity=st.none() | quantities)
    def correct(self, number, quantity):
        name = self._pick(self.play.events, number)["id"]
        how = {"void": True} if quantity is None else {"properties": {"quantity": str(quantity)}}
        self._ask("correct_usage", source="app", id=name, reason="test", **how)

    @rule(whose=whom, month=st.booleans())
    def bill(self, whose, month):
        """Rate and bill everybody or one, up to the last month's end or the day."""
        of = {} if whose is None else {"account": self._account(whose)}
        ended = date.fromisoformat(self.on).replace(day=1) - timedelta(1)
        through = ended.isoformat() if month else self.on
        self.play.do("rate_usage", through=through, **of)
        self._ask("issue_invoices", through=through, **of)

    @rule(whose=which, seats=st.integers(1, 9))
    def change_seats(self, whose, seats):
        self._ask("change_subscription", subscription=self._account(whose), from_=self.on,
                  quantity={"base": str(seats)})  # fmt: skip

    @rule(whose=which, kind=st.sampled_from(["units", "prepaid", "promo"]), days=st.integers(5, 60))
    def grant(self, whose, kind, days):
        account = self._account(whose)
        price, amount, gift = (worth(each, AGREED[account]) for each in ("73", "80", "40"))
        what = {"units": {"kind": "prepaid", "units": "250", "meter": "calls", "price": price,
                          "expected_breakage": "0.1"},
                "prepaid": {"kind": "prepaid", "amount": amount, "price": price},
                "promo": {"kind": "promotional", "amount": gift}}[kind]  # fmt: skip
        until = date.fromisoformat(self.on) + timedelta(days)
        self._ask("grant_credit", grant=f"g-{next(self.ids)}", account=account, from_=self.on,
                  expires=until.isoformat(), **what)  # fmt: skip

    @rule(whose=which, number=which, everything=st.booleans(), net=st.integers(1, 500))
    def concede(self, whose, number, everything, net):
        account = self._account(whose, lambda state: state.items)
        lines = [{"line": 1, "net": self._money(account, net)}]
        invoice = self._invoice(account, number, lambda item: item.gross and not item.given_up)
        self._ask("issue_credit_note", invoice=invoice, lines="all" if everything else lines,
                  reason="goodwill")  # fmt: skip

    def find_less(self, account, quantity):
        invoice = self._invoice(account, quantity, lambda item: item.disputed)
        lines = [{"line": 1, "net": self._money(account, quantity)}]
        self._ask("issue_credit_note", invoice=invoice, lines=lines, reason="goodwill")

    @rule(entity=entities)
    def recognise(self, entity):
        self.play.do("recognise_revenue", entity=entity, through=self.on)

    @rule(entity=entities)
    def revalue(self, entity):
        """What was revalued on a day needs nothing more on it."""
        if self._ask("revalue", entity=entity):
            assert not self.play.do("revalue", entity=entity, on=self.on).facts

    @rule(payer=entities, payee=entities, currency=st.sampled_from(sorted(WORTH)),
          size=st.integers(100, 200_000))  # fmt: skip
    def charge_within(self, payer, payee, currency, size):
        if payer == payee:
            payee = min(set(ENTITIES) - {payer})
        deal = {"reference": f"r-{next(self.ids)}", "payer": payer, "payee": payee,
                "currency": currency}  # fmt: skip
        amount = str(Decimal(size).scaleb(-digits(currency)))
        if self._ask("charge_intercompany", **deal, amount=amount):
            self.deals.append(deal)

    @precondition(lambda self: self.deals)
    @rule(number=which, share=st.sampled_from(["0.3333", "0.5", "1"]), back=st.booleans())
    def settle_within(self, number, share, back):
        deal = self._pick([one for one in self.deals if self._open(one)] or self.deals, number)
        unit = Decimal(1).scaleb(-digits(deal["currency"]))
        amount = max((self._open(deal) * Decimal(share)).quantize(unit), unit)
        command = "charge_intercompany" if back else "settle_intercompany"
        self._ask(command, **deal, **({"credit": True} if back else {}), amount=str(amount))

    @rule(whose=which, debit=st.sampled_from(MANUAL), credit=st.sampled_from(MANUAL), amount=which)
    def post_by_hand(self, whose, debit, credit, amount):
        account = self._account(whose)
        entity = HOMES[account]
        amount = str(Decimal(amount + 1).scaleb(-digits(BOOKS[entity])))
        lines = [{"account": debit, "debit": amount, "customer": account},
                 {"account": credit, "credit": amount}]  # fmt: skip
        if self._ask("post_journal", entity=entity, lines=lines, reason="by hand",
                     approved_by="boss"):  # fmt: skip
            self.journals.append(entity)

    @precondition(lambda self: self.journals)
    @rule(number=which)
    def take_back(self, number):
        number %= len(self.journals)
        entity = self.journals[number]
        name = f"manual/{entity}/{self.journals[: number + 1].count(entity)}"
        if self._ask("post_journal", entity=entity, reverses=name, reason="wrong",
                     approved_by="boss"):  # fmt: skip
            self.journals.append(entity)

    @precondition(lambda self: self._ended())
    @rule(number=which, soft=st.booleans(), thorough=st.sampled_from([True, True, False]))
    def close(self, number, soft, thorough):
        """Close the first open month of an entity; once all is done, nothing is in the way."""
        entity, period = self._pick(self._ended(), number)
        last = last_day(period).isoformat()
        if soft:
            self._ask("soft_close_period", entity=entity, period=period)
        if thorough:
            self.play.do("rate_usage", through=last, entity=entity)
            self.play.do("recognise_revenue", entity=entity, through=last)
            self.play.do("revalue", entity=entity, on=last)
        closed = self._ask("close_period", entity=entity, period=period)
        assert closed or not thorough, (entity, period)
        self.closed[entity] += closed

    @precondition(lambda self: any(self.closed.values()))
    @rule(number=which)
    def reopen(self, number):
        entity = self._pick([name for name, count in self.closed.items() if count], number)
        period = self._period(entity, self.closed[entity] - 1)
        self.play.do("reopen_period", entity=entity, period=period, reason="late",
                     approved_by="boss")  # fmt: skip
        self.closed[entity] -= 1

    @invariant()
    def everything_holds(self):
        """All checks hold, entries balance per entity, and closed periods stand as they stood."""
        ledger, head = self.play.ledger, self.play.ledger.books.head()
        if head == self.seen:
            return
        self.seen = head
        catch_up(ledger.db)
        wrong = list(run_checks(ledger.db))
        assert wrong == [], "\n".join(f"{each}" for each in wrong)
        sums = defaultdict(Decimal)
        for entity, account, amount in self.play.rows(SUMS):
            sums[entity] += amount
            assert account != "7090", entity
        assert not any(sums.values()), sums
        self.closes_hold(head)

    def closes_hold(self, head):
        """The digest of a close is that of the balances then, and of those now."""
        context = Context(self.play.ledger, Meta("test"), 0, self.play.now)
        with self.play.ledger.db.transaction(Role.READER) as tx:
            found = [row for row in tx.all(periods()) if row.state == "closed"]
        assert len(found) == sum(self.closed.values())
        for row in found:
            for position in (row.at_position, head):
                assert balance_digest(row.entity, row.period, position, context) == row.digest, row

    def teardown(self):
        """Every projection is rebuilt as it stands, the log verifies, and hledger agrees."""
        ledger = self.play.ledger
        try:
            self.tally.update(self.answers)
            for name in projections():
                assert rebuild(ledger.db, name, workers=1).differences.count == 0
            assert list(verify(ledger.db)) == []
            self.rolling(ledger)
            self.agree(ledger.db)
        finally:
            self._opened.__exit__(None, None, None)

    @property
    def today(self):
        return self.play.now.date()

    @property
    def on(self):
        return self.before(0)

    def before(self, days):
        return max(self.today - timedelta(self.lag + days), date(2026, 11, 1)).isoformat()

    def _open(self, deal):
        history = self.play.ledger.books.read_stream(stream("intercompany", deal["reference"]))
        return balance_of(history).open

    def _period(self, entity, number):
        period = "2026-10"
        for _ in range(number):
            period = following(period)
        return period

    def _ended(self):
        """Return the entities whose first open month is over, each with that month."""
        first = {entity: self._period(entity, count) for entity, count in self.closed.items()}
        return [pair for pair in first.items() if pair[1] < period_of(self.today)]


HISTORIES = int(os.environ.get("HISTORIES", "0"))


def test_books_hold_whatever_is_asked_of_them(playing, rolling, programs, tmp_path):
    def hledger(db):
        files = programs.files(db, tmp_path)
        assert programs.refusals({"hledger": files["hledger"]}) == {}

    programs.need("hledger")
    tally = Counter()
    how = {
        "playing": staticmethod(playing),
        "rolling": staticmethod(rolling),
        "agree": staticmethod(hledger),
        "tally": tally,
    }
    run_state_machine_as_test(
        type("EveryBookHere", (EveryBook,), how),
        settings=settings(
            max_examples=HISTORIES or 3,
            stateful_step_count=30,
            phases=[Phase.generate, Phase.shrink] if HISTORIES else [Phase.generate],
            derandomize=not HISTORIES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    accepted = sum(count for (_, code), count in tally.items() if code == "accepted")
    assert accepted > sum(tally.values()) / 2, tally
