"""The general ledger in the shape of the AICPA's Audit Data Standards, for auditors' tools.

Three tables of CSV: the detail, one row per journal line; the trial balance, one row per account
and month; and the chart of accounts. Amounts of the detail have no sign, an indicator says D or C;
amounts of the trial balance are debit positive. Days and times of entry are UTC. Entries are never
modified, so nothing says when one last was.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC

from ledger.cli.journal.rows import row
from ledger.cli.journal.source import Books, Entry, Held
from ledger.cli.output import money
from ledger.posting.accounts import Chart
from ledger.posting.chart import ChartClass
from ledger.reads.journal import JournalRow

DETAIL = (
    "Journal_ID",
    "Journal_ID_Line_Number",
    "JE_Header_Description",
    "JE_Line_Description",
    "Source",
    "Business_Unit_Code",
    "Fiscal_Year",
    "Period",
    "Effective_Date",
    "Entry_Date",
    "Entered_By",
    "Entered_Date",
    "Entered_Time",
    "Approved_By",
    "Approved_Date",
    "GL_Account_Number",
    "GL_Account_Name",
    "Amount",
    "Amount_Credit_Debit_Indicator",
    "Amount_Currency",
    "Transaction_Amount",
    "Transaction_Currency",
    "Reversal_Indicator",
    "Reversal_Journal_ID",
    "Reference",
    "Counterparty",
    "Document_ID",
)
TRIAL_BALANCE = (
    "GL_Account_Number",
    "GL_Account_Name",
    "Business_Unit_Code",
    "Fiscal_Year",
    "Period",
    "Balance_As_Of_Date",
    "Amount_Beginning",
    "Amount_Ending",
    "Amount_Currency",
)
CHART_OF_ACCOUNTS = (
    "GL_Account_Number",
    "GL_Account_Name",
    "Account_Type",
    "Financial_Statement_Caption",
    "Business_Unit_Code",
)
TYPES = {
    ChartClass.ASSETS: "Assets",
    ChartClass.LIABILITIES: "Liabilities",
    ChartClass.INCOME: "Revenue",
    ChartClass.EXPENSES: "Expenses",
}


def detail(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield one row per journal line, in the order of posting."""
    yield row(DETAIL)
    for entry in entries:
        for line in entry:
            yield row(_detail(line, books.chart))


def trial_balance(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield what each account held before and after each month with postings, zeros too."""
    del entries  # the balances are those of the trial balance
    yield row(TRIAL_BALANCE)
    before: list[Held] = []
    for day, holdings in books.month_ends:
        for number, one in enumerate(holdings):
            beginning = before[number].balance if before else 0 * one.balance
            yield row(
                (
                    *(one.account, books.chart.account(one.account).name, one.entity),
                    *(day.year, day.month, day),
                    *(money(amount, one.currency) for amount in (beginning, one.balance)),
                    one.currency,
                )
            )
        before = holdings


def chart_of_accounts(books: Books, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the accounts of every entity with postings."""
    del entries  # an account stands in the chart whether or not anything is posted to it
    yield row(CHART_OF_ACCOUNTS)
    for entity, code, _ in books.accounts:
        account = books.chart.account(code)
        yield row((code, account.name, TYPES[account.chart_class], account.name, entity))


def _detail(line: JournalRow, chart: Chart) -> Iterator[object]:
    entered = line.recorded_at.astimezone(UTC)
    yield from (line.entry, line.line, line.text, _description(line))
    yield from (line.rule, line.entity, line.posted_on.year, line.posted_on.month)
    yield from (line.posted_on, entered.date())
    yield from (line.actor, entered.date(), entered.strftime("%H:%M:%S"))
    yield from (line.approved_by, entered.date() if line.approved_by else None)
    yield from (line.account, chart.account(line.account).name)
    yield from (money(abs(line.amount), line.currency), "D" if line.amount > 0 else "C")
    yield line.currency
    if line.foreign_amount is None or line.foreign_currency is None:
        yield from (None, None)
    else:
        yield from (money(abs(line.foreign_amount), line.foreign_currency), line.foreign_currency)
    yield from (1 if line.reverses else 0, line.reverses)
    yield from (line.reference, line.counterparty, line.document)


def _description(line: JournalRow) -> str:
    """Return what the line came from, in words; which of it there is depends on the rule."""
    invoice = f"{line.invoice}/{line.invoice_line}" if line.invoice_line else line.invoice
    about = {
        "customer": line.customer,
        "invoice": invoice,
        "charge": line.charge,
        "payment": line.payment,
        "grant": line.grant_id,
        "discount": line.discount,
    }
    return ", ".join(f"{name} {value}" for name, value in about.items() if value)
