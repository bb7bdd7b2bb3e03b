"""API keys: a secret that is shown once and kept only as a hash.

A token is ``ulk_<id>_<secret>``. The secret has 256 random bits, so one SHA-256 protects it. What a
role may do is decided by the API; here a portal key is bound to one account, and no other key is.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from ledger.store.transaction import Query, Transaction

PREFIX = "ulk"


@dataclass(frozen=True)
class Key:
    """An API key, without its secret."""

    id: str
    role: str
    account: str | None
    name: str | None
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class HashedKey(Key):
    """An API key with the hash of its secret; only the writer may read it."""

    secret_hash: bytes = field(repr=False)


CREATE = """
insert into ledger.api_keys (id, secret_hash, role, account, name, created_by)
values (%(id)s, %(secret_hash)s, %(role)s, %(account)s, %(name)s, %(created_by)s)"""
FIND = """
select id, role, account, name, created_by, created_at, revoked_at, secret_hash
from ledger.api_keys where id = %(id)s"""
LIST = """
select id, role, account, name, created_by, created_at, revoked_at
from ledger.api_keys order by created_at, id"""
REVOKE = """
update ledger.api_keys set revoked_at = clock_timestamp()
where id = %(id)s and revoked_at is null"""


def create(
    tx: Transaction, *, role: str, created_by: str, account: str | None = None,
    name: str | None = None,
) -> str:  # fmt: skip
    """Make a key, as the writer, and return its token: the only time anybody sees it."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    tx.execute(
        CREATE,
        {
            "id": key_id,
            "secret_hash": _hash(secret),
            "role": role,
            "account": account,
            "name": name,
            "created_by": created_by,
        },
    )
    return f"{PREFIX}_{key_id}_{secret}"


def find(token: str) -> Query[HashedKey]:
    """Return the read for the key that a token names, to be run as the writer."""
    return Query(FIND, {"id": _split(token)[0]}, HashedKey)


def admits(key: HashedKey | None, token: str) -> bool:
    """Tell whether a token holds the secret of this key, and the key was not revoked."""
    if key is None or key.revoked_at is not None:
        return False
    return hmac.compare_digest(key.secret_hash, _hash(_split(token)[1]))


def listed() -> Query[Key]:
    """Return the read for all keys, oldest first."""
    return Query(LIST, {}, Key)


def revoke(tx: Transaction, key_id: str) -> bool:
    """Revoke a key, as the writer; tell whether there was one to revoke."""
    return tx.execute(REVOKE, {"id": key_id}).rowcount == 1


def _split(token: str) -> tuple[str, str]:
    """Return id and secret; both are empty for what is no token of ours."""
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    usable = prefix == PREFIX and token.isascii() and "\0" not in token
    return (key_id, secret) if usable else ("", "")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
