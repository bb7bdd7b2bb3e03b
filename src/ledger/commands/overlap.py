"""Two subscriptions may not price one meter of one account at one instant.

A new subscription is checked against the others of its account, which all stand in the account's
stream. A new plan version that adds a meter is checked against every account that has its plan.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from ledger.catalog.plans import parse_plan
from ledger.catalog.records import PlanVersion
from ledger.catalog.versions import segments
from ledger.commands.aggregates import Account
from ledger.commands.context import Context
from ledger.errors import SubscriptionOverlap
from ledger.events.subscriptions import SubscriptionStarted
from ledger.projector.follower import catch_up
from ledger.reads import subscriptions as reads
from ledger.store.database import Role

FOR_EVER = date(2101, 1, 1)

Versions = Sequence[PlanVersion]
VersionsOf = Callable[[str], Versions]


def refuse_overlap(
    new: SubscriptionStarted, others: Iterable[SubscriptionStarted], versions_of: VersionsOf
) -> None:
    """Refuse a subscription that prices a meter while another one of the account does."""
    mine = _priced(new, versions_of(new.plan))
    for other in others:
        for meter, start, end in _priced(other, versions_of(other.plan)):
            if any(m == meter and s < end and start < e for m, s, e in mine):
                raise SubscriptionOverlap(field="plan", other=other.subscription, meter=meter)


def refuse_overlaps_in(name: str, plans: dict[str, Versions], context: Context) -> None:
    """Refuse any two subscriptions of one account that overlap, given these versions of plans."""
    taken = started_by(context.account(name), context)
    for index, one in enumerate(taken):
        refuse_overlap(one, taken[:index], plans_of(context, plans))


def subscribers(context: Context, plan: str) -> list[str]:
    """Return the accounts that have a plan."""
    catch_up(context.ledger.db, ["subscriptions"])
    with context.ledger.db.transaction(Role.READER) as tx:
        return [row.account for row in tx.all(reads.subscribers(plan))]


def started_by(account: Account, context: Context) -> list[SubscriptionStarted]:
    """Return the subscriptions of an account."""
    return [context.subscription(name).started for name in account.subscriptions]


def plans_of(context: Context, known: dict[str, Versions]) -> VersionsOf:
    """Return what looks a plan's versions up, and keeps them in ``known``."""

    def versions_of(plan: str) -> Versions:
        if plan not in known:
            known[plan] = [parse_plan(fact) for fact in context.plan(plan)]
        return known[plan]

    return versions_of


def _priced(subscription: SubscriptionStarted, versions: Versions) -> list[tuple[str, date, date]]:
    """Return which meters a subscription prices, from which day to before which."""
    return [
        (meter, segment.start, segment.end)
        for segment in segments(versions, subscription.starts_on, FOR_EVER)
        for meter in sorted({item.meter for item in segment.version.usage_items})
    ]
