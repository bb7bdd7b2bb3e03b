"""Which reminder an invoice has reached: never one that it had, and of several only the last.

An invoice that is paid or disputed gets none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.events.dunning import DunningPolicySet


@dataclass(frozen=True)
class Reached:
    """A step of a policy, counted from 1."""

    step: int
    days: int
    name: str


def policy_on(policies: Iterable[DunningPolicySet], day: date) -> DunningPolicySet | None:
    """Return the policy in force: of the latest start by then, the one set last."""
    in_force: DunningPolicySet | None = None
    for policy in policies:
        if policy.starts_on <= day and (not in_force or policy.starts_on >= in_force.starts_on):
            in_force = policy
    return in_force


def reached(policy: DunningPolicySet, days_overdue: int, reminded: int | None) -> Reached | None:
    """Return the last step reached, if it lies beyond that of ``reminded`` days."""
    found: Reached | None = None
    for number, step in enumerate(policy.steps, start=1):
        if step.days <= days_overdue and (reminded is None or step.days > reminded):
            found = Reached(number, step.days, step.name)
    return found
