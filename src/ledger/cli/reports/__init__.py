"""The reports: each a function from a reading transaction to rows for people and a shape in JSON.

Owns the shapes of the contract for ``--format json``. Does not own any query; those are the named
reads. Whatever shows journal lines shows their ids, which ``usage-ledger lineage`` takes.
"""

from collections.abc import Callable

from ledger.cli.output import Report
from ledger.cli.reports import (
    audit,
    bank,
    billing,
    books,
    chart,
    collecting,
    contracts,
    credit,
    entry_tests,
    erp,
    exchange,
    general_ledger,
    group,
    limits,
    owed,
    revenue,
    rollforward,
    statement,
    statements,
    tax,
    usage,
)
from ledger.cli.reports.asked import Asked, Criteria
from ledger.store.transaction import Transaction

__all__ = ["REPORTS", "Asked", "Criteria"]

REPORTS: dict[str, Callable[[Transaction, Asked], Report]] = {
    "trial-balance": books.trial_balance,
    "balance-sheet": statements.balance_sheet,
    "income-statement": statements.income_statement,
    "general-ledger": general_ledger.general_ledger,
    "journal": books.journal,
    "periods": books.periods,
    "intercompany": group.intercompany,
    "consolidation": group.consolidation,
    "chart": chart.chart,
    "posting-rules": chart.rules,
    "reconciliation": rollforward.reconciliation,
    "deferred-rollforward": rollforward.deferred,
    "receivables-rollforward": rollforward.receivables,
    "allowance-rollforward": rollforward.allowance,
    "contract-balances": contracts.balances,
    "remaining-obligations": contracts.remaining,
    "tax": tax.tax,
    "tax-documents": tax.documents,
    "cut-off": audit.cut_off,
    "cut-off-lines": audit.cut_off_lines,
    "year-end-lines": audit.year_end_lines,
    "prior-period": audit.prior_period,
    "reopened": audit.reopened,
    "journal-entry-tests": entry_tests.journal_entry_tests,
    "charges": billing.charges,
    "invoices": billing.invoices,
    "credits": credit.grants,
    "discounts": credit.discounts,
    "waterfall": revenue.waterfall,
    "revenue-schedules": revenue.schedules,
    "open-items": owed.open_items,
    "balances": owed.balances,
    "ageing": owed.ageing,
    "statement": statement.statement,
    "unapplied-cash": owed.unapplied_cash,
    "customer-credit": owed.customer_credit,
    "failed-payments": collecting.failures,
    "disputes": collecting.disputes,
    "allowances": collecting.allowances,
    "dunning": collecting.dunning,
    "bank-statements": bank.statements,
    "bank-exceptions": bank.exceptions,
    "subscriptions": billing.subscriptions,
    "fx": exchange.fx,
    "exchange-rates": exchange.exchange_rates,
    "entitlements": limits.entitlements,
    "spending": limits.spending,
    "thresholds": limits.thresholds,
    "completeness": usage.completeness,
    "exceptions": usage.exceptions,
    "unrated": usage.unrated,
    "unpriced": usage.unpriced,
    "dead-letters": usage.dead_letters,
    "exports": erp.exports,
    "export-troubles": erp.troubles,
}
