"""Commands about customers: accounts, their subscriptions, and the credit and discounts they have.

Owns what may be agreed, changed, ended and erased. Does not own plans (``catalog``), nor what any
of it costs (``rating``).
"""
