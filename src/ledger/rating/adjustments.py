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
    the document that bills it books them.
    """
    were = {(each.kind, each.id): each for each in before}
    made = []
    for each in now:
        was = were.pop((each.kind, each.id), None)
        made.append(replace(each, posted=each.net - (was.net if was else ZERO)))
    gone = [
        replace(was, amount=ZERO, net=ZERO, posted=-was.net, units=was.units and ZERO)
        for was in were.values()
        if was.amount or was.net or was.units
    ]
    return tuple(each if posts else replace(each, posted=ZERO) for each in (*made, *gone))


def taken_off(adjustments: Iterable[Adjustment]) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    """Return what adjustments say, without their order and without those that say nothing."""
    return {
        (each.kind, each.id): (each.amount, each.net, each.units or ZERO)
        for each in adjustments
        if each.amount or each.net or each.units
    }
