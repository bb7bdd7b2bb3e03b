"""acknowledge_export, reject_export, revise_export: the ERP's answers, and a document anew.

A document's whole life stands in one stream: sealed, offered (once per revision), rejected,
acknowledged. An answer names the revision and digest it is about; an old one changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import Field

from ledger.commands.engine.approval import approver
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Day, Id, Number, Positive, Text
from ledger.errors import (
    AlreadyAcknowledged,
    NothingChanged,
    NotOffered,
    StaleRevision,
    UnknownExport,
)
from ledger.events.erp import (
    AccountMapped,
    ExportAcknowledged,
    ExportOffered,
    ExportRejected,
    ExportSealed,
)
from ledger.events.fact import ENVELOPE, Fact
from ledger.events.streams import stream
from ledger.exporting.answers import Acknowledgement, differences, disposition
from ledger.exporting.render import Missing, mapping_as_of, render

F = TypeVar("F", bound=Fact)


class AcknowledgeExport(Command):
    """Say that the ERP posted a document, with its own number, date and period."""

    NAME = "acknowledge_export"

    target: Id
    external_id: Id
    revision: Positive
    sha256: Id
    erp_document_id: Id
    erp_number: Id
    erp_posting_date: Day
    erp_period: Id
    erp_amount: Number | None = None


class RejectExport(Command):
    """Say that the ERP refused a document, and why."""

    NAME = "reject_export"

    target: Id
    external_id: Id
    revision: Positive
    sha256: Id
    code: Id
    message: Text
    line: Annotated[int, Field(ge=1)] | None = None


class ReviseExport(Command):
    """Offer a document anew, with today's mapping or another date in the ERP."""

    NAME = "revise_export"

    target: Id
    external_id: Id
    erp_date: Day | None = None
    approved_by: Id | None = None


@dataclass(frozen=True)
class Document:
    """A document as its stream leaves it."""

    sealed: ExportSealed
    offered: ExportOffered
    acknowledged: ExportAcknowledged | None
    rejected: ExportRejected | None
    version: int


def acknowledge_export(command: AcknowledgeExport, context: Context) -> Decision:
    """Decide an acknowledgement; the same one again gives the first one back."""
    document = _document(command.target, command.external_id, context)
    told = Acknowledgement(
        erp_posting_date=command.erp_posting_date,
        erp_period=command.erp_period,
        erp_amount=command.erp_amount,
    )
    fact = ExportAcknowledged(
        originator_id=document.sealed.originator_id,
        originator_version=document.version + 1,
        timestamp=context.now,
        causes=(document.offered.cause,),
        target=command.target,
        external_id=command.external_id,
        revision=command.revision,
        sha256=command.sha256,
        erp_document_id=command.erp_document_id,
        erp_number=command.erp_number,
        erp_posting_date=command.erp_posting_date,
        erp_period=command.erp_period,
        erp_amount=command.erp_amount,
        differs=differences(document.offered.content, told),
    )
    if document.acknowledged is not None:
        if _content(fact) == _content(document.acknowledged):
            return Decision(repeats=[document.acknowledged.cause])
        raise AlreadyAcknowledged(external_id=command.external_id)
    _check_current(command, document)
    return Decision([fact])


def reject_export(command: RejectExport, context: Context) -> Decision:
    """Decide a rejection; the same one again gives the first one back."""
    means = disposition(command.code)
    document = _document(command.target, command.external_id, context)
    if document.acknowledged is not None:
        raise AlreadyAcknowledged(external_id=command.external_id)
    _check_current(command, document)
    fact = ExportRejected(
        originator_id=document.sealed.originator_id,
        originator_version=document.version + 1,
        timestamp=context.now,
        causes=(document.offered.cause,),
        target=command.target,
        external_id=command.external_id,
        revision=command.revision,
        sha256=command.sha256,
        code=command.code,
        message=command.message,
        disposition=means.value,
        line=command.line,
    )
    before = document.rejected
    if before is not None and _content(fact) == _content(before):
        return Decision(repeats=[before.cause])
    return Decision([fact])


def revise_export(command: ReviseExport, context: Context) -> Decision:
    """Decide the next revision; amounts, ids and the ledger's own dates stay."""
    approved_by = approver(command.approved_by, context)
    document = _document(command.target, command.external_id, context)
    if document.acknowledged is not None:
        raise AlreadyAcknowledged(external_id=command.external_id)
    sealed, before = document.sealed, document.offered
    entity = context.entity(sealed.entity)
    facts = context.history(stream("mapping", sealed.target, sealed.entity))
    mapped = [fact for fact in facts if isinstance(fact, AccountMapped)]
    today = context.day(command, entity.time_zone)
    mapping = mapping_as_of(mapped, max(today, sealed.posting_date))
    erp_date = command.erp_date or before.erp_date
    rendered = render(sealed, mapping, revision=before.revision + 1, erp_date=erp_date)
    assert not isinstance(rendered, Missing), "what was mapped once stays mapped"
    if rendered.content | {"revision": before.revision} == before.content:
        raise NothingChanged
    fact = ExportOffered(
        originator_id=sealed.originator_id,
        originator_version=document.version + 1,
        timestamp=context.now,
        causes=(sealed.cause, before.cause),
        target=sealed.target,
        entity=sealed.entity,
        external_id=sealed.external_id,
        revision=before.revision + 1,
        erp_date=erp_date,
        content=rendered.content,
        sha256=rendered.sha256,
        approved_by=approved_by,
    )
    return Decision([fact], guards=[stream("mapping", sealed.target, sealed.entity)])


def _document(target: str, external_id: str, context: Context) -> Document:
    facts = context.history(stream("export", target, external_id))
    sealed = _last(facts, ExportSealed)
    if sealed is None:
        raise UnknownExport(field="external_id", id=external_id)
    offered = _last(facts, ExportOffered)
    if offered is None:
        raise NotOffered(
            field="external_id",
            external_id=external_id,
            why="map its accounts and seal again.",
        )
    rejected = _last(facts, ExportRejected)
    return Document(
        sealed, offered, _last(facts, ExportAcknowledged), rejected, facts[-1].originator_version
    )


def _last(facts: Iterable[Fact], cls: type[F]) -> F | None:
    found = [fact for fact in facts if isinstance(fact, cls)]
    return found[-1] if found else None


def _check_current(command: AcknowledgeExport | RejectExport, document: Document) -> None:
    current = document.offered
    if (command.revision, command.sha256) != (current.revision, current.sha256):
        raise StaleRevision(
            field="revision" if command.revision != current.revision else "sha256",
            revision=command.revision,
            external_id=command.external_id,
        )


def _content(fact: Fact) -> dict[str, Any]:
    """Return what an answer says, without when and where it was said."""
    return {name: value for name, value in vars(fact).items() if name not in ENVELOPE}
