"""rate_usage: price everything up to the end of a day, and accrue what changed.

The run notes how far each lane is, reads projections folded that far, and works in batches of
accounts: one measurement for all windows of a batch, one append. An account that somebody else
rated meanwhile is dropped from its batch and comes again at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from ledger.commands.batches import Batch, Work, ahead, append_batch, until_done
from ledger.commands.books import period_guard
from ledger.commands.charging import charges_of
from ledger.commands.command import Command
from ledger.commands.ground import Ground, View
from ledger.commands.runs import Run
from ledger.commands.thresholds import Look, look_after
from ledger.commands.types import Day, Id
from ledger.errors import UnknownAccount
from ledger.events.billing import UsageRated
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.periods import instant
from ledger.posting.accruals import accrual
from ledger.reads.subscriptions import LiveSubscription, live_subscriptions
from ledger.store.database import Role

BATCH_ACCOUNTS = 200
PROJECTIONS = ("usage", "charges", "subscriptions")


class RateUsage(Command):
    """Rate and accrue everything up to the end of a day."""

    NAME = "rate_usage"

    through: Day
    account: Id | None = None
    entity: Id | None = None


def rate_usage(run: Run, command: RateUsage) -> None:
    """Rate batch by batch, then whatever conflicted; then say which thresholds that crossed."""
    _check(run, command)

    def rate(asked: RateUsage) -> list[str]:
        """Rate what is asked; return the accounts that have to be rated again."""
        view = View(run.ledger, PROJECTIONS)
        dropped: list[str] = []
        batches = ahead(lambda rows: _batch(asked, view.ground, rows), _pages(run, asked))
        for batch in batches:
            if late := append_batch(run, batch):
                dropped += late
                view.renew()
        return dropped

    def again(account: str) -> bool:
        return not rate(command.model_copy(update={"account": account}))

    until_done(again, rate(command))
    accounts = None if command.account is None else [command.account]
    look_after(run, Look(run.now, command.through, accounts, command.entity))


def _check(run: Run, command: RateUsage) -> None:
    books = run.ledger.books
    if command.account is not None and books.latest(stream("account", command.account)) is None:
        raise UnknownAccount(field="account", id=command.account)
    if command.entity is not None:
        Ground(run.ledger, {}).entity(command.entity)


def _pages(run: Run, command: RateUsage) -> Iterator[list[LiveSubscription]]:
    """Yield the subscriptions of ``BATCH_ACCOUNTS`` accounts at a time."""
    after = ""
    while True:
        with run.ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(
                live_subscriptions(
                    command.through,
                    entity=command.entity,
                    account=command.account,
                    after=after,
                    limit=BATCH_ACCOUNTS,
                )
            )
        if not rows:
            return
        if concerned := [row for row in rows if run.concerns(row.account)]:
            yield concerned
        after = rows[-1].account


def _batch(command: RateUsage, ground: Ground, rows: Sequence[LiveSubscription]) -> Batch:
    charges = charges_of(rows, command.through, ground)
    works = {account: Work(_entries(found, ground)) for account, found in charges.items()}
    return Batch(ground.read_at, works, _guards(rows, charges, ground), _all)


def _entries(charges: Sequence[UsageRated], ground: Ground) -> list[Fact]:
    """Return the charges of an account, each with the journal entry of what it changes."""
    facts: list[Fact] = []
    for charge in charges:
        zone = ground.entity(charge.entity).time_zone
        entry = accrual(charge, charge.posted_on, instant(charge.posted_on, zone))
        facts += [charge] if entry is None else [charge, entry]
    return facts


def _guards(
    rows: Sequence[LiveSubscription], charges: Mapping[str, Sequence[UsageRated]], ground: Ground
) -> list[UUID]:
    """Return the prices that were read, and the periods that are posted into."""
    plans = {row.plan for row in rows}
    versions = [version for plan in plans for version in ground.plan(plan)]
    inclusive = [version for version in versions if version.tax_inclusive]
    codes = {item.tax for version in inclusive for item in version.items}
    codes |= {row.tax for row in rows} if inclusive else set()
    made = [charge for found in charges.values() for charge in found]
    periods = {period_guard(charge.entity, charge.posted_on) for charge in made if charge.posted}
    guards = {stream("plan", plan) for plan in plans}
    guards |= {stream("tax", code) for code in codes if code is not None}
    return sorted(guards | periods)


def _all(works: Mapping[str, Work]) -> list[Fact]:
    return [fact for work in works.values() for fact in work.facts]
