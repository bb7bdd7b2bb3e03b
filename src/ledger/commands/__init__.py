"""What may be asked: one record per command, and the shell that reads, decides and appends.

Owns the envelope, its idempotency, and the order of reading and appending. Does not own the rules
(pure functions below this floor) nor the log (the store).
"""
