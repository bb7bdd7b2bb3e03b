"""rate_usage, and all that is charged: usage, fees, commitments, discounts, credit drawn.

Owns what a batch of accounts is measured by and compared with, read in sets. Does not own prices
and rules (``ledger.rating``, ``ledger.credits``), nor documents (``invoicing``).
"""
