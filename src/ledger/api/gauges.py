"""The metrics of this process, and the positions of the log and its projections, for Prometheus."""

from contextlib import suppress
from typing import Any

from prometheus_client import Gauge, generate_latest

from ledger.errors import StoreUnavailable
from ledger.store.database import Database, Query, Role

LOG = Gauge("ledger_log_position", "The last position of a lane.", ["lane"])
FOLDED = Gauge(
    "ledger_projection_position", "The last position that is folded.", ["projection", "lane"]
)
STOPPED = Gauge("ledger_projection_stopped", "1 if a fact could not be applied.", ["projection"])

_CURSORS = """
select active.projection, cursors.lane::int, cursors.position, builds.state = 'stopped'
from ledger.active_builds as active
join ledger.builds using (build)
left join ledger.cursors using (build)
"""


def exposition(db: Database) -> bytes:
    """Return all metrics as text; without the database, those of this process alone."""
    with suppress(StoreUnavailable), db.transaction(Role.READER) as tx:
        for lane, position in tx.heads().items():
            LOG.labels(str(lane)).set(position)
        for projection, lane, position, stopped in tx.all(Query[Any](_CURSORS)):
            STOPPED.labels(projection).set(stopped)
            if lane is not None:
                FOLDED.labels(projection, str(lane)).set(position)
    return generate_latest()
