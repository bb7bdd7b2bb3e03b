"""What an account owes, from its balances and its open items."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from ledger.api.context import Info
from ledger.api.types.accounts import Balance
from ledger.api.types.as_of import as_of
from ledger.money import digits
from ledger.reads import receivables, subscriptions


async def balance_of(info: Info, account: str) -> Balance | None:
    """Return the balances of an account; overdue is judged in the account's time zone."""
    seen = await as_of(info)
    async with info.context.read() as tx:
        owner = await tx.one(subscriptions.accounts([account]))
        if owner is None:
            return None
        balance = await tx.one(receivables.balances([account]))
        items = await tx.all(receivables.open_items([account]))
    nothing = Decimal(0).scaleb(-digits(owner.currency))
    today = info.context.ledger.clock().astimezone(ZoneInfo(owner.time_zone)).date()
    row: Any = SimpleNamespace(
        account=account,
        entity=owner.entity,
        currency=owner.currency,
        open=balance.receivable if balance else nothing,
        overdue=sum((item.open for item in items if item.due_on < today), nothing),
        disputed=balance.disputed if balance else nothing,
        unapplied=balance.unapplied if balance else nothing,
        credit=balance.credit if balance else nothing,
        next_due_on=items[0].due_on if items else None,
        as_of=seen,
    )
    return row  # type: ignore[no-any-return]
