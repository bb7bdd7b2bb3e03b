"""An account's documents as rows of FOCUS 1.0, the format in which FinOps tools read a bill.

Per line what was charged, without tax, and what promotional credit took off it; per line its share
of the document's tax. So per document the rows' BilledCost sums to its total, negative on a credit
note, and without the tax rows to its net.
"""

from ledger.documents.focus.columns import COLUMNS, header, written
from ledger.documents.focus.rows import Billed, rows

__all__ = ["COLUMNS", "Billed", "header", "rows", "written"]
