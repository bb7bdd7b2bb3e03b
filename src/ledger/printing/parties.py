"""Who sells and who buys: the legal entity from the books, the customer from the personal data."""

from datetime import date, datetime

from ledger.documents.document import Party
from ledger.errors import UnknownAccount, UnknownEntity
from ledger.reads import subscriptions as reads
from ledger.store import personal
from ledger.store.transaction import Transaction


def seller(tx: Transaction, entity: str, on: date) -> Party:
    """Return a legal entity as it was on a day."""
    found = tx.one(reads.entities(entity, on=on))
    if found is None:
        raise UnknownEntity(field="entity", id=entity)
    return Party(
        id=entity,
        name=found.name,
        country=found.country,
        address=found.address,
        vat_id=found.vat_id,
    )


def buyer(tx: Transaction, account: str, on: date, at: datetime) -> Party:
    """Return a customer as on a day, known at a time; erased, only its account is left."""
    found = tx.one(reads.accounts([account], on=on))
    if found is None:
        raise UnknownAccount(field="account", id=account)
    person = tx.one(personal.as_of([account], at))
    if person is None:
        return Party(id=account, name=f"Account {account}", country=found.country, erased=True)
    return Party(
        id=account,
        name=person.name,
        country=found.country,
        address=person.address,
        vat_id=person.vat_id,
    )
