"""Reports of what came in, and of usage that needs somebody."""

from ledger.cli.output import Report, listed
from ledger.cli.reports.asked import PAGE, Asked, every
from ledger.reads import exceptions as reads
from ledger.reads import usage as usage_reads
from ledger.reads.queries import FIRST_DAY, FIRST_TIME
from ledger.store.transaction import Transaction

AGES = ("#count", "#today", "#days_7", "#days_30", "#older")


def completeness(tx: Transaction, asked: Asked) -> Report:
    """What each source sent on each day: received = accepted + duplicate + dead-lettered."""
    rows = every(
        tx,
        lambda after: usage_reads.completeness(asked.source, after=after),
        lambda row: (row.source, row.day),
        ("", FIRST_DAY),
    )
    columns = ("source", "day", "#received", "#accepted", "#duplicate", "#dead_lettered")
    table = [
        (row.source, row.day, row.received, row.accepted, row.duplicate, row.dead_lettered)
        for row in rows
        if asked.as_of is None or row.day <= asked.as_of
    ]
    return listed(columns, table)


def unrated(tx: Transaction, asked: Asked) -> Report:
    """Usage that no charge counts, per account, meter and reason, by days since it was used."""
    rows = tx.all(reads.unrated(asked.account, entity=asked.entity))
    columns = ("entity", "account", "meter", "reason", *AGES, "oldest")
    table = [
        (row.entity, row.account, row.meter, row.reason, row.facts, *_ages(row), row.oldest)
        for row in rows
    ]
    return listed(columns, table)


def unpriced(tx: Transaction, asked: Asked) -> Report:
    """Usage that no price fits, per charge, by days since it was rated last."""
    rows = tx.all(reads.unpriced(asked.account, entity=asked.entity))
    columns = ("charge", "entity", "account", "item", "from", "to", "#quantity", *AGES)
    table = [
        (
            row.charge,
            row.entity,
            row.account,
            row.item,
            row.period_from,
            row.period_to,
            row.unpriced_quantity,
            row.unpriced_count,
            *_ages(row),
        )
        for row in rows
    ]
    return listed(columns, table)


def dead_letters(tx: Transaction, asked: Asked) -> Report:
    """Every event that could not be taken, with its code and reason; replay takes the id."""
    rows = every(
        tx,
        lambda after: reads.dead_letters(after=after, limit=PAGE),
        lambda row: (row.received_at, row.id),
        (FIRST_TIME, reads.NO_ID),
    )
    columns = ("id", "code", "source", "event", "account", "received_at", "#bytes", "detail")
    table = [
        (
            row.id,
            row.code,
            row.source,
            row.event_id,
            row.account,
            row.received_at,
            row.bytes,
            row.detail,
        )
        for row in rows
        if asked.account in (None, row.account) and asked.source in (None, row.source)
    ]
    return listed(columns, table)


def exceptions(tx: Transaction, asked: Asked) -> Report:
    """Everything that needs somebody, counted: what, where, how much, and since when."""
    columns = ("exception", "subject", *AGES, "since")
    unknown = (None,) * 4
    table = [
        *(
            (
                f"unrated_{row.reason}",
                f"{row.account} {row.meter}",
                row.facts,
                *_ages(row),
                row.oldest,
            )
            for row in tx.all(reads.unrated(asked.account, entity=asked.entity))
        ),
        *(
            ("unpriced", row.charge, row.unpriced_count, *_ages(row), row.recorded_at)
            for row in tx.all(reads.unpriced(asked.account, entity=asked.entity))
        ),
        *(
            ("dead_letter", row.code, row.letters, *unknown, row.oldest)
            for row in tx.all(reads.dead_letter_counts())
        ),
        *(
            (f"export_{row.state}", f"{row.target} {row.short_ref}", 1, *unknown, row.posting_date)
            for row in tx.all(reads.export_troubles(asked.target))
        ),
    ]
    return listed(columns, table)


def _ages(row: reads.UnratedUsage | reads.UnpricedUsage) -> tuple[int, int, int, int]:
    """Return how much is of today, of 1 to 7 days ago, of 8 to 30, and older."""
    return row.today, row.days_7, row.days_30, row.older
