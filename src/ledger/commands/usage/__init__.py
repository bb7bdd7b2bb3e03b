"""Commands about usage: events recorded and corrected, refused ones sent again, limits watched.

Owns usage events by command, spend limits, and the facts about thresholds that were reached. Does
not own the other ways in (``ledger.ingest``), nor prices.
"""
