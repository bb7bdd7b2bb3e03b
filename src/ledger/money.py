"""Exact decimals: reading them, writing them, rounding them to a currency, splitting them.

Owns every rounding of the product: only money that enters a document line, a tax total or a journal
line is rounded, here and by the entity's mode. Prices and charges stay exact; arithmetic on them
runs under ``exactly``, where a result that would not fit raises instead of losing a digit.
"""

import re
from collections.abc import Callable, Sequence
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from iso4217 import Currency

from ledger.errors import BadCurrency, BadDecimal

P = ParamSpec("P")
T = TypeVar("T")

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

# 128 digits hold any sum of 10^18 quantities times a price and a discount, each in input bounds.
EXACT = Context(prec=128, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
ROUNDING = Context(prec=128, traps=[InvalidOperation, DivisionByZero, Overflow])
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}

_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)


def exactly(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in the exact context: no operator in it ever rounds silently."""

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> T:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return within


def is_decimal(text: Any) -> bool:
    """Say whether this is a decimal string as the contract allows it."""
    return isinstance(text, str) and _DECIMAL.fullmatch(text) is not None


def decimal_of(text: Any, field: str | None = None) -> Decimal:
    """Read a decimal string of the contract: at most 18 digits before and 12 after the point.

    Refused as BAD_DECIMAL: anything but a string, exponents, NaN, infinities, a plus sign, spaces,
    underscores, digits of other scripts. Zero has no sign; trailing zeros are kept.
    """
    if not is_decimal(text):
        raise BadDecimal(field=field, value=_shown(text))
    value = Decimal(text)
    return value or value.copy_abs()


def plain(value: Decimal) -> str:
    """Write a decimal without exponent and without negative zero, its trailing zeros kept."""
    return format(value or value.copy_abs(), "f")


def trimmed(value: Decimal) -> Decimal:
    """Return the same number without trailing zeros after the point, so that it reads one way."""
    short = value.normalize(EXACT) or ZERO
    return short if _exponent(short) <= 0 else short.quantize(ONE, context=EXACT)


@lru_cache(maxsize=512)
def digits(currency: str) -> int:
    """Return the minor digits of an ISO 4217 currency; one without them (XAU) is BAD_CURRENCY."""
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        raise BadCurrency(field="currency", value=_shown(currency))
    return int(exponent)


def round_half(amount: Decimal, places: int, mode: str = "half_up") -> Decimal:
    """Round to so many places; half_up is half away from zero, half_even to the even digit."""
    rounded = amount.quantize(_unit(places), rounding=MODES[mode], context=ROUNDING)
    return rounded or rounded.copy_abs()


def round_money(amount: Decimal, currency: str, mode: str = "half_up") -> Decimal:
    """Round to the minor units of a currency."""
    return round_half(amount, digits(currency), mode)


def round_ratio(
    amount: Decimal, over: Decimal, by: Decimal, places: int, mode: str = "half_up"
) -> Decimal:
    """Round ``amount × over ÷ by`` once, from the exact fraction: tax within a price, proration.

    99.00 × 20 ÷ 31 = 63.87; 119.00 × 100 ÷ 119 = 100.00.
    """
    product = EXACT.multiply(amount, over).scaleb(places, context=EXACT)
    exponent = min(_exponent(product), _exponent(by), 0)
    top, bottom = _whole(product, exponent), _whole(by, exponent)
    if bottom < 0:
        top, bottom = -top, -bottom
    quotient, rest = divmod(abs(top), bottom)
    if 2 * rest > bottom or (2 * rest == bottom and (mode == "half_up" or quotient % 2)):
        quotient += 1
    return _minor(quotient if top >= 0 else -quotient, places)


def round_fraction(value: Fraction, places: int) -> Decimal:
    """Round an exact fraction to so many places, half away from zero."""
    units, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    if 2 * rest >= value.denominator:
        units += 1
    return _minor(units if value >= 0 else -units, places)


def allocate(total: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """Split a rounded total by weights so that the parts sum to it, by largest remainder.

    The largest remainder counts on the absolute value, ties go to the lowest index and the sign is
    restored; a zero weight gets zero. 100.00 by 1, 1, 1 is 33.34, 33.33, 33.33.
    """
    units = _units(total, places)
    exponent = min((_exponent(weight) for weight in weights), default=0)
    parts = [_whole(weight, min(exponent, 0)) for weight in weights]
    whole = sum(parts)
    if not whole:
        assert not units, f"{total} cannot be split by weights that sum to zero"
        return [_minor(0, places)] * len(parts)
    if whole < 0:
        parts, whole = [-part for part in parts], -whole
    return [_minor(n, places) for n in _settle(units, [units * part for part in parts], whole)]


def spread(
    total: Decimal, shares: Sequence[Decimal], places: int, over: Decimal = ONE
) -> list[Decimal]:
    """Round the exact ``shares ÷ over`` so that they sum to ``total``, which is their rounded sum.

    Like ``allocate``, but for lines of both signs, where weights would magnify: a tax total over a
    line of 100.00 and one of −99.97 stays near each line's own tax.
    """
    units = _units(total, places)
    exponent = min([_exponent(value) for value in (*shares, over)] + [0])
    whole = _whole(over, exponent)
    parts = [_whole(share, exponent) * 10**places for share in shares]
    assert 2 * abs(units * whole - sum(parts)) <= whole, "the total is not the shares' rounded sum"
    return [_minor(n, places) for n in _settle(units, parts, whole)]


def _settle(units: int, parts: list[int], whole: int) -> list[int]:
    """Cut each part ÷ whole towards zero, and give what is left to the largest remainders."""
    cut = [abs(part) // whole * (1 if part >= 0 else -1) for part in parts]
    left = units - sum(cut)
    step = 1 if left > 0 else -1
    rests = [step * (part - n * whole) for part, n in zip(parts, cut, strict=True)]
    for index in sorted(range(len(cut)), key=lambda i: (-rests[i], i))[: abs(left)]:
        cut[index] += step
    return cut


@lru_cache(maxsize=32)
def _unit(places: int) -> Decimal:
    return ONE.scaleb(-places)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), value
    return exponent


def _whole(value: Decimal, exponent: int) -> int:
    return int(value.scaleb(-exponent, context=EXACT))


def _units(total: Decimal, places: int) -> int:
    units = _whole(total, -places)
    assert _minor(units, places) == total, f"{total} is not a whole number of minor units"
    return units


def _minor(units: int, places: int) -> Decimal:
    return Decimal(units).scaleb(-places, context=EXACT)


def _shown(value: Any) -> str:
    """Return a value as it may stand in a message: quoted, and cut if it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
