"""A made-up month of a made-up SaaS company, and the whole flow over it.

Owns the data of the demo (the same at every run) and the order of its steps. Does not own any rule:
it only sends commands and usage through the same doors as everybody else.
"""
