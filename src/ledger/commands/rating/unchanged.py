"""Which windows have to be measured again, so that the cost follows what changed.

A window stays as it was charged if it is the same window of the same version, and no usage fact
came in its days since. That is known from the days on which something is unrated
(docs/decisions/0054): they are few, and one query tells them for a batch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from ledger.catalog.prices import Graduated, GraduatedPercentage, Volume
from ledger.catalog.records import UsageItem
from ledger.commands.engine.ground import Ground
from ledger.commands.rating.measuring import Candidate
from ledger.commands.rating.standing import Standing
from ledger.metering import LEVEL
from ledger.reads import exceptions as reads

Spans = Mapping[tuple[str, str], Sequence[reads.UnratedSpan]]


def changed(
    candidates: Sequence[Candidate],
    standing: Mapping[str, Standing],
    whole: Collection[str],
    ground: Ground,
) -> list[Candidate]:
    """Return the windows that may come to something else than they were charged.

    Of the accounts in ``whole`` that is every window.
    """
    found: dict[tuple[str, str], list[reads.UnratedSpan]] = {}
    accounts = {each.row.account for each in candidates} - set(whole)
    for span in ground.read(reads.unrated_spans(accounts)) if accounts else ():
        found.setdefault((span.account, span.meter), []).append(span)
    return [
        each
        for each in candidates
        if each.row.account in whole or _may_differ(each, standing, found, ground)
    ]


def _may_differ(
    candidate: Candidate, standing: Mapping[str, Standing], spans: Spans, ground: Ground
) -> bool:
    row, due = candidate.row, candidate.due
    window, previous = due.window, due.previous
    stands = standing[row.subscription]
    unrated = spans.get((row.account, window.item.meter), ())
    is_level = ground.meter(window.item.meter).aggregation == LEVEL
    if _touched(unrated, None if is_level else window.window_from, window.window_to):
        return True
    if previous is None:
        taken = _taken(candidate, stands, window.window_from)
        return is_level or taken or not _free(window.item)
    same = (
        (previous.plan, previous.plan_version) == (window.version.plan, window.version.version)
        and (previous.period_to, previous.window_from) == (window.period.end, window.window_from)
        and previous.window_to <= window.window_to
    )
    if not same or _taken(candidate, stands, previous.window_to):
        return True
    if previous.rated_to != window.rated_to and (is_level or window.item.minimum is not None):
        return True
    if window.version.tax_inclusive and previous.originator_id not in stands.billed:
        return True
    return _behind(candidate, stands, is_level)


def _touched(spans: Iterable[reads.UnratedSpan], start: datetime | None, end: datetime) -> bool:
    """Say whether something is unrated in these days; of a level, also in any day before."""
    return any((start is None or start < each.ends) and each.starts < end for each in spans)


def _taken(candidate: Candidate, standing: Standing, start: datetime) -> bool:
    """Say whether usage from an instant on was charged elsewhere: it is not unrated, but new here.

    Another item may price the same meter, and days may have been another window's.
    """
    window = candidate.due.window
    own = {charge.originator_id for charge in candidate.due.groups}
    return any(
        charge.meter == window.item.meter
        and charge.originator_id not in own
        and charge.window_from < window.window_to
        and max(start, charge.window_from) < charge.window_to
        for charge in standing.usage
    )


def _behind(candidate: Candidate, standing: Standing, is_level: bool) -> bool:
    """Say whether another charge has seen more of the same usage than those of this window."""
    window = candidate.due.window
    known = max(charge.usage.to_position for charge in candidate.due.groups)
    return any(
        charge.usage.to_position > known
        and charge.meter == window.item.meter
        and charge.window_from < window.window_to
        and (is_level or charge.window_to > window.window_from)
        for charge in standing.usage
    )


def _free(item: UsageItem) -> bool:
    """Say whether an item costs nothing for sure as long as nothing is used."""
    model = item.model
    if isinstance(model, Graduated | Volume | GraduatedPercentage) and model.tiers[0].flat:
        return False
    return item.minimum is None
