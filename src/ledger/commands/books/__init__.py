"""Commands about the books: periods, journals by hand, chart, posting rules, revaluation, revenue.

Owns what closes a month and what one entity charges another. Does not own which accounts a fact
debits and credits (``ledger.posting``).
"""
