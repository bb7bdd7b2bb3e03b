"""The general ledger and the financial statements as the auditor reads them."""

from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.context import Info
from ledger.api.query.arguments import FromDay, OneEntity, said
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.statements import BalanceSheet, IncomeStatement, LedgerAccount
from ledger.errors import BadValue
from ledger.money import ZERO
from ledger.reads import financials, general_ledger, log
from ledger.reads.chart import charted
from ledger.reads.financials import Column
from ledger.reads.general_ledger import AccountTotals, Extract
from ledger.store.transaction import Transaction

LEDGER = Scope.LEDGER_READ
MONTHS_MAX = 60

AsOfDay = Annotated[
    date | None, strawberry.argument(name="asOf", description="Up to this posting date, inclusive.")
]
AtPosition = Annotated[Long | None, said("As the books stood at this position.")]
Compare = Annotated[date | None, said("Beside it, as of this day.")]


@strawberry.type
class StatementsQuery:
    """Statements as of any day, as the books stood at any position."""

    @root(LEDGER, "An account of the general ledger: opening, lines with their balance, closing.")
    async def general_ledger(
        self,
        info: Info,
        entity: OneEntity,
        account: Annotated[str, said("The account of the chart.")],
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        customer: Annotated[strawberry.ID | None, said("Only of this customer.")] = None,
    ) -> LedgerAccount:
        """Sum up an account; its lines are paged."""
        extract = Extract(entity, account, from_day, as_of, at_position, customer)
        filters = asdict(extract)
        extract, name, totals = await info.context.in_thread(partial(_totals, extract=extract))
        return LedgerAccount(
            entity=entity,
            account=account,
            name=name,
            currency=CurrencyCode(totals.currency) if totals.currency else None,
            position=Long(extract.at or 0),
            opening=totals.opening,
            debit=totals.debit,
            credit=totals.credit,
            closing=totals.closing,
            extract=extract,
            filters=filters,
        )

    @root(LEDGER, "The balance sheet of an entity; null while its books are empty.")
    async def balance_sheet(
        self,
        info: Info,
        entity: OneEntity,
        as_of: AsOfDay = None,
        compare: Compare = None,
        at_position: AtPosition = None,
    ) -> BalanceSheet | None:
        """Sum up the balance sheet."""
        days = [as_of] if compare is None else [as_of, compare]

        def work(tx: Transaction) -> Any:
            return next(iter(financials.balance_sheets(tx, days, entity, at=at_position)), None)

        found: BalanceSheet | None = await info.context.in_thread(work)
        return found

    @root(LEDGER, "The income statement of an entity; null while its books are empty.")
    async def income_statement(
        self,
        info: Info,
        entity: OneEntity,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        compare: Compare = None,
        by_month: Annotated[bool, said("With a column for each month between the days.")] = False,
        at_position: AtPosition = None,
    ) -> IncomeStatement | None:
        """Sum up the income statement."""
        column = Column(from_day, as_of)
        columns = [column] if compare is None else [column, financials.compared(column, compare)]
        columns += _months(column) if by_month else []

        def work(tx: Transaction) -> Any:
            found = financials.income_statements(tx, columns, entity, at=at_position)
            return next(iter(found), None)

        found: IncomeStatement | None = await info.context.in_thread(work)
        return found


def _months(column: Column) -> list[Column]:
    if column.from_ is None or column.to is None:
        raise BadValue(field="byMonth", why="Months need a first day (from) and a last one (asOf).")
    if (column.to - column.from_).days > MONTHS_MAX * 31:
        raise BadValue(field="byMonth", why=f"At most {MONTHS_MAX} months fit in one statement.")
    return financials.months_of(column)


def _totals(tx: Transaction, extract: Extract) -> tuple[Extract, str, AccountTotals]:
    """Return the totals of an account and its name, with the position they are of."""
    if extract.at is None:
        seen = tx.one(log.seen())
        assert seen is not None
        extract = replace(extract, at=seen.position)
    entity, account = extract.entity or "", extract.account or ""
    name = charted(tx, extract.at).account(account).name
    none = AccountTotals(entity, "", account, ZERO, ZERO, ZERO)
    return extract, name, next(iter(general_ledger.totals(tx, extract)), none)
