"""How any command is carried out: its key, what it may look at, deciding, appending, trying again.

Owns the ledger of a process, idempotency, commands in groups, runs in batches, and what they read
in common. Does not own any command; the registry (``ledger.commands.registry``) brings them here.
"""
