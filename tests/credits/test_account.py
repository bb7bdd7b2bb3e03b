"""A grant's story: cost and breakage by both policies, expiry, and late usage after it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.catalog.exchange import convert
from ledger.credits.account import Standing, Told, next_facts
from ledger.credits.grants import cost_of
from ledger.events.credit import CreditDrawn, CreditGranted
from ledger.events.exchange import Exchange
from ledger.events.streams import stream
from ledger.posting.credits import breakage

AT = datetime(2026, 11, 30, tzinfo=UTC)
END = date(2026, 12, 31)
PACK = CreditGranted(
    originator_id=stream("grant", "pack"),
    originator_version=1,
    timestamp=AT,
    grant="pack",
    account="acme",
    entity="US",
    currency="USD",
    kind="prepaid",
    starts_on=date(2026, 11, 1),
    expires_on=END,
    units=Decimal(1000),
    meter="api",
    price=Decimal("899.99"),
)
GIFT = replace(PACK, kind="promotional", price=None)


def told(through, policy="at_expiry", exchange=None):
    return Told(through, policy, "half_up", AT, min(through, END), END, exchange)


def step(standing, used, through, policy="at_expiry", exchange=None):
    used, cost = Decimal(used), cost_of(standing.granted, Decimal(used))
    facts = next_facts(standing, used, cost, told(through, policy, exchange))
    for fact in facts:
        standing = replace(
            standing,
            version=fact.originator_version,
            breakage=fact.breakage,
            breakage_worth=fact.breakage_worth,
        )
        if isinstance(fact, CreditDrawn):
            standing = replace(standing, used=fact.units, cost=fact.cost)
        else:
            standing = replace(standing, expired=fact.units)
    return standing, facts


def shown(facts):
    return [(f.TYPE, str(f.units), str(f.breakage), str(f.posted)) for f in facts]


def test_the_worked_example_of_accounting():
    standing, first = step(Standing(PACK), 333, date(2026, 11, 30))
    standing, second = step(standing, 666, END)
    assert shown(first) == [("credit.drawn/1", "333", "0.00", "0.00")]
    assert shown(second) == [
        ("credit.drawn/1", "666", "0.00", "0.00"),
        ("credit.expired/1", "334", "300.60", "300.60"),
    ]
    assert (first[0].cost, second[0].cost) == (Decimal("299.70"), Decimal("599.39"))
    assert second[1].posted_on == END
    assert step(standing, 666, date(2027, 1, 31)) == (standing, [])


def test_late_usage_lowers_what_expired():
    standing, _ = step(Standing(PACK), 666, END)
    standing, facts = step(standing, 766, date(2027, 1, 31))
    assert shown(facts) == [
        ("credit.drawn/1", "766", "300.60", "0.00"),
        ("credit.expired/1", "234", "210.60", "-90.00"),
    ]
    assert standing.cost + standing.breakage == PACK.price


def test_proportional_breakage_comes_with_the_draws():
    """A tenth is expected to stay unused: 90.00 (89.999), spread over the 900 that are used."""
    pack = replace(PACK, expected_breakage=Decimal("0.10"))
    standing, first = step(Standing(pack), 450, date(2026, 11, 30), "proportional")
    assert shown(first) == [("credit.drawn/1", "450", "45.00", "45.00")]
    standing, second = step(standing, 900, date(2026, 12, 15), "proportional")
    assert shown(second) == [("credit.drawn/1", "900", "90.00", "45.00")]
    standing, third = step(standing, 950, END, "proportional")
    assert shown(third) == [
        ("credit.drawn/1", "950", "45.00", "-45.00"),
        ("credit.expired/1", "50", "45.00", "0.00"),
    ]


def test_a_gift_expires_without_a_posting():
    _, facts = step(Standing(GIFT), 100, END)
    assert shown(facts) == [
        ("credit.drawn/1", "100", "0.00", "0.00"),
        ("credit.expired/1", "900", "0.00", "0.00"),
    ]
    assert [breakage(fact, END, AT) for fact in facts] == [None, None]


def test_breakage_is_posted_from_the_liability_to_revenue():
    _, facts = step(Standing(PACK), 666, END)
    entry = breakage(facts[1], END, AT)
    assert [(line.account, str(line.amount), line.grant) for line in entry.lines] == [
        ("2110", "300.60", "pack"),
        ("4030", "-300.60", "pack"),
    ]
    assert entry.rule == "credit_breakage@1"


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=6),
    st.sampled_from(["at_expiry", "proportional"]),
    st.sampled_from([None, "0.10", "0.333"]),
    st.data(),
)
def test_whenever_it_was_looked_at_the_price_is_spent_at_the_end(used, policy, share, data):
    pack = replace(PACK, expected_breakage=Decimal(share) if share else None)
    standing = Standing(pack)
    for amount in used:
        day = data.draw(st.dates(date(2026, 11, 1), date(2027, 2, 1)))
        standing, _ = step(standing, amount, day, policy)
        assert standing.cost + standing.breakage <= pack.price
        assert standing.breakage >= 0
    standing, _ = step(standing, used[-1], date(2027, 2, 1), policy)
    once, _ = step(Standing(pack), used[-1], date(2027, 2, 1), policy)
    assert (standing.used, standing.cost, standing.breakage, standing.expired or 0) == (
        once.used, once.cost, once.breakage, once.expired or 0,
    )  # fmt: skip
    assert standing.cost + standing.breakage == pack.price


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.sampled_from([date(2026, 11, 30), END])),
             min_size=1, max_size=8),
    st.decimals("0.0001", "500", places=4),
    st.sampled_from(["JPY", "EUR", "KWD"]),
    st.sampled_from(["at_expiry", "proportional"]),
)  # fmt: skip
def test_in_other_books_cost_and_breakage_end_at_what_the_price_is_worth(
    story, rate, books, policy
):
    """Whatever is drawn and given back: what was posted is what stands, to the last minor unit."""
    exchange = Exchange(books, rate, PACK.starts_on, "t")
    standing = Standing(replace(PACK, expected_breakage=Decimal("0.10")))
    posted = Decimal(0)
    for used, through in story:
        standing, facts = step(standing, used, through, policy, exchange)
        posted += sum(fact.booked for fact in facts)
        assert posted == (standing.breakage_worth or 0)
    standing, facts = step(standing, story[-1][0], END, policy, exchange)
    posted += sum(fact.booked for fact in facts)
    assert convert(standing.cost, exchange) + posted == convert(PACK.price, exchange)


def test_without_an_exchange_nothing_is_said_of_other_books():
    _, (drawn, expired) = step(Standing(PACK), 333, END)
    assert (drawn.exchange, drawn.booked, drawn.cost_worth, drawn.breakage_worth) == (None,) * 4
    assert (expired.exchange, expired.booked, expired.breakage_worth) == (None,) * 3
