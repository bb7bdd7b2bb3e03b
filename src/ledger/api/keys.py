"""API keys: made once, shown once, stored as a hash, checked in constant time, revoked at once.

A verified key is remembered for a few seconds, so that a busy client costs one look-up per pause;
that is also how long a revoked key may still work.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Final

from ledger.api.access import Principal, Role, checked_role
from ledger.api.tokens import Token
from ledger.store.database import Database, Query
from ledger.store.database import Role as DatabaseRole

REMEMBERED_SECONDS: Final = 3.0
REMEMBERED_MAX: Final = 1024
BEARER: Final = "bearer "


@dataclass(frozen=True)
class NewKey:
    """A key as it is shown, once."""

    id: str
    key: str


@dataclass(frozen=True)
class KeyRow:
    """A key as it is listed: no secret, no hash."""

    id: str
    role: str
    account: str | None
    name: str | None
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class _Stored:
    secret_hash: bytes
    role: str
    account: str | None


_INSERT = """
insert into ledger.api_keys (id, secret_hash, role, account, name, created_by)
values (%(id)s, %(secret_hash)s, %(role)s, %(account)s, %(name)s, %(actor)s)
"""
_REVOKE = """
update ledger.api_keys set revoked_at = now() where id = %(id)s and revoked_at is null
"""
_LIST = """
select id, role, account, name, created_by, created_at, revoked_at
from ledger.api_keys order by created_at, id
"""
_FIND = """
select secret_hash, role, account from ledger.api_keys where id = %(id)s and revoked_at is null
"""


def create_key(
    db: Database, role: str, account: str | None, actor: str, name: str | None = None
) -> NewKey:
    """Make a key of a role and return it; only its hash is kept, so it cannot be shown again."""
    checked_role(role, account)
    token = Token.fresh(role)
    row = {"id": token.id, "secret_hash": token.hash, "role": role}
    with db.transaction(DatabaseRole.WRITER) as tx:
        tx.execute(_INSERT, {**row, "account": account, "name": name, "actor": actor})
    return NewKey(token.id, str(token))


def revoke_key(db: Database, key_id: str) -> bool:
    """Revoke a key; tell whether it was there and working until now."""
    with db.transaction(DatabaseRole.WRITER) as tx:
        return tx.execute(_REVOKE, {"id": key_id}).rowcount == 1


def list_keys(db: Database) -> list[KeyRow]:
    """Return every key, oldest first, without hashes."""
    with db.transaction(DatabaseRole.READER) as tx:
        return tx.all(key_list())


def key_list() -> Query[KeyRow]:
    """Return the read of all keys."""
    return Query(_LIST, {}, KeyRow)


class Gate:
    """Turns an Authorization header into a principal, or into nobody."""

    def __init__(self, db: Database, clock: Callable[[], float] = monotonic) -> None:
        self._db = db
        self._clock = clock
        self._remembered: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    async def principal(self, authorization: str | None) -> Principal | None:
        """Return who sent this header: ``Bearer lgr_…``; None if nobody we know."""
        if authorization is None:
            return None
        digest = sha256(authorization.encode("utf-8", "surrogateescape")).digest()
        known = self._remembered.get(digest)
        if known is not None and known[0] > self._clock():
            return known[1]
        token = _bearer(authorization)
        principal = None if token is None else await self._verified(token)
        if principal is not None:
            self._remember(digest, principal)
        return principal

    async def _verified(self, token: Token) -> Principal | None:
        async with self._db.async_transaction(DatabaseRole.WRITER) as tx:
            stored = await tx.one(Query(_FIND, {"id": token.id}, _Stored))
        expected = stored.secret_hash if stored else bytes(32)
        if not hmac.compare_digest(expected, token.hash) or stored is None:
            return None
        return Principal(token.id, Role(stored.role), stored.account)

    def _remember(self, digest: bytes, principal: Principal) -> None:
        self._remembered[digest] = (self._clock() + REMEMBERED_SECONDS, principal)
        self._remembered.move_to_end(digest)
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)


def _bearer(authorization: str) -> Token | None:
    if authorization[: len(BEARER)].lower() != BEARER:
        return None
    return Token.read(authorization[len(BEARER) :].strip())
