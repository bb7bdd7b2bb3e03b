"""What is known of a statement before it is imported: whether it was, and whose its account is."""

from stdnum import iban

from ledger.banking.statement import Statement
from ledger.commands.engine.ledger import Ledger
from ledger.errors import BankAccountTaken, StatementConflict
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Cause
from ledger.events.statements import StatementImported
from ledger.reads.statements import bank_accounts
from ledger.store.append import BankAccountGuard, Guard
from ledger.store.database import Role


def imported(ledger: Ledger, statement: Statement, entity: EntityRegistered) -> Cause | None:
    """Return the fact that a statement was imported, or refuse another one of the same name."""
    fact = ledger.books.latest(statement.stream)
    if fact is None:
        return None
    assert isinstance(fact, StatementImported), fact
    before = (fact.entity, fact.opening, fact.credits, fact.debits)
    now = (entity.entity, statement.opening, statement.credits, statement.debits)
    if before != now:
        raise StatementConflict(field="statement", statement=statement.name, entity=fact.entity)
    return fact.cause


def owned(ledger: Ledger, account: str, entity: str) -> list[Guard]:
    """Refuse an IBAN of another entity, as the projection has it; return what keeps it so.

    A number that is no IBAN may be that of two accounts at two banks.
    """
    if not iban.is_valid(account, check_country=False):
        return []
    with ledger.db.transaction(Role.READER) as tx:
        row = tx.one(bank_accounts([account]))
    if row is not None and row.entity != entity:
        raise BankAccountTaken(field="entity", account=account, owner=row.entity)
    return [BankAccountGuard(account, entity)]
