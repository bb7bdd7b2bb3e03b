"""Bank statements: what a camt.053 says, whether it adds up, and what each entry is for.

Owns the reading of statements and the rule of matching, as plain functions. Does not own what is
captured or returned in the end; the receivables of the payer decide that.
"""
