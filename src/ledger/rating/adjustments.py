"""What takes off a charge, against what took off the charge before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.events.charges import Adjustment
from ledger.money import ZERO


@dataclass(frozen=True)
class Adjusted:
    """What is left ``due`` of a charge, ``accrued`` of that without included tax, and why."""

    due: Decimal
    accrued: Decimal
    adjustments: tuple[Adjustment, ...] = ()


def merged(
    now: Iterable[Adjustment], before: Iterable[Adjustment], *, posts: bool = True
) -> tuple[Adjustment, ...]:
    """Return adjustments with what each posts against those of the charge before.

    One that takes nothing off any more stays as zero. A charge that is not accrued ``posts`` none:
    the document that bills it books them. What has a ``worth`` is booked by its change.
    """
    were = {(each.kind, each.id): each for each in before}
    made = []
    for each in now:
        was = were.pop((each.kind, each.id), None)
        made.append(_against(each, was or _nothing_of(each)))
    gone = [_against(_nothing_of(was), was) for was in were.values() if taken_off([was])]
    return tuple(each if posts else replace(each, posted=ZERO) for each in (*made, *gone))


def taken_off(adjustments: Iterable[Adjustment]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Return what adjustments say, without their order and without those that say nothing."""
    said = {
        (each.kind, each.id): (each.amount, each.net, each.units or ZERO, each.worth or ZERO)
        for each in adjustments
    }
    return {name: amounts for name, amounts in said.items() if any(amounts)}


def _against(each: Adjustment, was: Adjustment) -> Adjustment:
    booked = None if each.worth is None else each.worth - (was.worth or ZERO)
    return replace(each, posted=each.net - was.net, booked=booked)


def _nothing_of(each: Adjustment) -> Adjustment:
    """Return what the same discount or grant says that takes nothing off."""
    units = None if each.units is None else ZERO
    worth = None if each.worth is None else ZERO
    return replace(each, amount=ZERO, net=ZERO, posted=ZERO, units=units, worth=worth)
