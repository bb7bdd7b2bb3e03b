"""issue_invoices and issue_credit_note: what becomes a document, and what a document takes back.

Owns what there is to bill, read in sets. Does not own charges (``rating``), nor the rules of
documents (``ledger.invoicing``).
"""
