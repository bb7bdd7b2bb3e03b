"""Rebuild of the usage projection, beside plain SQL with the same result and the library's runner.

The plain peer is what nobody could do without: one INSERT … SELECT per table of the same rows, and
the same indexes, in one session. The library's runner is the eventsourcing ProjectionRunner with a
view that writes one typed row per event in PostgreSQL.
"""

from collections.abc import Iterator
from time import monotonic

import runner
from made import ledger, record, set_up
from table import Figure, main, per_second, times

from ledger.commands.engine.ledger import Ledger
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.store.database import Role

EVENTS = 1_000_000
ACCOUNTS = [f"acct-{number:04d}" for number in range(200)]

PLAIN = (
    """create table plain_events as
    select lane, data ->> 'account' as account, data ->> 'meter' as meter, occurred_at, position,
           stream, version, type = 'usage.voided/1' as void, null::bigint as superseded_at,
           recorded_at, leaf, coalesce((data ->> 'quantity')::numeric, 0) as quantity,
           data ->> 'source' as source, data ->> 'id' as id, data ->> 'key' as key,
           data ->> 'subscription' as subscription,
           coalesce(data -> 'dimensions', '{}') as dimensions
    from ledger.log
    where lane = 1 and type in ('usage.recorded/1', 'usage.corrected/1', 'usage.voided/1')""",
    """create unique index on plain_events (lane, account, meter, occurred_at, position)""",
    *(
        f"""create table plain_{unit} as
        select lane, account, meter, date_trunc('{unit}', occurred_at, 'UTC') as bucket, dimensions,
               coalesce(subscription, '') as subscription,
               count(*) as events, sum(quantity) as sum,
               sum(quantity * extract(epoch from occurred_at)) as weighted,
               max(quantity) as max,
               (array_agg(quantity order by occurred_at desc, position desc))[1] as latest,
               max(occurred_at) as latest_at,
               (array_agg(position order by occurred_at desc, position desc))[1] as latest_position,
               count(distinct key) as keys
        from plain_events where not void group by 1, 2, 3, 4, 5, 6"""
        for unit in ("hour", "day")
    ),
    "create unique index on plain_hour (lane, account, meter, bucket, dimensions, subscription)",
    "create unique index on plain_day (lane, account, meter, bucket, dimensions, subscription)",
    """create table plain_receipts as
    select data ->> 'source' as source, (recorded_at at time zone 'UTC')::date as day, count(*)
    from ledger.log where lane = 1 and type = 'usage.recorded/1' group by 1, 2""",
    "analyze plain_events",
)


def plain(opened: Ledger) -> float:
    """Build the same rows by plain SQL in one session; return the seconds."""
    started = monotonic()
    with opened.db.transaction(Role.PROJECTOR) as tx:
        tx.execute("create schema plain")
        tx.execute("set local search_path = plain")
        for statement in PLAIN:
            tx.execute(statement)
    return monotonic() - started


def measure() -> Iterator[Figure]:
    """Yield the figures of rebuilding and of following."""
    with ledger() as opened:
        set_up(opened, ACCOUNTS)
        record(opened, ACCOUNTS, EVENTS)
        started = monotonic()
        catch_up(opened.db)
        followed = monotonic() - started
        yield Figure("Follow: all projections", per_second(EVENTS, followed))
        seconds = plain(opened)
        started = monotonic()
        rebuild(opened.db, "usage")
        took = monotonic() - started
        yield Figure(
            f"Rebuild usage ({EVENTS:,} events), verified and switched",
            per_second(EVENTS, took),
            f"INSERT … SELECT {per_second(EVENTS, seconds)}",
            times(seconds, took),
            "≥ 0.7",
        )
    rate = runner.events_per_second()
    yield Figure(
        "Rebuild usage",
        per_second(EVENTS, took),
        f"ProjectionRunner {rate:,.0f}/s",
        times(EVENTS / took, rate),
        "≥ 100×",
    )


if __name__ == "__main__":
    main(measure)
