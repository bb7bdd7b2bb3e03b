"""Facts about accounting periods: soft-closed, closed, reopened; a stream per entity and month."""

from dataclasses import dataclass

from ledger.events.fact import Fact, record


@record("period.soft_closed/1")
@dataclass(frozen=True, kw_only=True)
class PeriodSoftClosed(Fact):
    """People may date nothing into the period any more; what the ledger accrues still goes."""

    entity: str
    period: str


@record("period.closed/1")
@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Fact):
    """The period takes no postings any more. Earlier ones of the entity were closed before.

    ``digest`` (hex) is the SHA-256 over the RFC 8785 JSON of the trial balance as of the period's
    last day, [[account, debit, credit], …] in order, as the books stood at ``position``.
    """

    entity: str
    period: str
    position: int
    digest: str


@record("period.reopened/1")
@dataclass(frozen=True, kw_only=True)
class PeriodReopened(Fact):
    """The last closed period takes postings again; two persons wanted it, for a reason."""

    entity: str
    period: str
    reason: str
    approved_by: str
