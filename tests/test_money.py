"""Rounding, splitting and reading money, with the tables of the accounting rules."""

from decimal import Decimal, Inexact, InvalidOperation
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.errors import BadCurrency, BadDecimal
from ledger.money import (
    EXACT,
    allocate,
    decimal_of,
    digits,
    exactly,
    plain,
    round_half,
    round_money,
    round_ratio,
    spread,
    trimmed,
)

quick = settings(deadline=None, max_examples=150)
weights = st.lists(
    st.decimals(min_value=0, max_value=10**9, places=4), min_size=1, max_size=12
).filter(any)
cents = st.integers(-(10**12), 10**12).map(lambda n: Decimal(n).scaleb(-2))

ROUNDINGS = """
    0.005                    2   0.01     0.00
    0.015                    2   0.02     0.02
    0.025                    2   0.03     0.02
    1.005                    2   1.01     1.00
    2.675                    2   2.68     2.68
    11.445                   2   11.45    11.44
    2.125                    2   2.13     2.12
    -0.005                   2   -0.01    0.00
    -2.675                   2   -2.68    -2.68
    0.5                      0   1        0
    1.5                      0   2        2
    2.5                      0   3        2
    -2.5                     0   -3       -2
    12.3455                  3   12.346   12.346
    0.01999999999999999872   2   0.02     0.02
    3.685                    2   3.69     3.68
"""

ALLOCATIONS = """
    100.00    2   1 1 1                   33.34 33.33 33.33
    0.05      2   1 1 1 1 1 1 1           0.01 0.01 0.01 0.01 0.01 0.00 0.00
    -100.00   2   1 1 1                   -33.34 -33.33 -33.33
    1000      0   1 1 1                   334 333 333
    0.99      2   70 20 10                0.69 0.20 0.10
    10.00     2   0 1 2                   0.00 3.33 6.67
    0.01      2   0.004 0.004 0.004       0.01 0.00 0.00
    1.000     3   1 1 1 1 1 1 1           0.143 0.143 0.143 0.143 0.143 0.143 0.142
    22.50     2   33.33 66.67 50.00       5.00 10.00 7.50
    11.45     2   3.759 3.8415 3.8445     3.76 3.84 3.85
"""


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize(("value", "places", "half_up", "half_even"), rows(ROUNDINGS))
def test_the_rounding_table_holds_in_both_modes(value, places, half_up, half_even):
    assert plain(round_half(Decimal(value), int(places), "half_up")) == half_up
    assert plain(round_half(Decimal(value), int(places), "half_even")) == half_even
    ratio = (Decimal(value) * 31, Decimal(20), Decimal(620), int(places))
    assert plain(round_ratio(*ratio, "half_up")) == half_up
    assert plain(round_ratio(*ratio, "half_even")) == half_even


@pytest.mark.parametrize("row", rows(ALLOCATIONS), ids=lambda row: row[0])
def test_the_allocation_table_holds(row):
    total, places, *rest = row
    half = len(rest) // 2
    parts = allocate(Decimal(total), [Decimal(w) for w in rest[:half]], int(places))
    assert [plain(part) for part in parts] == rest[half:]


@quick
@given(total=cents, by=weights)
def test_parts_sum_to_the_total_and_stay_near_their_shares(total, by):
    parts = allocate(total, by, 2)
    assert sum(parts) == total
    whole = sum(Fraction(weight) for weight in by)
    for part, weight in zip(parts, by, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 100)
        assert weight or not part


@quick
@given(total=cents, by=weights)
def test_a_negative_total_gives_the_negative_parts(total, by):
    assert allocate(-total, by, 2) == [-part for part in allocate(total, by, 2)]


@quick
@given(total=cents, by=weights, data=st.data())
def test_permuting_weights_permutes_the_parts_but_for_ties(total, by, data):
    remainders = {w: abs(Fraction(total)) * 100 * Fraction(w) / Fraction(sum(by)) % 1 for w in by}
    assume(len(set(remainders.values())) == len(remainders))
    moved = data.draw(st.permutations(by))
    before = sorted(zip(by, allocate(total, by, 2), strict=True))
    assert sorted(zip(moved, allocate(total, moved, 2), strict=True)) == before


@quick
@given(total=cents, n=st.integers(1, 9))
def test_equal_weights_differ_by_one_minor_unit_and_the_first_get_it(total, n):
    parts = [abs(part) for part in allocate(total, [Decimal(3)] * n, 2)]
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= Decimal("0.01")


def test_weights_that_sum_to_nothing_split_only_nothing():
    assert allocate(Decimal("0.00"), [Decimal(0), Decimal(0)], 2) == [0, 0]
    with pytest.raises(AssertionError, match="sum to zero"):
        allocate(Decimal("1.00"), [Decimal(1), Decimal(-1)], 2)
    with pytest.raises(AssertionError, match="minor units"):
        allocate(Decimal("0.005"), [Decimal(1)], 2)


@quick
@given(shares=st.lists(st.decimals(-1000, 1000, places=5), min_size=1, max_size=8))
def test_spread_shares_sum_to_their_rounded_sum_and_move_less_than_a_unit(shares):
    total = round_half(sum(shares), 2)
    parts = spread(total, shares, 2)
    assert sum(parts) == total
    assert all(abs(p - s) < Decimal("0.01") for p, s in zip(parts, shares, strict=True))


def test_a_tax_total_over_a_charge_and_a_credit_stays_near_each_line():
    # 19 % on 100.00 and on -99.97 is 19.0000 and -18.9943; the document's tax is 0.01.
    parts = spread(Decimal("0.01"), [Decimal("19.0000"), Decimal("-18.9943")], 2)
    assert parts == [Decimal("19.00"), Decimal("-18.99")]
    with pytest.raises(AssertionError, match="rounded sum"):
        spread(Decimal("0.02"), [Decimal("19.0000"), Decimal("-18.9943")], 2)


@pytest.mark.parametrize(
    ("amount", "over", "by", "result"),
    [
        ("99.00", "20", "31", "63.87"),  # the unused part of December, Basic
        ("249.00", "20", "31", "160.65"),  # the rest of December, Pro
        ("119.00", "100", "119", "100.00"),  # net of 19 % included
        ("-119.00", "100", "119", "-100.00"),
        ("0.01", "1", "2", "0.01"),
        ("-0.01", "1", "2", "-0.01"),
        ("0.00", "1", "-3", "0.00"),
        ("1", "1", "-3", "-0.33"),
    ],
)
def test_a_ratio_is_rounded_once(amount, over, by, result):
    assert plain(round_ratio(Decimal(amount), Decimal(over), Decimal(by), 2)) == result


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("12.50", "12.50"),
        ("007", "7"),
        ("-1", "-1"),
        ("999999999999999999.999999999999", "999999999999999999.999999999999"),
    ],
)
def test_a_decimal_string_is_kept_as_given(text, value):
    assert plain(decimal_of(text)) == value


@pytest.mark.parametrize(
    "value",
    [
        *("", " 1", "1 ", "1\n", "+1", "1e3", "1E3", "NaN", "nan", "sNaN", "Infinity", "-inf"),
        *("1_000", "1,000", "1.", ".5", "--1", "1.2.3", "0x10", "１２", "١", "1\0"),
        *("1234567890123456789", "0.1234567890123"),
        *(1, 1.5, True, None, Decimal(1), ["1"]),
    ],
)
def test_anything_but_a_plain_decimal_string_is_refused(value):
    with pytest.raises(BadDecimal) as refusal:
        decimal_of(value, "items.0.model.unit")
    assert refusal.value.code == "BAD_DECIMAL"
    assert refusal.value.field == "items.0.model.unit"


@quick
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_a_plain_decimal_reads_back_as_the_same_number(value):
    assert Decimal(plain(value)) == value == Decimal(plain(trimmed(value)))
    assert "E" not in plain(value)
    assert plain(value).strip("0.") or not plain(value).startswith("-")


def test_a_trimmed_number_has_no_zeros_after_the_point():
    written = [plain(trimmed(Decimal(n))) for n in ("360.0000", "100", "1E+3", "-0.00", "0.50")]
    assert written == ["360", "100", "1000", "0", "0.5"]


@pytest.mark.parametrize(("currency", "places"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_currencies_have_their_minor_digits(currency, places):
    assert digits(currency) == places


@pytest.mark.parametrize("currency", ["XAU", "XXX", "XTS", "usd", "US", "ABC", "", "USDX"])
def test_a_code_without_minor_units_is_refused(currency):
    with pytest.raises(BadCurrency, match="ISO 4217"):
        digits(currency)


def test_money_is_rounded_to_its_currency():
    amount = Decimal("418.64175")
    rounded = [plain(round_money(amount, c)) for c in ("USD", "JPY", "KWD")]
    assert rounded == ["418.64", "419", "418.642"]


def test_an_inexact_result_raises_instead_of_losing_a_digit():
    third = exactly(lambda: Decimal(1) / Decimal(3))
    with pytest.raises(Inexact):
        third()
    with pytest.raises(InvalidOperation):
        round_half(Decimal("Infinity"), 2)


def test_the_largest_product_in_bounds_is_exact():
    most = decimal_of("9" * 18 + "." + "9" * 12)
    volume = EXACT.multiply(most, Decimal(10**18))
    charge = EXACT.multiply(EXACT.multiply(volume, most), most)
    assert EXACT.subtract(EXACT.add(charge, Decimal("1E-40")), charge) == Decimal("1E-40")
