"""Bank statements and their exceptions, for whoever reconciles the bank."""

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First
from ledger.api.roots import root
from ledger.api.types.bank import BankException, BankStatement
from ledger.reads import statements

LEDGER = Scope.LEDGER_READ


@strawberry.type
class BankQuery:
    """The reads of whoever reconciles the bank."""

    @root(LEDGER, "Bank statements, in the order of import.")
    async def bank_statements(
        self, info: Info, entity: Entity = None, first: First = PAGE, after: After = None
    ) -> Connection[BankStatement]:
        """Page through statements."""
        pages = Pages(
            "bankStatements",
            {"entity": entity},
            lambda key, limit: statements.statements(
                entity, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "Entries of bank statements that nobody has settled, oldest import first.")
    async def bank_exceptions(
        self, info: Info, entity: Entity = None, first: First = PAGE, after: After = None
    ) -> Connection[BankException]:
        """Page through open exceptions."""
        pages = Pages(
            "bankExceptions",
            {"entity": entity},
            lambda key, limit: statements.exceptions(
                entity, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)
