"""Reports of what the books are kept by: the chart of accounts, and the posting rules."""

from typing import Any

from ledger.cli.output import Report, listed
from ledger.cli.reports.asked import Asked
from ledger.posting.rules import BUILT_IN, RULES
from ledger.reads.chart import charted, posting_rules
from ledger.store.transaction import Transaction


def chart(tx: Transaction, asked: Asked) -> Report:
    """Every account that there is on a day, with its class and who may post to it."""
    day = asked.as_of or asked.today
    rows = [
        (
            account.code,
            account.name,
            account.chart_class,
            "yes" if account.control else "no",
            "yes" if account.monetary else "no",
            "yes" if account.blocked else "no",
        )
        for account in charted(tx, asked.at).on(day).values()
    ]
    return listed(("account", "name", "class", "control", "monetary", "blocked"), rows)


def rules(tx: Transaction, asked: Asked) -> Report:
    """Every version of every posting rule: which of its accounts are others, from when, by whom."""
    columns = (
        "rule",
        "version",
        "entity",
        "from",
        "accounts",
        "changed_by",
        "approved_by",
        "reason",
        "recorded_at",
        "position",
    )
    rows: list[tuple[Any, ...]] = [_built_in(rule) for rule in RULES]
    rows += [
        (
            row.rule,
            row.version,
            row.entity,
            row.starts_on,
            row.accounts,
            row.actor,
            row.approved_by,
            row.reason,
            row.recorded_at,
            row.position,
        )
        for row in tx.all(posting_rules(entity=asked.entity))
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    shape = [dict(zip(columns, row, strict=True)) for row in rows]
    table = [(*row[:4], _places(row[4]), *row[5:]) for row in rows]
    return Report(columns, table, shape)


def _built_in(rule: str) -> tuple[Any, ...]:
    """Return a rule as it was built: always there, by nobody, with what of it can be replaced."""
    accounts = {code: code for code in sorted(RULES[rule].values())}
    return (rule, BUILT_IN, None, None, accounts, *(None,) * 5)


def _places(accounts: dict[str, str]) -> str:
    return ", ".join(
        code if code == other else f"{code} -> {other}" for code, other in sorted(accounts.items())
    )
