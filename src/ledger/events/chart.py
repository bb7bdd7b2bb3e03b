"""Facts about what the books are kept by: accounts of the chart, and where posting rules post."""

from dataclasses import dataclass, field
from datetime import date

from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class ChartAccount:
    """What is said of an account of the chart; a new one has a name and a class."""

    account: str
    name: str | None = None
    chart_class: str | None = None
    blocked: bool | None = None


@record("chart.changed/1")
@dataclass(frozen=True, kw_only=True)
class ChartChanged(Fact):
    """Accounts of the chart that are new, named otherwise, or closed to people from a day on."""

    starts_on: date
    accounts: tuple[ChartAccount, ...]
    approved_by: str | None = None


@record("posting_rule.changed/1")
@dataclass(frozen=True, kw_only=True)
class PostingRuleChanged(Fact):
    """A version of a posting rule from a day on, in the books of one entity or of all.

    ``accounts`` are all that differ from the rule as it was built: its account to the one that
    takes its place. None brings the rule back as it was built, which is its version 1.
    """

    rule: str
    version: int
    starts_on: date
    accounts: dict[str, str] = field(default_factory=dict)
    entity: str | None = None
    approved_by: str | None = None
