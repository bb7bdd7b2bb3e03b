"""What a batch of subscriptions was charged so far: the latest charge of every stream."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from ledger.commands.engine.ground import Ground
from ledger.commands.rating.restored import item_charged, usage_rated
from ledger.credits.draws import ChargeKey
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.rating.fee_charges import Before
from ledger.rating.groups import label
from ledger.reads import charges as reads
from ledger.reads.subscriptions import LiveSubscription

FEES = ("recurring", "one_time")


@dataclass
class Standing:
    """The latest charges of one subscription; which of them were ``billed``.

    Of the ``resubscribed`` ones the subscription has changed since: its last fact stands above them
    in the log.
    """

    usage: list[UsageRated] = field(default_factory=list)
    fees: list[Before] = field(default_factory=list)
    commitments: list[Before] = field(default_factory=list)
    billed: set[UUID] = field(default_factory=set)
    resubscribed: set[UUID] = field(default_factory=set)

    @property
    def charges(self) -> list[UsageRated | ItemCharged]:
        """Every latest charge."""
        return [*self.usage, *(before.charge for before in (*self.fees, *self.commitments))]

    def of(self, key: ChargeKey) -> UsageRated | ItemCharged | None:
        """Return the latest charge of a stream."""
        for fee in self.fees:
            if fee.key == (key.item, key.period_from, key.group):
                return fee.charge
        for charge in self.usage:
            name = label(charge.group) if charge.group else ""
            if (charge.item, charge.period_from, name) == (key.item, key.period_from, key.group):
                return charge
        return None


def standing_of(rows: Iterable[LiveSubscription], ground: Ground) -> dict[str, Standing]:
    """Return what stands of each subscription, by one query."""
    last_facts = {row.subscription: row.position for row in rows}
    found = {name: Standing() for name in last_facts}
    accounts = {row.account for row in rows}
    for charge in ground.read(reads.latest_charges(accounts)):
        if charge.subscription in found:
            _add(found[charge.subscription], charge, last_facts[charge.subscription])
    return found


def _add(standing: Standing, charge: reads.LatestCharge, last_fact: int) -> None:
    billed, resubscribed = charge.lines > 0, last_fact > charge.position
    standing.billed |= {charge.stream} if billed else set()
    standing.resubscribed |= {charge.stream} if resubscribed else set()
    if charge.kind == "usage":
        standing.usage.append(usage_rated(charge))
    elif charge.kind in FEES:
        standing.fees.append(Before(item_charged(charge), billed, resubscribed))
    elif charge.kind == "commitment":
        standing.commitments.append(Before(item_charged(charge), billed, resubscribed))
