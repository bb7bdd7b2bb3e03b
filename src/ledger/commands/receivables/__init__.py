"""Commands about what customers owe: allowances, write-offs, reminders.

Owns the account that pays as decisions find it. Does not own what pays an invoice (``cash``), nor
the rules of open items (``ledger.receivables``).
"""
