"""What the ERP asks: the feed after a cursor, and what it has not answered yet."""

from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, First, Target, said
from ledger.api.roots import root
from ledger.api.types.erp import ExportDocument, ExportRevision
from ledger.reads import exports

EXPORT = Scope.EXPORT_READ

ExternalId = Annotated[strawberry.ID, said("The document.")]
Revision = Annotated[int | None, said("A revision; the default is the one in force.")]


@strawberry.type
class ErpQuery:
    """The reads of the ERP."""

    @root(EXPORT, "Documents in the order they were offered; the same cursor, the same bytes.")
    async def export_documents(
        self, info: Info, target: Target, first: First = PAGE, after: After = None
    ) -> Connection[ExportRevision]:
        """Page through the feed."""
        pages = Pages(
            "exportDocuments",
            {"target": target},
            lambda key, limit: exports.feed(target, after=key[0] if key else 0, limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(EXPORT, "Documents offered and neither acknowledged nor revised away, oldest first.")
    async def outstanding(
        self, info: Info, target: Target, first: First = PAGE, after: After = None
    ) -> Connection[ExportDocument]:
        """Page through what is unanswered."""
        pages = Pages(
            "outstanding",
            {"target": target},
            lambda key, limit: exports.outstanding(target, after=key[0] if key else 0, limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(EXPORT, "One document and its state; null if the target has none by this id.")
    async def export_document(
        self, info: Info, target: Target, external_id: ExternalId
    ) -> ExportDocument | None:
        """Find a document."""
        async with info.context.read() as tx:
            found: Any = await tx.one(exports.documents_by_id(target, [external_id]))
        return found  # type: ignore[no-any-return]

    @root(EXPORT, "One revision of a document; null if there is none.")
    async def export_revision(
        self, info: Info, target: Target, external_id: ExternalId, revision: Revision = None
    ) -> ExportRevision | None:
        """Find a revision."""
        async with info.context.read() as tx:
            found: Any = await tx.one(exports.revision(target, external_id, revision))
        return found  # type: ignore[no-any-return]
