"""Reads of the chart of accounts and of the posting rules, both with what was changed of them."""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.posting.accounts import Chart
from ledger.reads.queries import query
from ledger.store.transaction import Query, Transaction


@dataclass(frozen=True)
class ChartChangeRow:
    """One thing said of one account from a day on, and by whom."""

    position: int
    account: str
    starts_on: date
    version: int
    name: str | None
    chart_class: str | None
    blocked: bool | None
    actor: str | None
    reason: str | None
    approved_by: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class PostingRuleRow:
    """A version of a posting rule: which accounts take the place of which, in whose books."""

    rule: str
    version: int
    entity: str | None
    starts_on: date
    accounts: dict[str, str]
    actor: str | None
    reason: str | None
    approved_by: str | None
    position: int
    recorded_at: datetime


def chart_changes(at: int | None = None) -> Query[ChartChangeRow]:
    """What was changed of the chart of accounts, up to a position of the books."""
    return query("chart", "chart_changes", ChartChangeRow, at=at)


def charted(tx: Transaction, at: int | None = None) -> Chart:
    """Return the chart of accounts as it stands, or stood at a position of the books."""
    changes = tx.all(chart_changes(at))
    return Chart.of(changes)


def posting_rules(rule: str | None = None, entity: str | None = None) -> Query[PostingRuleRow]:
    """The versions of a posting rule, or of all, that hold in an entity's books, or in any."""
    return query("chart", "posting_rules", PostingRuleRow, rule=rule, entity=entity)
