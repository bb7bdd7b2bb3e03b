"""What is left: entitlements and spending of accounts, for gates, customers and threshold facts.

Owns how reads and rules make one answer. Does not own the facts about thresholds (commands), nor
what a crossed limit leads to.
"""
