"""set_spend_limit: how much an account may spend a month, and when it is billed before the end."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Amount, Id, bad_value
from ledger.errors import BadValue
from ledger.events.limits import SpendLimitSet
from ledger.events.streams import stream
from ledger.money import plain, round_money


def _rising(values: list[Amount]) -> list[Amount]:
    if any(low >= high for low, high in pairwise(values)):
        raise bad_value("Per cents rise from one to the next; order them.")
    return values


class SetSpendLimit(Command):
    """Limit what an account spends in a calendar month, from a day on."""

    NAME = "set_spend_limit"

    account: Id
    starts_on: StartsOn
    amount: Amount | None = None
    notify_at: Annotated[list[Amount], AfterValidator(_rising)] = Field(default_factory=list)
    block: bool = False
    invoice_at: Amount | None = None


def set_spend_limit(command: SetSpendLimit, context: Context) -> Decision:
    """Decide a new version of the account's limit; the ones before hold until its first day."""
    account = context.account(command.account)
    opened = account.opened
    _check(command, opened.currency)
    where = stream("spend_limit", command.account)
    fact = SpendLimitSet(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=context.dated(command, opened.time_zone),
        causes=(account.cause,),
        account=command.account,
        entity=opened.entity,
        currency=opened.currency,
        starts_on=command.starts_on,
        amount=command.amount,
        notify_at=tuple(command.notify_at),
        block=command.block,
        invoice_at=command.invoice_at,
    )
    return Decision([fact])


def _check(command: SetSpendLimit, currency: str) -> None:
    """Money is in whole minor units; what speaks of the limit needs one."""
    for name in ("amount", "invoice_at"):
        value = getattr(command, name)
        if value is not None and round_money(value, currency) != value:
            raise BadValue(field=name, why=f"{plain(value)} is more exact than {currency} can be.")
    if command.amount is None and (command.notify_at or command.block):
        field = "notify_at" if command.notify_at else "block"
        raise BadValue(field=field, why="This is about the amount; give one, or leave it out.")
