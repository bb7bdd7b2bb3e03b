"""How much of what was billed in advance is earned by a day: cumulative, so that it adds up.

12,000.00 over 365 days has earned round(12,000 × 30 ÷ 365) = 986.30 after November, and the last
month takes the remainder by construction. Nothing here knows what was recognised before.
"""

from calendar import monthrange
from datetime import date
from decimal import Decimal

from ledger.money import ZERO, exactly, round_half, round_ratio
from ledger.periods import MONTHS

DAILY = "daily"
MONTHLY = "monthly"


@exactly
def earned(
    total: Decimal,
    start: date,
    end: date,
    upto: date,
    policy: str = DAILY,
    places: int = 2,
    mode: str = "half_up",
) -> Decimal:
    """Return what of ``total``, for service in [start, end), is earned before the day ``upto``.

    ``policy`` is that of the entity: daily, or monthly (whole service months evenly, part months by
    day). ``total`` may be negative; all of it is earned from ``end`` on.
    """
    if upto <= start < end:
        return round_half(ZERO, places)
    if upto >= end:
        return round_half(total, places, mode)
    over, by = _share(start, end, upto) if policy == MONTHLY else _days(start, end, upto)
    return round_ratio(total, Decimal(over), Decimal(by), places, mode)


def _days(start: date, end: date, upto: date) -> tuple[int, int]:
    return (upto - start).days, (end - start).days


def _share(start: date, end: date, upto: date) -> tuple[int, int]:
    """Return elapsed and all service months as one fraction, part months counted by their days."""
    months, days, of = _months(start, upto)
    all_months, all_days, all_of = _months(start, end)
    return (months * of + days) * all_of, (all_months * all_of + all_days) * of


def _months(start: date, until: date) -> tuple[int, int, int]:
    """Return whole service months since the start, the days beyond, and the days of that month."""
    whole = (until.year - start.year) * 12 + until.month - start.month
    if _turn(start, whole) > until:
        whole -= 1
    begin, finish = _turn(start, whole), _turn(start, whole + MONTHS["month"])
    return whole, (until - begin).days, (finish - begin).days


def _turn(start: date, months: int) -> date:
    """Return the first day of a service month; the 31st means the last day where there is none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
