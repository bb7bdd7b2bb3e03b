"""Looking at thresholds again and again: only at accounts of which anything was recorded since."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import structlog

from ledger.commands.engine.ledger import Ledger
from ledger.commands.usage.thresholds import PROJECTIONS, Look, look
from ledger.errors import LedgerError
from ledger.projector.follower import catch_up
from ledger.reads.log import touched
from ledger.store.database import Role
from ledger.store.meta import Meta

EVERY_SECONDS: Final = 1.0
WHO: Final = Meta("work")

log = structlog.get_logger(__name__)


@dataclass
class Watch:
    """One follower's looks: at everybody first, then at who moved, at most once a second.

    What it has looked at lives in memory alone: a new one looks at everybody again and finds said
    what was said.
    """

    ledger: Ledger
    every_seconds: float = EVERY_SECONDS
    _seen: dict[int, int] = field(default_factory=dict)
    _next: float = 0.0

    def look(self) -> None:
        """Say what was crossed, if it is time and anything was folded since the last look."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + self.every_seconds
        try:
            self._look()
        except LedgerError as error:  # a stopped projection, a race lost ten times: next time
            log.warning("thresholds.trouble", error=str(error))

    def _look(self) -> None:
        folded = catch_up(self.ledger.db, PROJECTIONS, {})
        if folded == self._seen:
            return
        accounts = None
        if self._seen:
            with self.ledger.db.transaction(Role.WRITER) as tx:
                accounts = [row.account for row in tx.all(touched(self._seen))]
        if accounts is None or accounts:
            look(self.ledger, Look(self.ledger.clock(), accounts=accounts), WHO)
        self._seen = folded
