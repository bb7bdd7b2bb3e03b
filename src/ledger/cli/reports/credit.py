"""Reports of credit and discounts: what is left, and which charges took it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ledger.cli.columns import Kind
from ledger.cli.output import Report, money
from ledger.cli.reports.asked import PAGE, Asked, every
from ledger.money import plain
from ledger.reads import credit as reads
from ledger.reads.credit import Discount, Grant, Taken
from ledger.store.transaction import Transaction


def grants(tx: Transaction, asked: Asked) -> Report:
    """Every grant: used, expired, left, and the charges that drew it."""
    rows = list(
        every(
            tx,
            lambda after: reads.grants(asked.account, entity=asked.entity, after=after),
            lambda row: row.grant_id,
            "",
        )
    )
    draws = _taken(tx, [row.grant_id for row in rows], discounts=False)
    columns = ("grant", "account", "kind", "from", "expires", "meter", "#size", "#used", "#left")
    table = [
        (
            row.grant_id,
            row.account,
            row.kind,
            row.starts_on,
            row.expires_on,
            row.meter,
            row.size,
            row.used,
            row.remaining,
        )
        for row in rows
    ]
    shape = [_grant(row, draws[row.grant_id]) for row in rows]
    return Report(columns, table, shape, types={"#left": Kind.EXACT})


def discounts(tx: Transaction, asked: Asked) -> Report:
    """Every discount, and what it took off which charge."""
    rows = list(
        every(
            tx, lambda after: reads.discounts(asked.account, after=after), lambda r: r.discount, ""
        )
    )
    taken = _taken(tx, [row.discount for row in rows], discounts=True)
    columns = ("discount", "account", "subscription", "#percent", "#amount", "from", "until")
    table = [
        (
            row.discount,
            row.account,
            row.subscription,
            row.percent,
            row.amount,
            row.starts_on,
            row.until,
        )
        for row in rows
    ]
    return Report(columns, table, [_discount(row, taken[row.discount]) for row in rows])


def _taken(tx: Transaction, ids: Sequence[str], *, discounts: bool) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = defaultdict(list)
    for start in range(0, len(ids), PAGE):
        for row in tx.all(reads.adjustments_by(ids[start : start + PAGE], discounts=discounts)):
            found[row.id].append(row)
    return found


def _grant(row: Grant, draws: Sequence[Taken]) -> dict[str, Any]:
    return {
        "grant": row.grant_id,
        "account": row.account,
        "kind": row.kind,
        "currency": row.currency,
        "from": row.starts_on,
        "expires": row.expires_on,
        "amount": row.amount and money(row.amount, row.currency),
        "units": row.units,
        "meter": row.meter,
        "price": row.price and money(row.price, row.currency),
        "used": plain(row.used),
        "expired": row.expired,
        "remaining": plain(row.remaining),
        "billed": money(row.billed, row.currency),
        "cost": money(row.cost, row.currency),
        "breakage": money(row.breakage, row.currency),
        "exchange": row.exchange,
        "carried": row.exchange and money(row.carried, row.exchange["currency"]),
        "draws": [_line(each) for each in draws],
    }


def _discount(row: Discount, taken: Sequence[Taken]) -> dict[str, Any]:
    return {
        "discount": row.discount,
        "account": row.account,
        "subscription": row.subscription,
        "percent": row.percent,
        "amount": row.amount,
        "from": row.starts_on,
        "until": row.until,
        "items": row.items,
        "taken": [_line(each) for each in taken],
    }


def _line(row: Taken) -> dict[str, Any]:
    return {
        "charge": row.charge,
        "subscription": row.subscription,
        "item": row.item,
        "from": row.period_from,
        "to": row.period_to,
        "amount": money(row.amount, row.currency),
        "net": money(row.net, row.currency),
        "units": row.units,
    }
