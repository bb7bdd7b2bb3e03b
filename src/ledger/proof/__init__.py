"""Proof that nothing was lost or altered: everything is computed again from rows.

Owns the check of the log against its own hashes and of the projections against their invariants.
Does not mend anything, and writes nothing.
"""
