"""What may be asked: one record per command, and the registry that carries each of them out.

Owns the envelope, its idempotency, and the order of reading and appending. Does not own the rules
(pure functions below this floor) nor the log (the store). Commands stand in folders by subject;
``form`` and ``engine`` are beneath all of them, and what needs every command stands here.
"""
