"""Which version of a plan, and which tax rate, holds on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.catalog.records import PlanVersion
from ledger.events.catalog import TaxRateSet


@dataclass(frozen=True)
class Segment:
    """The days from ``start`` to before ``end`` on which one version of a plan holds."""

    start: date
    end: date
    version: PlanVersion


def version_on(
    versions: Iterable[PlanVersion], day: date, subscribed_on: date
) -> PlanVersion | None:
    """Return the version that holds on a day for a subscription that began ``subscribed_on``.

    The one that starts last by then; of two with the same start, the one published later. A version
    for new subscriptions holds only for those that begin on its start or after.
    """
    return max(
        (v for v in versions if v.starts_on <= day and _reaches(v, subscribed_on)),
        key=lambda v: (v.starts_on, v.version),
        default=None,
    )


def segments(
    versions: Sequence[PlanVersion], subscribed_on: date, until: date
) -> tuple[Segment, ...]:
    """Cut [subscribed_on, until) where another version of the plan begins to hold."""
    turns = {v.starts_on for v in versions if subscribed_on < v.starts_on < until}
    days = sorted({subscribed_on, *turns})
    found: list[Segment] = []
    for start, end in zip(days, [*days[1:], until], strict=True):
        version = version_on(versions, start, subscribed_on)
        if version is None or start >= end:
            continue
        if found and found[-1].version is version:
            start = found.pop().start
        found.append(Segment(start, end, version))
    return tuple(found)


def tax_rate_on(rates: Iterable[TaxRateSet], day: date) -> TaxRateSet | None:
    """Return the rate of one tax code that holds on a day; of two set for a day, the later one."""
    return max(
        (rate for rate in rates if rate.starts_on <= day),
        key=lambda rate: (rate.starts_on, rate.originator_version),
        default=None,
    )


def _reaches(version: PlanVersion, subscribed_on: date) -> bool:
    return version.applies_to == "all" or subscribed_on >= version.starts_on
