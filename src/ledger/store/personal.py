"""Personal data of accounts, kept apart from the facts so that it can be erased.

Facts carry a keyed digest of it. The key is random per account and goes with the data: without it
the digest says nothing about a person.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.store.canonical import canonical
from ledger.store.transaction import Query, Transaction


@dataclass(frozen=True)
class Person:
    """The personal fields of an account."""

    name: str
    address: str | None = None
    vat_id: str | None = None

    def digest(self, hmac_key: bytes) -> str:
        """Return the HMAC-SHA256, in hex, of the canonical JSON of the three fields."""
        return hmac.digest(hmac_key, canonical(vars(self)), "sha256").hex()


@dataclass(frozen=True)
class Personal:
    """One version of the personal data of an account."""

    account: str
    version: int
    name: str
    address: str | None
    vat_id: str | None


@dataclass(frozen=True)
class Keyed:
    """The key of an account's digests; only the writer may read it."""

    account: str
    hmac_key: bytes = field(repr=False)


INSERT = """
insert into ledger.personal_data
    (account, version, hmac_key, name, address, vat_id, recorded_at)
values (%(account)s, %(version)s, %(hmac_key)s, %(name)s, %(address)s, %(vat_id)s,
    %(recorded_at)s)"""
ERASE = "delete from ledger.personal_data where account = %(account)s"
LATEST = """
select distinct on (account) account, version, name, address, vat_id
from ledger.personal_data where account = any(%(accounts)s) order by account, version desc"""
AS_OF = """
select distinct on (account) account, version, name, address, vat_id
from ledger.personal_data where account = any(%(accounts)s)
order by account, recorded_at <= %(at)s desc,
    case when recorded_at <= %(at)s then version end desc, version"""
KEYS = """
select distinct on (account) account, hmac_key
from ledger.personal_data where account = any(%(accounts)s) order by account, version desc"""


def new_key() -> bytes:
    """Return a fresh key for an account's digests."""
    return secrets.token_bytes(32)


def insert(
    tx: Transaction, account: str, version: int, hmac_key: bytes, person: Person, at: datetime
) -> None:
    """Write one version of an account's personal data, as the writer."""
    row = {"account": account, "version": version, "hmac_key": hmac_key, "recorded_at": at}
    tx.execute(INSERT, {**row, **vars(person)})


def erase(tx: Transaction, account: str) -> None:
    """Remove everything personal of an account, and the key of its digests, as the writer."""
    tx.execute(ERASE, {"account": account})


def latest(accounts: Sequence[str]) -> Query[Personal]:
    """Return the read for the current personal data of accounts; erased ones are not there."""
    return Query(LATEST, {"accounts": list(accounts)}, Personal)


def as_of(accounts: Sequence[str], at: datetime) -> Query[Personal]:
    """Return the read for what was known of accounts at a time, else for what came first."""
    return Query(AS_OF, {"accounts": list(accounts), "at": at}, Personal)


def keys(accounts: Sequence[str]) -> Query[Keyed]:
    """Return the read for the keys of accounts, to be run as the writer."""
    return Query(KEYS, {"accounts": list(accounts)}, Keyed)
