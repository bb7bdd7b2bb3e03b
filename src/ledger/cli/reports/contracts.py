"""What standards want disclosed of contracts: their balances, and what is still to be earned."""

from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import Asked
from ledger.cli.reports.rollforward import span_of
from ledger.money import ZERO
from ledger.reads.contract_balances import Cause, ContractBalance, contract_balances
from ledger.reads.obligations import Obligation, obligations
from ledger.reads.subscriptions import Entity, entities
from ledger.store.transaction import Transaction


def balances(tx: Transaction, asked: Asked) -> Report:
    """Receivables, contract assets and contract liabilities, from opening to closing."""
    found = [
        (one, row)
        for one in tx.all(entities(asked.entity))
        for row in contract_balances(tx, span_of(asked, one.entity))
    ]
    columns = (
        *("entity", "balance", "#opening"),
        *(f"#{cause}" for cause in Cause),
        *("#closing", "currency"),
    )
    shown = listed(columns, [_balance(one, row) for one, row in found])
    differs = any(row.unexplained for _, row in found)
    return Report(shown.columns, shown.rows, shown.shape, differs=differs)


def remaining(tx: Transaction, asked: Asked) -> Report:
    """What was billed and is still to be earned, within a year, two years, and later."""
    found = [
        (one, row)
        for one in tx.all(entities(asked.entity))
        for row in obligations(tx, one, span_of(asked, one.entity))
    ]
    columns = (
        *("entity", "account", "#within_1_year", "#within_2_years", "#later", "#undated"),
        *("#total", "#balance", "#difference", "currency"),
    )
    shown = listed(columns, [_obligation(one, row) for one, row in found])
    differs = any(row.difference for _, row in found)
    return Report(shown.columns, shown.rows, shown.shape, differs=differs)


def _balance(one: Entity, row: ContractBalance) -> tuple[Any, ...]:
    amounts = (row.opening, *(row.causes.get(cause, ZERO) for cause in Cause), row.closing)
    return (one.entity, row.name, *(money(each, one.currency) for each in amounts), one.currency)


def _obligation(one: Entity, row: Obligation) -> tuple[Any, ...]:
    amounts = (
        *(row.within_1_year, row.within_2_years, row.later, row.undated),
        *(row.total, row.balance, row.difference),
    )
    return (one.entity, row.account, *(money(each, one.currency) for each in amounts), one.currency)
