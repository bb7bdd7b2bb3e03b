"""What follows a command that changes what past days cost: rating again, and billing.

A dry run goes on with it, so that its effect shows what the change comes to. Which commands these
are, and whom each reaches, is the table below; everybody else has no aftermath.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar
from uuid import uuid4

from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import Asked, Caller
from ledger.commands.form.command import Command
from ledger.commands.invoicing.invoice import IssueInvoices, issue_invoices
from ledger.commands.rating.rate import RateUsage, rate_usage
from ledger.errors import Refusal
from ledger.events.catalog import PlanPublished, TaxRateSet
from ledger.events.fact import Fact
from ledger.events.subscriptions import SubscriptionChanged, SubscriptionEnded
from ledger.periods import local_day
from ledger.projector.follower import catch_up
from ledger.reads.charges import rated_through, taxed_by
from ledger.reads.subscriptions import accounts, subscribers
from ledger.store.database import Query, Role

Row = TypeVar("Row")
Reach = Callable[[Ledger, Sequence[Fact]], set[str]]
LeftOut = dict[str, Refusal]


def _named(_: Ledger, facts: Sequence[Fact]) -> set[str]:
    """Return the accounts that the facts name."""
    found = (getattr(fact, "account", None) for fact in facts)
    return {account for account in found if account is not None}


def _on_plan(ledger: Ledger, facts: Sequence[Fact]) -> set[str]:
    """Return the accounts that have a plan of which a version was published."""
    plans = {fact.plan for fact in facts if isinstance(fact, PlanPublished)}
    return {row.account for plan in plans for row in _rows(ledger, subscribers(plan))}


def _taxed(ledger: Ledger, facts: Sequence[Fact]) -> set[str]:
    """Return the accounts that were charged under a tax code."""
    codes = {fact.code for fact in facts if isinstance(fact, TaxRateSet)}
    return {row.account for code in codes for row in _rows(ledger, taxed_by(code))}


AFTERMATH: Final[dict[str, Reach]] = {
    "publish_plan": _on_plan,
    "correct_usage": _named,
    "set_tax_rate": _taxed,
    "change_account": _named,
    "change_subscription": _named,
    "end_subscription": _named,
    "grant_credit": _named,
    "add_discount": _named,
}
"""Whom a command reaches whose past charges it may change, by the command's name."""


def follow(ledger: Ledger, asked: Asked, facts: Sequence[Fact]) -> LeftOut:
    """Rate whom the command reaches through the last day they were rated to, and bill them.

    Returns those for whom something is missing, each with what.

    A subscription that changes or ends on a later day is followed to that day, where the change is
    billed. Documents are dated the day rated to or today, whichever is later.
    """
    catch_up(ledger.db, ["charges", "subscriptions"])
    reached = AFTERMATH[asked.command.command](ledger, facts)
    by_day: defaultdict[date, set[str]] = defaultdict(set)
    rated = {row.account: row.through for row in _rows(ledger, rated_through(reached))}
    for account, through in (rated | _turned(facts, rated)).items():
        by_day[through].add(account)
    left_out: LeftOut = {}
    for through, names in sorted(by_day.items()):
        left_out |= rate_and_bill(ledger, asked.caller, names, through)
    return left_out


def _turned(facts: Sequence[Fact], rated: Mapping[str, date]) -> dict[str, date]:
    """Return the accounts whose subscription turns on a day beyond what they were rated to."""
    days = {
        fact.account: fact.starts_on if isinstance(fact, SubscriptionChanged) else fact.ends_on
        for fact in facts
        if isinstance(fact, SubscriptionChanged | SubscriptionEnded)
    }
    return {name: day for name, day in days.items() if day > rated.get(name, date.min)}


def rate_and_bill(ledger: Ledger, caller: Caller, names: Collection[str], through: date) -> LeftOut:
    """Rate accounts through a day and bill who pays for them, for as long as a dry run lasts.

    Returns those for whom something is missing; who pays for one of them is not billed.
    """
    rating = RateUsage(command="rate_usage", key=_key(), through=through, account=_only(names))
    rated = _run(ledger, caller, rating, names)
    rate_usage(rated, rating)
    rows = _rows(ledger, accounts(names))
    payers = {row.payer for row in rows}
    payers -= {row.payer for row in rows if row.account in rated.left_out}
    if not payers:
        return rated.left_out
    on = max(through, local_day(ledger.clock(), "UTC"))
    billing = IssueInvoices(
        command="issue_invoices", key=_key(), through=through, on=on, account=_only(payers)
    )
    billed = _run(ledger, caller, billing, payers)
    issue_invoices(billed, billing)
    return rated.left_out | billed.left_out


def _run(ledger: Ledger, caller: Caller, command: Command, among: Collection[str]) -> Run:
    asked = Asked(command, digest="", hmac_key=b"", caller=caller)
    return Run(ledger, asked, ledger.clock(), among=frozenset(among))


def _only(names: Collection[str]) -> str | None:
    """Return the only name there is: a run for one account need not go through all."""
    return next(iter(names)) if len(names) == 1 else None


def _key() -> str:
    return f"dry-run/{uuid4().hex}"


def _rows(ledger: Ledger, query: Query[Row]) -> list[Row]:
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)
