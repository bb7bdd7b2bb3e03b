"""Commands about the ERP: how accounts map to it, what is sealed for it, and what it answers.

Owns when a document is fixed and offered. Does not own its content (``ledger.exporting``).
"""
