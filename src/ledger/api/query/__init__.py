"""What may be asked, by user: the portal, the auditor, the ERP and the admin."""

import strawberry

from ledger.api.query.admin import AdminQuery
from ledger.api.query.audit import AuditQuery
from ledger.api.query.bank import BankQuery
from ledger.api.query.books import BooksQuery
from ledger.api.query.catalog import CatalogQuery
from ledger.api.query.chart import ChartQuery
from ledger.api.query.collecting import CollectingQuery
from ledger.api.query.erp import ErpQuery
from ledger.api.query.exchange import ExchangeQuery
from ledger.api.query.group import GroupQuery
from ledger.api.query.limits import LimitsQuery
from ledger.api.query.lineage import LineageQuery
from ledger.api.query.log import LogQuery
from ledger.api.query.portal import PortalQuery
from ledger.api.query.receivables import ReceivablesQuery
from ledger.api.query.revenue import RevenueQuery
from ledger.api.query.rollforward import RollForwardQuery
from ledger.api.query.statements import StatementsQuery


@strawberry.type(description="Everything that may be read; each field names the scope it needs.")
class Query(
    PortalQuery,
    ReceivablesQuery,
    CollectingQuery,
    BankQuery,
    RevenueQuery,
    RollForwardQuery,
    LimitsQuery,
    BooksQuery,
    GroupQuery,
    ExchangeQuery,
    StatementsQuery,
    AuditQuery,
    LineageQuery,
    LogQuery,
    ErpQuery,
    CatalogQuery,
    ChartQuery,
    AdminQuery,
):
    """The root of all reads."""
