"""Roll-forwards, contract disclosures and tax, of any span of days as known at any position."""

import asyncio
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar

import strawberry

from ledger.api.access import Scope
from ledger.api.context import Info
from ledger.api.query.arguments import OneEntity, said
from ledger.api.query.receivables import AtPosition, Whose
from ledger.api.roots import root
from ledger.api.types.as_of import as_of
from ledger.api.types.rollforward import (
    ContractDisclosure,
    RollForwardOf,
    RollForwards,
    TaxReport,
)
from ledger.posting.chart import ALLOWANCE, CHART, DEFERRED_REVENUE, DISPUTED, PREPAID, RECEIVABLE
from ledger.reads.contract_balances import contract_balances
from ledger.reads.obligations import obligations
from ledger.reads.rollforward import roll_forward
from ledger.reads.span import Span
from ledger.reads.subscriptions import entities
from ledger.reads.tax import tax_report
from ledger.store.database import Role

Shown = TypeVar("Shown")

FirstDay = Annotated[
    date | None,
    strawberry.argument(name="from", description="From this day on; the first of the month."),
]
LastDay = Annotated[
    date | None, strawberry.argument(name="asOf", description="To the end of this day; today.")
]
ACCOUNTS = {
    RollForwardOf.DEFERRED_REVENUE: (DEFERRED_REVENUE, PREPAID),
    RollForwardOf.RECEIVABLES: (RECEIVABLE, DISPUTED),
    RollForwardOf.ALLOWANCE: (ALLOWANCE,),
    RollForwardOf.EVERY_CONTROL_ACCOUNT: tuple(
        code for code, account in CHART.items() if account.control
    ),
}


@strawberry.type
class RollForwardQuery:
    """The reports that tie."""

    @root(Scope.LEDGER_READ, "Control accounts from one day to another; null without the entity.")
    async def roll_forward(
        self,
        info: Info,
        entity: OneEntity,
        of: Annotated[RollForwardOf, said("Which accounts.")],
        account: Whose = None,
        from_: FirstDay = None,
        as_of_day: LastDay = None,
        at_position: AtPosition = None,
    ) -> RollForwards | None:
        """Roll accounts forward."""
        span = _span(info, entity, from_, as_of_day, at_position, account)
        return await _answer(
            info,
            span,
            RollForwards,
            lambda tx, _, span: {
                "accounts": (rows := [_moved(r) for r in roll_forward(tx, span, ACCOUNTS[of])]),
                "ties": all(row.ties for row in rows),
            },
        )

    @root(Scope.LEDGER_READ, "Contract balances and what is still to be earned, as disclosed.")
    async def contract_disclosure(
        self,
        info: Info,
        entity: OneEntity,
        account: Whose = None,
        from_: FirstDay = None,
        as_of_day: LastDay = None,
        at_position: AtPosition = None,
    ) -> ContractDisclosure | None:
        """Disclose contracts; null without the entity."""
        span = _span(info, entity, from_, as_of_day, at_position, account)
        return await _answer(
            info,
            span,
            ContractDisclosure,
            lambda tx, one, span: {
                "balances": [_caused(row) for row in contract_balances(tx, span)],
                "obligations": obligations(tx, one, span),
            },
        )

    @root(Scope.LEDGER_READ, "Base and tax per country, code, category and rate.")
    async def tax_report(
        self,
        info: Info,
        entity: OneEntity,
        from_: FirstDay = None,
        as_of_day: LastDay = None,
        at_position: AtPosition = None,
    ) -> TaxReport | None:
        """Report tax; null without the entity."""
        span = _span(info, entity, from_, as_of_day, at_position, None)
        return await _answer(
            info, span, TaxReport, lambda tx, _, span: _taxed(tax_report(tx, span))
        )


def _span(
    info: Info,
    entity: str,
    first: date | None,
    last: date | None,
    at: int | None,
    customer: str | None,
) -> Span:
    end = last or info.context.ledger.clock().date()
    return Span(entity, first or end.replace(day=1), end, at, customer)


async def _answer(
    info: Info, span: Span, shown: Callable[..., Shown], read: Callable[..., dict[str, Any]]
) -> Shown | None:
    """Read in a thread of its own, in one transaction; None where there is no such entity."""
    seen = await as_of(info)
    db = info.context.ledger.db

    def answer() -> Shown | None:
        with db.transaction(Role.READER) as tx:
            one = tx.one(entities(span.entity))
            if one is None:
                return None
            found = read(tx, one, span)
        return shown(entity=one.entity, currency=one.currency, as_of=seen, **found)

    return await asyncio.to_thread(answer)


def _moved(row: Any) -> Any:
    shown = {name: getattr(row, name) for name in ("revalued", "difference", "ties", "subledger")}
    return SimpleNamespace(
        account=row.account,
        item=row.item,
        opening=row.opening,
        movements=_movements(row.movements),
        closing=row.closing,
        **shown,
    )


def _caused(row: Any) -> Any:
    return SimpleNamespace(
        name=row.name,
        opening=row.opening,
        movements=_movements(row.causes),
        closing=row.closing,
    )


def _movements(moved: Any) -> list[Any]:
    return [SimpleNamespace(movement=str(name), amount=amount) for name, amount in moved.items()]


def _taxed(found: Any) -> dict[str, Any]:
    rows = [
        SimpleNamespace(
            **vars(row.key),
            kinds=[SimpleNamespace(kind=kind, **vars(sums)) for kind, sums in row.kinds.items()],
        )
        for row in found.rows
    ]
    return {
        "rows": rows,
        "reported": found.reported,
        "posted": found.posted,
        "difference": found.difference,
    }
