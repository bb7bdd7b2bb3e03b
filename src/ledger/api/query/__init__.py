"""What may be asked, by user: the portal, the auditor, the ERP and the admin."""

import strawberry

from ledger.api.query.admin import AdminQuery
from ledger.api.query.books import BooksQuery
from ledger.api.query.catalog import CatalogQuery
from ledger.api.query.erp import ErpQuery
from ledger.api.query.lineage import LineageQuery
from ledger.api.query.log import LogQuery
from ledger.api.query.portal import PortalQuery


@strawberry.type(description="Everything that may be read; each field names the scope it needs.")
class Query(PortalQuery, BooksQuery, LineageQuery, LogQuery, ErpQuery, CatalogQuery, AdminQuery):
    """The root of all reads."""
