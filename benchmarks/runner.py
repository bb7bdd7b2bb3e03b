"""The peer of a rebuild: the eventsourcing library's own ProjectionRunner over its own tables."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from ledger.store.embedded import Embedded

EVENTS = 3_000
BATCH = 500


class Recorded(DomainEvent):
    """A usage event as the library would hold it."""

    account: str
    meter: str
    quantity: str


class Usage(Application[UUID]):
    """The application that holds the events."""

    name = "usage"


class UsageView(PostgresTrackingRecorder):
    """A view that inserts one typed row per event, with its tracking, in one transaction."""

    def record(self, event: Recorded, tracking: Tracking) -> None:
        """Insert the row of one event."""
        with self.datastore.transaction(commit=True) as curs:
            self._insert_tracking(curs, tracking)
            curs.execute(
                "insert into usage_view values (%s, %s, %s, %s)",
                (event.account, event.meter, event.timestamp, event.quantity),
            )


class UsageProjection(Projection[UsageView]):
    """Gives each event to the view."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Record one event."""
        self.view.record(domain_event, tracking)


def events_per_second() -> float:
    """Return how many events a second the library's runner projects, events being there before."""
    with TemporaryDirectory(prefix="usage-ledger-bench-") as home:
        server = Embedded(Path(home))
        try:
            return _measure(server)
        finally:
            server.leave()


def _measure(server: Embedded) -> float:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("create database peer")
    where = psycopg.conninfo.conninfo_to_dict(server.admin_url)
    with psycopg.connect(server.admin_url, dbname="peer", autocommit=True) as connection:
        connection.execute(
            "create table usage_view (account text, meter text, at timestamptz, quantity numeric)"
        )
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": "peer",
        "POSTGRES_HOST": str(where["host"]),
        "POSTGRES_PORT": str(where.get("port", 5432)),
        "POSTGRES_USER": str(where["user"]),
        "POSTGRES_PASSWORD": "",
    }
    application = Usage(env)
    for _ in range(0, EVENTS, BATCH):
        application.save(*(_event(number) for number in range(BATCH)))
    started = monotonic()
    with ProjectionRunner(
        application_class=Usage, projection_class=UsageProjection, view_class=UsageView, env=env
    ) as running:
        running.wait(EVENTS, timeout=120)
        took = monotonic() - started
    application.close()
    return EVENTS / took


def _event(number: int) -> Recorded:
    return Recorded(
        originator_id=uuid4(),
        originator_version=1,
        timestamp=datetime.now(UTC),
        account=f"acct-{number % 200}",
        meter="calls",
        quantity=str(number),
    )


if __name__ == "__main__":
    print(f"{events_per_second():,.0f} events/s")
