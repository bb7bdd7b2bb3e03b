"""rate_usage: price everything up to the end of a day, and accrue what changed.

The run notes how far each lane is, reads projections folded that far, and works in batches of
accounts: one measurement for all windows of a batch, one append. An account that somebody else
rated meanwhile is dropped from its batch and comes again at the end. One for whom an exchange or
tax rate is missing is left out; the others are rated, and then the run is refused, to be sent again
under its key.
"""

from ledger.commands.engine.batches import ahead, append_batch, until_done
from ledger.commands.engine.ground import Ground, View
from ledger.commands.engine.runs import Run
from ledger.commands.form.command import Command
from ledger.commands.form.types import Day, Id
from ledger.commands.rating.batch import charge_batch, to_rate
from ledger.commands.rating.granting import grant_batch, grant_pages
from ledger.commands.usage.thresholds import Look, look_after
from ledger.errors import UnknownAccount
from ledger.events.command import Looked
from ledger.events.streams import stream

PROJECTIONS = ("usage", "charges", "subscriptions", "exceptions", "credits")


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
        if run.looked is None and run.among is None:
            run.looked = _looked(asked, view.ground)
        dropped: list[str] = []
        credit = grant_pages(run, asked.through, entity=asked.entity, account=asked.account)
        for batch in ahead(lambda names: grant_batch(names, asked.through, view.ground), credit):
            dropped += append_batch(run, batch)
            view.renew()
        found = to_rate(run, asked.through, entity=asked.entity, account=asked.account)
        for batch in ahead(lambda rows: charge_batch(rows, asked.through, view.ground), found):
            if late := append_batch(run, batch):
                dropped += late
                view.renew()
        return dropped

    def again(account: str) -> bool:
        run.left_out.pop(account, None)
        return not rate(command.model_copy(update={"account": account}))

    until_done(again, rate(command))
    accounts = None if command.account is None else [command.account]
    look_after(run, Look(run.now, command.through, accounts, command.entity))


def _looked(asked: RateUsage, ground: Ground) -> Looked:
    lanes = {str(lane): position for lane, position in ground.positions.items() if lane}
    return Looked(asked.through, ground.read_at, lanes, asked.entity, asked.account)


def _check(run: Run, command: RateUsage) -> None:
    books = run.ledger.books
    if command.account is not None and books.latest(stream("account", command.account)) is None:
        raise UnknownAccount(field="account", id=command.account)
    if command.entity is not None:
        Ground(run.ledger, {}).entity(command.entity)
