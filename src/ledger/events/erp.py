"""Facts about what the ERP was told and what it answered."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.events.fact import Fact, record


@record("account.mapped/1")
@dataclass(frozen=True, kw_only=True)
class AccountMapped(Fact):
    """An account of the chart has this number in the target's ERP from a day on."""

    target: str
    entity: str
    account: str
    erp_account: str
    starts_on: date
    dimensions: dict[str, str] = field(default_factory=dict)


@record("export_profile.set/1")
@dataclass(frozen=True, kw_only=True)
class ExportProfileSet(Fact):
    """How each account class of an entity goes to a target: document, journal_detail, …"""

    target: str
    entity: str
    profile: dict[str, str]


@dataclass(frozen=True)
class ExportLine:
    """One line of an export document, two non-negative columns, before mapping.

    ``counterparty`` is the other entity, the trading partner of an intercompany line.
    """

    account: str
    debit: Decimal
    credit: Decimal
    customer: str | None = None
    invoice: str | None = None
    counterparty: str | None = None


@record("export.sealed/1")
@dataclass(frozen=True, kw_only=True)
class ExportSealed(Fact):
    """Which journal entries make one ERP document: its members, lines, totals and digest.

    ``members`` are the lane-0 positions of the entries, ascending; ``member_digest`` is the SHA-256
    (hex) over their leaves in that order. ``external_id`` follows from the target and the key.
    """

    target: str
    entity: str
    external_id: str
    short_ref: str
    kind: str
    profile: str
    account_class: str
    currency: str
    posting_date: date
    posting_period: str
    members: tuple[int, ...]
    member_digest: str
    lines: tuple[ExportLine, ...]
    total: Decimal
    service_period: str | None = None
    document: str | None = None
    depends_on: tuple[str, ...] = ()


@record("export.offered/1")
@dataclass(frozen=True, kw_only=True)
class ExportOffered(Fact):
    """A revision of a sealed document as the ERP reads it: ``content`` and the SHA-256 of its
    canonical JSON. Its position is the feed's cursor."""

    target: str
    entity: str
    external_id: str
    revision: int
    erp_date: date
    content: dict[str, Any]
    sha256: str
    approved_by: str | None = None


@record("export.acknowledged/1")
@dataclass(frozen=True, kw_only=True)
class ExportAcknowledged(Fact):
    """The ERP posted a document, with its own number, date and period; ``differs`` lists what is
    not as we sent it (erp_posting_date, erp_period, erp_amount)."""

    target: str
    external_id: str
    revision: int
    sha256: str
    erp_document_id: str
    erp_number: str
    erp_posting_date: date
    erp_period: str
    erp_amount: Decimal | None = None
    differs: tuple[str, ...] = ()


@record("export.rejected/1")
@dataclass(frozen=True, kw_only=True)
class ExportRejected(Fact):
    """The ERP refused a document; ``disposition`` is retry, hold or alarm."""

    target: str
    external_id: str
    revision: int
    sha256: str
    code: str
    message: str
    disposition: str
    line: int | None = None
