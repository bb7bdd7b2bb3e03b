"""What the books are kept by, as the auditor reads it: the chart of accounts and posting rules."""

from datetime import date, datetime

import strawberry

from ledger.api.scalars import Json, Long
from ledger.api.types.fields import about


@strawberry.type(description="An account of the chart, as it is on a day.")
class ChartAccount:
    """An account."""

    code: str = about("Its code.")
    name: str = about("Its name on that day.")
    chart_class: str = about("Assets, Liabilities, Income or Expenses; it never changes.")
    control: bool = about("Whether only the ledger's own rules may post to it.")
    monetary: bool = about("Whether it is revalued when its currency moves.")
    blocked: bool = about("Whether people and new rules leave it alone.")


@strawberry.type(description="A version of a posting rule; version 1 is the rule as it was built.")
class PostingRule:
    """A version of a rule."""

    rule: str = about("The rule.")
    version: int = about("Its version, as journal lines name it after the @.")
    entity: str | None = about("The only legal entity that it holds for; null for all.")
    starts_on: date | None = about("Its first day; null as it was built.")
    accounts: Json = about("Accounts of the rule as it was built, and what stands in their place.")
    actor: str | None = about("Who changed it.")
    reason: str | None = about("Why.")
    approved_by: str | None = about("Who agreed.")
    position: Long | None = about("The position of its fact in the books.")
    recorded_at: datetime | None = about("When it was changed.")
