"""Who sells and who buys: the legal entity from the books, the customer from the personal data."""

from datetime import datetime

from ledger.documents.document import Party
from ledger.errors import UnknownAccount, UnknownEntity
from ledger.reads import subscriptions as reads
from ledger.store import personal
from ledger.store.transaction import Transaction


def seller(tx: Transaction, entity: str) -> Party:
    """Return a legal entity."""
    found = tx.one(reads.entities(entity))
    if found is None:
        raise UnknownEntity(field="entity", id=entity)
    return Party(
        id=entity,
        name=found.name,
        country=found.country,
        address=found.address,
        vat_id=found.vat_id,
    )


def buyer(tx: Transaction, account: str, at: datetime) -> Party:
    """Return a customer as known at a time; without personal data only its account is left."""
    found = tx.one(reads.accounts([account]))
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
