"""import_statement: a bank's camt.053 becomes payments, and a list of what nobody could match.

A run: entries are decided in their order and appended in groups; each leaves one fact in a stream
of its own, in the transaction of the payment that it made. So an entry that comes again, in the
same statement or another, is found done. The last fact of a statement sums it up.
"""

import base64
import binascii
from typing import Annotated, cast

from pydantic import AfterValidator, Field

from ledger.banking import camt053
from ledger.banking.statement import check
from ledger.commands.cash.importing import Import
from ledger.commands.cash.statements import imported, owned
from ledger.commands.engine import keys
from ledger.commands.engine.context import Context
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.runs import Finished, Run
from ledger.commands.engine.shell import Asked
from ledger.commands.form.answer import Answer
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id, bad_value
from ledger.projector.follower import catch_up

PROJECTIONS = ("invoices", "subscriptions", "statements")


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise bad_value("The statement is not base64; encode the bytes of the file.") from None
    return value


Bytes = Annotated[str, Field(min_length=1), AfterValidator(_base64)]


class ImportStatement(Command):
    """Take in a bank statement (camt.053): capture what pays, list what nobody can match."""

    NAME = "import_statement"

    entity: Id
    statement: Bytes


def import_statement(ledger: Ledger, asked: Asked) -> Answer:
    """Carry out an import; a message of which every statement is known already is a duplicate."""
    command = cast("ImportStatement", asked.command)
    try:
        run = Run(ledger, asked, ledger.clock())
    except Finished as done:
        return keys.first_answer(ledger, done.accepted)
    statements = camt053.read(base64.b64decode(command.statement))
    for one in statements:
        check(one)
    context = Context(ledger, asked.meta(run=True), ledger.books.head(), run.now)
    entity = context.entity(command.entity)
    catch_up(ledger.db, PROJECTIONS)
    for one in statements:
        owned(ledger, one.account, entity.entity)
    known = [imported(ledger, one, entity) for one in statements]
    if None not in known and not run.started:
        causes = [cause for cause in known if cause is not None]
        return Answer(run.key, "duplicate", keys.named_facts(ledger, causes))
    try:
        for one in statements:
            if imported(ledger, one, entity) is None:
                Import(run, one, entity).work()
        return run.finish()
    except Finished as done:
        return keys.first_answer(ledger, done.accepted)
