"""What falls due by the calendar alone: the reminders of each entity, once on each of its days.

The key of a run names entity and day, so any number of processes may keep the same schedule.
"""

import logging
from datetime import date
from threading import Event

import psycopg

from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.errors import LedgerError
from ledger.events.streams import stream
from ledger.periods import local_day
from ledger.reads.subscriptions import entities
from ledger.store.database import Role

ACTOR = "work"
EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)


def keep(ledger: Ledger, stop: Event, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Do what is due, again and again, until told to stop; trouble is logged and tried again."""
    done: dict[str, date] = {}
    while not stop.is_set():
        try:
            done |= remind(ledger, done)
        except (LedgerError, psycopg.OperationalError) as error:
            log.warning("the schedule waits: %s", error)
        stop.wait(every_seconds)


def remind(ledger: Ledger, done: dict[str, date]) -> dict[str, date]:
    """Run the reminders of every entity that has a policy and was not done today."""
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(entities())
    ran: dict[str, date] = {}
    for row in rows:
        day = local_day(ledger.clock(), row.time_zone)
        if done.get(row.entity) == day:
            continue
        if not ledger.books.read_stream(stream("dunning_policy", row.entity)):
            continue
        body = {
            "command": "run_dunning",
            "key": f"dunning/{row.entity}/{day}",
            "entity": row.entity,
            "on": day.isoformat(),
        }
        answer = execute(ledger, body, ACTOR)
        if answer.error is None:
            ran[row.entity] = day
        else:
            log.warning("no reminders for %s: %s", row.entity, answer.error.message)
    return ran
