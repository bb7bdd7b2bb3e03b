"""Draws: first out is what expires first; a grant is for its days and its meter."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalog.exchange import convert
from ledger.credits.draws import ChargeKey, Need, cuts, draw, used_by
from ledger.events.credit import CreditGranted
from ledger.events.exchange import Exchange
from ledger.events.streams import stream

AT = datetime(2026, 11, 1, tzinfo=UTC)
NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)


def grant(name, size, price=None, *, starts="2026-11-01", expires=None, meter=None):
    return CreditGranted(
        originator_id=stream("grant", name),
        originator_version=1,
        timestamp=AT,
        grant=name,
        account="acme",
        entity="US",
        currency="USD",
        kind="prepaid",
        starts_on=date.fromisoformat(starts),
        expires_on=date.fromisoformat(expires) if expires else None,
        amount=None if meter else Decimal(size),
        units=Decimal(size) if meter else None,
        meter=meter,
        price=Decimal(price or size),
    )


def need(size, start="2026-11-01", end="2026-12-01", item="api", meter=None):
    first, over = date.fromisoformat(start), date.fromisoformat(end)
    return Need(ChargeKey(first, "s-1", item), first, over, Decimal(size), meter)


def shown(draws):
    return [(each.grant.grant, str(each.size), str(each.cost)) for each in draws]


def test_the_worked_example_of_accounting():
    """1,000 credits for 899.99: 333 in November, 333 in December, 334 are left to expire."""
    pack = grant("pack", 1000, "899.99", expires="2026-12-31", meter="api")
    needs = [need(333, meter="api"), need(333, "2026-12-01", "2027-01-01", meter="api")]
    draws, _ = draw([pack], needs)
    assert shown(draws) == [("pack", "333", "299.70"), ("pack", "333", "299.69")]
    assert used_by(draws) == {"pack": (Decimal(666), Decimal("599.39"))}


def test_what_expires_first_goes_first_then_what_began_first_then_by_name():
    grants = [
        grant("never", 5),
        grant("late", 5, expires="2027-06-30"),
        grant("b", 5, expires="2026-12-31"),
        grant("a", 5, expires="2026-12-31"),
        grant("early", 5, starts="2026-10-01", expires="2026-12-31"),
    ]
    draws, (left,) = draw(grants, [need(30)])
    assert [each.grant.grant for each in draws] == ["early", "a", "b", "late", "never"]
    assert left.size == 5


def test_usage_outside_of_its_days_draws_nothing():
    mid = grant("mid", 100, starts="2026-11-10", expires="2026-11-20")
    needs = [
        need(10, "2026-11-01", "2026-11-10"),
        need(10, "2026-11-10", "2026-11-21"),
        need(10, "2026-11-21", "2026-12-01"),
    ]
    draws, left = draw([mid], needs)
    assert [each.key.period_from.day for each in draws] == [10]
    assert [each.size for each in left] == [10, 0, 10]


def test_a_window_is_cut_where_a_grant_of_its_kind_begins_or_is_over():
    grants = [
        grant("money", 5, starts="2026-11-10", expires="2026-11-20"),
        grant("units", 5, starts="2026-11-15", meter="api"),
        grant("whole", 5, starts="2026-11-01", expires="2026-11-30"),
    ]
    assert cuts(grants, NOV, DEC) == (date(2026, 11, 10), date(2026, 11, 21))
    assert cuts(grants, NOV, DEC, "api") == (date(2026, 11, 15),)
    assert cuts(grants, NOV, DEC, "disk") == ()


@pytest.mark.parametrize("meter", [None, "disk"])
def test_units_are_drawn_by_their_meter_alone(meter):
    draws, _ = draw([grant("units", 5, meter="api")], [need(5, meter=meter)])
    assert draws == []


def test_a_negative_need_gives_nothing_back():
    draws, left = draw([grant("g", 5)], [need(-3), need(2, item="disk")])
    assert shown(draws) == [("g", "2", "2.00")]
    assert [each.size for each in left] == [-3, 0]


days = st.integers(0, 40).map(lambda n: date.fromordinal(NOV.toordinal() + n))
sizes = st.integers(1, 5_000).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def packs(draw_from):
    name = f"g{draw_from(st.integers(0, 999))}"
    starts = draw_from(days)
    length = draw_from(st.none() | st.integers(0, 40))
    expires = None if length is None else date.fromordinal(starts.toordinal() + length)
    return grant(name, draw_from(sizes), draw_from(sizes), starts=starts.isoformat(),
                 expires=expires and expires.isoformat())  # fmt: skip


@given(
    st.lists(packs(), max_size=5, unique_by=lambda g: g.grant),
    st.lists(st.tuples(days, sizes), max_size=6, unique_by=lambda pair: pair[0]),
    st.randoms(),
)
def test_any_order_draws_alike_and_never_more_than_there_is(grants, wants, random):
    needs = [need(size, day.isoformat(), date.fromordinal(day.toordinal() + 1).isoformat())
             for day, size in wants]  # fmt: skip
    draws, left = draw(grants, needs)
    shuffled_grants, shuffled_needs = list(grants), list(needs)
    random.shuffle(shuffled_grants)
    random.shuffle(shuffled_needs)
    assert draw(shuffled_grants, shuffled_needs) == (draws, left)
    used = used_by(draws)
    for each in grants:
        size, cost = used.get(each.grant, (Decimal(0), Decimal(0)))
        assert size <= each.amount
        assert cost <= each.price
        assert (size == each.amount) <= (cost == each.price)
    assert sum(n.size for n in needs) == sum(n.size for n in left) + sum(d.size for d in draws)


@given(
    st.lists(st.decimals("0.01", "60", places=2), min_size=1, max_size=9),
    st.decimals("0.0001", "500", places=4),
    st.sampled_from(["JPY", "USD", "KWD"]),
    st.booleans(),
    st.sampled_from(["half_up", "half_even"]),
)
def test_what_draws_are_worth_sums_to_what_their_cost_comes_to(sizes, rate, books, inverted, mode):
    exchange = Exchange(books, rate, NOV, "t", inverted)
    pack = grant("pack", 200, "123.45")
    draws, _ = draw([pack], [need(size) for size in sizes], mode, lambda _: exchange)
    cost = sum(each.cost for each in draws)
    assert sum(each.worth for each in draws) == convert(cost, exchange, mode)
