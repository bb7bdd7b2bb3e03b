"""Commands about money that comes and goes: payments, payouts, disputes, refunds, bank statements.

Owns what each of them is checked against and how a statement is imported. Does not own what is owed
(``receivables``), nor how entries of a bank are matched (``ledger.banking``).
"""
