"""Two subscriptions may not price one meter of one account at one instant.

A subscription that starts, changes or ends later is checked against the others of its account,
which all stand in the account's stream. A new plan version that adds a meter is checked against
every account that has its plan.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ledger.catalog.plans import parse_plan
from ledger.catalog.records import PlanVersion
from ledger.catalog.versions import version_on
from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.errors import PlanNotLive, SubscriptionOverlap
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.rating.timeline import Agreed, Agreement, timeline
from ledger.reads import subscriptions as reads
from ledger.store.database import Role

FOR_EVER = date(2101, 1, 1)


@dataclass
class Neighbours:
    """The subscriptions of one account, and the plans that were looked at to judge them.

    ``known`` may hold versions that are not recorded yet.
    """

    context: Context
    name: str
    known: dict[str, list[PlanVersion]] = field(default_factory=dict)
    account: Account = field(init=False)
    others: dict[str, Agreement] = field(init=False)

    def __post_init__(self) -> None:
        self.account = self.context.account(self.name)
        self.others = {
            name: self.context.subscription(name).agreement for name in self.account.subscriptions
        }

    def versions_of(self, plan: str) -> list[PlanVersion]:
        """Return every version of a plan, in the order of publication."""
        if plan not in self.known:
            self.known[plan] = [parse_plan(fact) for fact in self.context.plan(plan)]
        return self.known[plan]

    def version_on(self, agreed: Agreed, day: date) -> PlanVersion:
        """Return the version of its plan that a subscription has on a day, or refuse."""
        live = version_on(self.versions_of(agreed.plan), day, agreed.taken_on)
        if live is None:
            raise PlanNotLive(field="from", plan=agreed.plan, on=day)
        return live

    def refuse_overlap(self, new: Agreement, field: str = "plan") -> None:
        """Refuse an agreement that prices a meter while another one of the account does."""
        mine = self._priced(new)
        for name, other in self.others.items():
            if name == new.started.subscription:
                continue
            for meter, start, end in self._priced(other):
                if any(m == meter and s < end and start < e for m, s, e in mine):
                    raise SubscriptionOverlap(field=field, other=name, meter=meter)

    def refuse_any_overlap(self) -> None:
        """Refuse any two subscriptions of the account that overlap."""
        for agreement in list(self.others.values()):
            self.refuse_overlap(agreement)

    def guards(self) -> list[UUID]:
        """Return what must not move meanwhile: the account, its subscriptions, their plans."""
        subscriptions = [stream("subscription", name) for name in self.others]
        plans = [stream("plan", plan) for plan in self.known]
        return [self.account.id, *subscriptions, *plans]

    def _priced(self, agreement: Agreement) -> list[tuple[str, date, date]]:
        """Return which meters are priced, from which day to before which."""
        return [
            (meter, terms.start, terms.end)
            for terms in timeline(agreement, self.versions_of, FOR_EVER)
            for meter in sorted({item.meter for item in terms.version.usage_items})
        ]


def subscribers(context: Context, plan: str) -> list[str]:
    """Return the accounts that have a plan, had it, or will."""
    catch_up(context.ledger.db, ["subscriptions"])
    with context.ledger.db.transaction(Role.READER) as tx:
        return [row.account for row in tx.all(reads.subscribers(plan))]
