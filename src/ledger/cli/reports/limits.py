"""Reports of limits: what is left of what plans include, of spending, and thresholds crossed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from ledger.cli.columns import Kind
from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.clock import utc_now
from ledger.limits.contracts import asked as windows_of
from ledger.limits.contracts import measures, standings
from ledger.limits.spend import months, spendings
from ledger.periods import local_day
from ledger.rating.entitlements import Standing
from ledger.reads import charges, subscriptions
from ledger.reads import entitlements as reads
from ledger.store.transaction import Transaction


def entitlements(tx: Transaction, asked: Asked) -> Report:
    """What live subscriptions include in their present period, used and remaining."""
    what = ("account", "subscription", "item", "meter", "from", "to", "#limit", "#used")
    columns = (*what, "#remaining", "#percent", "blocked", "resets_at")
    table = [
        (
            each.entitled.account,
            each.entitled.subscription,
            each.entitled.item.item,
            each.entitled.item.meter,
            each.entitled.period.start,
            each.entitled.period.end,
            each.limit,
            each.used,
            each.remaining,
            each.percent,
            each.blocked,
            each.entitled.window_to,
        )
        for each in _standings(tx, asked)
    ]
    return listed(columns, table)


def spending(tx: Transaction, asked: Asked) -> Report:
    """What accounts with a spend limit have spent in the present month, net of tax."""
    accounts = [asked.account] if asked.account else None
    limited = list(
        every(
            tx,
            lambda after: reads.spend_limited(
                accounts, entity=asked.entity, after=after, limit=1_000
            ),
            lambda row: row.account,
            "",
        )
    )
    days = {row.account: local_day(_at(asked), row.time_zone) for row in limited}
    under = months(tx.all(reads.spend_limits(days)), days) if days else []
    sums = tx.all(charges.spent([window for _, window in under])) if under else []
    columns = ("account", "month", "#limit", "#spent", "#remaining", "#percent", "blocked")
    table = [
        (
            each.limit.account,
            each.month.start.isoformat()[:7],
            None if each.limit.amount is None else money(each.limit.amount, each.limit.currency),
            money(each.spent, each.limit.currency),
            None if each.remaining is None else money(each.remaining, each.limit.currency),
            each.percent,
            each.blocked,
            each.limit.currency,
        )
        for each in spendings(under, sums)
    ]
    types = {"#limit": Kind.MONEY, "#remaining": Kind.MONEY}
    return listed((*columns, "currency"), table, types)


def thresholds(tx: Transaction, asked: Asked) -> Report:
    """The per cents of limits that were crossed, oldest first."""
    rows = every(
        tx,
        lambda after: reads.thresholds(
            asked.account, entity=asked.entity, after=after, limit=1_000
        ),
        lambda row: row.position,
        0,
    )
    columns = ("crossed_at", "kind", "account", "subscription", "item", "from", "to")
    table = [
        (
            row.crossed_at,
            row.kind,
            row.account,
            row.subscription,
            row.item,
            row.period_from,
            row.period_to,
            row.percent,
            row.limit,
            row.quantity,
        )
        for row in rows
    ]
    return listed((*columns, "#percent", "#limit", "#quantity"), table)


def _standings(tx: Transaction, asked: Asked) -> Iterator[Standing]:
    accounts = [asked.account] if asked.account else None
    after = ("", "")
    while rows := tx.all(subscriptions.contracts(accounts, entity=asked.entity, after=after)):
        windows = windows_of(rows, _at(asked))
        measured = [row for query in measures(windows) for row in tx.all(query)]
        yield from standings(windows, measured)
        after = (rows[-1].account, rows[-1].subscription)


def _at(asked: Asked) -> datetime:
    """Return the moment asked about: now, or noon (UTC) of a day."""
    return datetime.combine(asked.as_of, time(12), UTC) if asked.as_of else utc_now()
