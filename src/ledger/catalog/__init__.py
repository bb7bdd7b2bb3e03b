"""What can be bought: plans, their items and price models, their versions, tax rates.

Owns reading and checking the contract's JSON and which version holds on a day. Does not own prices
of usage (rating) nor how events are measured (metering).
"""
