"""The named reads: one typed function per query of ``projections/*/queries.sql``.

Runs, lineage, the command line and the API all read through these. Owns the shape of the rows. Does
not own the SQL, nor the transaction that a read runs in.
"""
