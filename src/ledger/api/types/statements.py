"""The general ledger and the financial statements, as the auditor reads them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.paging import PAGE, After, First
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.fields import about, derived, resolved
from ledger.api.types.journal import credit_of, debit_of, line_id
from ledger.reads import general_ledger as reads
from ledger.reads.general_ledger import Extract, Mark
from ledger.store.database import Query

LIST = "generalLedger"


@strawberry.type(description="A line of an account in the general ledger.")
class LedgerLine:
    """A line with the balance after it."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    position: Long = about("The position of the entry's fact in the books.")
    posted_on: date = about("The posting date.")
    entry: str = about("The entry.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    customer: str | None = about("The customer account, on control accounts.")
    document: str | None = about("The document that it came from.")
    debit: Decimal = derived(debit_of, "The amount if it is a debit, else 0.")
    credit: Decimal = derived(credit_of, "The amount if it is a credit, else 0.")
    balance: Decimal = about("The account's balance after the line, debit positive.")


@strawberry.type(description="An account of the general ledger between two days.")
class LedgerAccount:
    """What an account opened with, its lines by date, and what it closed with."""

    entity: str = about("The legal entity.")
    account: str = about("The account of the chart.")
    name: str = about("Its name.")
    currency: CurrencyCode | None = about("The currency of the books; null while they are empty.")
    position: Long = about("As the books stood at this position.")
    opening: Decimal = about("The balance before the first day, debit positive.")
    debit: Decimal = about("The sum of debits.")
    credit: Decimal = about("The sum of credits.")
    closing: Decimal = about("The balance at the end of the last day.")
    extract: strawberry.Private[Extract]
    filters: strawberry.Private[dict[str, Any]]

    @resolved("The lines, by posting date; later pages are of the position of the first.")
    async def lines(
        self, info: Info, first: First = PAGE, after: After = None
    ) -> Connection[LedgerLine]:
        """Page through the account; a page goes on from the balance that its cursor keeps."""
        key = info.context.cursors(LIST, self.filters).read(after)
        extract = self.extract if key is None else replace(self.extract, at=key[-1])

        def read(key: list[Any] | None, limit: int) -> Query[reads.LedgerLine]:
            mark = Mark(balance=self.opening)
            if key:
                mark = Mark(date.fromisoformat(key[0]), key[1], key[2], Decimal(key[3]))
            return reads.lines(extract, after=mark, limit=limit)

        pages = Pages(
            LIST,
            self.filters,
            read,
            lambda row: (row.posted_on, row.position, row.line, row.balance, extract.at),
        )
        return await pages.page(info, first, after)


def _last(root: Any) -> date | None:
    last: date | None = root.to
    return last


@strawberry.type(description="The first and the last posting date that a column sums.")
class StatementColumn:
    """A column of a statement."""

    from_: date | None = about("The first day; null is the beginning of the books.", name="from")
    as_of: date | None = derived(_last, "The last day; null is everything posted.")


@strawberry.type(description="An account in a statement.")
class StatementAccount:
    """An account and its amount in each column."""

    account: str = about("The account of the chart.")
    name: str = about("Its name.")
    amounts: list[Decimal] = about("Its amount in each column, in the sign of its class.")


@strawberry.type(description="A class of accounts in a statement.")
class StatementSection:
    """The accounts of a class that hold something in any column, and their sums."""

    name: str = about("The class: Assets, Liabilities, Equity, Income, Expenses.")
    lines: list[StatementAccount] = about("The accounts, in order.")
    totals: list[Decimal] = about("The sum in each column.")


def _differences(root: Any) -> list[Decimal]:
    return list(root.difference)


def _result(root: Any) -> list[Decimal]:
    return list(root.result)


@strawberry.type(
    description=(
        "What an entity has and owes; income accounts are never closed, so the result to date is "
        "its equity beside what the chart has of it."
    )
)
class BalanceSheet:
    """The balance sheet of one entity, a column per day."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    columns: list[StatementColumn] = about("The columns: the day asked for, and the one beside it.")
    sections: list[StatementSection] = about("Assets and what they are owed to.")
    result_to_date: list[Decimal] = derived(_result, "The result to date in each column.")
    difference: list[Decimal] = derived(_differences, "Assets less the rest in each column: zero.")


@strawberry.type(description="What an entity earned and spent between two days.")
class IncomeStatement:
    """The income statement of one entity."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    columns: list[StatementColumn] = about(
        "The columns: the days asked for, the ones beside them, then their months."
    )
    sections: list[StatementSection] = about("Income and expenses.")
    result: list[Decimal] = derived(_result, "Income less expenses in each column.")
