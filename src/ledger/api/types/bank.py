"""Bank statements that were imported, and entries that somebody has to look at."""

from datetime import date, datetime

import strawberry

from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="A bank statement: what moved is matched, excepted or a duplicate.")
class BankStatement:
    """A bank statement."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.statement), "The statement.")
    entity: str = about("The legal entity whose account it is.")
    bank_account: str = about("The bank account.")
    number: str = about("The bank's id of it.")
    sequence: str = about("The bank's sequence number.")
    currency: CurrencyCode = about("The currency of every amount.")
    opened_on: date = about("The day of the opening balance.")
    closed_on: date = about("The day of the closing balance.")
    opening: Money = money("opening", "The balance it begins with.")
    closing: Money = money("closing", "The balance it ends with.")
    credits: Money = money("credits", "What came in.")
    debits: Money = money("debits", "What went out, negative.")
    matched_count: int = about("Entries that were matched.")
    matched_total: Money = money("matched_total", "Their sum.")
    excepted_count: int = about("Entries that nobody could match.")
    excepted_total: Money = money("excepted_total", "Their sum.")
    duplicate_count: int = about("Entries that an earlier statement carried.")
    duplicate_total: Money = money("duplicate_total", "Their sum.")
    open_count: int = about("Exceptions that are not settled yet.")
    follows: bool = about("Whether it begins with what the one before it ended with.")
    position: Long = about("The position of its fact in the books.")
    imported_at: datetime = derived(lambda root: root.recorded_at, "When it was imported.")


@strawberry.type(description="An entry of a bank statement that somebody has to look at.")
class BankException:
    """An open exception."""

    id: strawberry.ID = derived(lambda root: strawberry.ID(root.entry), "The entry.")
    statement: strawberry.ID = about("The statement that carried it.")
    entity: str = about("The legal entity whose account it is.")
    bank_account: str = about("The bank account.")
    amount: Money = money("amount", "What moved; negative for money that went out.")
    booked_on: date = about("The day the bank booked it.")
    valued_on: date = about("Its value date.")
    bank_reference: str | None = about("The bank's reference.")
    why: str = about("Why it was not matched, such as no_reference.")
    detail: str | None = about("What was found or refused.")
    position: Long = about("The position of its fact in the books.")
    excepted_at: datetime = derived(lambda root: root.recorded_at, "When it was imported.")
