"""Commands about reference data: entities, meters, tax rates, exchange rates, plans and prices.

Owns what can be bought, from whom, and what is checked before it is published. Does not own who
buys it (``customers``).
"""
