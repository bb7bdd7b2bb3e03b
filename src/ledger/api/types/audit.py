"""What auditors are shown: tests of journal entries, cut-off, prior periods, closings."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import strawberry

from ledger.api.connection import Connection
from ledger.api.context import Info
from ledger.api.listing import Listing
from ledger.api.paging import PAGE, After, First
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.fields import about, derived, resolved
from ledger.api.types.journal import credit_of, debit_of, line_id
from ledger.reads import audit as reads


@strawberry.type(description="A journal line of the population, with what auditors look for.")
class TestedLine:
    """A row of the extract for journal-entry tests."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    position: Long = about("The position of the entry's fact in the books.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the entry.")
    account: str = about("The account of the chart.")
    debit: Decimal = derived(debit_of, "The amount if it is a debit, else 0.")
    credit: Decimal = derived(credit_of, "The amount if it is a credit, else 0.")
    posted_on: date = about("The posting date.")
    period: str = about("The posting period.")
    recorded_at: datetime = about("When it was entered.")
    days: int = about("Days from the posting date to the entry, in the entity's time zone.")
    actor: str | None = about("Who entered it, or asked for what it records.")
    approved_by: str | None = about("Who agreed to it.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    customer: str | None = about("The customer account.")
    document: str | None = about("The document that it came from.")
    reverses: str | None = about("The entry that this one takes back.")
    reversed_by: str | None = about("The entry that takes this one back.")
    manual: bool = about("Whether it was entered by hand.")
    weekend: bool = about("Whether it was entered on a Saturday or Sunday, in the entity's time.")
    night: bool = about("Whether it was entered between 22:00 and 6:00, in the entity's time.")
    posted_on_weekend: bool = about("Whether its posting date is a Saturday or Sunday.")
    round: bool = about("Whether the amount is a multiple of `roundTo`.")
    post_close: bool = about("Whether it was posted while its period was reopened.")
    rare_pair: bool = about("Whether a pair of its accounts was seen fewer times than `rareBelow`.")


@strawberry.type(description="How much a population is: what ties it to the trial balance.")
class PopulationTotals:
    """Counts and sums of one entity."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    entries: int = about("How many entries.")
    lines: int = about("How many lines.")
    debit: Decimal = about("The sum of debits.")
    credit: Decimal = about("The sum of credits.")


@strawberry.type(description="The full population for tests of journal entries.")
class JournalEntryTests:
    """The lines and what they come to, as the books stood at one position."""

    position: Long = about("As the books stood at this position.")
    totals: list[PopulationTotals] = about("What all lines come to, per entity.")
    asked: strawberry.Private[Listing]
    round_to: strawberry.Private[Decimal]
    rare_below: strawberry.Private[int]

    @resolved("The lines, in the order of posting.")
    async def lines(
        self, info: Info, first: First = PAGE, after: After = None
    ) -> Connection[TestedLine]:
        """Page through the population."""
        asked = replace(self.asked, info=info, after=after)
        return await asked.page(
            first,
            lambda population, key, limit: reads.journal_entry_tests(
                population,
                round_to=self.round_to,
                rare_below=self.rare_below,
                after=key,
                limit=limit,
            ),
        )


@strawberry.type(description="Result of one span of service months in one posting month.")
class CutOff:
    """The sum of lines whose service was not in the month of their posting."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    account: str = about("The account of the chart.")
    service_first: str = about("The first month of the service.")
    service_last: str = about("The last month of the service.")
    period: str = about("The posting period.")
    timing: str = about("late, early, or spans where some of the service is within.")
    deferred: bool = about("Whether it was deferred before, or is now.")
    lines: int = about("How many lines.")
    result: Decimal = about("Income less expense.")


@strawberry.type(description="A line whose service was not in the month of its posting.")
class CutOffLine:
    """A line behind the cut-off sums."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    account: str = about("The account of the chart.")
    posted_on: date = about("The posting date.")
    period: str = about("The posting period.")
    service_from: date = about("The first day of the service.")
    service_to: date = about("The day after the service.")
    timing: str = about("late, early, or spans where some of the service is within.")
    deferred: bool = about("Whether it was deferred before, or is now.")
    result: Decimal = about("Income less expense.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    customer: str | None = about("The customer account.")
    charge: str | None = about("The charge that it came from.")
    document: str | None = about("The document that it came from.")
    actor: str | None = about("Who asked for what it records.")


@strawberry.type(description="A line of income or expense posted near the turn of a year.")
class YearEndLine:
    """A line near the turn of a year."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    account: str = about("The account of the chart.")
    posted_on: date = about("The posting date.")
    service_from: date | None = about("The first day of the service.")
    service_to: date | None = about("The day after the service.")
    other_year: bool | None = about("Whether some of its service is of another year.")
    result: Decimal = about("Income less expense.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    customer: str | None = about("The customer account.")
    charge: str | None = about("The charge that it came from.")
    document: str | None = about("The document that it came from.")
    actor: str | None = about("Who asked for what it records.")


@strawberry.type(description="A line that concerns a month which was closed when it was posted.")
class PriorPeriodLine:
    """What was found of a closed month, and why."""

    id: strawberry.ID = derived(line_id, "The line: position of the entry, dot, number.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    account: str = about("The account of the chart.")
    service_period: str = about("The first month of the service.")
    period: str = about("The posting period.")
    posted_on: date = about("The posting date.")
    result: Decimal = about("Income less expense.")
    cause: str = about(
        "What differs from the charge before: usage, price, subscription, discount_or_credit; "
        "first_charge; or the posting rule."
    )
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    customer: str | None = about("The customer account.")
    charge: str | None = about("The charge that it came from.")
    document: str | None = about("The document that it came from.")
    actor: str | None = about("Who asked for what it records.")


@strawberry.type(description="An entry posted into a period while that was reopened.")
class ReopenedEntry:
    """An entry between a reopening and the next closing."""

    position: Long = about("The position of the entry's fact in the books.")
    entry: str = about("The entry.")
    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of the books.")
    period: str = about("The period.")
    posted_on: date = about("The posting date.")
    recorded_at: datetime = about("When it was entered.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    actor: str | None = about("Who asked for what it records.")
    approved_by: str | None = about("Who agreed to it.")
    amount: Decimal = about("The sum of its debits.")
    reopened_position: Long = about("The position of the reopening.")
    reopened_at: datetime = about("When the period was reopened.")
    reopened_by: str | None = about("Who reopened it.")
    reopening_approved_by: str | None = about("Who agreed to the reopening.")
    reason: str | None = about("Why it was reopened.")
    closed_position: Long | None = about("The position of the next closing; null while open.")


@strawberry.type(description="A period that was ever closed; every other one is open.")
class PeriodStanding:
    """How a period stands, and whether its balances still have the digest of its closing."""

    entity: str = about("The legal entity.")
    period: str = about("The period, such as 2026-10.")
    state: str = about("soft_closed, closed or reopened.")
    since: datetime = about("Since when.")
    digest: str | None = about("SHA-256 (hex) of the trial balance at its closing.")
    at_position: Long | None = about("The position whose balances were taken.")
    recomputed: str | None = about("The same computed now; null unless it is closed.")
    stands: bool | None = about("Whether the two are equal; null unless it is closed.")
    entries_after_reopening: int = about("How many entries it took while it was reopened.")
