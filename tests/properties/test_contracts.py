"""Whatever contracts say, and in whatever order their changes arrive, the same is owed and earned.

A history starts subscriptions with every kind of item, changes their plan and seats, ends some,
grants credit, gives discounts, publishes prices into the past, and records, corrects and voids
usage; runs rate and bill in between. The same facts in another order end in the same charges, the
same revenue and the same balances of the books.

Where customers have another currency than the books, and rates move from month to month, that is so
of what was agreed, and of what their grants carry in the books: of nothing else, as what is posted
is worth what it is on its day.
"""

import os
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.projector.rebuild import rebuild
from ledger.reads.journal import trial_balance
from ledger.store.database import Role

END = "2027-03-31"
PLANS = ("basic", "pro", "yearly")
ENTITIES = {
    "US": ("USD", "America/New_York", "half_up"),
    "JP": ("JPY", "Asia/Tokyo", "half_even"),
    "KW": ("KWD", "Asia/Kolkata", "half_even"),
}
ABROAD = {("US", "EUR"): "1.10", ("JP", "KWD"): "486.3", ("KW", "JPY"): "0.00205"}
# Balances that may differ by the cents of tax, which is computed once per document.
DOCUMENTS = ("1100", "2120", "2200")
# Balances that are of agreed amounts only: of the others, part is revenue that was deferred.
AGREED = ("1150", "1160", "2110", "4010", "4020", "4030", "4090")

prices = st.sampled_from(["0.005", "0.0333", "0.335", "1.19", "12"])
amounts = st.sampled_from(["99", "249.99", "10", "1199.95", "7.77"])
day_numbers = st.integers(0, 150)


def day(number: int) -> str:
    """Return a day of the winter that the histories play in."""
    return (date(2026, 10, 1) + timedelta(number)).isoformat()


def usage(item: str, meter: str, unit: str, **more: Any) -> dict[str, Any]:
    tiers = [{"up_to": "100", "unit": unit}, {"unit": "0.004", "flat": "1.5"}]
    return {"item": item, "kind": "usage", "meter": meter, "interval": "month",
            "model": {"type": "graduated", "tiers": tiers}, **more}  # fmt: skip


def recurring(item: str, amount: str, timing: str, interval: str = "month") -> dict[str, Any]:
    return {"item": item, "kind": "recurring", "amount": amount, "interval": interval,
            "timing": timing, "proration": "day"}  # fmt: skip


def items_of(plan: str, amount: str, unit: str) -> list[dict[str, Any]]:
    """Return the items of one of the three plans at these prices."""
    if plan == "basic":
        return [
            recurring("base", amount, "in_advance"),
            usage("calls", "calls", unit, minimum="5"),
            {"item": "setup", "kind": "one_time", "amount": "15.5"},
        ]
    if plan == "pro":
        return [
            recurring("base", amount, "in_advance"),
            recurring("care", "31.01", "in_arrears"),
            usage("calls", "calls", unit, discount_percent="12.5", tax="low"),
            {"item": "commit", "kind": "commitment", "amount": "300", "interval": "quarter",
             "policy": "as_billed"},
        ]  # fmt: skip
    return [
        recurring("year", amount, "in_advance", "year"),
        usage("calls", "calls", unit),
        {"item": "commit", "kind": "commitment", "amount": "120", "interval": "quarter",
         "policy": "straight_line"},
    ]  # fmt: skip


starts = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(PLANS),
        "from": st.integers(0, 45),
        "anchor": st.sampled_from([None, 1, 15, 31]),
        "seats": st.integers(1, 9),
        "trial": st.sampled_from([None, None, 8]),
    }
)
who = st.integers(0, 2)
steps = st.one_of(
    st.tuples(st.just("use"), who, day_numbers, st.integers(1, 90_000)),
    st.tuples(st.just("use"), who, day_numbers, st.integers(1, 90_000)),
    st.tuples(st.just("correct"), st.integers(0, 90), st.integers(1, 50_000), st.booleans()),
    st.tuples(st.just("change"), who, day_numbers, st.none() | st.sampled_from(PLANS)),
    st.tuples(st.just("end"), who, st.integers(120, 160), st.booleans()),
    st.tuples(st.just("publish"), st.sampled_from(PLANS), amounts, prices),
    st.tuples(st.just("discount"), who, day_numbers, st.sampled_from(["10", "33.3", None])),
    st.tuples(st.just("grant"), who, day_numbers, st.sampled_from(["units", "prepaid", "promo"]),
              st.sampled_from([None, 20, 70])),
    st.tuples(st.just("rate"), day_numbers),
    st.tuples(st.just("issue"), day_numbers),
)  # fmt: skip
months = st.sampled_from(["0.8", "0.957", "1", "1.0733", "1.3"])
histories = st.fixed_dictionaries(
    {
        "home": st.sampled_from([("US", "USD"), ("JP", "JPY"), *ABROAD, *ABROAD]),
        "rates": st.tuples(*[months] * 6),
        "inverted": st.booleans(),
        "starts": st.tuples(starts, starts, starts),
        "steps": st.lists(steps, min_size=8, max_size=24),
    }
)


class Contracts:
    """A history of contracts: what was asked and accepted, so that it can be asked again."""

    def __init__(self, play: Any, history: Any) -> None:
        self.play = play
        self.entity, self.currency = history["home"]
        self.is_abroad = self.currency != ENTITIES[self.entity][0]
        self.history = history
        self.accepted: list[tuple[str, dict[str, Any]]] = []
        self.events: list[dict[str, Any]] = []

    def begin(self) -> None:
        """Set up two tax rates, one meter, three plans and three accounts, one below another."""
        currency, zone, rounding = ENTITIES[self.entity]
        do = self.play.do
        do("register_entity", entity=self.entity, name=self.entity, currency=currency, country="US",
           time_zone=zone, first_period="2026-10", rounding=rounding)  # fmt: skip
        self._set_rates(currency)
        do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        do("set_tax_rate", code="low", rate="7.7", from_="2026-01-01", category="S")
        do("define_meter", meter="calls", aggregation="sum", dimensions=["region"])
        for plan in PLANS:
            do("publish_plan", plan=plan, currency=self.currency, from_="2026-01-01",
               items=items_of(plan, "99", "0.335"))  # fmt: skip
        for number, start in enumerate(self.history["starts"]):
            parent = "a0" if number == 1 else None
            do("open_account", account=f"a{number}", entity=self.entity, name="A", parent=parent,
               currency=self.currency, tax="vat", time_zone=zone)  # fmt: skip
            first = {"base": str(start["seats"])} if start["plan"] != "yearly" else {}
            trial = start["trial"] and day(start["from"] + start["trial"])
            do("start_subscription", subscription=f"s{number}", account=f"a{number}",
               plan=start["plan"], from_=day(start["from"]), anchor=start["anchor"],
               quantity=first, trial_until=trial)  # fmt: skip

    def _set_rates(self, books: str) -> None:
        """Say what the currency of the customers is worth from each month on, or the other way."""
        if not self.is_abroad:
            return
        pair = {"base": self.currency, "quote": books}
        for number, factor in enumerate(self.history["rates"]):
            rate = Decimal(ABROAD[self.entity, self.currency]) * Decimal(factor)
            if self.history["inverted"]:
                pair, rate = {"base": books, "quote": self.currency}, round(1 / rate, 6)
            self.play.do("set_exchange_rate", **pair, rate=f"{rate.normalize():f}", source="t",
                         on=day(31 * number))  # fmt: skip

    def perform(self, number: int, step: Any) -> None:
        """Do one step; a refusal is fine where the contract has one, and is not asked again."""
        kind, *given_ = step
        if kind == "rate":
            self.play.do("rate_usage", through=day(given_[0]))
        elif kind == "issue":
            self.play.do("issue_invoices", through=day(given_[0]), on=day(given_[0]))
        elif kind == "use":
            self.use(*given_)
        else:
            command, body = getattr(self, f"_{kind}")(number, *given_)
            if command and self.play.ask(command, **body).status == "accepted":
                self.accepted.append((command, body))

    def use(self, account: int, number: int, thousandths: int) -> None:
        at = datetime.fromisoformat(f"{day(number)}T07:30:00+00:00") + timedelta(
            microseconds=len(self.events)
        )
        event = {
            "source": "app", "id": f"e{len(self.events)}", "account": f"a{account}",
            "meter": "calls", "time": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "properties": {"quantity": str(Decimal(thousandths).scaleb(-2))},
        }  # fmt: skip
        self.play.do("record_usage", events=[event])
        self.events.append(event)

    def _correct(self, _: int, index: int, quantity: int, void: bool) -> Any:
        if not self.events:
            return None, {}
        how = {"void": True} if void else {"properties": {"quantity": str(quantity)}}
        name = self.events[index % len(self.events)]["id"]
        return "correct_usage", {"source": "app", "id": name, "reason": "test", **how}

    def _change(self, number: int, account: int, at: int, plan: str | None) -> Any:
        """Every change has seats of its own, so none changes nothing in whatever order."""
        seats = {"base": str(10 + number)} if plan != "yearly" else {}
        body = {"subscription": f"s{account}", "from_": day(at), "quantity": seats}
        return "change_subscription", body | ({"plan": plan} if plan else {})

    def _end(self, _: int, account: int, at: int, credit: bool) -> Any:
        body = {"subscription": f"s{account}", "on": day(at), "credit_unused": credit}
        return "end_subscription", body

    def _publish(self, number: int, plan: str, amount: str, unit: str) -> Any:
        return "publish_plan", {"plan": plan, "currency": self.currency, "from_": day(3 * number),
                                "items": items_of(plan, amount, unit)}  # fmt: skip

    def _discount(self, number: int, account: int, at: int, percent: str | None) -> Any:
        size = {"percent": percent} if percent else {"amount": "15"}
        return "add_discount", {"discount": f"d{number}", "account": f"a{account}",
                                "from_": day(at), "until": day(at + 50), **size}  # fmt: skip

    def _grant(self, number: int, account: int, at: int, kind: str, days: int | None) -> Any:
        what = {"units": {"kind": "prepaid", "units": "250", "meter": "calls", "price": "90"},
                "prepaid": {"kind": "prepaid", "amount": "80", "price": "73"},
                "promo": {"kind": "promotional", "amount": "40"}}[kind]  # fmt: skip
        until = {} if days is None else {"expires": day(at + days)}
        return "grant_credit", {"grant": f"g{number}", "account": f"a{account}",
                                "from_": day(at), **what, **until}  # fmt: skip

    def settle(self) -> None:
        """Rate, bill and earn all there is."""
        self.play.do("rate_usage", through=END)
        self.play.do("issue_invoices", through=END, on=END)
        self.play.do("recognise_revenue", entity=self.entity, through=END)
        catch_up(self.play.ledger.db)
        wrong = list(run_checks(self.play.ledger.db))
        assert wrong == [], "\n".join(f"{each}" for each in wrong)

    def charged(self) -> dict[Any, Any]:
        """Return what is due and accrued of every charge stream that holds anything."""
        query = """select subscription, item, period_from, due, accrued, billed
                   from charge_streams where due <> 0 or accrued <> 0 or billed <> 0"""
        with self.play.ledger.db.transaction(Role.READER) as tx:
            return {tuple(row[:3]): tuple(row[3:]) for row in tx.execute(query)}

    def balances(self) -> dict[str, Decimal]:
        """Return the trial balance, with what documents moved between customers in one sum."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        with self.play.ledger.db.transaction(Role.READER) as tx:
            if self.is_abroad:
                query = "select account, sum(foreign_amount) from journal_lines group by 1"
                found = [row for row in tx.execute(query) if row[0] in (*DOCUMENTS, *AGREED)]
            else:
                found = [(row.account, row.balance) for row in tx.all(trial_balance(self.entity))]
        for account, amount in found:
            sums["documents" if account in DOCUMENTS else account] += amount or 0
        return {account: amount for account, amount in sums.items() if amount}

    def grants(self) -> list[Any]:
        """Return where every grant stands, in its own currency and in the books."""
        query = """select grant_id, used, cost, breakage, expired, billed, exchange, carried
                   from grants order by grant_id"""
        with self.play.ledger.db.transaction(Role.READER) as tx:
            return [tuple(row) for row in tx.execute(query)]


HISTORIES = int(os.environ.get("HISTORIES", "0"))
SETTINGS = settings(
    max_examples=HISTORIES or 6,
    phases=[Phase.generate],
    derandomize=not HISTORIES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@SETTINGS
@given(history=histories, random=st.randoms(use_true_random=False))
def test_contracts_end_alike_in_any_order(playing, fees, rolling, history, random):
    with playing(()) as play, playing(()) as again:
        one, two = Contracts(play, history), Contracts(again, history)
        for each in (one, two):
            each.begin()
        for number, step in enumerate(history["steps"]):
            one.perform(number, step)
        again.do("record_usage", events=random.sample(one.events, len(one.events)))
        for command, body in in_another_order(one.accepted, random):
            again.do(command, **body)
        one.settle()
        two.settle()
        note(f"{one.accepted}")
        assert one.charged() == two.charged()
        assert one.balances() == two.balances()
        assert one.grants() == two.grants()
        fees(play.ledger).check(date.fromisoformat(END))
        rolling(play.ledger)
        for command in ("rate_usage", "issue_invoices"):
            on = {"on": END} if command == "issue_invoices" else {}
            assert not play.do(command, through=END, **on).facts
        for name in projections():
            rebuild(play.ledger.db, name, workers=1)  # raises where the builds differ


def in_another_order(accepted: list[Any], random: Any) -> list[Any]:
    """Shuffle what was accepted; where the later of two holds by contract, they keep their order.

    That is so for the corrections of one event, the changes of one day and the ends.
    """
    keep = [each for each in accepted if each[0] in ("correct_usage", "end_subscription")]
    free = [each for each in accepted if each not in keep]
    shuffled = random.sample(free, len(free))
    for where in {(body["subscription"], body["from_"]) for command, body in free
                  if command == "change_subscription"}:  # fmt: skip
        same = [each for each in free if is_change(each, where)]
        places = sorted(shuffled.index(each) for each in same)
        for place, each in zip(places, same, strict=True):
            shuffled[place] = each
    corrections = [each for each in keep if each[0] == "correct_usage"]
    return corrections + shuffled + [each for each in keep if each not in corrections]


def is_change(asked: tuple[str, dict[str, Any]], where: tuple[str, str]) -> bool:
    """Say whether this changes that subscription on that day."""
    command, body = asked
    return command == "change_subscription" and (body["subscription"], body["from_"]) == where
