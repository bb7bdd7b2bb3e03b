"""Reports of deferred revenue: the waterfall of what will be earned, and its schedules."""

from typing import Any

from ledger.cli.drawing import Drawing, worth
from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked, every
from ledger.reads import deferred_revenue as reads
from ledger.reads.waterfall import waterfalls
from ledger.store.transaction import Transaction


def waterfall(tx: Transaction, asked: Asked) -> Report:
    """What will be earned per month, as it stood at the end of ``--as-of``, from that month on."""
    day = asked.from_ or asked.as_of or asked.today
    found = waterfalls(tx, day, asked.entity, as_of=asked.as_of, at=asked.at)
    rows: list[tuple[Any, ...]] = []
    shape: dict[str, dict[str, Any]] = {}
    for one in found:
        shape[one.entity] = {
            "currency": one.currency,
            "deferred": money(one.deferred, one.currency),
            "months": {each.month: money(each.amount, one.currency) for each in one.months},
        }
        rows += [
            (
                one.entity,
                each.month,
                money(each.amount, one.currency),
                money(each.left, one.currency),
                one.currency,
            )
            for each in one.months
        ]
    drawings = worth(
        [
            Drawing(
                f"Deferred revenue of {one.entity}, by the month it will be earned",
                one.currency,
                [(each.month, each.amount) for each in one.months],
            )
            for one in found
        ]
    )
    columns = ("entity", "month", "#earned", "#left", "currency")
    return Report(columns, rows, shape, drawings=drawings)


def schedules(tx: Transaction, asked: Asked) -> Report:
    """Every schedule with what it defers and what of it is recognised."""
    found = every(
        tx,
        lambda after: reads.schedules(
            entity=asked.entity, account=asked.account, after=after, limit=1_000
        ),
        lambda row: row.key,
        reads.START,
    )
    columns = (
        *("schedule", "part", "entity", "account", "from", "to"),
        *("#deferred", "#recognised", "#left", "currency", "revenue_account", "recognised_to"),
    )
    rows = [
        (
            *(row.schedule, row.part or None, row.entity, row.account, row.starts_on, row.ends_on),
            money(row.deferred, row.currency),
            money(row.recognised, row.currency),
            money(row.left, row.currency),
            *(row.currency, row.revenue_account, row.recognised_to),
        )
        for row in found
    ]
    return listed(columns, rows)
