"""What the books say: the chart of accounts, and the rules that turn facts into journal entries.

Owns which account each fact debits and credits. Does not own amounts, which facts carry already,
nor the posting date, which periods decide. An entry always balances; a rule that has nothing to
post answers None.
"""
