"""Discounts: whose charges cost less, and what does not go together."""

from decimal import Decimal

from ledger.events.streams import stream

FIVE = {"discount": "d-1", "account": "acme", "percent": "5", "from": "2026-11-01"}
TEN_OFF = {"discount": "d-1", "subscription": "s-1", "amount": "10.00", "from": "2026-11-01"}


def added(ledger):
    return ledger.books.latest(stream("discount", "d-1"))


def test_a_percentage_of_an_account(world, ledger):
    answer = world("add_discount", **FIVE, until="2027-02-01", items=["calls", "calls"])
    assert [fact.type for fact in answer.facts] == ["discount.added/1", "account.discounted/1"]
    fact = added(ledger)
    assert (fact.account, fact.subscription, fact.percent) == ("acme", None, Decimal(5))
    assert (fact.until.isoformat(), fact.items) == ("2027-02-01", ("calls",))


def test_an_amount_of_a_subscription_says_whose_it_is(world, ledger):
    world("add_discount", **TEN_OFF)
    fact = added(ledger)
    assert (fact.account, fact.subscription, fact.amount) == ("acme", "s-1", Decimal("10.00"))


REFUSED = [
    (FIVE, {"account": None}, "MISSING_FIELD", "account"),
    (FIVE, {"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    (FIVE, {"percent": "0"}, "BAD_VALUE", "percent"),
    (FIVE, {"percent": "100.5"}, "BAD_VALUE", "percent"),
    (FIVE, {"percent": None}, "BAD_VALUE", "percent"),
    (FIVE, {"amount": "5"}, "BAD_VALUE", "percent"),
    (FIVE, {"until": "2026-11-01"}, "BAD_VALUE", "until"),
    (FIVE, {"items": ["calls", "cals"]}, "BAD_VALUE", "items.1"),
    (TEN_OFF, {"amount": "10.001"}, "BAD_VALUE", "amount"),
    (TEN_OFF, {"amount": "0"}, "BAD_VALUE", "amount"),
    (TEN_OFF, {"subscription": "s-9"}, "UNKNOWN_SUBSCRIPTION", "subscription"),
    (TEN_OFF, {"account": "globex"}, "BAD_VALUE", "subscription"),
    (TEN_OFF, {"items": ["seats"]}, "BAD_VALUE", "items.0"),
]


def test_what_does_not_fit_is_refused(world, ledger, subtests):
    world("open_account", account="globex", entity="US", name="Globex", currency="USD")
    head = ledger.books.head()
    for body, change, code, field in REFUSED:
        with subtests.test(change=change):
            answer = world("add_discount", **{**body, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_discount_id_is_used_once(world):
    world("add_discount", **FIVE)
    answer = world("add_discount", **TEN_OFF)
    assert (answer.error.code, answer.error.field) == ("ALREADY_EXISTS", "discount")
