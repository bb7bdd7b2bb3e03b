"""run_dunning: every invoice that is late has the reminder that its days call for, once.

A reminder is a fact that whoever sends messages reads in order, with a cursor. Running twice finds
nothing to do; an account that pays meanwhile is looked at anew, so nobody is reminded of what is
paid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from ledger.commands.engine.batches import Batch, Work, append_batch, until_done
from ledger.commands.engine.ground import View
from ledger.commands.engine.runs import Run
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id
from ledger.errors import UnknownAccount
from ledger.events.catalog import EntityRegistered
from ledger.events.dunning import DunningPolicySet, DunningStepped
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.periods import instant, local_day
from ledger.reads.collecting import Overdue, overdue
from ledger.reads.subscriptions import accounts, entities
from ledger.receivables.dunning import policy_on, reached
from ledger.store.database import Role

BATCH_ACCOUNTS = 500
PROJECTIONS = ("receivables", "subscriptions")


class RunDunning(Command):
    """Find the invoices that are late enough for their next reminder."""

    NAME = "run_dunning"

    entity: Id | None = None
    account: Id | None = None


@dataclass(frozen=True)
class Scope:
    """One entity's part of the run: its policy on the day, for everybody or one account."""

    entity: EntityRegistered
    policy: DunningPolicySet
    on: date
    at: datetime
    account: str | None


def run_dunning(run: Run, command: RunDunning) -> None:
    """Remind batch by batch, then whoever conflicted."""
    view = View(run.ledger, PROJECTIONS)
    dropped: dict[str, Scope] = {}
    for scope in _scopes(run, command, view):
        for rows in _pages(scope, view):
            if late := append_batch(run, _batch(scope, view, rows)):
                dropped |= dict.fromkeys(late, scope)
                view.renew()

    def again(account: str) -> bool:
        view.renew()
        scope = dropped[account]
        query = overdue(scope.entity.entity, scope.on, account=account)
        return not append_batch(run, _batch(scope, view, view.ground.read(query)))

    until_done(again, list(dropped))


def _scopes(run: Run, command: RunDunning, view: View) -> Iterator[Scope]:
    """Yield the entities that have a policy with steps on the day."""
    payer = None
    with run.ledger.db.transaction(Role.READER) as tx:
        names = [row.entity for row in tx.all(entities(command.entity))]
        if command.account is not None:
            row = tx.one(accounts([command.account]))
            if row is None:
                raise UnknownAccount(field="account", id=command.account)
            payer = row.payer
    if command.entity is not None:
        view.ground.entity(command.entity)
    for name in names:
        entity = view.ground.entity(name)
        on = command.on or local_day(run.now, entity.time_zone)
        policies = run.ledger.books.read_stream(stream("dunning_policy", name))
        policy = policy_on(cast("list[DunningPolicySet]", policies), on)
        if policy is not None and policy.steps:
            yield Scope(entity, policy, on, instant(on, entity.time_zone), payer)


def _pages(scope: Scope, view: View) -> Iterator[list[Overdue]]:
    after = ""
    while True:
        query = overdue(
            scope.entity.entity,
            scope.on,
            account=scope.account,
            after=after,
            limit=BATCH_ACCOUNTS,
        )
        rows = view.ground.read(query)
        if not rows:
            return
        yield rows
        after = rows[-1].account


def _batch(scope: Scope, view: View, rows: list[Overdue]) -> Batch:
    """Return the reminders of some accounts, each account with all that settles as its guard."""
    found: dict[str, list[Fact]] = {}
    for row in rows:
        if (fact := _stepped(scope, row)) is not None:
            found.setdefault(row.account, []).append(fact)
    works = {
        account: Work(facts, guards=[stream("receivables", account)])
        for account, facts in found.items()
    }
    shared = [stream("dunning_policy", scope.entity.entity)]
    return Batch(view.ground.read_at, works, shared, _assembled)


def _assembled(left: Mapping[str, Work]) -> list[Fact]:
    return [fact for work in left.values() for fact in work.facts]


def _stepped(scope: Scope, row: Overdue) -> DunningStepped | None:
    late = (scope.on - row.due_on).days
    step = reached(scope.policy, late, row.days)
    if step is None:
        return None
    return DunningStepped(
        originator_id=stream("dunning", row.number),
        originator_version=row.version + 1,
        timestamp=scope.at,
        causes=(scope.policy.cause,),
        invoice=row.number,
        entity=scope.entity.entity,
        account=row.account,
        currency=row.currency,
        on=scope.on,
        step=step.step,
        name=step.name,
        days=step.days,
        days_overdue=late,
        due_on=row.due_on,
        open=row.open,
        policy_version=scope.policy.originator_version,
    )
