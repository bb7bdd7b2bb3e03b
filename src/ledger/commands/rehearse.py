"""A dry run: the command is carried out, its effect is read, and all of it is forgotten.

Nothing is simulated. The command, and whatever follows it, runs as always on a database of its own
making, whose one transaction never commits; so what it answers is what it would do.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

from ledger.commands.aftermath import AFTERMATH, LeftOut, follow, rate_and_bill
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.shell import Asked, Caller, retrying
from ledger.commands.form.answer import Answer
from ledger.commands.form.effect import DocumentEffect, effect_of
from ledger.errors import UnknownAccount
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.projector.follower import catch_up, followed
from ledger.reads.subscriptions import accounts
from ledger.store.books import Books
from ledger.store.database import Role
from ledger.store.dry import DryDatabase, dry
from ledger.store.mapper import decode

T = TypeVar("T")


def rehearse(ledger: Ledger, asked: Asked, carry_out: Callable[[Ledger, Asked], Answer]) -> Answer:
    """Answer what a command would do; what its key was answered before, it is answered again."""

    def tried(ledger: Ledger, db: DryDatabase) -> Answer:
        answer = carry_out(ledger, asked)
        if answer.status != "accepted":
            return answer
        left_out: LeftOut = {}
        if asked.command.command in AFTERMATH:
            left_out = follow(ledger, asked, list(_facts(db)))
        facts = [fact._replace(position=None) for fact in answer.facts]
        effect = effect_of(_facts(db), left_out)
        return replace(answer, status="would_accept", facts=facts, effect=effect)

    return _trying(ledger, tried)


def drafts(ledger: Ledger, account: str, through: date, caller: Caller) -> list[DocumentEffect]:
    """Return the documents that an account would get now for everything through a day.

    An account whose parent pays gets none. Refused where a rate is missing of any that it pays for.
    """
    if ledger.books.latest(stream("account", account)) is None:
        raise UnknownAccount(field="account", id=account)

    def tried(ledger: Ledger, db: DryDatabase) -> list[DocumentEffect]:
        with ledger.db.transaction(Role.READER) as tx:
            names = [row.account for row in tx.all(accounts(payer=account, limit=ACCOUNTS_MAX))]
        if not names:
            return []
        for error in rate_and_bill(ledger, caller, names, through).values():
            raise error
        return [row for row in effect_of(_facts(db)).documents if row.account == account]

    return _trying(ledger, tried)


ACCOUNTS_MAX = 100_000


def _trying(ledger: Ledger, work: Callable[[Ledger, DryDatabase], T]) -> T:
    """Do some work on a ledger that is forgotten afterwards; start over when a race was lost."""

    def attempt() -> T:
        catch_up(ledger.db, followed(ledger.db))
        with dry(ledger.db, ledger.settings.dry_run_seconds) as db:
            books = Books(db)
            try:
                return work(Ledger(db, books, ledger.settings, ledger.clock), db)
            finally:
                books.close()

    return retrying(attempt)


def _facts(db: DryDatabase) -> Iterator[Fact]:
    """Yield what was appended, in order."""
    for _, _, stream_, version, type_, occurred_at, data, causes in db.appended():
        yield decode(type_, data, stream_, version, occurred_at, causes or ())
