"""What the ERP pulls and answers: documents, their revisions, and what became of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.context import Info
from ledger.api.scalars import Json, Long
from ledger.api.types.fields import Money, about, derived, money, resolved
from ledger.store.canonical import canonical


def _canonical(root: Any) -> str:
    return canonical(root.content).decode()


@strawberry.type(description="A revision of a document, as the ERP reads it; it never changes.")
class ExportRevision:
    """An offered revision; ``position`` orders the feed."""

    external_id: strawberry.ID = about("The id to look up before posting; stable for ever.")
    revision: int = about("The revision, from 1.")
    short_ref: str = about("A reference of at most 16 characters.")
    kind: str = about("invoice, credit_note, payment or journal.")
    entity: str = about("The legal entity.")
    erp_date: date = about("The posting date for the ERP.")
    content: Json = about("The document, decimals as strings.")
    canonical: str = derived(_canonical, "The same as canonical JSON (RFC 8785): what was hashed.")
    sha256: str = about("SHA-256 (hex) of the canonical JSON in UTF-8; send it back.")
    offered_at: datetime = about("When it was offered.")
    position: Long = about("Its place in the feed.")


@strawberry.type(description="A document for the ERP and what became of it.")
class ExportDocument:
    """A sealed document: its members and amounts never change, its revision and state may."""

    external_id: strawberry.ID = about("The id to look up before posting; stable for ever.")
    target: str = about("The ERP that it is for.")
    entity: str = about("The legal entity.")
    short_ref: str = about("A reference of at most 16 characters.")
    kind: str = about("invoice, credit_note, payment or journal.")
    account_class: str = about("The account class that decided how it goes out.")
    posting_date: date = about("Its posting date in our books.")
    posting_period: str = about("Its posting period in our books.")
    document: str | None = about("The invoice, credit note or payment, if it is one.")
    total: Money = money("total", "The sum of its debits.")
    members: list[Long] = about("The positions of the journal entries in it.")
    depends_on: list[str] = about("Documents that have to be posted first.")
    revision: int | None = about("The revision in force; null while it is held.")
    erp_date: date | None = about("The posting date for the ERP.")
    sha256: str | None = about("The digest of the revision in force.")
    state: str = about("sealed (held: a mapping is missing), offered, acknowledged or rejected.")
    erp_document_id: str | None = about("The ERP's own id, once acknowledged.")
    erp_number: str | None = about("The ERP's own number.")
    erp_posting_date: date | None = about("The date on which the ERP posted it.")
    erp_period: str | None = about("The ERP's period.")
    erp_amount: Decimal | None = about("The amount that the ERP posted.")
    differs: list[str] | None = about("What the ERP posted differently.")
    reject_code: str | None = about("Why it was rejected last.")
    reject_message: str | None = about("The ERP's words.")
    reject_line: int | None = about("The line that the ERP named.")
    disposition: str | None = about("retry, hold or alarm.")
    position: Long = about("The position of its sealing fact.")

    @resolved("The revision in force, as the ERP reads it; null while held.")
    async def current(self, info: Info) -> ExportRevision | None:
        """Load the revisions of all documents of this answer at once."""
        key = (self.target, str(self.external_id))
        return await info.context.loaders.revisions.load(key)  # type: ignore[return-value]
