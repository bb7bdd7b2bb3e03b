"""What a line says to the customer: what it is for, and which days."""

from collections.abc import Mapping

from ledger.credits.purchase import PREFIX
from ledger.invoicing.billable import COMMITMENT, GRANT, ONE_TIME, RECURRING
from ledger.invoicing.parts import Part
from ledger.periods import DAY


def description(part: Part) -> str:
    """Return the text of a line, like ``Unused Basic, 2026-12-12 to 2026-12-31``."""
    billable = part.billable
    first, end = billable.changed
    days = f"{first} to {end - DAY}"
    if billable.kind == ONE_TIME:
        return f"{billable.item}, {billable.period_from}"
    if billable.kind == GRANT:
        return f"Credit {billable.subscription.removeprefix(PREFIX)}, from {billable.period_from}"
    if billable.kind == COMMITMENT:
        return f"{billable.item}, shortfall {days}"
    back = billable.netted and billable.billed.charge and billable.accrued < billable.billed.accrued
    unused = "Unused " if back and billable.kind == RECURRING else ""
    return f"{unused}{billable.item}{_group(billable.group)}, {days}"


def _group(values: Mapping[str, str]) -> str:
    """Return how a line tells the groups of an item apart: `` (region eu)``."""
    shown = [f"{name} {value or 'none'}" for name, value in sorted(values.items())]
    return f" ({', '.join(shown)})" if shown else ""
