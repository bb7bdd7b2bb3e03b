"""Whatever happens in whatever order, the books hold: one story per seed, judged at its end."""

import random
from decimal import Decimal

import pytest

from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.reads.charges import latest_charges
from ledger.store.database import Role

STEPS = 30
DAYS = [f"2026-{month}-{day:02}" for month in ("10", "11") for day in range(1, 23)]
MODELS = [
    {"type": "per_unit", "unit": "0.333"},
    {"type": "graduated", "tiers": [{"up_to": "100", "unit": "0.5", "flat": "1"},
                                    {"unit": "0.017"}]},
    {"type": "volume", "tiers": [{"up_to": "200", "unit": "0.2"}, {"unit": "0.1", "flat": "3"}]},
    {"type": "package", "size": "30", "amount": "7.77", "free": "10"},
]  # fmt: skip


class Story:
    """A random walk through the commands; everything it does could happen in a month."""

    def __init__(self, seed: int, books, ask):
        self.random = random.Random(seed)
        self.books, self.ask = books, ask
        self.events: list[str] = []
        self.day = "2026-12-01"

    def use(self) -> None:
        name = f"e-{len(self.events)}"
        account = self.random.choice(("acme", "branch", "globex"))
        quantity = str(self.random.randint(-20, 300))
        self.books.use(account, name, self.random.choice(DAYS), quantity)
        self.events.append(name)

    def correct(self) -> None:
        if self.events:
            quantity = str(self.random.randint(0, 300))
            self.ask("correct_usage", source="app", id=self.random.choice(self.events),
                     properties={"quantity": quantity}, reason="checked")  # fmt: skip

    def void(self) -> None:
        if self.events:
            self.ask("correct_usage", source="app", id=self.random.choice(self.events), void=True,
                     reason="checked")  # fmt: skip

    def price(self) -> None:
        self.books.plan("api", "USD", self.random.choice(MODELS),
                        **{"from": self.random.choice(("2026-01-01", "2026-10-16", "2026-11-05")),
                           "tax_inclusive": self.random.random() < 0.3})  # fmt: skip

    def rate(self) -> None:
        self.books.do("rate_usage", through=self.random.choice(DAYS))

    def bill(self) -> None:
        through = self.random.choice(("2026-10-31", "2026-11-30"))
        self.books.do("issue_invoices", through=through, on=self.day)

    def pay(self) -> None:
        self.ask("capture_payment", payment=f"p-{self.random.random()}", account="acme",
                 amount=f"{self.random.randint(1, 90)}.37", currency="USD", via="bank",
                 on=self.day)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_books_hold(seed, books, ask, ledger):
    books.entity("US", "USD")
    books.do("set_tax_rate", code="vat", rate="7.7", from_="2026-01-01", category="S")
    books.plan("api", "USD", MODELS[seed % len(MODELS)])
    books.customer("acme", "US", "USD", "api", tax="vat")
    books.customer("branch", "US", "USD", "api", parent="acme")
    books.customer("globex", "US", "USD", "api", tax="vat")
    story = Story(seed, books, ask)
    steps = [story.use] * 5 + [story.correct, story.void, story.price, story.pay]
    steps += [story.rate] * 2 + [story.bill] * 2
    for _ in range(STEPS):
        story.random.choice(steps)()
    for _ in range(2):  # the second time there is nothing to do
        rated = books.do("rate_usage", through="2026-11-30")
        issued = books.do("issue_invoices", through="2026-11-30", on="2026-12-01")
    assert (rated, issued) == ([], [])
    balances = {account: Decimal(amount) for account, amount in books.balances().items()}
    assert sum(balances.values()) == 0
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        latest = tx.all(latest_charges(["acme", "branch", "globex"]))
        for projection in projections().values():
            for check in projection.checks:
                assert tx.execute(check.sql).fetchall() == [], (projection.name, check.name)
    inclusive = any(charge.tax_inclusive for charge in latest)
    if not inclusive:
        accrued = sum(charge.accrued for charge in latest)
        assert balances.get("4010", Decimal(0)) == -accrued
        assert balances.get("1150", Decimal(0)) == 0
