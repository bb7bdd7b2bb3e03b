"""The chart of accounts and the posting rules, for auditors and admins."""

from datetime import date
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.context import Info
from ledger.api.query.arguments import Entity, said
from ledger.api.roots import root
from ledger.api.types.chart import ChartAccount, PostingRule
from ledger.clock import utc_now
from ledger.posting.accounts import Chart
from ledger.posting.rules import BUILT_IN, RULES
from ledger.reads import chart as reads

LEDGER = Scope.LEDGER_READ


@strawberry.type
class ChartQuery:
    """The reads of what the books are kept by."""

    @root(LEDGER, "The accounts of the chart on a day, by default today, in the order of codes.")
    async def chart(
        self, info: Info, on: Annotated[date | None, said("The day.")] = None
    ) -> list[ChartAccount]:
        """List the accounts of a day."""
        async with info.context.read() as tx:
            rows = await tx.all(reads.chart_changes())
        accounts: Any = list(Chart.of(rows).on(on or utc_now().date()).values())
        return accounts  # type: ignore[no-any-return]

    @root(
        LEDGER, "The versions of a posting rule, or of every rule, in the order of their numbers."
    )
    async def posting_rules(
        self,
        info: Info,
        rule: Annotated[str | None, said("Only this rule, such as payout_settled.")] = None,
        entity: Entity = None,
    ) -> list[PostingRule]:
        """List versions of rules."""
        async with info.context.read() as tx:
            rows: list[Any] = await tx.all(reads.posting_rules(rule, entity))
        every = [_built_in(name) for name in RULES if rule in (None, name)]
        return sorted((*every, *rows), key=lambda each: (each.rule, each.version))


def _built_in(rule: str) -> PostingRule:
    accounts: Any = {code: code for code in sorted(RULES[rule].values())}
    return PostingRule(
        rule=rule,
        version=BUILT_IN,
        entity=None,
        starts_on=None,
        accounts=accounts,
        actor=None,
        reason=None,
        approved_by=None,
        position=None,
        recorded_at=None,
    )
