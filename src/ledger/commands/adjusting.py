"""Where discounts and credit meet the charges of a batch, between pricing and charging.

Whatever takes off a charge depends on all charges of its account, so it is asked once per batch
with everything that was measured and every fee that is due; what else was charged is ``standing``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.commands.ground import Ground
from ledger.commands.measuring import Candidate
from ledger.commands.standing import Standing
from ledger.rating.adjustments import Adjusted
from ledger.rating.charge import Measured
from ledger.rating.fee_charges import DueFee
from ledger.reads.subscriptions import LiveSubscription

Key = tuple[str, str, date, str]
"""Subscription, item, first day, and the group's label or the timing of a fee."""


@dataclass
class Batched:
    """What was priced of a batch before anything is taken off it."""

    usage: list[tuple[Candidate, Sequence[Measured]]] = field(default_factory=list)
    fees: list[tuple[LiveSubscription, DueFee]] = field(default_factory=list)


def reached(accounts: Collection[str], ground: Ground) -> set[str]:
    """Return the accounts of which everything is looked at: they have discounts or credit."""
    return set()


def adjusted(
    batched: Batched, standing: Mapping[str, Standing], ground: Ground
) -> Mapping[Key, Adjusted]:
    """Return what is left of the charges that something is taken off; others are not named."""
    return {}
