"""What takes off a charge, in order: discounts, promotional credit, prepaid money."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.credits.adjust import Demand, Ground, Span, adjust, rising
from ledger.credits.draws import ChargeKey, Draw
from ledger.events.credit import CreditGranted, DiscountAdded
from ledger.events.streams import stream

AT = datetime(2026, 11, 1, tzinfo=UTC)
NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)


def grant(name, amount, price=None, *, kind="prepaid", expires=None, starts=NOV, units=None):
    return CreditGranted(
        originator_id=stream("grant", name),
        originator_version=1,
        timestamp=AT,
        grant=name,
        account="acme",
        entity="US",
        currency="USD",
        kind=kind,
        starts_on=starts,
        expires_on=expires,
        amount=None if units else Decimal(amount),
        units=Decimal(units) if units else None,
        meter="api" if units else None,
        price=None if kind == "promotional" else Decimal(price or amount),
    )


def ten_percent():
    return DiscountAdded(
        originator_id=stream("discount", "d"),
        originator_version=1,
        timestamp=AT,
        discount="d",
        account="acme",
        starts_on=NOV,
        percent=Decimal(10),
    )


def demand(amount, item="api", *, kind="usage", rate=None, spans=None):
    exact = Decimal(amount)
    return Demand(
        key=ChargeKey(NOV, "s-1", item),
        kind=kind,
        billed_on=date(2026, 11, 30),
        amount=exact,
        spans=spans or (Span(NOV, DEC, exact),),
        included_rate=None if rate is None else Decimal(rate),
    )


def shown(adjusted):
    return [(a.kind, a.id, str(a.amount), str(a.net)) for a in adjusted.adjustments]


def test_discount_then_promotional_then_prepaid():
    """100.00 less 10 % less 20.00 given less 50.00 bought for 40.00: 20.00 are due."""
    grants = [grant("bought", 50, 40), grant("gift", 20, kind="promotional")]
    ground = Ground("USD", discounts=[ten_percent()], grants=grants)
    found, draws = adjust([demand("100.004")], ground)
    (only,) = found.values()
    assert (str(only.due), str(only.accrued)) == ("20.00", "20.00")
    assert shown(only) == [
        ("discount", "d", "10.00", "10.00"),
        ("promotional", "gift", "20.00", "20.00"),
        ("prepaid", "bought", "50.00", "40.00"),
    ]
    assert [each.grant.grant for each in draws] == ["gift", "bought"]


def test_prices_that_include_tax_are_lowered_gross_and_booked_net():
    """119.00 with 19 % in it, less 10 %: 107.10 are due, 90.00 without tax, 10.00 taken off."""
    found, _ = adjust([demand("119.00", rate="19")], Ground("USD", discounts=[ten_percent()]))
    (only,) = found.values()
    assert (str(only.due), str(only.accrued)) == ("107.10", "90.00")
    assert shown(only) == [("discount", "d", "11.90", "10.00")]


def test_only_usage_draws_and_commitments_have_no_discount():
    ground = Ground("USD", discounts=[ten_percent()], grants=[grant("g", 500)])
    charges = [demand("10", "fee", kind="recurring"), demand("10", "least", kind="commitment")]
    found, draws = adjust(charges, ground)
    assert [str(each.due) for each in found.values()] == ["9.00", "10.00"]
    assert draws == []


def test_a_grant_that_begins_inside_a_window_is_drawn_by_what_came_then():
    middle = date(2026, 11, 16)
    spans = (Span(NOV, middle, Decimal(30)), Span(middle, DEC, Decimal(50)))
    ground = Ground("USD", grants=[grant("g", 100, starts=middle)])
    found, _ = adjust([demand("50", spans=spans)], ground)
    (only,) = found.values()
    assert shown(only) == [("prepaid", "g", "20.00", "20.00")]
    assert only.due == 30


def test_what_spans_add_never_falls():
    days = [date(2026, 11, 1 + n) for n in range(4)]
    spans = [
        Span(a, b, Decimal(c)) for a, b, c in zip(days, days[1:], (90, 120, 100), strict=False)
    ]
    assert rising(spans) == [90, 10, 0]
    assert rising([Span(NOV, DEC, Decimal(-5))]) == [0]


def test_units_come_along_at_their_cost():
    pack = grant("pack", 0, "8.99", units=100)
    draws = [Draw(pack, ChargeKey(NOV, "s-1", "api"), Decimal(40), Decimal("3.60"), NOV)]
    found, _ = adjust([demand("0")], Ground("USD", grants=[pack]), draws)
    (only,) = found.values()
    assert shown(only) == [("units", "pack", "0.00", "3.60")]
    assert only.adjustments[0].units == 40


amounts = st.integers(-500, 50_000).map(lambda n: Decimal(n).scaleb(-3))
grants = st.lists(
    st.builds(
        grant,
        st.integers(0, 99).map(str),
        st.integers(1, 3_000).map(lambda n: Decimal(n).scaleb(-2)),
        price=st.integers(1, 3_000).map(lambda n: Decimal(n).scaleb(-2)),
        kind=st.sampled_from(["prepaid", "promotional"]),
        expires=st.sampled_from([None, date(2026, 12, 31), date(2027, 1, 31)]),
    ),
    max_size=4,
    unique_by=lambda g: g.grant,
)


@given(st.lists(amounts, max_size=4), grants, st.booleans(), st.randoms())
def test_order_does_not_matter_and_the_books_agree(exact, grants, cheaper, random):
    demands = [demand(amount, f"i{n}", rate="19" if n % 2 else None)
               for n, amount in enumerate(exact)]  # fmt: skip
    off = [ten_percent()] if cheaper else []
    found, draws = adjust(demands, Ground("USD", discounts=off, grants=grants))
    random.shuffle(demands)
    random.shuffle(grants)
    again, drawn = adjust(demands, Ground("USD", discounts=off, grants=grants))
    assert (again, drawn) == (found, draws)
    for each in grants:
        assert sum(d.size for d in draws if d.grant is each) <= each.amount
    for key, adjusted in found.items():
        assert (adjusted.due >= 0) >= (key.item in {d.key.item for d in draws})
        taken = sum(a.amount for a in adjusted.adjustments)
        start, _ = adjust([d for d in demands if d.key == key], Ground("USD"))
        assert start[key].due == adjusted.due + taken
        if all(a.kind != "prepaid" for a in adjusted.adjustments):
            assert start[key].accrued == adjusted.accrued + sum(a.net for a in adjusted.adjustments)
