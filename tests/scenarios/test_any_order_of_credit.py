"""Grants, discounts and usage in whatever order: they end where they would have been at once."""

import random
from collections import Counter
from decimal import Decimal

import pytest

from ledger.reads.credit import adjustments_of

DAYS = [f"2026-{month}-{day:02}" for month in ("09", "10") for day in range(1, 29)]
ITEMS = [
    {"item": "calls", "kind": "usage", "meter": "meter-1", "interval": "month",
     "model": {"type": "graduated", "tiers": [{"up_to": "100", "unit": "0.5", "flat": "1"},
                                              {"unit": "0.017"}]}},
    {"item": "disk", "kind": "usage", "meter": "meter-2", "interval": "month",
     "model": {"type": "volume", "tiers": [{"up_to": "200", "unit": "0.2"}, {"unit": "0.1"}]}},
    {"item": "fee", "kind": "recurring", "amount": "20.00", "interval": "month",
     "timing": "in_arrears"},
    {"item": "least", "kind": "commitment", "amount": "150.00", "interval": "month",
     "policy": "straight_line"},
]  # fmt: skip


class History:
    """What happens, decided by a seed alone; when it comes in is another matter."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        kinds = [self.use] * 10 + [self.grant] * 3 + [self.discount] * 2
        self.steps = [kind(number) for number, kind in enumerate(kinds)]

    def use(self, number):
        day, quantity = self.random.choice(DAYS), str(self.random.randint(-5, 150))
        meter = self.random.choice(("meter-1", "meter-2"))
        return lambda books: books.use("acme", f"e-{number}", day, quantity, meter)

    def grant(self, number):
        start, end = sorted(self.random.sample(DAYS, 2))
        fields = {"grant": f"g-{number}", "account": "acme", "from": start}
        fields["kind"] = self.random.choice(("prepaid", "prepaid", "promotional"))
        if self.random.random() < 0.7:
            fields["expires"] = end
        if fields["kind"] == "prepaid" and self.random.random() < 0.5:
            fields |= {"units": str(self.random.randint(50, 300)), "meter": "meter-1",
                       "price": "33.33", "expected_breakage": "0.10"}  # fmt: skip
        else:
            fields["amount"] = f"{self.random.randint(5, 60)}.55"
        return lambda books: books.do("grant_credit", **fields)

    def discount(self, number):
        fields = {"discount": f"d-{number}", "account": "acme",
                  "from": self.random.choice(DAYS)}  # fmt: skip
        fields |= self.random.choice(({"percent": "7.5"}, {"amount": "9.99"}))
        fields |= self.random.choice(({}, {"items": ["calls", "fee"]}))
        return lambda books: books.do("add_discount", **fields)

    def told(self, books, order: random.Random) -> dict[str, Decimal]:
        """Bring it in, in an order of its own, with runs in between; return the final balances."""
        steps = list(self.steps)
        order.shuffle(steps)
        for step in steps:
            step(books)
            if order.random() < 0.4:
                books.do("rate_usage", through=order.choice(DAYS))
            if order.random() < 0.15:
                through = order.choice(DAYS)
                books.do("issue_invoices", through=through, on="2026-11-01")
        for _ in range(2):
            again = [
                books.do("rate_usage", through="2026-10-31"),
                books.do("issue_invoices", through="2026-10-31", on="2026-11-01"),
            ]
        assert again == [[], []]
        balances = {code: Decimal(amount) for code, amount in books.balances().items()}
        balances["1100"] = balances.get("1100", 0) + balances.pop("2120", 0)
        return balances


def begin(books, policy):
    books.entity("US", "USD", policies={"breakage": policy})
    books.do("publish_plan", plan="p", currency="USD", from_="2026-01-01", items=ITEMS)
    books.do("open_account", account="acme", entity="US", name="Acme", currency="USD")
    books.do("start_subscription", subscription="s-1", account="acme", plan="p",
             from_="2026-09-01")  # fmt: skip


ENDED: dict[int, list[tuple[dict[str, Decimal], Counter]]] = {}


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize("seed", range(4))
def test_the_order_does_not_matter(seed, order, books):
    """The books and every draw end alike for one history, however it came in."""
    begin(books, "proportional" if seed % 2 else "at_expiry")
    balances = History(seed).told(books, random.Random(f"{seed}/{order}"))
    taken = Counter(
        (row.id, row.item, row.period_from, row.amount, row.net, row.units)
        for row in books.read(adjustments_of(["acme"]))
        if row.amount or row.net or row.units
    )
    assert not {"1150", "7090"} & {code for code, amount in balances.items() if amount}
    ENDED.setdefault(seed, []).append((balances, taken))
    assert all(each == ENDED[seed][0] for each in ENDED[seed])
