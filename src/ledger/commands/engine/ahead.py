"""What commands about cash will ask for, read for a whole group before the first of them decides.

Two steps of a few queries each: what the commands name, then whom that leads to. Whatever is not
foreseen here is read when it is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from ledger.commands.engine.aggregates import project_account
from ledger.commands.engine.drafts import Drafts
from ledger.commands.engine.ledger import Ledger
from ledger.commands.form.command import Command
from ledger.events.cash import PaymentCaptured
from ledger.events.disputes import DisputeOpened
from ledger.events.streams import stream
from ledger.reads.invoices import invoices_by_number
from ledger.store.database import Role

KINDS = ("account", "dispute", "payment", "payout", "refund")
"""The fields of a command that are streams of their own: each is named as its kind."""


def read_ahead(ledger: Ledger, drafts: Drafts, commands: Sequence[Command]) -> None:
    """Read what these commands name, and the payers, entities and receivables of that."""
    drafts.facts_of(list(_named(commands)))
    _read_invoices(ledger, drafts, commands)
    read_payers(drafts, _accounts(drafts, commands))


def read_payers(drafts: Drafts, accounts: Iterable[str]) -> None:
    """Read who pays for accounts, and what they owe."""
    payers = _payers(drafts, accounts)
    drafts.receivables.of([stream("receivables", payer) for payer in payers])


def _named(commands: Iterable[Command]) -> Iterator[UUID]:
    for command in commands:
        yield stream("command", command.key)
        for kind in KINDS:
            if name := getattr(command, kind, None):
                yield stream(kind, name)


def _read_invoices(ledger: Ledger, drafts: Drafts, commands: Iterable[Command]) -> None:
    """Find out who pays the invoices that are named without an account; that never changes."""
    numbers = [
        number
        for command in commands
        if (number := getattr(command, "invoice", None)) and not hasattr(command, "account")
    ]
    if not numbers:
        return
    with ledger.db.transaction(Role.READER) as tx:
        for row in tx.all(invoices_by_number(numbers)):
            drafts.payers[row.number] = row.account
    drafts.facts_of([stream("write_off", number) for number in numbers])


def _accounts(drafts: Drafts, commands: Iterable[Command]) -> set[str]:
    """Return the accounts that are named, or that what is named belongs to."""
    found = set(drafts.payers.values())
    for command in commands:
        if name := getattr(command, "account", None):
            found.add(name)
            continue
        for kind in ("payment", "dispute"):
            name = getattr(command, kind, None)
            where = stream(kind, name) if name else None
            facts = drafts.facts_of([where])[where] if where else ()
            found |= {
                fact.account for fact in facts if isinstance(fact, PaymentCaptured | DisputeOpened)
            }
    return found


def _payers(drafts: Drafts, accounts: Iterable[str]) -> set[str]:
    """Return the topmost parents of accounts; what nobody opened is left out."""
    payers: set[str] = set()
    left = set(accounts)
    while left:
        found = drafts.facts_of([stream("account", name) for name in left])
        opened = [
            account.opened for facts in found.values() if (account := project_account(None, facts))
        ]
        payers |= {one.account for one in opened if one.parent is None}
        left = {one.parent for one in opened if one.parent is not None}
    return payers
