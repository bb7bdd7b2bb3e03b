"""What may be asked, by user: the portal, the auditor, the ERP and the admin."""

import strawberry

from ledger.api.query.admin import AdminQuery
from ledger.api.query.auditor import AuditorQuery
from ledger.api.query.catalog import CatalogQuery
from ledger.api.query.erp import ErpQuery
from ledger.api.query.portal import PortalQuery


@strawberry.type(description="Everything that may be read; each field names the scope it needs.")
class Query(PortalQuery, AuditorQuery, ErpQuery, AdminQuery, CatalogQuery):
    """The root of all reads."""
