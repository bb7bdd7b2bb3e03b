"""The journal in the notation of other programs, so that they can check our books.

Owns account names, notation and balance assertions. The assertions come from the trial balance, not
from adding up the lines, so hledger and beancount prove that the two agree.
"""
