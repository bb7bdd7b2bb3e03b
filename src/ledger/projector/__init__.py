"""From the log to the projections: folding, following, rebuilding, switching.

Owns the builds of each projection and how far they are. Does not own what a projection says, which
stands in ``projections/<name>/*.sql`` alone, nor how it is read.
"""
