"""Random charges, credits and settlements between three entities, at rates that move every day.

After each step both sides of every reference are equal in the currency agreed. At the end all of it
is settled, which leaves neither side with anything on 1300 or 2300, and the group sums to zero.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.events.streams import stream
from ledger.intercompany.balance import balance_of
from ledger.money import digits
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads.consolidation import group
from ledger.reads.intercompany import references
from ledger.store.database import Role

ENTITIES = {"US": ("USD", "half_up"), "JP": ("JPY", "half_even"), "KW": ("KWD", "half_even")}
CURRENCIES = ("USD", "JPY", "KWD", "EUR")
WORTH = {"USD": Decimal(1), "JPY": Decimal(150), "KWD": Decimal("0.307"), "EUR": Decimal("0.91")}
REFUSALS = {"AMOUNT_TOO_LARGE", "UNKNOWN_REFERENCE", "TOO_EARLY", "BAD_VALUE"}
LINES = """
select data ->> 'entity', data ->> 'reference', line ->> 'account', (line ->> 'amount')::numeric,
       coalesce((line #>> '{foreign,amount}')::numeric, (line ->> 'amount')::numeric)
from ledger.log cross join lateral jsonb_array_elements(data -> 'lines') as line
where lane = 0 and type = 'journal.posted/1'"""

pairs = st.sampled_from([(a, b) for a in ENTITIES for b in ENTITIES if a != b])
units = st.integers(1, 200_000)
charges = st.tuples(st.just("charge"), pairs, st.sampled_from(CURRENCIES), units)
moves = st.tuples(st.sampled_from(["settle", "settle", "credit"]), st.integers(0, 9),
                  st.sampled_from(["0.001", "0.3333", "0.5", "1", "1.01"]), st.none())  # fmt: skip
steps = st.lists(st.one_of(charges, moves, moves), min_size=4, max_size=16)


class Group:
    """Three entities and what they did so far."""

    def __init__(self, play) -> None:
        self.play = play
        self.deals = []
        self.day = 1
        for entity, (currency, rounding) in ENTITIES.items():
            play.do("register_entity", entity=entity, name=entity, currency=currency, country="US",
                    time_zone="UTC", first_period="2026-10", rounding=rounding)  # fmt: skip
        self.move_rates()

    def move_rates(self):
        """Every pair has a rate of the day, some of them the other way round."""
        for base, quote in (("USD", "JPY"), ("USD", "KWD"), ("JPY", "KWD"), ("EUR", "USD"),
                            ("EUR", "JPY"), ("KWD", "EUR")):  # fmt: skip
            moved = 1 + Decimal(self.day * 7 % 11 - 5) / 50
            rate = (WORTH[quote] / WORTH[base] * moved).quantize(Decimal("0.000001"))
            self.play.do("set_exchange_rate", base=base, quote=quote, rate=str(rate), on=self.on,
                         source="test")  # fmt: skip

    @property
    def on(self):
        return f"2026-11-{self.day:02}"

    def step(self, kind, what, how, size):
        """Do one thing; a refusal is one of those that an accountant would expect."""
        if kind == "charge":
            payer, payee = what
            deal = {"reference": f"r/{len(self.deals)}", "payer": payer, "payee": payee,
                    "currency": how}  # fmt: skip
            amount = Decimal(size).scaleb(-digits(how))
            if self._ask("charge_intercompany", **deal, amount=str(amount)):
                self.deals.append(deal)
        elif self.deals:
            deal = self.deals[what % len(self.deals)]
            places = Decimal(1).scaleb(-digits(deal["currency"]))
            amount = (self.balance(deal).open * Decimal(how)).quantize(places)
            credit = {"credit": True} if kind == "credit" else {}
            command = "charge_intercompany" if credit else "settle_intercompany"
            self._ask(command, **deal, **credit, amount=str(amount))
        self.day = min(self.day + 1, 30)
        self.move_rates()

    def settle_all(self):
        for deal in self.deals:
            left = self.balance(deal).open
            if left:
                assert self._ask("settle_intercompany", **deal, amount=str(left))

    def balance(self, deal):
        history = self.play.ledger.books.read_stream(stream("intercompany", deal["reference"]))
        return balance_of(history)

    def _ask(self, command, **fields):
        answer = self.play.ask(command, on=self.on, **fields)
        if answer.status != "accepted":
            assert answer.error.code in REFUSALS, answer
        return answer.status == "accepted"

    def audit(self):
        """Both sides agree in the currency of the deal, and carry what the facts say."""
        agreed, carried, entities = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
        with self.play.ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute(LINES).fetchall()
        for entity, reference, account, amount, foreign in rows:
            agreed[reference, account] += foreign
            carried[reference, account] += amount
            entities[entity] += amount
        for deal in self.deals:
            name, balance = deal["reference"], self.balance(deal)
            assert agreed[name, "1300"] == -agreed[name, "2300"] == balance.open >= 0
            assert agreed[name, "4200"] == -agreed[name, "5200"] < 0 or not balance.open
            assert carried[name, "1300"] == balance.payee
            assert -carried[name, "2300"] == balance.payer
            assert (balance.open > 0) == (balance.payer > 0) == (balance.payee > 0)
        assert not any(entities.values())


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_both_books_agree_whatever_is_charged_and_paid(playing, steps):
    with playing(()) as play:
        found = Group(play)
        for step in steps:
            found.step(*step)
            found.audit()
        zero_in_every_currency(play.ledger.db)
        found.settle_all()
        found.audit()
        db = play.ledger.db
        zero_in_every_currency(db)
        assert list(run_checks(db)) == []
        with db.transaction(Role.READER) as tx:
            assert {row.state for row in tx.all(references())} <= {"settled"}
            held = tx.execute(
                "select entity, account, sum(amount) from journal_lines"
                " where account in ('1300', '2300') group by 1, 2 having sum(amount) <> 0"
            ).fetchall()
        assert held == []
        assert rebuild(db, "intercompany").differences.count == 0


def zero_in_every_currency(db):
    """The statement of the group sums to zero, and results within the group are gone."""
    catch_up(db)
    with db.transaction(Role.READER) as tx:
        for currency in ("USD", "JPY", "KWD"):
            statement = group(tx, date(2026, 11, 30), currency=currency).statement
            assert statement.total == 0
            assert not {"1300", "2300", "4200", "5200"} & statement.totals.keys(), statement


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_least_amount_is_charged_and_settled_or_refused(playing, currency):
    """One minor unit of any currency either stands in both books or in none."""
    with playing(()) as play:
        found = Group(play)
        for pair in (("US", "JP"), ("JP", "KW"), ("KW", "US")):
            found.step("charge", pair, currency, 1)
            found.audit()
        found.settle_all()
        found.audit()
