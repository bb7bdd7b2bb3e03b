"""Documents put together from what the books say, and rendered in the form asked for.

Owns what has to be read for a document. Does not own how it looks (``ledger.documents``).
"""

from ledger.printing.document import document
from ledger.printing.focus import focus
from ledger.printing.forms import SUFFIXES, Form, Printed, printed

__all__ = ["SUFFIXES", "Form", "Printed", "document", "focus", "printed"]
