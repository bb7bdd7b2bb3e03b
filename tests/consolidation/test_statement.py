"""All books in one currency: translated, eliminated, and zero in all."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.consolidation.statement import Within, consolidated
from ledger.consolidation.translation import Held, Presented
from ledger.events.exchange import Exchange

DAY, CLOSE = date(2026, 11, 2), date(2026, 11, 30)


def presented(rates, currency="USD"):
    """Rates into the currency presented by (currency, day), one the other way round if negative."""

    def rate_on(base, day):
        value = Decimal(rates[base, day])
        return Exchange(currency, abs(value), day, "test", inverted=value < 0)

    return Presented(currency, CLOSE, rate_on)


def held(entity, currency, account, amount, day=None):
    return Held(entity, currency, account, day, Decimal(amount))


def within(entity, currency, account, amount, day=None, common="1", own="1"):
    return Within(entity, currency, account, day, Decimal(amount), None, Decimal(common),
                  Decimal(own))  # fmt: skip


def charged(side):
    """All that the line holds is within the group, and on both sides."""
    return within(side.entity, side.currency, side.account, side.amount, side.day)


def plain(amounts):
    return {account: str(amount) for account, amount in amounts.items()}


def test_balances_at_the_closing_rate_results_at_their_days():
    """900.00 EUR sold when a euro was 1.10, still owed when it is 1.20."""
    books = [held("EU", "EUR", "1100", "900.00"), held("EU", "EUR", "4000", "-900.00", DAY)]
    rates = presented({("EUR", DAY): "1.10", ("EUR", CLOSE): "1.20"})
    found = consolidated(books, [], rates)
    (eu,) = found.books
    assert [(a.account, str(a.balance), str(a.translated)) for a in eu.accounts] == [
        ("1100", "900.00", "1080.00"),
        ("4000", "-900.00", "-990.00"),
    ]
    assert (str(eu.difference), str(found.total), plain(found.eliminations)) == (
        *("-90.00", "0.00"),
        {},
    )


def test_both_sides_of_a_charge_go_out_and_rates_apart_show():
    """1,000 USD of 2 November, at 0.90 in EU's books; a dollar closes at 0.95 EUR, not revalued."""
    sides = [
        held("US", "USD", "2300", "-1000.00"),
        held("US", "USD", "5200", "1000.00", DAY),
        held("EU", "EUR", "1300", "900.00"),
        held("EU", "EUR", "4200", "-900.00", DAY),
    ]
    rates = presented({("EUR", DAY): "-0.90", ("EUR", CLOSE): "-0.95"})
    found = consolidated(sides, [charged(each) for each in sides], rates)
    assert plain(found.eliminations) == {
        "1300": "-947.37",
        "2300": "1000.00",
        "4200": "1000.00",
        "5200": "-1000.00",
    }
    assert (plain(found.totals), str(found.elimination_difference)) == ({}, "-52.63")
    assert (str(found.translation_difference), str(found.total)) == ("52.63", "0.00")


def test_revaluation_goes_out_with_the_balance_and_its_gain_stays():
    """The same, after EU revalued 900.00 to 950.00: nothing is left of the charge but the gain."""
    sides = [
        held("US", "USD", "2300", "-1000.00"),
        held("US", "USD", "5200", "1000.00", DAY),
        held("EU", "EUR", "1300", "900.00"),
        held("EU", "EUR", "4200", "-900.00", DAY),
    ]
    revalued = [held("EU", "EUR", "1300", "50.00"), held("EU", "EUR", "7010", "-50.00", CLOSE)]
    rates = presented({("EUR", DAY): "-0.90", ("EUR", CLOSE): "-0.95"})
    found = consolidated([*sides, *revalued], [charged(each) for each in sides], rates)
    assert plain(found.totals) == {"7010": "-52.63"}
    assert (str(found.elimination_difference), str(found.translation_difference)) == (
        *("0.00", "52.63"),
    )


def test_what_one_side_alone_has_posted_stays():
    """US paid 40 of 100; EU has not booked it yet: the common 60 go out, 40 are on their way."""
    sides = [
        held("US", "USD", "1000", "-40.00"),
        held("US", "USD", "2300", "-60.00"),
        held("US", "USD", "5200", "100.00", DAY),
        held("CA", "USD", "1300", "100.00"),
        held("CA", "USD", "4200", "-100.00", DAY),
    ]
    common = [
        within("US", "USD", "2300", "-60.00"),
        within("US", "USD", "5200", "100.00", DAY),
        within("CA", "USD", "1300", "100.00", common="60", own="100"),
        within("CA", "USD", "4200", "-100.00", DAY),
    ]
    found = consolidated(sides, common, presented({}))
    assert plain(found.totals) == {"1000": "-40.00", "1300": "40.00"}
    assert (str(found.elimination_difference), str(found.total)) == ("0.00", "0.00")


amounts = st.integers(-(10**7), 10**7).map(lambda n: Decimal(n).scaleb(-2))
rates_ = st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-4))


@given(st.lists(st.tuples(amounts, st.sampled_from(["1100", "4000", "2200", "5000"])), min_size=1),
       rates_, rates_, st.booleans())  # fmt: skip
def test_translation_differs_by_rates_and_half_cents_only(lines, then, closing, inverted):
    """Any balanced books sum to zero, and at one rate for all the difference is rounding."""
    sign = "-" if inverted else ""
    books = [held("EU", "EUR", account, amount, DAY if account[0] in "45" else None)
             for amount, account in lines]  # fmt: skip
    books.append(held("EU", "EUR", "1000", -sum(each.amount for each in books)))
    rates = {("EUR", DAY): f"{sign}{then}", ("EUR", CLOSE): f"{sign}{closing}"}
    assert consolidated(books, [], presented(rates)).total == 0
    rates["EUR", DAY] = rates["EUR", CLOSE]
    found = consolidated(books, [], presented(rates))
    assert abs(found.translation_difference) <= Decimal("0.005") * 5
