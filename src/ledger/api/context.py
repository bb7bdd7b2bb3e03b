"""What a resolver may use: the principal, the reads as that principal, and the commands.

One context per request, never shared, so nothing loaded for one caller can reach another.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TypeVar

import strawberry

from ledger.api.access import Principal, Role
from ledger.api.cursors import Cursors
from ledger.api.errors import AccountMissing
from ledger.api.loaders import Loaders
from ledger.commands.engine.ledger import Ledger
from ledger.store.database import AsyncTransaction
from ledger.store.database import Role as DatabaseRole
from ledger.store.transaction import Transaction

Answer = TypeVar("Answer")


class Context:
    """Everything that the resolvers of one request share."""

    def __init__(self, ledger: Ledger, principal: Principal, secret: bytes) -> None:
        self.ledger = ledger
        self.principal = principal
        self.secret = secret
        self.cost: int | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncTransaction]:
        """Open a transaction that sees what this principal may see, and nothing else."""
        principal = self.principal
        account = principal.account if principal.role is Role.PORTAL else None
        async with self.ledger.db.async_transaction(principal.database_role, account) as tx:
            yield tx

    async def in_thread(self, work: Callable[[Transaction], Answer]) -> Answer:
        """Run a synchronous read of the auditor (lineage) off the event loop."""
        return await asyncio.to_thread(self._synchronous, work)

    def account(self, asked: str | None) -> str | None:
        """Return the account a read is about, or None where this principal may not ask for it.

        The first lock. The second is the database's, in ``read``.
        """
        if self.principal.role is Role.PORTAL:
            own = self.principal.account
            return own if asked in (None, own) else None
        if asked is None:
            raise AccountMissing(field="account")
        return asked

    def sees(self, account: str) -> bool:
        """Tell whether a row of this account may be shown: the first lock on single nodes."""
        return self.principal.role is not Role.PORTAL or account == self.principal.account

    def cursors(self, name: str, filters: Mapping[str, object]) -> Cursors:
        """Return the cursors of a list; they hold for this principal's account alone."""
        return Cursors.of(self.secret, name, {**filters, "principal": self.principal.account})

    @cached_property
    def loaders(self) -> Loaders:
        """The batched look-ups of this request."""
        return Loaders(self.read)

    def _synchronous(self, work: Callable[[Transaction], Answer]) -> Answer:
        assert self.principal.database_role is DatabaseRole.READER
        with self.ledger.db.transaction(DatabaseRole.READER) as tx:
            return work(tx)


Info = strawberry.Info[Context, None]
