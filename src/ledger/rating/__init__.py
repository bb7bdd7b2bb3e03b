"""What usage costs: price models over quantities, the windows to rate, charges as deltas.

Owns amounts before any document. Always holds: a charge is a function of its usage set and its
price, its delta is against the charge before, and rating twice without new facts yields nothing.
"""
