"""Which accounts and meters there are, remembered from the log.

An account never changes its lane and a meter never its definition, so what was found once holds for
ever. What was not found is asked for again each time: it may exist a moment later.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.events.catalog import AccountOpened, MeterDefined
from ledger.events.streams import stream
from ledger.metering import Taker, taker
from ledger.store.database import Database, Query, Role
from ledger.store.mapper import decode

_FIRST_FACTS = """
select stream, version, type, occurred_at, data
from ledger.log
where stream = any(%(streams)s) and lane = 0
  and (type like 'account.opened/%%' or type like 'meter.defined/%%')
"""


class Directory:
    """The accounts (name → lane) and meters (name → what they take) known so far."""

    def __init__(self, db: Database) -> None:
        self.lanes: dict[str, int] = {}
        self.takers: dict[str, Taker] = {}
        self._db = db

    def lacks(self, accounts: Collection[str], meters: Collection[str]) -> bool:
        """Say whether one of these is not known yet, so that ``load`` is worth its query."""
        return not (self.lanes.keys() >= set(accounts) and self.takers.keys() >= set(meters))

    def load(self, accounts: Collection[str], meters: Collection[str]) -> None:
        """Look up, in one query, those of these that are not known yet."""
        streams = [stream("account", name) for name in set(accounts) - self.lanes.keys()]
        streams += [stream("meter", name) for name in set(meters) - self.takers.keys()]
        if not streams:
            return
        with self._db.transaction(Role.READER) as tx:
            for row in tx.all(Query[Any](_FIRST_FACTS, {"streams": streams})):
                self._remember(row)

    def _remember(self, row: tuple[UUID, int, str, datetime, dict[str, Any]]) -> None:
        stream_, version, type_, occurred_at, data = row
        fact = decode(type_, data, stream_, version, occurred_at)
        if isinstance(fact, AccountOpened):
            self.lanes[fact.account] = fact.lane
        elif isinstance(fact, MeterDefined):
            self.takers[fact.meter] = taker(fact)
